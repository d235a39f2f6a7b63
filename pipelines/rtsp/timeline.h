/* Presentation and decoding times out of RTP timestamps. Pure: no clock is read here.
 * RTP carries only the time of showing, in the order of decoding. The decoding time of a unit is
 * the smallest showing time not yet given away, `reorder` units late: rises, and is never after its
 * own. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { TIMELINE_MAX_REORDER = 16 };

struct timeline {
    uint32_t clock_hz;
    bool begun;
    uint32_t last_rtp;
    int64_t ticks; /* unwrapped */
    int64_t last_wall_us;
    /* does the camera's clock keep pace with ours? */
    bool receive_time; /* no: times are those of receiving */
    int pace;          /* of the last spans: -1 slow, 0 right, 1 fast */
    unsigned odd_spans;
    uint32_t span_rtp;
    int64_t span_wall_us; /* the running span began */
    int64_t last_pts_us, last_dts_us, step_us;
    unsigned reorder;
    bool reorder_known; /* from the parameter sets, else learnt */
    unsigned held;
    unsigned since_restart;
    int64_t first_pts_us;
    int64_t sorted[TIMELINE_MAX_REORDER + 1];
};

void timeline_init(struct timeline *timeline, uint32_t clock_hz);

/* Depth as the parameter sets tell, or -1 for unknown. */
void timeline_set_reorder(struct timeline *timeline, int reorder_units);

/* Units were lost; the next one is a keyframe. */
void timeline_restart(struct timeline *timeline);

/* Times of the next unit; `wall_us` is when it was received. A camera clock that jumps by more than
 * 10 s against ours, or falls back further than pictures are reordered, is followed without a jump
 * of ours; while it stands or runs at another pace (less than half or more than twice ours for some
 * seconds), times are those of receiving. false: order of showing broke the depth believed so far;
 * the depth is now larger, go on at the next keyframe. */
bool timeline_next(struct timeline *timeline, uint32_t rtp_timestamp, int64_t wall_us,
                   int64_t *pts_us, int64_t *dts_us);
