#include "picture/cpu_budget.h"

/* What may be saved up: a tenth of a second's worth, so that a quiet moment does not become a burst
 * that ingest feels; and what may be owed, so that one huge picture does not stop all for long. */
static const double FULL_S = 0.1, DEBT_S = 1.0;

void cpu_budget_init(struct cpu_budget *budget, double cores, int64_t now_us)
{
    *budget =
        (struct cpu_budget){.cores = cores, .level_us = cores * FULL_S * 1e6, .filled_us = now_us};
}

int64_t cpu_budget_wait_us(struct cpu_budget *budget, int64_t now_us)
{
    if (now_us > budget->filled_us) {
        budget->level_us += (double)(now_us - budget->filled_us) * budget->cores;
        budget->filled_us = now_us;
    }
    double full = budget->cores * FULL_S * 1e6;
    if (budget->level_us > full)
        budget->level_us = full;
    return budget->level_us > 0 ? 0 : (int64_t)(-budget->level_us / budget->cores) + 1;
}

void cpu_budget_charge(struct cpu_budget *budget, int64_t used_us)
{
    budget->level_us -= (double)used_us;
    double debt = -budget->cores * DEBT_S * 1e6;
    if (budget->level_us < debt)
        budget->level_us = debt;
}
