/* Units for tests: a clip made by the ffmpeg program and read back with its exact times. */
#pragma once
#include "stream/stream.h"

struct clip {
    GPtrArray *units; /* of struct unit, in decoding order, Annex B, times from 0 */
    struct stream_format *format;
};

/* Encodes an lavfi source ("testsrc2=size=640x360:rate=25:duration=4") with the given ffmpeg
 * options
 * ("-c:v libx264 -g 50"). Aborts the test when ffmpeg fails. */
struct clip *clip_make(const char *source, const char *options);
/* Reads any file that libavformat opens and whose video is H.264 or H.265. */
struct clip *clip_read(const char *path);
void clip_free(struct clip *clip);

unsigned clip_keyframes(const struct clip *clip);
/* Borrowed: the index-th keyframe. */
struct unit *clip_keyframe(const struct clip *clip, unsigned index);
/* Returned: a copy with other times, for publishing. */
struct unit *clip_copy(const struct unit *unit, int64_t shift_us, int64_t wall_us);

/* Mean colour of a JPEG, 0–255 each; aborts when it is no JPEG of this size. */
void clip_jpeg_mean(GBytes *jpeg, int width_px, int height_px, int mean_rgb[3]);
/* Mean colour of a rectangle of a JPEG. */
void clip_jpeg_mean_at(GBytes *jpeg, int x_px, int y_px, int width_px, int height_px,
                       int mean_rgb[3]);

/* A fresh temporary folder, and its removal with all files in it. */
char *clip_folder(void);
void clip_folder_remove(char *folder);
/* Runs a command line, aborts when it fails. Returned: what it printed, to be freed. */
char *clip_run(const char *command);
