/* When a number is an alarm: bounds with hysteresis. Pure; any thread. */
#pragma once
#include <stdbool.h>

/* NAN: there is no such bound. Without clear_below an alarm of raise_above ends under raise_above
 * itself, and the other way round below. */
struct bounds {
    double raise_above, clear_below, raise_below, clear_above;
};
#define BOUNDS_NONE ((struct bounds){(double)NAN, (double)NAN, (double)NAN, (double)NAN})

bool bounds_any(const struct bounds *bounds);
/* NULL, or what is wrong with them, in English (static): *zh the same in Chinese. */
const char *bounds_fault(const struct bounds *bounds, const char **zh);
/* Is it an alarm now, when it `was` one or not? A value that is no number changes nothing. */
bool bounds_judge(const struct bounds *bounds, double value, bool was);
/* The bound that `value` is beyond, for words; NAN: none. */
double bounds_crossed(const struct bounds *bounds, double value);
