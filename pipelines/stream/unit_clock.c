#include "stream/unit_clock.h"

enum { JUMP_US = 10 * 1000 * 1000, LEAST_STEP_US = 1000 };

int64_t unit_clock_dts_us(struct unit_clock *clock, const struct unit *unit)
{
    if (!clock->begun)
        clock->base_us = unit->dts_us;
    int64_t step_us = unit->dts_us - clock->last_dts_us;
    if (clock->begun && (step_us < 0 || step_us > JUMP_US)) {
        int64_t passed_us = CLAMP(unit->wall_us - clock->last_wall_us, LEAST_STEP_US, JUMP_US);
        clock->base_us += step_us - passed_us;
    }
    clock->last_dts_us = unit->dts_us;
    clock->last_wall_us = unit->wall_us;
    clock->begun = true;
    return unit->dts_us - clock->base_us;
}

int64_t unit_clock_delay_us(const struct unit *unit)
{
    return CLAMP(unit->pts_us - unit->dts_us, 0, JUMP_US);
}
