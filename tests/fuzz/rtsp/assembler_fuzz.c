/* A whole stream: codec in the first byte, then packets of [flags, size] and payload. Flags: bit 0
 * marker, 1 next timestamp, 2 a packet is lost before, 3 settle, 4 another source. */
#include "rtsp/assembler.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct unit *unit, gpointer user)
{
    int64_t *last_dts_us = user;
    g_assert_cmpint(unit->dts_us, <=, unit->pts_us);
    g_assert_cmpint(unit->dts_us, >, *last_dts_us);
    g_assert_nonnull(unit->format);
    *last_dts_us = unit->dts_us;
    unit_unref(unit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    int64_t last_dts_us = INT64_MIN;
    struct assembler_scratch *scratch = assembler_scratch_create();
    struct assembler *assembler =
        assembler_create(&(struct assembler_config){.codec = data[0] & 1 ? CODEC_H265 : CODEC_H264,
                                                    .payload_type = 96,
                                                    .clock_hz = 90000,
                                                    .max_unit_bytes = 4096,
                                                    .unit = take,
                                                    .user = &last_dts_us});
    struct rtp rtp = {.type = 96, .ssrc = 1};
    int64_t wall_us = 0;
    for (size_t at = 1; at + 2 <= size;) {
        uint8_t flags = data[at];
        size_t part = MIN(data[at + 1], size - at - 2);
        rtp.payload = data + at + 2;
        rtp.size = part;
        rtp.marker = flags & 1;
        rtp.timestamp += flags & 2 ? 3600u * (1 + (flags >> 5)) : 0;
        rtp.sequence = (uint16_t)(rtp.sequence + (flags & 4 ? 2 : 1));
        rtp.ssrc = flags & 16 ? 2 : 1;
        assembler_push(assembler, scratch, &rtp, wall_us += 40000);
        if (flags & 8)
            assembler_settle(assembler, scratch);
        at += 2 + part;
    }
    assembler_settle(assembler, scratch);
    assembler_destroy(assembler);
    assembler_scratch_destroy(scratch);
    return 0;
}
