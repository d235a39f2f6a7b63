#include "gst/backoff.h"

int64_t backoff_next_us(struct backoff *backoff, double random)
{
    int64_t pause_us = backoff->min_us;
    for (unsigned i = 0; i < backoff->failures && pause_us < backoff->max_us; i++)
        pause_us *= 2;
    if (pause_us > backoff->max_us)
        pause_us = backoff->max_us;
    backoff->failures++;
    return pause_us / 2 + (int64_t)((double)(pause_us / 2) * random);
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
}
