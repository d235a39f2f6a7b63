/* One coded picture. */
#pragma once
#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum codec { CODEC_NONE, CODEC_H264, CODEC_H265 };

/* What a decoder, a muxer or a browser has to know before the first unit. Immutable, counted. */
struct stream_format {
    atomic_int refs;
    enum codec codec;
    int width_px, height_px;
    char codec_string[32];  /* RFC 6381: "avc1.42c01e", "hvc1.1.6.L93.B0" */
    GBytes *parameter_sets; /* Annex B: VPS/SPS/PPS in order */
};
/* Returned with one reference. Takes `parameter_sets`. */
struct stream_format *stream_format_create(enum codec codec, int width_px, int height_px,
                                           const char *codec_string, GBytes *parameter_sets);
struct stream_format *stream_format_ref(struct stream_format *format);
void stream_format_unref(struct stream_format *format); /* NULL is fine */
/* `count` references at once. */
void stream_format_ref_many(struct stream_format *format, int count);
void stream_format_unref_many(struct stream_format *format, int count);

/* Never written after stream_publish(). One allocation. Any thread may hold a reference. */
struct unit {
    atomic_int refs;
    bool keyframe;
    bool gap;                     /* something was lost just before */
    uint8_t block;                /* kind of memory it lies in; private to unit.c */
    int64_t pts_us;               /* camera clock, unwrapped from RTP, starts anywhere */
    int64_t dts_us;               /* ≤ pts_us, rises */
    int64_t wall_us;              /* our clock when its last packet came */
    struct stream_format *format; /* as of this unit; reference held */
    size_t size;                  /* bytes of data */
    uint8_t data[]; /* Annex B, 4-byte start codes; a keyframe has its parameter sets in front */
};

/* Returned with one reference; the caller fills it before publishing. Takes its own reference of
 * `format` (may be NULL until known). 64 zeroed bytes follow data, for libavcodec. */
struct unit *unit_create(size_t size, struct stream_format *format);
/* The same, but takes the caller's reference of `format`. */
struct unit *unit_create_taking(size_t size, struct stream_format *format);
struct unit *unit_ref(struct unit *unit);
void unit_unref(struct unit *unit); /* NULL is fine */
