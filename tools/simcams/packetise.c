#include "simcams/packetise.h"
#include <string.h>

const char *codec_name(enum codec codec)
{
    return codec == CODEC_H264 ? "H264" : "H265";
}

unsigned nal_type(enum codec codec, uint8_t head)
{
    return codec == CODEC_H264 ? head & 0x1fu : (head >> 1) & 0x3fu;
}

bool nal_type_is_slice(enum codec codec, unsigned type)
{
    return codec == CODEC_H264 ? type >= 1 && type <= 5 : type <= 31;
}

bool nal_type_is_key(enum codec codec, unsigned type)
{
    return codec == CODEC_H264 ? type == 5 : type >= 16 && type <= 21;
}

static void add_packet(GByteArray *bytes, GArray *starts, const uint8_t *prefix,
                       size_t prefix_bytes, const uint8_t *payload, size_t payload_bytes,
                       bool marker)
{
    const uint32_t start = bytes->len;
    const size_t length = RTP_HEADER_BYTES + prefix_bytes + payload_bytes;
    const uint8_t head[PACKET_HEAD_BYTES] = {
        '$',
        0,
        (uint8_t)(length >> 8),
        (uint8_t)length,
        0x80,
        (uint8_t)((marker ? 0x80 : 0) | RTP_PAYLOAD_TYPE),
    };
    g_array_append_val(starts, start);
    g_byte_array_append(bytes, head, sizeof head);
    g_byte_array_append(bytes, prefix, (guint)prefix_bytes);
    g_byte_array_append(bytes, payload, (guint)payload_bytes);
}

void packetise_nal(GByteArray *bytes, GArray *starts, enum codec codec, const uint8_t *nal,
                   size_t size_bytes, bool marker)
{
    if (size_bytes <= PAYLOAD_MAX_BYTES) {
        add_packet(bytes, starts, NULL, 0, nal, size_bytes, marker);
        return;
    }
    const unsigned type = nal_type(codec, nal[0]);
    uint8_t prefix[3];
    size_t prefix_bytes;
    if (codec == CODEC_H264) {
        prefix[0] = (uint8_t)((nal[0] & 0xe0) | 28);
        prefix_bytes = 2;
    } else {
        prefix[0] = (uint8_t)((nal[0] & 0x81) | (49 << 1));
        prefix[1] = nal[1];
        prefix_bytes = 3;
    }
    size_t done = prefix_bytes - 1; /* the NAL unit header travels in the FU header */
    bool first = true;
    while (done < size_bytes) {
        const size_t part = MIN(size_bytes - done, PAYLOAD_MAX_BYTES - prefix_bytes);
        const bool last = done + part == size_bytes;
        prefix[prefix_bytes - 1] = (uint8_t)((first ? 0x80u : 0u) | (last ? 0x40u : 0u) | type);
        add_packet(bytes, starts, prefix, prefix_bytes, nal + done, part, marker && last);
        done += part;
        first = false;
    }
}

void packet_patch(uint8_t *packet, const struct packet_head *head)
{
    const uint16_t seq = GUINT16_TO_BE(head->seq);
    const uint32_t timestamp = GUINT32_TO_BE(head->timestamp);
    const uint32_t ssrc = GUINT32_TO_BE(head->ssrc);
    packet[1] = head->channel;
    memcpy(packet + 6, &seq, sizeof seq);
    memcpy(packet + 8, &timestamp, sizeof timestamp);
    memcpy(packet + 12, &ssrc, sizeof ssrc);
}

/* Offset of the next 00 00 01, or data_bytes. */
static size_t find_start_code(const uint8_t *data, size_t data_bytes, size_t from)
{
    for (size_t i = from; i + 3 <= data_bytes; i++)
        if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1)
            return i;
    return data_bytes;
}

const uint8_t *annexb_next(const uint8_t *data, size_t data_bytes, size_t *offset,
                           size_t *size_bytes)
{
    const size_t code = find_start_code(data, data_bytes, *offset);
    if (code == data_bytes)
        return NULL;
    const size_t begin = code + 3;
    const size_t next = find_start_code(data, data_bytes, begin);
    size_t end = next;
    while (end > begin && data[end - 1] == 0) /* trailing zeros, or the fourth byte of a code */
        end--;
    *offset = next;
    *size_bytes = end - begin;
    return data + begin;
}
