/* Readers of wire layouts: nothing outside the bytes is touched, and what is read is written back
 * to the very same bytes. */
#include "common/wire.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void thumbs(const uint8_t *data, size_t size)
{
    size_t offset = 0, before = 0;
    struct wire_thumb thumb;
    const uint8_t *jpeg;
    while (wire_thumb_read(data, size, &offset, &thumb, &jpeg)) {
        uint8_t out[WIRE_THUMB_BYTES];
        wire_thumb_write(out, &thumb);
        g_assert_true(memcmp(out, data + before, 21) == 0);
        g_assert_true(jpeg + thumb.size_bytes == data + offset);
        g_assert_cmpuint(offset, <=, size);
        before = offset;
    }
    g_assert_cmpuint(offset, ==, before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t out[WIRE_WS_UNIT_BYTES];
    struct wire_frame frame;
    struct wire_unit unit;
    struct wire_ws_unit ws;
    uint16_t count, width, height;
    int64_t wall_us;
    if (size >= WIRE_FRAME_HEADER_BYTES && wire_frame_read(data, &frame)) {
        wire_frame_write(out, &frame);
        g_assert_true(memcmp(out, data, WIRE_FRAME_HEADER_BYTES) == 0);
    }
    if (wire_unit_read(data, size, &unit)) {
        wire_unit_write(out, &unit);
        g_assert_true(memcmp(out, data, WIRE_UNIT_PREFIX_BYTES) == 0);
    }
    if (wire_ws_unit_read(data, size, &ws)) {
        wire_ws_unit_write(out, &ws);
        g_assert_true(memcmp(out, data, WIRE_WS_UNIT_BYTES) == 0);
    }
    if (wire_thumbs_link_count(data, size, &count))
        g_assert_cmpuint(count, ==, wire_get_u16(data));
    if (wire_snapshot_read(data, size, &wall_us, &width, &height)) {
        wire_snapshot_write(out, wall_us, width, height);
        g_assert_true(memcmp(out, data, 12) == 0);
    }
    thumbs(data, size);
    return 0;
}
