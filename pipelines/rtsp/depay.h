/* RTP payloads of H.264 (RFC 6184) and H.265 (RFC 7798, without DONL) to pieces of NAL units. Pure.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of one NAL unit: `head` (a header that the payload does not carry as such) and then
 * `data`, which points into the payload. */
struct nal_piece {
    const uint8_t *data;
    size_t size;
    uint8_t head[2];
    uint8_t head_size;
    bool begins, ends; /* of its NAL unit */
    uint8_t type;      /* of its NAL unit; of a middle fragment as the packet says */
};

/* An aggregation packet of 64 KiB has fewer than this many units worth having. */
enum { DEPAY_MAX_PIECES = 64 };

/* Returned: pieces written; -1: the payload breaks the format (what was cut before is lost too).
 * 0: nothing of use (an empty fragment, a type that carries no picture). */
int h264_depay(const uint8_t *payload, size_t size, struct nal_piece pieces[DEPAY_MAX_PIECES]);
int h265_depay(const uint8_t *payload, size_t size, struct nal_piece pieces[DEPAY_MAX_PIECES]);
