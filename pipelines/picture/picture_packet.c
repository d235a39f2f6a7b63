#include "picture/picture_packet.h"
#include "stream/nal.h"
#include <string.h>

struct joined {
    uint8_t *out;
    size_t room_bytes, bytes;
    bool full;
};

static void join_nal(struct joined *joined, const struct nal *nal)
{
    static const uint8_t start_code[4] = {0, 0, 0, 1};
    size_t need = sizeof start_code + nal->size;
    if (joined->full || joined->room_bytes - joined->bytes < need) {
        joined->full = true;
        return;
    }
    memcpy(joined->out + joined->bytes, start_code, sizeof start_code);
    memcpy(joined->out + joined->bytes + sizeof start_code, nal->data, nal->size);
    joined->bytes += need;
}

static void join(struct joined *joined, enum codec codec, const uint8_t *data, size_t size)
{
    size_t offset = 0;
    struct nal nal;
    while (nal_next(data, size, &offset, &nal)) {
        enum nal_kind kind = nal_kind(codec, nal_type_of(codec, &nal));
        if (kind != NAL_OTHER && kind != NAL_DELIMITER)
            join_nal(joined, &nal);
    }
}

static bool too_large(const struct stream_format *format)
{
    return format->width_px > PICTURE_MAX_PX || format->height_px > PICTURE_MAX_PX;
}

bool picture_packet_write(struct picture_packet *packet, uint8_t *out, size_t room_bytes,
                          const struct unit *keyframe)
{
    const struct stream_format *format = keyframe->format;
    if (!format || format->codec == CODEC_NONE || too_large(format) || keyframe->size == 0 ||
        room_bytes < PICTURE_PACKET_PADDING)
        return false;
    struct joined joined = {.out = out, .room_bytes = room_bytes - PICTURE_PACKET_PADDING};
    if (!nal_has_parameter_sets(format->codec, keyframe->data, keyframe->size)) {
        gsize sets_bytes = 0;
        const uint8_t *sets =
            format->parameter_sets ? g_bytes_get_data(format->parameter_sets, &sets_bytes) : NULL;
        if (!nal_has_parameter_sets(format->codec, sets, sets_bytes))
            return false;
        join(&joined, format->codec, sets, sets_bytes);
    }
    join(&joined, format->codec, keyframe->data, keyframe->size);
    if (joined.full || joined.bytes == 0)
        return false;
    memset(out + joined.bytes, 0, PICTURE_PACKET_PADDING);
    *packet = (struct picture_packet){
        .codec = format->codec,
        .width_px = format->width_px,
        .height_px = format->height_px,
        .data = out,
        .size = joined.bytes,
    };
    return true;
}
