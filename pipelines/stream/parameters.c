#include "stream/parameters.h"
#include "stream/annexb.h"
#include "stream/bits.h"
#include "stream/sps.h"
#include <string.h>

enum { MAX_SETS = 64, MAX_SET_BYTES = 4096 };
enum { H264_SPS = 7, H264_PPS = 8, H265_VPS = 32, H265_SPS = 33, H265_PPS = 34 };

struct set {
    uint8_t type;
    uint32_t id;
    uint16_t size;
    uint8_t *data;
};

struct parameters {
    enum codec codec;
    struct set sets[MAX_SETS]; /* by type, then in the order of coming */
    unsigned count;
    bool changed; /* since `all` and `format` were made */
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

static uint32_t set_id(enum codec codec, uint8_t type, const uint8_t *nal, size_t size)
{
    uint8_t rbsp[64];
    size_t head = codec == CODEC_H264 ? 1 : 2;
    if (size <= head)
        return 0;
    struct bits bits = {.data = rbsp,
                        .size_bits = bits_unescape(nal + head, size - head, rbsp, sizeof rbsp) * 8};
    if (codec == CODEC_H264) {
        if (type == H264_SPS)
            bits_skip(&bits, 24);
        return bits_ue(&bits);
    }
    if (type == H265_VPS)
        return bits_u(&bits, 4);
    if (type == H265_PPS)
        return bits_ue(&bits);
    bits_skip(&bits, 4);
    unsigned sub_layers = bits_u(&bits, 3);
    bits_skip(&bits, 1 + 96);
    unsigned skip = 0;
    for (unsigned i = 0; i < sub_layers; i++)
        skip += (bits_u1(&bits) ? 88u : 0u) + (bits_u1(&bits) ? 8u : 0u);
    if (sub_layers)
        bits_skip(&bits, 2 * (8 - sub_layers) + skip);
    return bits_ue(&bits);
}

static void take_one(struct parameters *parameters, uint8_t type, const uint8_t *nal, size_t size)
{
    if (size > MAX_SET_BYTES)
        return;
    uint32_t id = set_id(parameters->codec, type, nal, size);
    unsigned at = 0;
    while (at < parameters->count && parameters->sets[at].type <= type) {
        struct set *set = &parameters->sets[at];
        if (set->type == type && set->id == id) {
            if (set->size == size && !memcmp(set->data, nal, size))
                return;
            g_free(set->data);
            set->data = g_memdup2(nal, size);
            set->size = (uint16_t)size;
            parameters->changed = true;
            return;
        }
        at++;
    }
    if (parameters->count == MAX_SETS)
        return;
    memmove(parameters->sets + at + 1, parameters->sets + at,
            (parameters->count - at) * sizeof parameters->sets[0]);
    parameters->sets[at] =
        (struct set){.type = type, .id = id, .size = (uint16_t)size, .data = g_memdup2(nal, size)};
    parameters->count++;
    parameters->changed = true;
}

unsigned parameters_take(struct parameters *parameters, const uint8_t *data, size_t size)
{
    size_t offset = 0, nal_size;
    const uint8_t *nal;
    unsigned taken = 0;
    while (annexb_next(data, size, &offset, &nal, &nal_size)) {
        uint8_t type = nal_type(parameters->codec, nal);
        if (nal_is_picture(parameters->codec, type))
            break;
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

static void refresh(struct parameters *parameters)
{
    if (!parameters->changed)
        return;
    parameters->changed = false;
    g_byte_array_set_size(parameters->all, 0);
    for (unsigned i = 0; i < parameters->count; i++) {
        g_byte_array_append(parameters->all, (const guint8 *)"\0\0\0\1", 4);
        g_byte_array_append(parameters->all, parameters->sets[i].data, parameters->sets[i].size);
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
        const struct set *set = first_of(parameters, h264 ? H264_SPS : H265_SPS);
        struct sps sps = {.reorder_units = SPS_REORDER_UNKNOWN};
        bool parsed = h264 ? h264_sps_parse(set->data, set->size, &sps)
                           : h265_sps_parse(set->data, set->size, &sps);
        if (!parsed) { /* the decoder may understand what we do not */
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
