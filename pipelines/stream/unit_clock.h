/* One unbroken timeline out of units whose camera's clock may fall back or leap: what muxers and
 * encoders need. Pure. An all-zero struct is a fresh clock. */
#pragma once
#include "stream/unit.h"

struct unit_clock {
    bool begun;
    int64_t base_us;     /* camera time of the timeline's 0 */
    int64_t last_dts_us; /* camera time of the last unit */
    int64_t last_wall_us;
};

/* Where the unit lies on a timeline that begins at 0 with the first unit: its decoding time. When
 * the camera's clock went back, or ahead by more than 10 s, our receive time bridges it. */
int64_t unit_clock_dts_us(struct unit_clock *clock, const struct unit *unit);

/* How much later than decoded the unit is shown: 0 to 10 s. */
int64_t unit_clock_delay_us(const struct unit *unit);
