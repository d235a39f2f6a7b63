/* The two clocks. Code that decides by time takes the time as a parameter; only the edges
 * (main loops, sockets) read it here. */
#pragma once
#include <stdint.h>

/* Any thread. Monotonic microseconds, never stepped; for intervals and deadlines. */
int64_t clock_mono_us(void);

/* Any thread. Microseconds since 1970-01-01 UTC; may be stepped; for what people and other
 * machines see. */
int64_t clock_wall_us(void);
