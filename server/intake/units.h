/* Units of what sensors measure. Pure; any thread. */
#pragma once
#include <stdbool.h>

/* Is it a unit that we know? "" is: a number without one. */
bool unit_known(const char *unit);
/* `value` of unit `from` in unit `to`. false: they measure different things, or one is not known;
 * two that are written the same are always good. */
bool unit_convert(double value, const char *from, const char *to, double *converted);
