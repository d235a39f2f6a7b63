#include "notify/backoff.h"

gint64 backoff_wait(const struct backoff *backoff, guint tries, double random)
{
    if (tries >= backoff->tries)
        return -1;
    gint64 wait = MAX(backoff->first_us, 1);
    for (guint i = 1; i < tries && wait < backoff->most_us; i++)
        wait *= 2;
    wait = MIN(wait, MAX(backoff->most_us, 1));
    return (gint64)((double)wait * (0.5 + CLAMP(random, 0, 1) / 2));
}
