#include "gst/retry.h"

int64_t retry_next_us(struct retry *retry, double random)
{
    int64_t pause_us = retry->min_us;
    for (unsigned i = 0; i < retry->failures && pause_us < retry->max_us; i++)
        pause_us *= 2;
    if (pause_us > retry->max_us)
        pause_us = retry->max_us;
    retry->failures++;
    int64_t half_us = pause_us / 2;
    return half_us + (int64_t)((double)half_us * random);
}

void retry_reset(struct retry *retry)
{
    retry->failures = 0;
}
