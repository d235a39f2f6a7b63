/* What the node tells about itself: JSON of states and of each second's figures. Loop thread. */
#pragma once
#include "node/fleet.h"
#include <jansson.h>

/* One element of `states`. Returned: new object. */
json_t *report_camera(struct camera *camera);

struct report_totals {
    guint64 units, bytes, thumbnails, dropped_units;
    double ingest_s, picture_s, gst_s; /* CPU time */
    unsigned pipelines;
    double picture_process_s; /* of picture_s: in processes of their own */
    size_t picture_bytes;     /* resident, of those */
    guint64 pictures_crashed, picture_processes_replaced;
    double picture_cores;                             /* configured */
    guint64 lost_packets, late_packets;               /* RTP */
    size_t udp_buffer_bytes, udp_buffer_wanted_bytes; /* given (0: no UDP yet), asked for */
};

struct report;
struct report *report_create(void);
void report_destroy(struct report *report);

/* The figures since the last call. Returned: new `stats` message. */
json_t *report_stats(struct report *report, const struct report_totals *totals,
                     int64_t now_mono_us);

/* Counts by state. Returned: new object {state: count}. */
json_t *report_counts(struct fleet *fleet);

/* Hosts of which many streams are out: array of {host, down, of, reason, since_us}, the largest
 * first, at most 16. Returned: new. */
json_t *report_outages(const struct hosts *hosts);

/* Sums over all streams. */
struct report_streams {
    guint64 dropped_units;
    size_t ring_bytes;
};
struct report_streams report_streams(struct fleet *fleet);
