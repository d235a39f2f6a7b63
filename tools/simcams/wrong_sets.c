#include "simcams/wrong_sets.h"

enum { H264_SPS = 7, H264_PPS = 8, H265_SPS = 33, H265_PPS = 34 };
enum {
    /* H.264 7.3.2.1.1: header, profile_idc, constraint flags, level_idc */
    H264_LEVEL_AT = 3,
    H264_LEVEL_STEP = 10,
    H264_LEVEL_MAX = 62,
    H264_ENTROPY_CODING_BIT = 0x20, /* 7.3.2.2, behind two ids of one bit each */
    /* H.265 7.3.2.2 and 7.3.3: behind the header one byte, then 11 bytes of profile */
    H265_LEVEL_AT = 12,
    H265_LEVEL_STEP = 30, /* one whole level */
    H265_LEVEL_MAX = 186,
    H265_HEADER_BYTES = 2,
    H265_EXTRA_BITS = 0x0e, /* 7.3.2.3.1: num_extra_slice_header_bits */
};

static void raise_level(uint8_t *level, int step, int max)
{
    if (*level + step <= max)
        *level = (uint8_t)(*level + step);
}

/* The byte that is number `index` behind the header, not counting those that keep start codes
 * from being imitated; NULL when there are not so many. */
static uint8_t *payload_byte(uint8_t *nal, size_t size_bytes, int index)
{
    unsigned zeros = 0;
    for (size_t at = H265_HEADER_BYTES; at < size_bytes; at++) {
        const bool stuffed = zeros >= 2 && nal[at] == 3;
        zeros = nal[at] == 0 ? zeros + 1 : 0;
        if (!stuffed && index-- == 0)
            return nal + at;
    }
    return NULL;
}

void wrong_sets_change(enum codec codec, uint8_t *nal, size_t size_bytes)
{
    if (size_bytes <= H264_LEVEL_AT)
        return;
    const unsigned type = nal_type(codec, nal[0]);
    if (codec == CODEC_H264 && type == H264_SPS)
        raise_level(nal + H264_LEVEL_AT, H264_LEVEL_STEP, H264_LEVEL_MAX);
    uint8_t *level = codec == CODEC_H265 && type == H265_SPS
                         ? payload_byte(nal, size_bytes, H265_LEVEL_AT)
                         : NULL;
    if (level)
        raise_level(level, H265_LEVEL_STEP, H265_LEVEL_MAX);
}

void wrong_sets_garble(enum codec codec, uint8_t *nal, size_t size_bytes)
{
    if (size_bytes <= H265_HEADER_BYTES)
        return;
    const unsigned type = nal_type(codec, nal[0]);
    if (codec == CODEC_H264 && type == H264_PPS)
        nal[1] ^= H264_ENTROPY_CODING_BIT;
    if (codec == CODEC_H265 && type == H265_PPS)
        nal[H265_HEADER_BYTES] |= H265_EXTRA_BITS;
}
