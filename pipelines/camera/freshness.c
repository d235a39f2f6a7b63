#include "camera/freshness.h"

static const int64_t UNKNOWN_US = 90 * 1000000LL, LONGEST_US = 600 * 1000000LL;

bool freshness_look(struct freshness *freshness, guint64 units, guint64 keyframes, int64_t now_us,
                    int64_t stale_us)
{
    bool begins = !freshness->begun;
    if (begins || units != freshness->units)
        freshness->unit_us = now_us;
    if (begins || keyframes != freshness->keyframes) {
        /* the first one may have come long before we looked */
        int64_t since_us = now_us - freshness->keyframe_us;
        if (!begins)
            freshness->interval_us = MIN(MAX(freshness->interval_us, since_us), LONGEST_US);
        freshness->keyframe_us = now_us;
    }
    freshness->begun = true;
    freshness->units = units;
    freshness->keyframes = keyframes;
    int64_t keyframe_us = freshness->interval_us ? 2 * freshness->interval_us : UNKNOWN_US;
    return now_us - freshness->unit_us > stale_us ||
           now_us - freshness->keyframe_us > MAX(stale_us, keyframe_us);
}
