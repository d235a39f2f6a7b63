/* Bits of H.264 and H.265 headers: reading, writing, Exp-Golomb codes, emulation prevention.
 * Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bit_reader {
    const uint8_t *data;
    size_t size_bits;
    size_t at;   /* the next bit */
    bool beyond; /* something was read past the end (as zeros) */
};

struct bit_writer {
    uint8_t *data;
    size_t capacity_bits;
    size_t at;
    bool full; /* something did not fit */
};

static inline unsigned bits_read1(struct bit_reader *reader)
{
    if (reader->at >= reader->size_bits) {
        reader->beyond = true;
        return 0;
    }
    const unsigned bit = (reader->data[reader->at / 8] >> (7 - reader->at % 8)) & 1u;
    reader->at++;
    return bit;
}

/* Up to 32 bits, the first the most significant. */
uint32_t bits_read(struct bit_reader *reader, unsigned count);

/* ue(v) and se(v), H.264 clause 9.1, H.265 clause 9.2. */
uint32_t bits_read_ue(struct bit_reader *reader);
int32_t bits_read_se(struct bit_reader *reader);

static inline void bits_write1(struct bit_writer *writer, unsigned bit)
{
    if (writer->at >= writer->capacity_bits) {
        writer->full = true;
        return;
    }
    const uint8_t mask = (uint8_t)(0x80u >> (writer->at % 8));
    uint8_t *byte = &writer->data[writer->at / 8];
    *byte = (uint8_t)(bit ? *byte | mask : *byte & ~mask);
    writer->at++;
}

void bits_write(struct bit_writer *writer, uint32_t value, unsigned count);
void bits_write_ue(struct bit_writer *writer, uint32_t value);
void bits_write_se(struct bit_writer *writer, int32_t value);

/* Copies bits [from, to) of data. */
void bits_copy(struct bit_writer *writer, const uint8_t *data, size_t from, size_t to);

/* A one and zeros up to the byte's end: rbsp_trailing_bits() and byte_alignment(). */
void bits_write_trailing(struct bit_writer *writer);

/* Where rbsp_trailing_bits() begins: the last one bit. */
size_t bits_trailing_start(const uint8_t *data, size_t size_bytes);

/* Takes the emulation prevention bytes out of a NAL unit. Returns the size; rbsp has size_bytes of
 * room. */
size_t nal_unescape(const uint8_t *nal, size_t size_bytes, uint8_t *rbsp);

/* Puts them in. nal has 3/2 size_bytes + 1 of room. */
size_t nal_escape(const uint8_t *rbsp, size_t size_bytes, uint8_t *nal);
