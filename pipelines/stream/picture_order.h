/* The order in which H.264 pictures are shown, out of their slices (ITU-T H.264 §8.2.1): for
 * sources that tell no times. Pure. An all-zero struct is a fresh one. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture_order {
    /* of the newest sequence parameter set */
    bool known;
    uint32_t type;
    uint8_t frame_num_bits, lsb_bits;
    bool frames_only, planes;
    int reorder_units; /* see sps.h */
    /* of the reference picture before */
    int32_t previous_msb, previous_lsb;
};

struct picture_place {
    bool first;     /* counting begins anew with this picture */
    int64_t number; /* rises in the order of showing; neighbours differ by two */
};

/* Looks at one picture with its parameter sets (Annex B). false: it cannot be told, or pictures are
 * shown as they are decoded. */
bool picture_order_next(struct picture_order *order, const uint8_t *data, size_t size,
                        struct picture_place *place);
