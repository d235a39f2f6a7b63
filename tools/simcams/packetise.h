/* Cuts coded pictures into RTP packets once, so that sending is copying and patching.
 * Pure; any thread. RFC 6184 (H.264: single NAL unit, FU-A) and RFC 7798 (H.265: single, FU). */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum codec {
    CODEC_H264,
    CODEC_H265,
};

enum {
    /* "$", channel, length (RFC 2326 section 10.12) and the fixed RTP header */
    INTERLEAVED_BYTES = 4,
    RTP_HEADER_BYTES = 12,
    PACKET_HEAD_BYTES = INTERLEAVED_BYTES + RTP_HEADER_BYTES,
    /* largest RTP payload: fits an Ethernet frame with IPv6 and some tunnel */
    PAYLOAD_MAX_BYTES = 1400,
    RTP_PAYLOAD_TYPE = 96,
};

/* What differs from one receiver to the next in an otherwise shared packet. */
struct packet_head {
    uint8_t channel;
    uint16_t seq;
    uint32_t timestamp;
    uint32_t ssrc;
};

/* Name for people and SDP: "H264" or "H265". */
const char *codec_name(enum codec codec);

/* NAL unit type of the NAL unit that starts with first byte `head`. */
unsigned nal_type(enum codec codec, uint8_t head);

/* Whether a NAL unit of this type carries picture data. */
bool nal_type_is_slice(enum codec codec, unsigned type);

/* Whether a NAL unit of this type begins a picture from which decoding can start. */
bool nal_type_is_key(enum codec codec, unsigned type);

/* Appends the packets of one NAL unit (without start code, size_bytes ≥ 3) to `bytes`, each as
 * interleaved head, RTP header with zeroed variable fields, payload; appends each packet's offset
 * in `bytes` to `starts` (uint32_t). The RTP marker stands on the last packet if `marker`. */
void packetise_nal(GByteArray *bytes, GArray *starts, enum codec codec, const uint8_t *nal,
                   size_t size_bytes, bool marker);

/* Writes the receiver's own fields into a packet's first PACKET_HEAD_BYTES. */
void packet_patch(uint8_t *packet, const struct packet_head *head);

/* Finds the next NAL unit of an Annex B stream at or after *offset. Returns its start and sets
 * *size_bytes and *offset (to where to go on), or NULL at the end. */
const uint8_t *annexb_next(const uint8_t *data, size_t data_bytes, size_t *offset,
                           size_t *size_bytes);
