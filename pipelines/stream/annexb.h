/* Start codes. Pure. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Size of the start code (00 00 01 or 00 00 00 01) that `data` begins with, or 0. */
static inline size_t annexb_start_code(const uint8_t *data, size_t size)
{
    if (size >= 3 && data[0] == 0 && data[1] == 0) {
        if (data[2] == 1)
            return 3;
        if (size >= 4 && data[2] == 0 && data[3] == 1)
            return 4;
    }
    return 0;
}

/* Offset of the next 00 00 01 at or after `from`, or `size`. */
size_t annexb_find(const uint8_t *data, size_t size, size_t from);

/* Walks NAL units: *offset is moved behind the found unit, whose bytes (without start code and
 * trailing zeros) are [*nal, *nal + *nal_size). 0 at the end. Begin with *offset = 0. */
int annexb_next(const uint8_t *data, size_t size, size_t *offset, const uint8_t **nal,
                size_t *nal_size);
