#include "common/wire.h"
#include <string.h>

enum { WS_VERSION = 1, WS_KIND_THUMBS = 1, WS_KIND_UNIT = 2 };
enum { UNIT_FLAGS = WIRE_UNIT_KEY | WIRE_UNIT_INIT | WIRE_UNIT_GAP | WIRE_UNIT_H265 };

void wire_frame_write(uint8_t out[WIRE_FRAME_HEADER_BYTES], const struct wire_frame *frame)
{
    wire_put_u32(out, frame->size_bytes);
    out[4] = frame->kind;
    out[5] = frame->flags;
    wire_put_u16(out + 6, 0);
    wire_put_u32(out + 8, frame->channel);
}

bool wire_frame_read(const uint8_t in[WIRE_FRAME_HEADER_BYTES], struct wire_frame *frame)
{
    frame->size_bytes = wire_get_u32(in);
    frame->kind = in[4];
    frame->flags = in[5];
    frame->channel = wire_get_u32(in + 8);
    return frame->size_bytes <= WIRE_FRAME_MAX_BYTES && frame->kind >= WIRE_CONTROL &&
           frame->kind <= WIRE_CREDIT && (frame->flags & ~(WIRE_MORE | WIRE_FIRST)) == 0 &&
           wire_get_u16(in + 6) == 0;
}

void wire_unit_write(uint8_t out[WIRE_UNIT_PREFIX_BYTES], const struct wire_unit *unit)
{
    wire_put_i64(out, unit->pts_us);
    wire_put_i64(out + 8, unit->dts_us);
    wire_put_i64(out + 16, unit->wall_us);
    wire_put_u32(out + 24, unit->flags);
    wire_put_u32(out + 28, unit->dropped);
}

bool wire_unit_read(const uint8_t *data, size_t size, struct wire_unit *unit)
{
    if (size < WIRE_UNIT_PREFIX_BYTES)
        return false;
    unit->pts_us = wire_get_i64(data);
    unit->dts_us = wire_get_i64(data + 8);
    unit->wall_us = wire_get_i64(data + 16);
    unit->flags = wire_get_u32(data + 24);
    unit->dropped = wire_get_u32(data + 28);
    return (unit->flags & ~(uint32_t)UNIT_FLAGS) == 0;
}

void wire_ws_unit_write(uint8_t out[WIRE_WS_UNIT_BYTES], const struct wire_ws_unit *unit)
{
    out[0] = WS_KIND_UNIT;
    out[1] = WS_VERSION;
    wire_put_u16(out + 2, unit->stream);
    wire_put_u32(out + 4, unit->unit.flags);
    wire_put_u32(out + 8, unit->sequence);
    wire_put_u32(out + 12, unit->unit.dropped);
    wire_put_i64(out + 16, unit->unit.pts_us);
    wire_put_i64(out + 24, unit->unit.dts_us);
    wire_put_i64(out + 32, unit->unit.wall_us);
}

bool wire_ws_unit_read(const uint8_t *data, size_t size, struct wire_ws_unit *unit)
{
    if (size < WIRE_WS_UNIT_BYTES || data[0] != WS_KIND_UNIT || data[1] != WS_VERSION)
        return false;
    unit->stream = wire_get_u16(data + 2);
    unit->unit.flags = wire_get_u32(data + 4);
    unit->sequence = wire_get_u32(data + 8);
    unit->unit.dropped = wire_get_u32(data + 12);
    unit->unit.pts_us = wire_get_i64(data + 16);
    unit->unit.dts_us = wire_get_i64(data + 24);
    unit->unit.wall_us = wire_get_i64(data + 32);
    return (unit->unit.flags & ~(uint32_t)UNIT_FLAGS) == 0;
}

void wire_thumb_write(uint8_t out[WIRE_THUMB_BYTES], const struct wire_thumb *thumb)
{
    wire_put_u32(out, thumb->n);
    wire_put_u32(out + 4, thumb->size_bytes);
    wire_put_i64(out + 8, thumb->wall_us);
    wire_put_u16(out + 16, thumb->width);
    wire_put_u16(out + 18, thumb->height);
    out[20] = thumb->flags;
    memset(out + 21, 0, 3);
}

bool wire_thumb_read(const uint8_t *data, size_t size, size_t *offset, struct wire_thumb *thumb,
                     const uint8_t **jpeg)
{
    if (*offset > size || size - *offset < WIRE_THUMB_BYTES)
        return false;
    const uint8_t *in = data + *offset;
    size_t left = size - *offset - WIRE_THUMB_BYTES;
    thumb->n = wire_get_u32(in);
    thumb->size_bytes = wire_get_u32(in + 4);
    thumb->wall_us = wire_get_i64(in + 8);
    thumb->width = wire_get_u16(in + 16);
    thumb->height = wire_get_u16(in + 18);
    thumb->flags = in[20];
    if (thumb->size_bytes > left)
        return false;
    *jpeg = in + WIRE_THUMB_BYTES;
    *offset += WIRE_THUMB_BYTES + (size_t)thumb->size_bytes;
    return true;
}

void wire_thumbs_link_head(uint8_t out[WIRE_THUMBS_LINK_HEAD], uint16_t count)
{
    memset(out, 0, WIRE_THUMBS_LINK_HEAD);
    wire_put_u16(out, count);
}

void wire_thumbs_ws_head(uint8_t out[WIRE_THUMBS_WS_HEAD], uint16_t count, int64_t server_now_us)
{
    out[0] = WS_KIND_THUMBS;
    out[1] = WS_VERSION;
    wire_put_u16(out + 2, count);
    wire_put_u32(out + 4, 0);
    wire_put_i64(out + 8, server_now_us);
}

bool wire_thumbs_link_count(const uint8_t *data, size_t size, uint16_t *count)
{
    if (size < WIRE_THUMBS_LINK_HEAD)
        return false;
    *count = wire_get_u16(data);
    return true;
}

void wire_snapshot_write(uint8_t out[WIRE_SNAPSHOT_PREFIX_BYTES], int64_t wall_us, uint16_t width,
                         uint16_t height)
{
    wire_put_i64(out, wall_us);
    wire_put_u16(out + 8, width);
    wire_put_u16(out + 10, height);
    wire_put_u32(out + 12, 0);
}

bool wire_snapshot_read(const uint8_t *data, size_t size, int64_t *wall_us, uint16_t *width,
                        uint16_t *height)
{
    if (size < WIRE_SNAPSHOT_PREFIX_BYTES)
        return false;
    *wall_us = wire_get_i64(data);
    *width = wire_get_u16(data + 8);
    *height = wire_get_u16(data + 10);
    return true;
}
