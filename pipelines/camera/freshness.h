/* Does a live camera still bring what it should? Told from counts alone, looked at about once a
 * second. Pure: the time is a parameter, of any clock that does not step. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct freshness {
    bool begun;
    guint64 units, keyframes; /* as seen last */
    int64_t unit_us;          /* when a unit was seen to have come last */
    int64_t keyframe_us;      /* the same of a keyframe */
    int64_t interval_us;      /* longest between two keyframes so far; 0: not known yet */
};

/* Counts of the stream since whenever. true: stale, which means that no unit came for stale_us, or
 * no keyframe for as long and for twice the longest interval this stream ever had (90 s until it is
 * known: smart codecs go up to 60 s). An all-zero struct begins anew. */
bool freshness_look(struct freshness *freshness, guint64 units, guint64 keyframes, int64_t now_us,
                    int64_t stale_us);
