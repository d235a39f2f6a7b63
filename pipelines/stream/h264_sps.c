/* ITU-T H.264 §7.3.2.1.1 and Annex E. */
#include "stream/bits.h"
#include "stream/sps.h"
#include <stdio.h>
#include <string.h>

enum { RBSP_BYTES = 1024 };

static void skip_scaling_list(struct bits *bits, unsigned count)
{
    int last = 8, next = 8;
    for (unsigned i = 0; i < count && !bits->overrun; i++) {
        if (next)
            next = (int)((last + (int64_t)bits_se(bits) + 256) & 255);
        last = next ? next : last;
    }
}

/* Returned: chroma_format_idc; 4 stands for separately coded planes. */
static unsigned parse_chroma(struct bits *bits)
{
    unsigned chroma = bits_ue(bits);
    if (chroma == 3 && bits_u1(bits))
        chroma = 4;
    bits_ue(bits); /* bit_depth_luma_minus8 */
    bits_ue(bits);
    bits_u1(bits); /* qpprime_y_zero_transform_bypass_flag */
    if (bits_u1(bits)) {
        unsigned lists = chroma >= 3 ? 12 : 8;
        for (unsigned i = 0; i < lists; i++)
            if (bits_u1(bits))
                skip_scaling_list(bits, i < 6 ? 16 : 64);
    }
    return chroma;
}

static bool has_chroma_fields(uint32_t profile)
{
    static const uint8_t profiles[] = {100, 110, 122, 244, 44,  83, 86,
                                       118, 128, 138, 139, 134, 135};
    return memchr(profiles, (int)profile, sizeof profiles) != NULL;
}

static uint8_t bounded(uint32_t value, uint32_t most)
{
    return (uint8_t)(value < most ? value : most);
}

/* Returned: pic_order_cnt_type. */
static uint32_t parse_order_count(struct bits *bits, struct sps *sps)
{
    uint32_t type = sps->order_type = bits_ue(bits);
    sps->order_lsb_bits = 0;
    if (type == 0) {
        sps->order_lsb_bits = (uint8_t)(4 + bounded(bits_ue(bits), 12)); /* §7.4.2.1.1 */
    } else if (type == 1) {
        bits_u1(bits);
        bits_se(bits);
        bits_se(bits);
        uint32_t count = bits_ue(bits);
        for (uint32_t i = 0; i < count && i < 256; i++)
            bits_se(bits);
    }
    return type;
}

static void skip_hrd(struct bits *bits)
{
    uint32_t count = bits_ue(bits);
    bits_skip(bits, 8);
    for (uint32_t i = 0; i <= count && i < 32; i++) {
        bits_ue(bits);
        bits_ue(bits);
        bits_u1(bits);
    }
    bits_skip(bits, 20);
}

/* Returned: max_num_reorder_frames or SPS_REORDER_UNKNOWN. */
static int parse_vui(struct bits *bits)
{
    if (bits_u1(bits) && bits_u(bits, 8) == 255) /* extended aspect ratio */
        bits_skip(bits, 32);
    if (bits_u1(bits)) /* overscan */
        bits_u1(bits);
    if (bits_u1(bits)) { /* video signal type */
        bits_skip(bits, 4);
        if (bits_u1(bits))
            bits_skip(bits, 24);
    }
    if (bits_u1(bits)) { /* chroma location */
        bits_ue(bits);
        bits_ue(bits);
    }
    if (bits_u1(bits)) /* timing */
        bits_skip(bits, 65);
    bool nal_hrd = bits_u1(bits);
    if (nal_hrd)
        skip_hrd(bits);
    bool vcl_hrd = bits_u1(bits);
    if (vcl_hrd)
        skip_hrd(bits);
    if (nal_hrd || vcl_hrd)
        bits_u1(bits);
    bits_u1(bits); /* pic_struct_present_flag */
    if (!bits_u1(bits))
        return SPS_REORDER_UNKNOWN;
    bits_u1(bits);
    bits_ue(bits);
    bits_ue(bits);
    bits_ue(bits);
    bits_ue(bits);
    uint32_t reorder = bits_ue(bits);
    bits_ue(bits); /* max_dec_frame_buffering */
    return bits->overrun || reorder > 16 ? SPS_REORDER_UNKNOWN : (int)reorder;
}

