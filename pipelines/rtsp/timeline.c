#include "rtsp/timeline.h"
#include <glib.h>
#include <string.h>

enum {
    JUMP_US = 10000000,
    STEP_US = 40000,
    FALL_US = 1000000, /* pictures are reordered by less, or by less than so many steps: */
    FALL_STEPS = 20,
    LONGEST_US = 30000000, /* between two units; longer only if our own clock was set */
    SPAN_US = 1000000,
    ODD_SPANS = 3, /* one way in a row: a stalled network makes one slow and then a fast one */
};

void timeline_init(struct timeline *timeline, uint32_t clock_hz)
{
    *timeline = (struct timeline){.clock_hz = clock_hz, .step_us = STEP_US};
    timeline->last_dts_us = INT64_MIN / 2;
}

void timeline_set_reorder(struct timeline *timeline, int reorder_units)
{
    if (reorder_units < 0 || reorder_units > TIMELINE_MAX_REORDER)
        return;
    timeline->reorder_known = true;
    if ((unsigned)reorder_units == timeline->reorder)
        return;
    timeline->reorder = (unsigned)reorder_units;
    timeline_restart(timeline);
}

void timeline_restart(struct timeline *timeline)
{
    timeline->held = 0;
    timeline->since_restart = 0;
}

static int64_t to_us(const struct timeline *timeline, int64_t ticks)
{
    int64_t hz = timeline->clock_hz;
    return ticks / hz * 1000000 + ticks % hz * 1000000 / hz;
}

static int64_t to_ticks(const struct timeline *timeline, int64_t us)
{
    return us * timeline->clock_hz / 1000000;
}

/* A clock that stands, crawls or races for some seconds on end is not believed until it keeps pace
 * again. */
static void judge_pace(struct timeline *timeline, uint32_t rtp, int64_t wall_us)
{
    int64_t passed_us = wall_us - timeline->span_wall_us;
    if (passed_us >= 0 && passed_us < SPAN_US)
        return;
    int64_t told_us = to_us(timeline, (int32_t)(rtp - timeline->span_rtp));
    timeline->span_rtp = rtp;
    timeline->span_wall_us = wall_us;
    if (passed_us < 0 || passed_us > LONGEST_US)
        return; /* our own clock was set */
    int pace = told_us < passed_us / 2 ? -1 : told_us > passed_us * 2;
    timeline->odd_spans = pace && pace == timeline->pace ? timeline->odd_spans + 1 : pace != 0;
    timeline->pace = pace;
    if (!pace || timeline->odd_spans >= ODD_SPANS)
        timeline->receive_time = pace != 0;
}

static bool has_jumped(const struct timeline *timeline, int64_t step_us, int64_t passed_us)
{
    int64_t error_us = step_us - passed_us;
    int64_t longest_fall_us = MAX((int64_t)FALL_US, FALL_STEPS * timeline->step_us);
    return error_us > JUMP_US || error_us < -JUMP_US || -step_us > longest_fall_us;
}

static int64_t unwrap(struct timeline *timeline, uint32_t rtp, int64_t wall_us)
{
    if (!timeline->begun) {
        timeline->begun = true;
        timeline->ticks = rtp;
        timeline->span_rtp = rtp;
        timeline->span_wall_us = wall_us;
    } else {
        int64_t step = (int32_t)(rtp - timeline->last_rtp);
        int64_t passed_us = CLAMP(wall_us - timeline->last_wall_us, 0, LONGEST_US);
        bool jumped = has_jumped(timeline, to_us(timeline, step), passed_us);
        judge_pace(timeline, rtp, wall_us);
        if (jumped || timeline->receive_time)
            step = MAX(to_ticks(timeline, passed_us), 1);
        if (jumped)
            timeline_restart(timeline);
        timeline->ticks += step;
    }
    timeline->last_rtp = rtp;
    timeline->last_wall_us = wall_us;
    return to_us(timeline, timeline->ticks);
}

static void insert(struct timeline *timeline, int64_t pts_us)
{
    unsigned at = timeline->held++;
    while (at > 0 && timeline->sorted[at - 1] > pts_us) {
        timeline->sorted[at] = timeline->sorted[at - 1];
        at--;
    }
    timeline->sorted[at] = pts_us;
}

static int64_t take_smallest(struct timeline *timeline)
{
    int64_t smallest = timeline->sorted[0];
    timeline->held--;
    memmove(timeline->sorted, timeline->sorted + 1, timeline->held * sizeof timeline->sorted[0]);
    return smallest;
}

static bool deepen(struct timeline *timeline)
{
    if (timeline->reorder < TIMELINE_MAX_REORDER)
        timeline->reorder++;
    timeline->reorder_known = false;
    timeline_restart(timeline);
    return false;
}

static bool next_in_order(struct timeline *timeline, int64_t pts, int64_t *pts_us, int64_t *dts_us)
{
    if (pts <= timeline->last_dts_us) {
        int64_t back_us = timeline->last_dts_us - pts;
        if (!timeline->reorder_known && back_us > 1000 && timeline->since_restart > 0)
            return deepen(timeline);
        pts = timeline->last_dts_us + 1; /* a clock that stands or steps back a little */
    }
    timeline->since_restart++;
    *pts_us = *dts_us = timeline->last_dts_us = pts;
    return true;
}

/* A clock that stepped back over a gap is followed with a shift, because decoding times only rise.
 */
static int64_t after_gap(struct timeline *timeline, int64_t pts_us)
{
    int64_t least_us = timeline->last_dts_us + (int64_t)(timeline->reorder + 1) * timeline->step_us;
    if (pts_us > least_us)
        return pts_us;
    timeline->ticks += (least_us - pts_us) * timeline->clock_hz / 1000000 + 1;
    return to_us(timeline, timeline->ticks);
}

bool timeline_next(struct timeline *timeline, uint32_t rtp_timestamp, int64_t wall_us,
                   int64_t *pts_us, int64_t *dts_us)
{
    bool begun = timeline->begun;
    int64_t pts = unwrap(timeline, rtp_timestamp, wall_us);
    int64_t step = pts - timeline->last_pts_us;
    if (begun && step > 1000 && step < 1000000)
        timeline->step_us = step < timeline->step_us ? step : (timeline->step_us * 7 + step) / 8;
    timeline->last_pts_us = pts;
    if (timeline->reorder == 0)
        return next_in_order(timeline, pts, pts_us, dts_us);
    if (timeline->since_restart == 0)
        timeline->first_pts_us = pts = after_gap(timeline, pts);
    insert(timeline, pts);
    unsigned order = ++timeline->since_restart;
    int64_t dts;
    if (timeline->held > timeline->reorder)
        dts = take_smallest(timeline);
    else
        dts = timeline->first_pts_us - (int64_t)(timeline->reorder + 1 - order) * timeline->step_us;
    if (dts <= timeline->last_dts_us)
        dts = timeline->last_dts_us + 1;
    if (dts > pts)
        return deepen(timeline);
    timeline->last_dts_us = dts;
    *pts_us = pts;
    *dts_us = dts;
    return true;
}
