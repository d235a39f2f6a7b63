/* When a camera is tried again. Pure: chance is a parameter. */
#pragma once
#include "stream/reason.h"
#include <stdint.h>

struct retry_limits {
    int64_t min_ms, max_ms;
};

struct retry {
    unsigned failures; /* in a row */
};

enum { RETRY_NEVER = -1 };

/* The wait after one more failure; `chance` is uniform in [0, 1). Full jitter: anywhere between
 * nothing (but half a second) and a bound that begins at min_ms and doubles up to max_ms.
 * A refused password is not tried again for 5 to 10 minutes, because cameras lock accounts; a full
 * camera gets 30 s to 60 s; a bad address is never tried again. */
int64_t retry_next_ms(struct retry *retry, const struct retry_limits *limits, enum reason reason,
                      double chance);

/* Data has come for a while. */
void retry_reset(struct retry *retry);
