#include "intake/bounds.h"
#include <math.h>
#include <stddef.h>

bool bounds_any(const struct bounds *bounds)
{
    return !isnan(bounds->raise_above) || !isnan(bounds->raise_below);
}

const char *bounds_fault(const struct bounds *bounds, const char **zh)
{
    if (!isnan(bounds->clear_below) && isnan(bounds->raise_above)) {
        *zh = "有 clear_below 而没有 raise_above";
        return "clear_below without raise_above";
    }
    if (!isnan(bounds->clear_above) && isnan(bounds->raise_below)) {
        *zh = "有 clear_above 而没有 raise_below";
        return "clear_above without raise_below";
    }
    if (bounds->clear_below > bounds->raise_above) {
        *zh = "clear_below 大于 raise_above";
        return "clear_below is greater than raise_above";
    }
    if (bounds->clear_above < bounds->raise_below) {
        *zh = "clear_above 小于 raise_below";
        return "clear_above is less than raise_below";
    }
    if (bounds->raise_below >= bounds->raise_above) {
        *zh = "raise_below 不小于 raise_above";
        return "raise_below is not less than raise_above";
    }
    return NULL;
}

bool bounds_judge(const struct bounds *bounds, double value, bool was)
{
    if (isnan(value))
        return was;
    bool over = value >= bounds->raise_above, under = value <= bounds->raise_below;
    if (over || under || !was)
        return over || under;
    /* between: it stays until it is back on the good side of both */
    bool still_over = value >= bounds->clear_below, still_under = value <= bounds->clear_above;
    return still_over || still_under;
}

double bounds_crossed(const struct bounds *bounds, double value)
{
    if (value >= bounds->raise_above)
        return bounds->raise_above;
    return value <= bounds->raise_below ? bounds->raise_below : (double)NAN;
}
