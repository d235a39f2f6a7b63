#include "rtsp/arrival.h"

int64_t arrival_next(struct arrival *arrival, uint32_t clock_hz, uint32_t rtp_timestamp,
                     int64_t earliest_us, int64_t latest_us)
{
    int64_t guess_us = latest_us;
    if (arrival->known) {
        int32_t ticks = (int32_t)(rtp_timestamp - arrival->rtp_timestamp);
        guess_us = arrival->came_us;
        if (ticks > 0) /* pictures sent out of order come after the one before all the same */
            guess_us += (int64_t)ticks * 1000000 / clock_hz;
    }
    if (guess_us < earliest_us)
        guess_us = earliest_us;
    if (guess_us > latest_us)
        guess_us = latest_us;
    *arrival = (struct arrival){true, rtp_timestamp, guess_us};
    return guess_us;
}
