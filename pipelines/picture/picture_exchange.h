/* Between townwall-media and its picture processes (townwall-picture): orders and answers go over a
 * socket pair that keeps message bounds, pictures through shared memory. Both programs come from
 * one build. What the process answers is not trusted: a picture may have taken it over. */
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { PICTURE_FD_SOCKET = 3, PICTURE_FD_SHARED = 4 }; /* in the process */

enum {
    PICTURE_SHARED_HEAD = 4096,
    PICTURE_PACKET_BYTES = 24 << 20,
    PICTURE_LUMA_BYTES = 1 << 20, /* the largest thumbnail of the configuration is 640×360 */
    PICTURE_JPEG_BYTES = 32 << 20,
};

/* Untouched pages cost nothing. */
struct picture_shared {
    atomic_uint begun; /* number of the order the process works at, or has worked at last */
    uint8_t padding[PICTURE_SHARED_HEAD - sizeof(atomic_uint)];
    uint8_t packet[PICTURE_PACKET_BYTES];
    uint8_t luma[PICTURE_LUMA_BYTES]; /* width × height of the order, full range, no padding */
    uint8_t jpeg[PICTURE_JPEG_BYTES];
};

enum picture_kind {
    PICTURE_THUMBNAIL, /* fits into exactly width × height; luma is filled */
    PICTURE_SNAPSHOT,  /* scaled to width, 0: its own size */
};

struct picture_order {
    uint32_t number; /* of this process, from 1 */
    uint8_t kind, codec, jpeg_quality, reserved;
    int32_t format_width_px, format_height_px; /* of the packet's format */
    int32_t width_px, height_px;
    uint32_t packet_bytes; /* padding follows */
};

struct picture_answer {
    uint32_t number;
    uint32_t jpeg_bytes;         /* 0: refused */
    int32_t width_px, height_px; /* what it became */
    uint64_t cpu_us;             /* of the process, since it began */
};
