/* A piece of video, read from a file and cut into RTP packets, which many cameras play in a loop.
 * Immutable after loading. */
#pragma once
#include "simcams/stamper.h"

/* One coded picture: packets first_packet … first_packet + packet_count - 1 of its clip. */
struct picture {
    uint32_t first_packet;
    uint32_t packet_count;
    /* How many of them go before the generated stamp slice (keyframes of a stamped clip). */
    uint32_t before_stamp;
    /* Index of the keyframe that begins this picture's group. */
    uint32_t gop_start;
    /* Presentation minus decoding time, in picture intervals (pictures out of order). */
    int32_t reorder;
    bool keyframe;
};

struct clip {
    enum codec codec;
    int width_px;
    int height_px;
    GByteArray *bytes;         /* all packets, one behind the other */
    GArray *starts;            /* uint32_t: where each packet begins, and one past the last */
    GArray *pictures;          /* struct picture */
    GPtrArray *parameter_sets; /* GBytes: VPS, SPS, PPS as they go into SDP */
    GArray *heads;             /* struct slice_head by picture; empty without a stamper */
    /* Generates this clip's own stamp slices; NULL if the file has no room for a stamp. */
    struct stamper *stamper;
    size_t largest_picture_bytes;
};

/* Reads a file that libavformat understands: an H.264 or H.265 elementary stream, MP4 and so on.
 *   gop_max   play only so many pictures of each group (0: all)
 *   stamped   the file was made for stamping (see docs/simcams.md); an error if it was not
 * Returns an owned clip or NULL and `error`. */
struct clip *clip_load(const char *path, unsigned gop_max, bool stamped, GError **error);

/* NULL is fine. */
void clip_destroy(struct clip *clip);

/* The format parameters of the clip for SDP ("packetization-mode=1;…"). Owned by the caller. */
char *clip_format_parameters(const struct clip *clip);

static inline const struct picture *clip_picture(const struct clip *clip, uint64_t index)
{
    return &g_array_index(clip->pictures, struct picture, index % clip->pictures->len);
}

static inline uint32_t clip_packet_start(const struct clip *clip, uint32_t packet)
{
    return g_array_index(clip->starts, uint32_t, packet);
}
