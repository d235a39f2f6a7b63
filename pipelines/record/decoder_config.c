#include "record/decoder_config.h"
#include "stream/bits.h"
#include "stream/nal.h"

enum {
    MAX_SETS = 31,
    RBSP_BYTES = 128,
    PROFILE_BYTES = 12, /* H.265 general profile, tier and level */
    H265_TYPE_VPS = 32,
};

struct sets {
    struct nal nals[MAX_SETS];
    unsigned count;
};

/* Chroma format and bit depths as a sequence parameter set states them. */
struct depth {
    uint8_t chroma, luma_minus8, chroma_minus8;
};

static void put_u8(GByteArray *out, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    g_byte_array_append(out, &byte, 1);
}

static void put_sets(GByteArray *out, const struct sets *sets)
{
    for (unsigned i = 0; i < sets->count; i++) {
        put_u8(out, (unsigned)(sets->nals[i].size >> 8));
        put_u8(out, sets->nals[i].size & 0xff);
        g_byte_array_append(out, sets->nals[i].data, (guint)sets->nals[i].size);
    }
}

/* false: one is missing, too long or there are too many. */
static bool sets_find(const struct stream_format *format, struct sets found[NAL_PPS + 1])
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(format->parameter_sets, &size);
    size_t offset = 0;
    struct nal nal;
    while (nal_next(data, size, &offset, &nal)) {
        enum nal_kind kind = nal_kind(format->codec, nal_type_of(format->codec, &nal));
        if (kind != NAL_VPS && kind != NAL_SPS && kind != NAL_PPS)
            continue;
        if (nal.size > G_MAXUINT16 || found[kind].count == MAX_SETS)
            return false;
        found[kind].nals[found[kind].count++] = nal;
    }
    return found[NAL_SPS].count && found[NAL_PPS].count &&
           (format->codec == CODEC_H264 || found[NAL_VPS].count);
}

static struct depth depth_read(struct bits *bits, bool h265)
{
    bits_ue(bits); /* id */
    uint32_t chroma = bits_ue(bits);
    if (chroma == 3)
        bits_u1(bits);
    if (h265) {
        bits_ue(bits); /* width and height */
        bits_ue(bits);
        if (bits_u1(bits))
            for (int i = 0; i < 4; i++)
                bits_ue(bits);
    }
    uint32_t luma = bits_ue(bits), chroma_depth = bits_ue(bits);
    if (bits->overrun || chroma > 3 || luma > 7 || chroma_depth > 7)
        return (struct depth){.chroma = 1};
    return (struct depth){(uint8_t)chroma, (uint8_t)luma, (uint8_t)chroma_depth};
}

static bool config_h264(GByteArray *out, const struct sets *found)
{
    const struct nal *sps = &found[NAL_SPS].nals[0];
    uint8_t rbsp[RBSP_BYTES];
    if (sps->size < 5)
        return false;
    put_u8(out, 1);
    g_byte_array_append(out, sps->data + 1, 3); /* profile, constraints, level */
    put_u8(out, 0xfc | 3);
    put_u8(out, 0xe0 | found[NAL_SPS].count);
    put_sets(out, &found[NAL_SPS]);
    put_u8(out, found[NAL_PPS].count);
    put_sets(out, &found[NAL_PPS]);
    unsigned profile = sps->data[1];
    if (profile == 66 || profile == 77 || profile == 88)
        return true;
    struct bits bits = {.data = rbsp};
    bits.size_bits = bits_unescape(sps->data + 4, sps->size - 4, rbsp, sizeof rbsp) * 8;
    struct depth depth = depth_read(&bits, false);
    put_u8(out, 0xfc | depth.chroma);
    put_u8(out, 0xf8u | depth.luma_minus8);
    put_u8(out, 0xf8u | depth.chroma_minus8);
    put_u8(out, 0);
    return true;
}

static void skip_sub_layers(struct bits *bits, unsigned sub_layers)
{
    unsigned skip = 0;
    for (unsigned i = 0; i < sub_layers; i++)
        skip += (bits_u1(bits) ? 88u : 0u) + (bits_u1(bits) ? 8u : 0u);
    if (sub_layers)
        bits_skip(bits, 2 * (8 - sub_layers) + skip);
}

static bool config_h265(GByteArray *out, const struct sets *found)
{
    const struct nal *sps = &found[NAL_SPS].nals[0];
    uint8_t rbsp[RBSP_BYTES];
    if (sps->size < 3)
        return false;
    size_t rbsp_bytes = bits_unescape(sps->data + 2, sps->size - 2, rbsp, sizeof rbsp);
    if (rbsp_bytes < 1 + PROFILE_BYTES)
        return false;
    struct bits bits = {.data = rbsp, .size_bits = rbsp_bytes * 8};
    bits_skip(&bits, 4);
    unsigned sub_layers = bits_u(&bits, 3);
    unsigned nested = bits_u1(&bits);
    bits_skip(&bits, PROFILE_BYTES * 8);
    skip_sub_layers(&bits, sub_layers);
    struct depth depth = depth_read(&bits, true);
    put_u8(out, 1);
    g_byte_array_append(out, rbsp + 1, PROFILE_BYTES);
    put_u8(out, 0xf0); /* spatial segmentation: unknown */
    put_u8(out, 0);
    put_u8(out, 0xfc); /* parallelism: unknown */
    put_u8(out, 0xfc | depth.chroma);
    put_u8(out, 0xf8u | depth.luma_minus8);
    put_u8(out, 0xf8u | depth.chroma_minus8);
    put_u8(out, 0); /* frame rate: unknown */
    put_u8(out, 0);
    put_u8(out, (sub_layers + 1) << 3 | nested << 2 | 3);
    put_u8(out, 3);
    for (enum nal_kind kind = NAL_VPS; kind <= NAL_PPS; kind++) {
        put_u8(out, 0x80u | (H265_TYPE_VPS + (unsigned)(kind - NAL_VPS))); /* all of them */
        put_u8(out, 0);
        put_u8(out, found[kind].count);
        put_sets(out, &found[kind]);
    }
    return true;
}

GByteArray *decoder_config(const struct stream_format *format)
{
    struct sets found[NAL_PPS + 1] = {0};
    if (!sets_find(format, found))
        return NULL;
    GByteArray *out = g_byte_array_new();
    bool whole = format->codec == CODEC_H265 ? config_h265(out, found) : config_h264(out, found);
    if (whole)
        return out;
    g_byte_array_unref(out);
    return NULL;
}
