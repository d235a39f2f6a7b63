/* ITU-T H.265 §7.3.2.2 and §7.3.3, as far as the reordering of pictures. */
#include "stream/bits.h"
#include "stream/sps.h"
#include <stdio.h>

enum { RBSP_BYTES = 1024 };

/* ISO/IEC 14496-15 E.3: hvc1.PROFILE.COMPATIBILITY.TIERLEVEL.CONSTRAINTS */
static void write_codec_string(const uint8_t ptl[12], struct sps *sps)
{
    static const char *const spaces[] = {"", "A", "B", "C"};
    uint32_t compatibility = 0;
    for (unsigned i = 0; i < 32; i++)
        compatibility |= (uint32_t)(ptl[1 + i / 8] >> (7 - i % 8) & 1) << i;
    int at =
        snprintf(sps->codec_string, sizeof sps->codec_string, "hvc1.%s%d.%x.%c%d",
                 spaces[ptl[0] >> 6], ptl[0] & 31, compatibility, ptl[0] & 32 ? 'H' : 'L', ptl[11]);
    unsigned last = 6;
    while (last > 0 && ptl[4 + last] == 0)
        last--;
    for (unsigned i = 1; i <= last && (size_t)at + 4 <= sizeof sps->codec_string; i++)
        at += snprintf(sps->codec_string + at, sizeof sps->codec_string - (size_t)at, ".%X",
                       ptl[4 + i]);
}

static void skip_sub_layers(struct bits *bits, unsigned count)
{
    bool profile[8] = {0}, level[8] = {0};
    if (!count)
        return;
    for (unsigned i = 0; i < count; i++) {
        profile[i] = bits_u1(bits);
        level[i] = bits_u1(bits);
    }
    bits_skip(bits, 2 * (8 - count));
    for (unsigned i = 0; i < count; i++)
        bits_skip(bits, (profile[i] ? 88u : 0u) + (level[i] ? 8u : 0u));
}

static bool parse_size(struct bits *bits, struct sps *sps)
{
    uint32_t chroma = bits_ue(bits);
    if (chroma == 3)
        bits_u1(bits);
    uint32_t width = bits_ue(bits), height = bits_ue(bits);
    uint32_t crop[4] = {0};
    if (bits_u1(bits))
        for (unsigned i = 0; i < 4; i++)
            crop[i] = bits_ue(bits);
    uint64_t cut_x = ((uint64_t)crop[0] + crop[1]) * (chroma == 1 || chroma == 2 ? 2 : 1);
    uint64_t cut_y = ((uint64_t)crop[2] + crop[3]) * (chroma == 1 ? 2 : 1);
    if (width > SPS_MAX_SIDE_PX || height > SPS_MAX_SIDE_PX || cut_x >= width || cut_y >= height)
        return false;
    sps->width_px = (int)(width - cut_x);
    sps->height_px = (int)(height - cut_y);
    return true;
}

bool h265_sps_parse(const uint8_t *nal, size_t size, struct sps *sps)
{
    uint8_t rbsp[RBSP_BYTES];
    if (size < 15 || (nal[0] >> 1 & 0x3f) != 33)
        return false;
    size_t rbsp_size = bits_unescape(nal + 2, size - 2, rbsp, sizeof rbsp);
    if (rbsp_size < 13)
        return false;
    struct bits bits = {.data = rbsp, .size_bits = rbsp_size * 8};
    bits_skip(&bits, 4);
    unsigned sub_layers = bits_u(&bits, 3);
    bits_u1(&bits);
    write_codec_string(rbsp + 1, sps);
    bits_skip(&bits, 96);
    skip_sub_layers(&bits, sub_layers);
    bits_ue(&bits); /* sps_seq_parameter_set_id */
    if (!parse_size(&bits, sps))
        return false;
    bits_ue(&bits); /* bit_depth_luma_minus8 */
    bits_ue(&bits);
    bits_ue(&bits); /* log2_max_pic_order_cnt_lsb_minus4 */
    uint32_t reorder = 0;
    for (unsigned i = bits_u1(&bits) ? 0 : sub_layers; i <= sub_layers; i++) {
        bits_ue(&bits); /* sps_max_dec_pic_buffering_minus1 */
        reorder = bits_ue(&bits);
        bits_ue(&bits);
    }
    sps->reorder_units = reorder <= 16 ? (int)reorder : SPS_REORDER_UNKNOWN;
    return !bits.overrun;
}
