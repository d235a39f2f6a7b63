/* When a message that was not taken is tried again. Pure; any thread. */
#pragma once
#include <glib.h>

struct backoff {
    gint64 first_us, most_us; /* first wait, longest wait */
    guint tries;              /* after so many it is given up */
};

/* The wait before the next try after `tries` ones in vain (from 1): twice as long each time, at
 * most most_us, and between 50 % and 100 % of that by `random` in [0, 1), so that what failed
 * together does not come back together. −1: given up. */
gint64 backoff_wait(const struct backoff *backoff, guint tries, double random);
