#include "stream/unit.h"
#include "stream/unit_memory.h"
#include <string.h>

enum { PADDING_BYTES = 64 }; /* AV_INPUT_BUFFER_PADDING_SIZE */

struct stream_format *stream_format_create(enum codec codec, int width_px, int height_px,
                                           const char *codec_string, GBytes *parameter_sets)
{
    struct stream_format *format = g_new0(struct stream_format, 1);
    atomic_init(&format->refs, 1);
    format->codec = codec;
    format->width_px = width_px;
    format->height_px = height_px;
    g_strlcpy(format->codec_string, codec_string, sizeof format->codec_string);
    format->parameter_sets = parameter_sets;
    return format;
}

struct stream_format *stream_format_ref(struct stream_format *format)
{
    stream_format_ref_many(format, 1);
    return format;
}

void stream_format_ref_many(struct stream_format *format, int count)
{
    atomic_fetch_add_explicit(&format->refs, count, memory_order_relaxed);
}

void stream_format_unref(struct stream_format *format)
{
    if (format)
        stream_format_unref_many(format, 1);
}

void stream_format_unref_many(struct stream_format *format, int count)
{
    if (atomic_fetch_sub_explicit(&format->refs, count, memory_order_acq_rel) != count)
        return;
    g_clear_pointer(&format->parameter_sets, g_bytes_unref);
    g_free(format);
}

struct unit *unit_create_taking(size_t size, struct stream_format *format)
{
    uint8_t block;
    struct unit *unit = unit_memory_take(sizeof *unit + size + PADDING_BYTES, &block);
    memset(unit, 0, sizeof *unit);
    unit->block = block;
    atomic_init(&unit->refs, 1);
    unit->format = format;
    unit->size = size;
    memset(unit->data + size, 0, PADDING_BYTES);
    return unit;
}

struct unit *unit_create(size_t size, struct stream_format *format)
{
    return unit_create_taking(size, format ? stream_format_ref(format) : NULL);
}

struct unit *unit_ref(struct unit *unit)
{
    atomic_fetch_add_explicit(&unit->refs, 1, memory_order_relaxed);
    return unit;
}

void unit_unref(struct unit *unit)
{
    if (!unit || atomic_fetch_sub_explicit(&unit->refs, 1, memory_order_acq_rel) != 1)
        return;
    stream_format_unref(unit->format);
    unit_memory_give(unit, unit->block);
}
