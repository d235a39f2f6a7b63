#include "stream/nal.h"
#include <string.h>

/* Offset of the next 00 00 01 at or behind `from`, or `size`. */
static size_t find_start(const uint8_t *data, size_t size, size_t from)
{
    while (from + 3 <= size) {
        const uint8_t *one = memchr(data + from + 2, 1, size - from - 2);
        if (!one)
            return size;
        size_t at = (size_t)(one - data);
        if (data[at - 1] == 0 && data[at - 2] == 0)
            return at - 2;
        from = at - 1;
    }
    return size;
}

bool nal_next(const uint8_t *data, size_t size, size_t *offset, struct nal *nal)
{
    size_t start = size ? find_start(data, size, *offset) : 0;
    while (start < size) {
        size_t begin = start + 3;
        size_t next = find_start(data, size, begin);
        size_t end = next;
        while (end > begin && data[end - 1] == 0)
            end--;
        if (end > begin) {
            nal->data = data + begin;
            nal->size = end - begin;
            *offset = next;
            return true;
        }
        start = next;
    }
    *offset = size;
    return false;
}

enum nal_kind nal_kind(enum codec codec, unsigned nal_type)
{
    static const uint8_t h264[32] = {
        [1] = NAL_SLICE, [2] = NAL_SLICE, [3] = NAL_SLICE, [4] = NAL_SLICE,
        [5] = NAL_SLICE, [7] = NAL_SPS,   [8] = NAL_PPS,   [9] = NAL_DELIMITER,
    };
    if (codec == CODEC_H264)
        return nal_type < 32 ? h264[nal_type] : NAL_OTHER;
    if (nal_type < 32)
        return NAL_SLICE;
    static const uint8_t h265[4] = {NAL_VPS, NAL_SPS, NAL_PPS, NAL_DELIMITER};
    return nal_type < 36 ? h265[nal_type - 32] : NAL_OTHER;
}

bool nal_has_parameter_sets(enum codec codec, const uint8_t *data, size_t size)
{
    unsigned seen = codec == CODEC_H265 ? 0 : 1u << NAL_VPS;
    const unsigned wanted = 1u << NAL_VPS | 1u << NAL_SPS | 1u << NAL_PPS;
    size_t offset = 0;
    struct nal nal;
    while ((seen & wanted) != wanted && nal_next(data, size, &offset, &nal)) {
        enum nal_kind kind = nal_kind(codec, nal_type_of(codec, &nal));
        if (kind == NAL_SLICE)
            break;
        seen |= 1u << kind;
    }
    return (seen & wanted) == wanted;
}
