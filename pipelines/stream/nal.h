/* Walking over NAL units in Annex B bytes (ITU-T H.264 and H.265, annex B). Pure, any thread. */
#pragma once
#include "stream/unit.h"

struct nal {
    const uint8_t *data; /* behind the start code, borrowed */
    size_t size;         /* without trailing zero bytes; at least 1 */
};

/* Finds the first NAL unit at or behind *offset and moves *offset behind it. Start codes of three
 * and four bytes; bytes before the first one are skipped, empty NAL units too. false: none left. */
bool nal_next(const uint8_t *data, size_t size, size_t *offset, struct nal *nal);

/* nal_unit_type of either codec. */
static inline unsigned nal_type_of(enum codec codec, const struct nal *nal)
{
    return codec == CODEC_H265 ? (nal->data[0] >> 1) & 0x3fu : nal->data[0] & 0x1fu;
}

/* What a NAL unit type is, as far as muxers and decoders care. */
enum nal_kind {
    NAL_OTHER,
    NAL_SLICE, /* any coded slice */
    NAL_VPS,
    NAL_SPS,
    NAL_PPS,
    NAL_DELIMITER, /* access unit delimiter */
};
enum nal_kind nal_kind(enum codec codec, unsigned nal_type);

/* True when the bytes before the first slice hold SPS and PPS (H.265: VPS too). */
bool nal_has_parameter_sets(enum codec codec, const uint8_t *data, size_t size);
