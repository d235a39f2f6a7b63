/* The places that the simulated cameras look at. */
#pragma once
#include "scenes/world.h"

struct place_kind {
    const char *name;
    struct mood mood;
    float camera_height_m, pitch_rad, focal_px;
    uint32_t seed;
    void (*draw_background)(struct world *world);
    /* `turn` goes from 0 to 1 during one loop of the clip. */
    void (*draw_moving)(struct world *world, float turn);
};

extern const struct place_kind place_kinds[];
extern const size_t place_kind_count;
