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
 * `asked_ms`: what a full camera asked for, 0: nothing; it gets that and a tenth of jitter, not
 * less than min_ms and not more than max_ms.
 * A refused password is not tried again for 5 to 10 minutes, because cameras lock accounts; a full
 * camera gets 30 s to 60 s; a bad address is never tried again. */
int64_t retry_next_ms(struct retry *retry, const struct retry_limits *limits, enum reason reason,
                      int64_t asked_ms, double chance);

/* Data came until now, for `live_us` (0: none came). Only what went on for half a minute ends the
 * row of failures: a camera that shows a picture and falls at once is not asked ever faster. */
void retry_ended(struct retry *retry, int64_t live_us);

/* Nobody wants it any more, or whoever wanted it has what was asked for. */
void retry_reset(struct retry *retry);
