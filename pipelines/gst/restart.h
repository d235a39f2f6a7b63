/* Pauses between attempts: doubling with full jitter. Pure; randomness and time are parameters. */
#pragma once
#include <stdint.h>

struct restart {
    int64_t min_us, max_us;
    unsigned failures; /* in a row */
};

/* The next pause after one more failure; `random` in [0, 1). Between half of and the whole pause.
 */
int64_t restart_pause_us(struct restart *restart, double random);
void restart_reset(struct restart *restart);
