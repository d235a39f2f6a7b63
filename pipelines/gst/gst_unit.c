#include "gst/gst_unit.h"
#include "common/clock.h"
#include "stream/nal.h"
#include <string.h>

enum { GUESSED_STEP_US = 40000, DISORDER_US = 1000000, GUESSED_DEPTH = 4, DEEPEST = 16 };

void gst_unit_reader_finish(struct gst_unit_reader *reader)
{
    parameters_destroy(reader->parameters);
    *reader = (struct gst_unit_reader){0};
}

static enum codec sample_codec(GstSample *sample)
{
    GstCaps *caps = gst_sample_get_caps(sample);
    if (!caps || gst_caps_is_empty(caps))
        return CODEC_NONE;
    const char *name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    return g_str_equal(name, "video/x-h264")   ? CODEC_H264
           : g_str_equal(name, "video/x-h265") ? CODEC_H265
                                               : CODEC_NONE;
}

/* Running time of a buffer's time in µs; may be negative. false: it has none. */
static bool running_us(GstSample *sample, GstClockTime time, int64_t *us)
{
    guint64 running;
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return false;
    int sign = gst_segment_to_running_time_full(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                time, &running);
    if (sign == 0)
        return false;
    *us = (int64_t)(running / 1000) * sign;
    return true;
}

/* Raw H.264 tells when pictures are decoded at best; in which order they are shown is in them. */
static int64_t shown_us(struct gst_unit_reader *reader, const struct unit *unit, int64_t dts_us)
{
    struct picture_place place;
    if (reader->codec != CODEC_H264 ||
        !picture_order_next(&reader->order, unit->data, unit->size, &place))
        return dts_us;
    int told = reader->order.reorder_units;
    if (told == 0)
        return dts_us;
    int64_t depth_us = (told < 0 ? GUESSED_DEPTH : told) * reader->step_us;
    int64_t from_origin_us = place.number * reader->step_us / 2;
    if (place.first) /* later than what numbers with gaps between them promised */
        reader->origin_us = MAX(dts_us, reader->latest_us + reader->step_us - depth_us);
    int64_t pts_us = reader->origin_us + from_origin_us + depth_us;
    if (pts_us < dts_us || pts_us > dts_us + depth_us + DEEPEST * reader->step_us) {
        reader->origin_us = dts_us - from_origin_us; /* pictures are missing, or never began */
        pts_us = dts_us + depth_us;
    }
    reader->latest_us = MAX(reader->latest_us, pts_us);
    return pts_us;
}

/* Decode times rise and are never after the time of showing, whatever the source says. */
static void times_fill(struct gst_unit_reader *reader, GstSample *sample, struct unit *unit)
{
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    int64_t pts_us = 0, dts_us = 0;
    bool has_pts = running_us(sample, GST_BUFFER_PTS(buffer), &pts_us);
    bool has_dts = running_us(sample, GST_BUFFER_DTS(buffer), &dts_us);
    int64_t next_us = reader->begun ? reader->last_dts_us + GUESSED_STEP_US : 0;
    if (!has_dts)
        dts_us = has_pts ? pts_us : next_us;
    int64_t step_us = dts_us - reader->last_dts_us;
    if (!reader->step_us || !reader->begun)
        reader->step_us = GUESSED_STEP_US;
    else if (step_us > 1000 && step_us < DISORDER_US)
        reader->step_us = step_us;
    if (reader->begun && dts_us <= reader->last_dts_us)
        dts_us = reader->last_dts_us + 1;
    if (!has_pts)
        pts_us = shown_us(reader, unit, dts_us);
    else if (pts_us > dts_us + 10 * DISORDER_US)
        pts_us = dts_us;
    unit->dts_us = dts_us;
    unit->pts_us = MAX(pts_us, dts_us);
    reader->last_dts_us = dts_us;
    reader->begun = true;
}

/* Bytes with 4-byte start codes; `out` NULL: only counts. */
static size_t units_copy(const uint8_t *data, size_t size, enum codec codec, uint8_t *out,
                         bool *slice)
{
    static const uint8_t start_code[4] = {0, 0, 0, 1};
    size_t offset = 0, bytes = 0;
    struct nal nal;
    while (nal_next(data, size, &offset, &nal)) {
        enum nal_kind kind = nal_kind(codec, nal_type_of(codec, &nal));
        if (kind == NAL_DELIMITER)
            continue;
        *slice |= kind == NAL_SLICE;
        if (out) {
            memcpy(out + bytes, start_code, sizeof start_code);
            memcpy(out + bytes + sizeof start_code, nal.data, nal.size);
        }
        bytes += sizeof start_code + nal.size;
    }
    return bytes;
}

static struct unit *unit_build(struct gst_unit_reader *reader, const GstMapInfo *map, bool keyframe)
{
    parameters_take(reader->parameters, map->data, map->size);
    int reorder_units;
    struct stream_format *format = parameters_format(reader->parameters, &reorder_units);
    if (!format)
        return NULL;
    bool slice = false;
    size_t bytes = units_copy(map->data, map->size, reader->codec, NULL, &slice);
    const uint8_t *sets = NULL;
    gsize sets_bytes = 0;
    if (keyframe && !nal_has_parameter_sets(reader->codec, map->data, map->size))
        sets = g_bytes_get_data(format->parameter_sets, &sets_bytes);
    struct unit *unit = slice ? unit_create(sets_bytes + bytes, format) : NULL;
    stream_format_unref(format);
    if (!unit)
        return NULL;
    if (sets)
        memcpy(unit->data, sets, sets_bytes);
    units_copy(map->data, map->size, reader->codec, unit->data + sets_bytes, &slice);
    unit->keyframe = keyframe;
    return unit;
}

struct unit *gst_unit_read(struct gst_unit_reader *reader, GstSample *sample)
{
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    enum codec codec = sample_codec(sample);
    GstMapInfo map;
    if (!buffer || codec == CODEC_NONE || !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return NULL;
    if (codec != reader->codec) {
        parameters_destroy(reader->parameters);
        reader->parameters = parameters_create(codec);
        reader->codec = codec;
    }
    bool keyframe = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    struct unit *unit = unit_build(reader, &map, keyframe);
    gst_buffer_unmap(buffer, &map);
    if (!unit)
        return NULL;
    times_fill(reader, sample, unit);
    unit->gap = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) && !keyframe;
    unit->wall_us = clock_wall_us();
    return unit;
}

GstBuffer *gst_unit_wrap(struct unit *unit)
{
    return gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, unit->data, unit->size, 0,
                                       unit->size, unit_ref(unit), (GDestroyNotify)unit_unref);
}
