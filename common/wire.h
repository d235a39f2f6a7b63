/* Layouts that cross a socket: docs/link.md and docs/websocket.md. Pure functions, little endian.
 * Golden vectors: tests/vectors/wire.json. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- link frames (docs/link.md) */
#define WIRE_FRAME_HEADER_BYTES 12
#define WIRE_FRAME_MAX_BYTES    65536

enum wire_kind {
    WIRE_CONTROL = 1,
    WIRE_UNIT = 2,
    WIRE_THUMBS = 3,
    WIRE_SNAPSHOT = 4,
    WIRE_CREDIT = 5,
};
enum { WIRE_MORE = 1, WIRE_FIRST = 2 };

struct wire_frame {
    uint32_t size_bytes; /* of the payload */
    uint8_t kind;
    uint8_t flags;
    uint32_t channel;
};
void wire_frame_write(uint8_t out[WIRE_FRAME_HEADER_BYTES], const struct wire_frame *frame);
/* false: not a valid header (size too large, unknown kind or flag, reserved not 0). */
bool wire_frame_read(const uint8_t in[WIRE_FRAME_HEADER_BYTES], struct wire_frame *frame);

/* --- unit on the link: prefix before the bytes */
#define WIRE_UNIT_PREFIX_BYTES 32
enum { WIRE_UNIT_KEY = 1, WIRE_UNIT_INIT = 2, WIRE_UNIT_GAP = 4, WIRE_UNIT_H265 = 8 };
struct wire_unit {
    int64_t pts_us, dts_us, wall_us;
    uint32_t flags;   /* WIRE_UNIT_… */
    uint32_t dropped; /* so far in this subscription */
};
void wire_unit_write(uint8_t out[WIRE_UNIT_PREFIX_BYTES], const struct wire_unit *unit);
bool wire_unit_read(const uint8_t *data, size_t size, struct wire_unit *unit);

/* --- unit to a browser: binary kind 2 */
#define WIRE_WS_UNIT_BYTES 40
struct wire_ws_unit {
    uint16_t stream;
    uint32_t sequence;
    struct wire_unit unit;
};
void wire_ws_unit_write(uint8_t out[WIRE_WS_UNIT_BYTES], const struct wire_ws_unit *unit);
bool wire_ws_unit_read(const uint8_t *data, size_t size, struct wire_ws_unit *unit);

/* --- thumbnails: an entry, used on the link (after an 8-byte head) and to browsers (after 16) */
#define WIRE_THUMB_BYTES      24
#define WIRE_THUMBS_LINK_HEAD 8
#define WIRE_THUMBS_WS_HEAD   16
enum { WIRE_THUMB_FROZEN = 1 };
struct wire_thumb {
    uint32_t n;          /* camera handle */
    uint32_t size_bytes; /* of the JPEG that follows */
    int64_t wall_us;     /* arrival of the keyframe */
    uint16_t width, height;
    uint8_t flags;
};
void wire_thumb_write(uint8_t out[WIRE_THUMB_BYTES], const struct wire_thumb *thumb);
/* Reads the entry at *offset of a batch, checks that its JPEG lies inside, moves *offset behind the
 * JPEG and points *jpeg into `data`. false: no further whole entry. */
bool wire_thumb_read(const uint8_t *data, size_t size, size_t *offset, struct wire_thumb *thumb,
                     const uint8_t **jpeg);
void wire_thumbs_link_head(uint8_t out[WIRE_THUMBS_LINK_HEAD], uint16_t count);
void wire_thumbs_ws_head(uint8_t out[WIRE_THUMBS_WS_HEAD], uint16_t count, int64_t server_now_us);
/* Count of entries announced by a link payload's head; false when too short. */
bool wire_thumbs_link_count(const uint8_t *data, size_t size, uint16_t *count);

/* --- snapshot on the link */
#define WIRE_SNAPSHOT_PREFIX_BYTES 16
void wire_snapshot_write(uint8_t out[WIRE_SNAPSHOT_PREFIX_BYTES], int64_t wall_us, uint16_t width,
                         uint16_t height);
bool wire_snapshot_read(const uint8_t *data, size_t size, int64_t *wall_us, uint16_t *width,
                        uint16_t *height);

/* --- little-endian fields for the above and their tests */
static inline void wire_put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}
static inline void wire_put_u32(uint8_t *p, uint32_t v)
{
    wire_put_u16(p, (uint16_t)v);
    wire_put_u16(p + 2, (uint16_t)(v >> 16));
}
static inline void wire_put_i64(uint8_t *p, int64_t v)
{
    wire_put_u32(p, (uint32_t)(uint64_t)v);
    wire_put_u32(p + 4, (uint32_t)((uint64_t)v >> 32));
}
static inline uint16_t wire_get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}
static inline uint32_t wire_get_u32(const uint8_t *p)
{
    return (uint32_t)wire_get_u16(p) | (uint32_t)wire_get_u16(p + 2) << 16;
}
static inline int64_t wire_get_i64(const uint8_t *p)
{
    return (int64_t)((uint64_t)wire_get_u32(p) | (uint64_t)wire_get_u32(p + 4) << 32);
}
