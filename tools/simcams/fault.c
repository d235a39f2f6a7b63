#include "simcams/fault.h"
#include <string.h>

const struct fault_kind fault_kinds[FAULT_COUNT] = {
    [FAULT_REFUSE] = {"refuse", NULL, 0, 0, 0},
    [FAULT_UNAUTHORIZED] = {"unauthorized", NULL, 0, 0, 0},
    [FAULT_LIMIT] = {"limit", "sessions", 0, 0, 1000},
    [FAULT_PLATFORM] = {"platform", "sessions", 0, 0, 1000},
    [FAULT_SLOW] = {"slow", "delay_ms", 3000, 1, 600000},
    [FAULT_STALL] = {"stall", NULL, 0, 0, 0},
    [FAULT_FREEZE] = {"freeze", NULL, 0, 0, 0},
    [FAULT_BLACK] = {"black", NULL, 0, 0, 0},
    [FAULT_LOSS] = {"loss", "share", 0.05, 0, 1},
    [FAULT_DESYNC] = {"desync", NULL, 0, 0, 0},
    [FAULT_CLOCK] = {"clock", "offset_ms", 3600000, -4e12, 4e12},
    [FAULT_OVERSIZE] = {"oversize", "bytes", 1 << 20, 1, 16 << 20},
    [FAULT_RESOLUTION] = {"resolution", NULL, 0, 0, 0},
    [FAULT_PARAMETERS] = {"parameters", NULL, 0, 0, 0},
    [FAULT_GARBLE] = {"garble", NULL, 0, 0, 0},
    [FAULT_DROP] = {"drop", NULL, 0, 0, 0},
};

enum fault fault_by_name(const char *name)
{
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        if (strcmp(fault_kinds[i].name, name) == 0)
            return (enum fault)i;
    return FAULT_COUNT;
}

void fault_set(struct faults *faults, enum fault fault, double value, int64_t until_us)
{
    faults->active |= 1u << fault;
    faults->value[fault] = value;
    faults->until_us[fault] = until_us;
}

void fault_clear(struct faults *faults, enum fault fault)
{
    faults->active &= ~(1u << fault);
}

void faults_expire(struct faults *faults, int64_t now_us)
{
    for (unsigned i = 0; faults->active >> i; i++)
        if (fault_active(faults, (enum fault)i) && faults->until_us[i] &&
            faults->until_us[i] <= now_us)
            fault_clear(faults, (enum fault)i);
}
