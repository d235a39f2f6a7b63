/* One house of pipelines on the default context, and waiting for what happens on it. */
#pragma once
#include "clip/clip.h"
#include "gst/gst_source.h"
#include "gst/transcode.h"

/* A machine may be so busy for minutes that nothing moves; what is waited for comes all the same.
 */
static const gint64 PATIENCE_US = 300 * G_USEC_PER_SEC;

struct house {
    struct pipelines_options options;
    struct pipelines *pipelines;
};
/* Short pauses; `max_pipelines` as given. Silence is no error here: it is the machine's. */
void house_open(struct house *house, unsigned max_pipelines);
/* Also checks that every pipeline was taken down. */
void house_close(struct house *house);

struct watched_source {
    struct stream *stream;
    struct reader *reader;
    struct gst_source *source;
    enum gst_source_state state;
    char *reason, *detail; /* of the last DOWN */
    unsigned downs;
    GPtrArray *units; /* of struct unit, as read so far */
};
void watched_open(struct watched_source *watched, struct house *house, const char *uri);
void watched_close(struct watched_source *watched);

/* Runs the loop until it holds; aborts after PATIENCE_US. */
void wait_units(struct watched_source *watched, unsigned count);
void wait_down(struct watched_source *watched, const char *reason);
void wait_running(struct house *house, unsigned count);
/* One turn of the loop, at most 20 ms. */
void turn(void);

/* Decode times rise, none is after its showing, the first is a keyframe with its parameter sets. */
void check_units(GPtrArray *units, enum codec codec, int width_px, int height_px);
/* How many pictures ffprobe decodes out of these units. */
unsigned count_decoded(GPtrArray *units);

/* Makes a file in `folder` with the ffmpeg program. Returned: its URI. */
char *make_file(const char *folder, const char *name, const char *source, const char *options);
/* A port on loopback that was free a moment ago. */
unsigned free_port(void);
