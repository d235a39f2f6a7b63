/* Between GStreamer's buffers and our units. One struct per run of a pipeline's output, used by its
 * streaming thread. */
#pragma once
#include "stream/parameters.h"
#include "stream/picture_order.h"
#include <gst/gst.h>

struct gst_unit_reader {
    enum codec codec;
    struct parameters *parameters;
    int64_t last_dts_us; /* on the output's timeline */
    bool begun;
    struct picture_order order;            /* H.264 whose times of showing are not told */
    int64_t step_us, origin_us, latest_us; /* between pictures; of picture number 0; shown last */
};
void gst_unit_reader_finish(struct gst_unit_reader *reader);

/* The sample's access unit with 4-byte start codes, times in µs of running time and wall_us now.
 * Keyframes have their parameter sets in front. NULL: not usable (no slice, no format known yet).
 */
struct unit *gst_unit_read(struct gst_unit_reader *reader, GstSample *sample);

/* A buffer that borrows the unit's bytes (no copy) and holds a reference; times are not set. */
GstBuffer *gst_unit_wrap(struct unit *unit);
