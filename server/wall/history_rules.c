#include "wall/history_rules.h"
#include <string.h>

enum presence presence_of(const char *state, const char *reason)
{
    static const struct {
        const char *state;
        enum presence presence;
    } table[] = {
        {"live", PRESENCE_ONLINE},        {"sampled", PRESENCE_ONLINE}, {"stale", PRESENCE_OFFLINE},
        {"connecting", PRESENCE_OFFLINE}, {"down", PRESENCE_OFFLINE},
    };
    if (g_strcmp0(reason, "media_away") == 0)
        return PRESENCE_UNKNOWN;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].state, state) == 0)
            return table[i].presence;
    return PRESENCE_UNKNOWN;
}

gint64 history_hour(gint64 at_us)
{
    return at_us - at_us % HISTORY_HOUR_US;
}

bool history_budget_take(struct history_budget *budget, gint64 now_us)
{
    gint64 passed_us = MAX(0, now_us - budget->at_us);
    budget->used = MAX(0, budget->used - (double)passed_us / HISTORY_REFILL_US);
    budget->at_us = MAX(budget->at_us, now_us);
    if (budget->used > HISTORY_BURST - 1)
        return false;
    budget->used++;
    return true;
}

gint64 history_share(gint64 part, gint64 whole)
{
    if (whole <= 0)
        return -1;
    part = CLAMP(part, 0, whole);
    /* in seconds: a year of microseconds times 10,000 would not fit */
    if (whole > G_MAXINT64 / 40000) {
        part /= G_USEC_PER_SEC;
        whole /= G_USEC_PER_SEC;
    }
    return (part * 20000 + whole) / (2 * whole);
}
