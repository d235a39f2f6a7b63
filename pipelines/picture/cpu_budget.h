/* A budget of CPU time: a bucket that fills with `cores` seconds a second and is charged afterwards
 * with what was really used. Pure; the times are parameters (clock_mono_us). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct cpu_budget {
    double cores;
    double level_us; /* may be negative: debt */
    int64_t filled_us;
};

/* Starts full. */
void cpu_budget_init(struct cpu_budget *budget, double cores, int64_t now_us);

/* How long to wait until work may begin, in µs; 0: now. */
int64_t cpu_budget_wait_us(struct cpu_budget *budget, int64_t now_us);

void cpu_budget_charge(struct cpu_budget *budget, int64_t used_us);
