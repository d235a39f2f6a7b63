/* The small picture of one camera's keyframe. Immutable and counted. */
#pragma once
#include <glib.h>
#include <stdatomic.h>
#include <stdint.h>

/* Bit 0 has the value of WIRE_THUMB_FROZEN: the picture is the same as the camera's last one. */
enum { THUMBNAIL_SAME = 1 };

struct thumbnail {
    atomic_int refs;
    uint32_t n;      /* the camera's handle, as given to picture_pool_add() */
    int64_t wall_us; /* our clock when the keyframe came */
    int64_t pts_us;  /* camera clock */
    uint16_t width_px, height_px;
    uint8_t flags; /* THUMBNAIL_… */
    GBytes *jpeg;
};

/* Any thread. Returned with one reference; takes `jpeg`. */
struct thumbnail *thumbnail_create(uint32_t n, GBytes *jpeg);
/* Any thread. */
struct thumbnail *thumbnail_ref(struct thumbnail *thumbnail);
void thumbnail_unref(struct thumbnail *thumbnail); /* NULL is fine */
