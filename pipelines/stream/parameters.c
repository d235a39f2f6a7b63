#include "stream/parameters.h"
#include "stream/annexb.h"
#include "stream/bits.h"
#include "stream/sps.h"
#include <string.h>

enum { MAX_SETS = 64, MAX_SET_BYTES = 4096, PAYLOAD_BYTES = 64 };
enum { H264_SPS = 7, H264_PPS = 8, H265_VPS = 32, H265_SPS = 33, H265_PPS = 34 };
enum { H265_FIRST_IRAP = 16, H265_LAST_IRAP = 23 };

struct set {
    uint8_t type;
    uint32_t id;
    uint32_t of; /* a picture parameter set: its sequence parameter set's id */
    uint16_t size;
    uint8_t *data;
};

struct parameters {
    enum codec codec;
    struct set sets[MAX_SETS]; /* by type, then in the order of coming */
    unsigned count;
    bool active_known;
    uint32_t active; /* id of the sequence parameter set that the newest picture named */
    bool changed;    /* since `all` and `format` were made */
    GByteArray *all;
    struct stream_format *format;
    int reorder_units;
};

struct parameters *parameters_create(enum codec codec)
{
    struct parameters *parameters = g_new0(struct parameters, 1);
    parameters->codec = codec;
    parameters->all = g_byte_array_new();
    return parameters;
}

void parameters_destroy(struct parameters *parameters)
{
    if (!parameters)
        return;
    for (unsigned i = 0; i < parameters->count; i++)
        g_free(parameters->sets[i].data);
    g_byte_array_unref(parameters->all);
    stream_format_unref(parameters->format);
    g_free(parameters);
}

bool nal_is_parameter_set(enum codec codec, uint8_t type)
{
    if (codec == CODEC_H264)
        return type == H264_SPS || type == H264_PPS;
    return type >= H265_VPS && type <= H265_PPS;
}

bool nal_is_picture(enum codec codec, uint8_t type)
{
    return codec == CODEC_H264 ? type >= 1 && type <= 5 : type < 32;
}

static struct bits open_payload(enum codec codec, const uint8_t *nal, size_t size,
                                uint8_t rbsp[PAYLOAD_BYTES])
{
    size_t head = codec == CODEC_H264 ? 1 : 2;
    size_t used = size > head ? bits_unescape(nal + head, size - head, rbsp, PAYLOAD_BYTES) : 0;
    return (struct bits){.data = rbsp, .size_bits = used * 8};
}

static uint32_t h265_sps_id(struct bits *bits)
{
    bits_skip(bits, 4);
    unsigned sub_layers = bits_u(bits, 3);
    bits_skip(bits, 1 + 96);
    unsigned skip = 0;
    for (unsigned i = 0; i < sub_layers; i++)
        skip += (bits_u1(bits) ? 88u : 0u) + (bits_u1(bits) ? 8u : 0u);
    if (sub_layers)
        bits_skip(bits, 2 * (8 - sub_layers) + skip);
    return bits_ue(bits);
}

static void read_ids(enum codec codec, const uint8_t *nal, struct set *set)
{
    uint8_t rbsp[PAYLOAD_BYTES];
    struct bits bits = open_payload(codec, nal, set->size, rbsp);
    if (set->type == H265_VPS) {
        set->id = bits_u(&bits, 4);
    } else if (set->type == H265_SPS) {
        set->id = h265_sps_id(&bits);
    } else if (set->type == H264_SPS) {
        bits_skip(&bits, 24);
        set->id = bits_ue(&bits);
    } else {
        set->id = bits_ue(&bits);
        set->of = bits_ue(&bits);
    }
}

static void take_one(struct parameters *parameters, uint8_t type, const uint8_t *nal, size_t size)
{
    bool h264 = parameters->codec == CODEC_H264;
    if (h264 && type == H264_SPS)
        size = h264_sps_size(nal, size); /* some cameras put junk behind it */
    if (size > MAX_SET_BYTES)
        return;
    struct set new = {.type = type, .size = (uint16_t)size};
    read_ids(parameters->codec, nal, &new);
    unsigned at = 0;
    while (at < parameters->count && parameters->sets[at].type <= type) {
        struct set *set = &parameters->sets[at];
        if (set->type == type && set->id == new.id) {
            if (set->size == size && !memcmp(set->data, nal, size))
                return;
            g_free(set->data);
            new.data = g_memdup2(nal, size);
            *set = new;
            parameters->changed = true;
            return;
        }
        at++;
    }
    if (parameters->count == MAX_SETS)
        return;
    memmove(parameters->sets + at + 1, parameters->sets + at,
            (parameters->count - at) * sizeof parameters->sets[0]);
    new.data = g_memdup2(nal, size);
    parameters->sets[at] = new;
    parameters->count++;
    parameters->changed = true;
}

static const struct set *set_of(const struct parameters *parameters, uint8_t type, uint32_t id)
{
    for (unsigned i = 0; i < parameters->count; i++)
        if (parameters->sets[i].type == type && parameters->sets[i].id == id)
            return &parameters->sets[i];
    return NULL;
}

static bool parse_sps(enum codec codec, const struct set *set, struct sps *sps)
{
    *sps = (struct sps){.reorder_units = SPS_REORDER_UNKNOWN};
    return codec == CODEC_H264 ? h264_sps_parse(set->data, set->size, sps)
                               : h265_sps_parse(set->data, set->size, sps);
}

