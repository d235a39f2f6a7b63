/* What can be made to go wrong with a camera. The table is the documentation's source:
 * docs/simcams.md lists the same rows. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum fault {
    FAULT_REFUSE,
    FAULT_UNAUTHORIZED,
    FAULT_LIMIT,
    FAULT_PLATFORM,
    FAULT_SLOW,
    FAULT_STALL,
    FAULT_FREEZE,
    FAULT_BLACK,
    FAULT_LOSS,
    FAULT_DESYNC,
    FAULT_CLOCK,
    FAULT_OVERSIZE,
    FAULT_RESOLUTION,
    FAULT_PARAMETERS,
    FAULT_GARBLE,
    FAULT_DROP,
    FAULT_COUNT,
};

/* One fault as the control socket names it. */
struct fault_kind {
    const char *name;
    const char *value_name; /* NULL: takes no value */
    double value_default;
    double value_min;
    double value_max;
};

/* The faults of one camera. */
struct faults {
    uint32_t active; /* bit per enum fault */
    double value[FAULT_COUNT];
    int64_t until_us[FAULT_COUNT]; /* monotonic clock; 0: until cleared */
};

extern const struct fault_kind fault_kinds[FAULT_COUNT];

/* The fault of this name, or FAULT_COUNT. */
enum fault fault_by_name(const char *name);

static inline bool fault_active(const struct faults *faults, enum fault fault)
{
    return (faults->active >> fault) & 1u;
}

void fault_set(struct faults *faults, enum fault fault, double value, int64_t until_us);

void fault_clear(struct faults *faults, enum fault fault);

/* Ends what has had its time. */
void faults_expire(struct faults *faults, int64_t now_us);
