/* How fast attempts may follow each other. Pure: the times are parameters (monotonic). */
#pragma once
#include <stdint.h>

struct pace {
    int64_t interval_us; /* between two, on average */
    unsigned burst;      /* so many may come at once after a rest */
    int64_t next_us;     /* when the rest would be used up; 0 at the beginning */
};

/* 0: now. */
int64_t pace_wait_us(const struct pace *pace, int64_t now_us);
/* One goes. */
void pace_take(struct pace *pace, int64_t now_us);
