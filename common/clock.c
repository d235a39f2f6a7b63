#include "common/clock.h"
#include <glib.h>

int64_t clock_mono_us(void)
{
    return g_get_monotonic_time();
}

int64_t clock_wall_us(void)
{
    return g_get_real_time();
}
