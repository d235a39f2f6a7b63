#include "simcams/bits.h"

uint32_t bits_read(struct bit_reader *reader, unsigned count)
{
    uint32_t value = 0;
    while (count--)
        value = value << 1 | bits_read1(reader);
    return value;
}

uint32_t bits_read_ue(struct bit_reader *reader)
{
    unsigned zeros = 0;
    while (!bits_read1(reader)) {
        if (reader->beyond || ++zeros > 31) {
            reader->beyond = true;
            return 0;
        }
    }
    return zeros ? (1u << zeros) - 1 + bits_read(reader, zeros) : 0;
}

int32_t bits_read_se(struct bit_reader *reader)
{
    const uint32_t code = bits_read_ue(reader);
    const int32_t magnitude = (int32_t)((code + 1) / 2);
    return code & 1 ? magnitude : -magnitude;
}

void bits_write(struct bit_writer *writer, uint32_t value, unsigned count)
{
    while (count--)
        bits_write1(writer, (value >> count) & 1u);
}

void bits_write_ue(struct bit_writer *writer, uint32_t value)
{
    unsigned length = 0;
    while (((uint64_t)value + 1) >> (length + 1))
        length++;
    bits_write(writer, 0, length);
    bits_write(writer, value + 1, length + 1);
}

void bits_write_se(struct bit_writer *writer, int32_t value)
{
    bits_write_ue(writer, value > 0 ? (uint32_t)value * 2 - 1 : (uint32_t)-value * 2);
}

void bits_copy(struct bit_writer *writer, const uint8_t *data, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        bits_write1(writer, (data[i / 8] >> (7 - i % 8)) & 1u);
}

void bits_write_trailing(struct bit_writer *writer)
{
    bits_write1(writer, 1);
    while (writer->at % 8 && !writer->full)
        bits_write1(writer, 0);
}

size_t bits_trailing_start(const uint8_t *data, size_t size_bytes)
{
    size_t at = size_bytes * 8;
    while (at && !((data[(at - 1) / 8] >> (7 - (at - 1) % 8)) & 1u))
        at--;
    return at ? at - 1 : 0;
}

size_t nal_unescape(const uint8_t *nal, size_t size_bytes, uint8_t *rbsp)
{
    size_t size = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < size_bytes; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == 0 ? zeros + 1 : 0;
        rbsp[size++] = nal[i];
    }
    return size;
}

size_t nal_escape(const uint8_t *rbsp, size_t size_bytes, uint8_t *nal)
{
    size_t size = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < size_bytes; i++) {
        if (zeros == 2 && rbsp[i] <= 3) {
            nal[size++] = 3;
            zeros = 0;
        }
        zeros = rbsp[i] == 0 ? zeros + 1 : 0;
        nal[size++] = rbsp[i];
    }
    return size;
}
