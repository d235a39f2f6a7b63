#include "stamp/stamp.h"

enum {
    CRC_BITS = 6,
    CRC_POLYNOMIAL = 0x03, /* x^6 + x + 1 */
    DATA_BITS = 32,
    SYNC_CELLS = 2,
    /* black and white differ by 200; JPEG and scaling take some of it */
    CONTRAST_MIN = 60,
    /* rows of the picture that are inside the stamp for every height up to 1080, in 720ths */
    FIRST_ROW = 4,
    END_ROW = 9,
    ROW_SCALE = 720,
};

static unsigned crc6(uint32_t data)
{
    unsigned crc = 0;
    for (int i = DATA_BITS - 1; i >= 0; i--) {
        const unsigned out = ((crc >> (CRC_BITS - 1)) ^ (data >> i)) & 1u;
        crc = ((crc << 1) & 0x3fu) ^ (out ? CRC_POLYNOMIAL : 0u);
    }
    return crc;
}

uint64_t stamp_bits(unsigned camera, uint32_t time_ms)
{
    const uint32_t data =
        (camera & STAMP_CAMERA_MAX) << 20 | (time_ms & (STAMP_TIME_MODULUS_MS - 1));
    return (uint64_t)2 << 38 | (uint64_t)data << CRC_BITS | crc6(data);
}

bool stamp_from_bits(uint64_t bits, struct stamp *stamp)
{
    const uint32_t data = (uint32_t)(bits >> CRC_BITS);
    if (bits >> 38 != 2 || crc6(data) != (bits & 0x3f))
        return false;
    stamp->camera = data >> 20;
    stamp->time_ms = data & (STAMP_TIME_MODULUS_MS - 1);
    return true;
}

/* Mean luma of the middle half of a cell. */
static int cell_luma(const uint8_t *luma, size_t stride_bytes, int width_px, int height_px,
                     int cell)
{
    const int left = (cell * 4 + 1) * width_px / (STAMP_CELLS * 4);
    const int right = (cell * 4 + 3) * width_px / (STAMP_CELLS * 4);
    const int top = height_px * FIRST_ROW / ROW_SCALE;
    const int bottom = height_px * END_ROW / ROW_SCALE;
    int sum = 0, count = 0;
    for (int y = top; y < bottom || y == top; y++)
        for (int x = left; x < right || x == left; x++, count++)
            sum += luma[(size_t)y * stride_bytes + (size_t)x];
    return sum / count;
}

bool stamp_read(const uint8_t *luma, size_t stride_bytes, int width_px, int height_px,
                struct stamp *stamp)
{
    if (width_px < STAMP_CELLS || height_px < 1)
        return false;
    const int white = cell_luma(luma, stride_bytes, width_px, height_px, 0);
    const int black = cell_luma(luma, stride_bytes, width_px, height_px, 1);
    if (white - black < CONTRAST_MIN)
        return false;
    uint64_t bits = 0;
    for (int cell = 0; cell < STAMP_CELLS; cell++) {
        const int value = cell_luma(luma, stride_bytes, width_px, height_px, cell);
        bits = bits << 1 | (value * 2 > white + black);
    }
    return stamp_from_bits(bits, stamp);
}

int32_t stamp_age_ms(const struct stamp *stamp, int64_t now_ms)
{
    int32_t age = (int32_t)((now_ms - stamp->time_ms) & (STAMP_TIME_MODULUS_MS - 1));
    return age >= STAMP_TIME_MODULUS_MS / 2 ? age - STAMP_TIME_MODULUS_MS : age;
}