/* Encoders that alternate between equal sets are not told as a change each time. */
static bool means_the_same(const struct parameters *parameters, const struct set *set)
{
    const struct stream_format *format = parameters->format;
    struct sps sps;
    return format && parse_sps(parameters->codec, set, &sps) && sps.width_px == format->width_px &&
           sps.height_px == format->height_px && sps.reorder_units == parameters->reorder_units &&
           !strcmp(sps.codec_string, format->codec_string);
}

/* The picture names its parameter sets: of several, these count (H.264 §7.3.3, H.265 §7.3.6.1). */
static void activate(struct parameters *parameters, uint8_t type, const uint8_t *nal, size_t size)
{
    bool h264 = parameters->codec == CODEC_H264;
    uint8_t rbsp[PAYLOAD_BYTES];
    struct bits bits = open_payload(parameters->codec, nal, MIN(size, PAYLOAD_BYTES), rbsp);
    if (h264) {
        bits_ue(&bits); /* first_mb_in_slice */
        bits_ue(&bits); /* slice_type */
    } else {
        bits_u1(&bits); /* first_slice_segment_in_pic_flag */
        if (type >= H265_FIRST_IRAP && type <= H265_LAST_IRAP)
            bits_u1(&bits); /* no_output_of_prior_pics_flag */
    }
    const struct set *picture = set_of(parameters, h264 ? H264_PPS : H265_PPS, bits_ue(&bits));
    const struct set *sequence =
        picture ? set_of(parameters, h264 ? H264_SPS : H265_SPS, picture->of) : NULL;
    if (bits.overrun || !sequence)
        return;
    if (parameters->active_known && parameters->active == picture->of)
        return;
    parameters->active_known = true;
    parameters->active = picture->of;
    parameters->changed |= !means_the_same(parameters, sequence);
}

unsigned parameters_take(struct parameters *parameters, const uint8_t *data, size_t size)
{
    size_t offset = 0, nal_size;
    const uint8_t *nal;
    unsigned taken = 0;
    while (annexb_next(data, size, &offset, &nal, &nal_size)) {
        uint8_t type = nal_type(parameters->codec, nal);
        if (nal_is_picture(parameters->codec, type)) {
            activate(parameters, type, nal, nal_size);
            break;
        }
        if (!nal_is_parameter_set(parameters->codec, type) || nal_size < 3)
            continue;
        take_one(parameters, type, nal, nal_size);
        taken++;
    }
    return taken;
}

unsigned parameters_count(const struct parameters *parameters)
{
    return parameters->count;
}

bool parameters_ambiguous(const struct parameters *parameters)
{
    uint8_t type = parameters->codec == CODEC_H264 ? H264_SPS : H265_SPS;
    unsigned sequences = 0;
    for (unsigned i = 0; i < parameters->count; i++)
        sequences += parameters->sets[i].type == type;
    return sequences > 1;
}

static const struct set *first_of(const struct parameters *parameters, uint8_t type)
{
    for (unsigned i = 0; i < parameters->count; i++)
        if (parameters->sets[i].type == type)
            return &parameters->sets[i];
    return NULL;
}

bool parameters_complete(const struct parameters *parameters)
{
    if (parameters->codec == CODEC_H264)
        return first_of(parameters, H264_SPS) && first_of(parameters, H264_PPS);
    return first_of(parameters, H265_VPS) && first_of(parameters, H265_SPS) &&
           first_of(parameters, H265_PPS);
}

/* The one that pictures name; before any picture the first. */
static const struct set *active_sps(const struct parameters *parameters)
{
    uint8_t type = parameters->codec == CODEC_H264 ? H264_SPS : H265_SPS;
    const struct set *set =
        parameters->active_known ? set_of(parameters, type, parameters->active) : NULL;
    return set ? set : first_of(parameters, type);
}

static void append(GByteArray *all, const struct set *set)
{
    g_byte_array_append(all, (const guint8 *)"\0\0\0\1", 4);
    g_byte_array_append(all, set->data, set->size);
}

static void refresh(struct parameters *parameters)
{
    if (!parameters->changed)
        return;
    parameters->changed = false;
    g_byte_array_set_size(parameters->all, 0);
    const struct set *active = active_sps(parameters);
    for (unsigned i = 0; i < parameters->count; i++) {
        const struct set *set = &parameters->sets[i];
        if (active && set->type == active->type && set == first_of(parameters, set->type))
            append(parameters->all, active); /* what reads one only reads this */
        if (set != active)
            append(parameters->all, set);
    }
    g_clear_pointer(&parameters->format, stream_format_unref);
}

const GByteArray *parameters_bytes(struct parameters *parameters)
{
    refresh(parameters);
    return parameters->all;
}

struct stream_format *parameters_format(struct parameters *parameters, int *reorder_units)
{
    refresh(parameters);
    if (!parameters_complete(parameters))
        return NULL;
    if (!parameters->format) {
        bool h264 = parameters->codec == CODEC_H264;
        struct sps sps;
        if (!parse_sps(parameters->codec, active_sps(parameters),
                       &sps)) { /* the decoder may understand what we do not */
            sps.width_px = sps.height_px = 0;
            g_strlcpy(sps.codec_string, h264 ? "avc1" : "hvc1", sizeof sps.codec_string);
        }
        parameters->reorder_units = sps.reorder_units;
        GBytes *bytes = g_bytes_new(parameters->all->data, parameters->all->len);
        parameters->format = stream_format_create(parameters->codec, sps.width_px, sps.height_px,
                                                  sps.codec_string, bytes);
    }
    *reorder_units = parameters->reorder_units;
    return stream_format_ref(parameters->format);
}
