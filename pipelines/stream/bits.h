/* Reads bits of a NAL unit's payload, most significant first. Reading past the end yields zeros and
 * sets `overrun`, so that a parser checks once at its end. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
    const uint8_t *data;
    size_t size_bits, at;
    bool overrun;
};

static inline uint32_t bits_u1(struct bits *bits)
{
    if (bits->at >= bits->size_bits) {
        bits->overrun = true;
        return 0;
    }
    uint32_t bit = (uint32_t)(bits->data[bits->at >> 3] >> (7 - (bits->at & 7))) & 1u;
    bits->at++;
    return bit;
}

/* `count` ≤ 32 */
static inline uint32_t bits_u(struct bits *bits, unsigned count)
{
    uint32_t value = 0;
    while (count--)
        value = value << 1 | bits_u1(bits);
    return value;
}

/* Exp-Golomb, ITU-T H.264 §9.1. Longer than 32 bits is an overrun. */
static inline uint32_t bits_ue(struct bits *bits)
{
    unsigned zeros = 0;
    while (!bits_u1(bits)) {
        if (bits->overrun || ++zeros > 31) {
            bits->overrun = true;
            return 0;
        }
    }
    return (uint32_t)((1ull << zeros) - 1 + bits_u(bits, zeros));
}

static inline int32_t bits_se(struct bits *bits)
{
    uint32_t code = bits_ue(bits);
    return code & 1 ? (int32_t)(code / 2 + 1) : -(int32_t)(code / 2);
}

static inline void bits_skip(struct bits *bits, unsigned count)
{
    bits->at += count;
    if (bits->at > bits->size_bits)
        bits->overrun = true;
}

/* Takes the emulation prevention bytes (00 00 03) out. Returned: bytes written, ≤ `capacity`. */
static inline size_t bits_unescape(const uint8_t *nal, size_t size, uint8_t *out, size_t capacity)
{
    size_t written = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < size && written < capacity; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == 0 ? zeros + 1 : 0;
        out[written++] = nal[i];
    }
    return written;
}
