#include "packets.h"
#include <string.h>

void packets_raw(struct packets *packets, const uint8_t *payload, size_t size, uint32_t timestamp,
                 bool marker)
{
    g_autofree uint8_t *exact = g_memdup2(payload, size);
    struct rtp rtp = {.payload = exact,
                      .size = size,
                      .timestamp = timestamp,
                      .ssrc = packets->ssrc,
                      .sequence = packets->sequence++,
                      .type = 96,
                      .marker = marker};
    /* kept until the settle, as a receiver does */
    static GPtrArray *kept;
    if (!kept)
        kept = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(kept, g_steal_pointer(&exact));
    assembler_push(packets->assembler, packets->scratch, &rtp, packets->wall_us);
    if (packets->settle_each || kept->len > 200) {
        assembler_settle(packets->assembler, packets->scratch);
        g_ptr_array_set_size(kept, 0);
    }
}

void packets_nal(struct packets *packets, const uint8_t *nal, size_t size, uint32_t timestamp,
                 bool last)
{
    bool h265 = packets->codec == CODEC_H265;
    last |= packets->marker_each;
    if (size <= packets->mtu_bytes) {
        packets_raw(packets, nal, size, timestamp, last);
        return;
    }
    size_t head = h265 ? 2 : 1;
    g_autofree uint8_t *payload = g_malloc(packets->mtu_bytes + 3);
    for (size_t at = head; at < size;) {
        size_t part = MIN(packets->mtu_bytes, size - at);
        uint8_t flags = (uint8_t)((at == head ? 0x80 : 0) | (at + part == size ? 0x40 : 0));
        if (h265) {
            payload[0] = (uint8_t)((nal[0] & 0x81) | 49 << 1);
            payload[1] = nal[1];
            payload[2] = (uint8_t)(flags | (nal[0] >> 1 & 0x3f));
        } else {
            payload[0] = (uint8_t)((nal[0] & 0xe0) | 28);
            payload[1] = (uint8_t)(flags | (nal[0] & 0x1f));
        }
        memcpy(payload + head + 1, nal + at, part);
        packets_raw(packets, payload, head + 1 + part, timestamp, last && at + part == size);
        at += part;
    }
}
