/* The stamp: camera number and sending time, readable by a machine in the top row of every
 * keyframe. docs/simcams.md describes the format; tests/vectors/stamp.json has examples. Pure; any
 * thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STAMP_CELLS = 40,
    STAMP_CAMERA_MAX = 4095,
    STAMP_TIME_MODULUS_MS = 1 << 20,
    STAMP_ROW_PX = 16, /* height in the coded picture */
};

struct stamp {
    unsigned camera;  /* 1 … STAMP_CAMERA_MAX */
    uint32_t time_ms; /* wall clock modulo STAMP_TIME_MODULUS_MS */
};

/* The 40 cells, the first in bit 39. Both numbers are taken modulo their ranges. */
uint64_t stamp_bits(unsigned camera, uint32_t time_ms);

/* Checks sync and CRC of 40 cells; false leaves *stamp alone. */
bool stamp_from_bits(uint64_t bits, struct stamp *stamp);

/* Reads the stamp out of a picture's luma plane of any size from 160×90 on. False if there is none.
 */
bool stamp_read(const uint8_t *luma, size_t stride_bytes, int width_px, int height_px,
                struct stamp *stamp);

/* Milliseconds from the stamp to now_ms (wall clock), between minus half the modulus and plus half.
 */
int32_t stamp_age_ms(const struct stamp *stamp, int64_t now_ms);