static bool parse_size(struct bits *bits, unsigned chroma, struct sps *sps)
{
    uint32_t width_mbs = bits_ue(bits) + 1;
    uint32_t height_units = bits_ue(bits) + 1;
    uint32_t frame_mbs_only = bits_u1(bits);
    sps->frames_only = frame_mbs_only;
    if (width_mbs > SPS_MAX_SIDE_PX / 16 || height_units > SPS_MAX_SIDE_PX / 16)
        return false;
    if (!frame_mbs_only)
        bits_u1(bits);
    bits_u1(bits); /* direct_8x8_inference_flag */
    uint32_t crop[4] = {0};
    if (bits_u1(bits))
        for (unsigned i = 0; i < 4; i++)
            crop[i] = bits_ue(bits);
    uint32_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    uint32_t unit_y = (chroma == 1 ? 2 : 1) * (2 - frame_mbs_only);
    uint64_t width = (uint64_t)width_mbs * 16;
    uint64_t height = (uint64_t)height_units * 16 * (2 - frame_mbs_only);
    uint64_t cut_x = ((uint64_t)crop[0] + crop[1]) * unit_x;
    uint64_t cut_y = ((uint64_t)crop[2] + crop[3]) * unit_y;
    /* field coding doubles the height */
    if (height > SPS_MAX_SIDE_PX || cut_x >= width || cut_y >= height)
        return false;
    sps->width_px = (int)(width - cut_x);
    sps->height_px = (int)(height - cut_y);
    return !bits->overrun;
}

/* Leaves `bits` behind the last field. */
static bool parse(struct bits *bits, struct sps *sps)
{
    uint32_t profile = bits_u(bits, 8);
    uint32_t constraints = bits_u(bits, 8);
    uint32_t level = bits_u(bits, 8);
    snprintf(sps->codec_string, sizeof sps->codec_string, "avc1.%02x%02x%02x", profile, constraints,
             level);
    bits_ue(bits); /* seq_parameter_set_id */
    unsigned chroma = has_chroma_fields(profile) ? parse_chroma(bits) : 1;
    sps->planes = chroma == 4;
    sps->frame_num_bits = (uint8_t)(4 + bounded(bits_ue(bits), 12));
    uint32_t order_type = parse_order_count(bits, sps);
    bits_ue(bits); /* max_num_ref_frames */
    bits_u1(bits);
    if (!parse_size(bits, chroma, sps))
        return false;
    sps->reorder_units = bits_u1(bits) ? parse_vui(bits) : SPS_REORDER_UNKNOWN;
    /* output order is decoding order by definition (§8.2.1.3); baseline has no B slices */
    if (order_type == 2 || profile == 66)
        sps->reorder_units = 0;
    return true;
}

static bool open_sps(const uint8_t *nal, size_t size, uint8_t rbsp[RBSP_BYTES], struct bits *bits)
{
    if (size < 5 || (nal[0] & 0x1f) != 7)
        return false;
    size_t rbsp_size = bits_unescape(nal + 1, size - 1, rbsp, RBSP_BYTES);
    *bits = (struct bits){.data = rbsp, .size_bits = rbsp_size * 8};
    return rbsp_size >= 4;
}

bool h264_sps_parse(const uint8_t *nal, size_t size, struct sps *sps)
{
    uint8_t rbsp[RBSP_BYTES];
    struct bits bits;
    return open_sps(nal, size, rbsp, &bits) && parse(&bits, sps);
}

size_t h264_sps_size(const uint8_t *nal, size_t size)
{
    uint8_t rbsp[RBSP_BYTES];
    struct bits bits;
    struct sps sps;
    if (!open_sps(nal, size, rbsp, &bits) || !parse(&bits, &sps))
        return size;
    unsigned rest = 8 - (unsigned)(bits.at & 7); /* the stop bit, then zeros (§7.3.2.11) */
    if (bits_u(&bits, rest) != 1u << (rest - 1) || bits.overrun)
        return size;
    size_t wanted = bits.at / 8, used = 1, zeros = 0;
    for (size_t seen = 0; seen < wanted; used++) {
        bool escape = zeros >= 2 && nal[used] == 3;
        zeros = nal[used] == 0 ? zeros + 1 : 0;
        seen += !escape;
    }
    return used;
}
