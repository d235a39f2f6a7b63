#include "gst/restart.h"

int64_t restart_pause_us(struct restart *restart, double random)
{
    int64_t pause_us = restart->min_us;
    for (unsigned i = 0; i < restart->failures && pause_us < restart->max_us; i++)
        pause_us *= 2;
    if (pause_us > restart->max_us)
        pause_us = restart->max_us;
    restart->failures++;
    int64_t half_us = pause_us / 2;
    return half_us + (int64_t)((double)half_us * random);
}

void restart_reset(struct restart *restart)
{
    restart->failures = 0;
}
