/* Pauses between attempts: doubling with full jitter. Pure; randomness and time are parameters. */
#pragma once
#include <stdint.h>

struct retry {
    int64_t min_us, max_us;
    unsigned failures; /* in a row */
};

/* The next pause after one more failure; `random` in [0, 1). Between half of and the whole pause.
 */
int64_t retry_next_us(struct retry *retry, double random);
void retry_reset(struct retry *retry);
