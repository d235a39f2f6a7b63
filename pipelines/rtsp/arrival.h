/* When a packet came, where a socket is read only now and then and many packets come in one read.
 * Pure: no clock is read here. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Of one stream; all zero to begin. */
struct arrival {
    bool known;
    uint32_t rtp_timestamp;
    int64_t came_us;
};

/* Time of the packet's arrival, by any one clock that nobody sets: as long after the packet before
 * as the camera's clock says, never before that one, and within [earliest_us, latest_us], the reads
 * between which it came. So it is wrong by less than the time between two reads, whatever the
 * camera's clock does. */
int64_t arrival_next(struct arrival *arrival, uint32_t clock_hz, uint32_t rtp_timestamp,
                     int64_t earliest_us, int64_t latest_us);
