/* Slice headers and tiny slices of H.264 (ITU-T H.264, clauses 7.3 and 9.2), for CAVLC clips
 * without fields, slice groups and weighted prediction. */
#include "simcams/stamper_codec.h"

enum {
    NAL_IDR = 5,
    SLICE_P = 0,
    /* one level of the luma DC coefficient is 0.625 of luma at this quantiser */
    STAMP_QP = 24,
    PROFILE_BASELINE = 66,
    PROFILE_MAIN = 77,
};

static struct bit_reader reader_of(const uint8_t *rbsp, size_t size_bytes)
{
    return (struct bit_reader){.data = rbsp, .size_bits = size_bytes * 8, .at = 8};
}

bool h264_read_sps(struct h264_parameters *parameters, const uint8_t *rbsp, size_t size_bytes)
{
    struct bit_reader reader = reader_of(rbsp, size_bytes);
    const uint32_t profile = bits_read(&reader, 8);
    if (profile != PROFILE_BASELINE && profile != PROFILE_MAIN)
        return false;
    bits_read(&reader, 16); /* constraints, level */
    bits_read_ue(&reader);  /* id */
    parameters->frame_num_bits = bits_read_ue(&reader) + 4;
    parameters->poc_type = bits_read_ue(&reader);
    if (parameters->poc_type == 0)
        parameters->poc_lsb_bits = bits_read_ue(&reader) + 4;
    else if (parameters->poc_type != 2)
        return false;
    bits_read_ue(&reader); /* max_num_ref_frames */
    bits_read1(&reader);   /* gaps_in_frame_num_value_allowed_flag */
    parameters->width_mbs = bits_read_ue(&reader) + 1;
    parameters->height_mbs = bits_read_ue(&reader) + 1;
    const bool frames_only = bits_read1(&reader);
    parameters->has_sps = frames_only && !reader.beyond && parameters->width_mbs <= 512 &&
                          parameters->height_mbs >= 2 && parameters->height_mbs <= 512 &&
                          parameters->frame_num_bits <= 16 && parameters->poc_lsb_bits <= 16;
    return parameters->has_sps;
}

bool h264_read_pps(struct h264_parameters *parameters, const uint8_t *rbsp, size_t size_bytes)
{
    struct bit_reader reader = reader_of(rbsp, size_bytes);
    bits_read_ue(&reader); /* id */
    bits_read_ue(&reader); /* SPS's id */
    const bool cabac = bits_read1(&reader);
    parameters->bottom_field_order = bits_read1(&reader);
    const uint32_t slice_groups = bits_read_ue(&reader);
    bits_read_ue(&reader); /* num_ref_idx_l0_default_active_minus1 */
    bits_read_ue(&reader);
    const bool weighted = bits_read1(&reader);
    bits_read(&reader, 2); /* weighted_bipred_idc */
    parameters->init_qp = 26 + bits_read_se(&reader);
    bits_read_se(&reader); /* pic_init_qs */
    bits_read_se(&reader); /* chroma_qp_index_offset */
    const bool deblocking_control = bits_read1(&reader);
    bits_read1(&reader); /* constrained_intra_pred_flag */
    parameters->redundant_pic_cnt = bits_read1(&reader);
    parameters->has_pps =
        !cabac && slice_groups == 0 && !weighted && deblocking_control && !reader.beyond;
    return parameters->has_pps;
}

/* dec_ref_pic_marking(): x264 needs no memory management. */
static bool read_marking(struct bit_reader *reader, bool idr)
{
    if (idr) {
        bits_read(reader, 2);
        return true;
    }
    return bits_read1(reader) == 0;
}

bool h264_read_slice(const struct h264_parameters *parameters, const uint8_t *rbsp,
                     size_t size_bytes, struct slice_head *head, unsigned *first_mb)
{
    struct bit_reader reader = reader_of(rbsp, size_bytes);
    const bool idr = (rbsp[0] & 0x1f) == NAL_IDR;
    *first_mb = bits_read_ue(&reader);
    const size_t start = reader.at;
    const uint32_t type = bits_read_ue(&reader) % 5;
    bits_read_ue(&reader); /* PPS's id */
    bits_read(&reader, parameters->frame_num_bits);
    if (idr)
        bits_read_ue(&reader); /* idr_pic_id */
    if (parameters->poc_type == 0) {
        bits_read(&reader, parameters->poc_lsb_bits);
        if (parameters->bottom_field_order)
            bits_read_se(&reader);
    }
    if (parameters->redundant_pic_cnt)
        bits_read_ue(&reader);
    if (type == SLICE_P) {
        if (bits_read1(&reader)) /* num_ref_idx_active_override_flag */
            bits_read_ue(&reader);
        if (bits_read1(&reader)) /* ref_pic_list_modification_flag_l0 */
            return false;
    }
    if ((rbsp[0] & 0x60) != 0 && !read_marking(&reader, idr))
        return false;
    const size_t bit_count = reader.at - start;
    if (reader.beyond || bit_count > sizeof head->bits * 8 || (type != SLICE_P && !idr))
        return false;
    *head = (struct slice_head){.nal = {rbsp[0]}, .bit_count = (uint8_t)bit_count, .key = idr};
    struct bit_writer writer = {.data = head->bits, .capacity_bits = sizeof head->bits * 8};
    bits_copy(&writer, rbsp, start, reader.at);
    return true;
}

/* Everything before the slice data. The deblocking filter is off, so that cells stay sharp and
 * equal for every camera. */
static void write_header(const struct h264_parameters *parameters, const struct slice_head *head,
                         unsigned first_row, struct bit_writer *writer)
{
    bits_write(writer, head->nal[0], 8);
    bits_write_ue(writer, first_row * parameters->width_mbs);
    bits_copy(writer, head->bits, 0, head->bit_count);
    bits_write_se(writer, STAMP_QP - parameters->init_qp);
    bits_write_ue(writer, 1); /* disable_deblocking_filter_idc */
}

void h264_write_skip(const struct h264_parameters *parameters, const struct slice_head *head,
                     unsigned first_row, unsigned row_count, struct bit_writer *writer)
{
    write_header(parameters, head, first_row, writer);
    bits_write_ue(writer, row_count * parameters->width_mbs); /* mb_skip_run */
    bits_write_trailing(writer);
}

/* One DC level by CAVLC (clause 9.2) where the neighbours have no coefficients. */
static void write_dc_level(struct bit_writer *writer, int level)
{
    if (level == 0) {
        bits_write(writer, 1, 1); /* coeff_token: none */
        return;
    }
    if (level == 1 || level == -1) {
        bits_write(writer, 1, 2); /* coeff_token: one trailing one */
        bits_write1(writer, level < 0);
    } else {
        bits_write(writer, 5, 6); /* coeff_token: one coefficient that is no trailing one */
        /* |level| is at least 2 then, which level_code leaves out */
        const uint32_t code = level > 0 ? (uint32_t)level * 2 - 4 : (uint32_t)-level * 2 - 3;
        if (code < 14) {
            bits_write(writer, 1, code + 1);
        } else if (code < 30) {
            bits_write(writer, 1, 15);
            bits_write(writer, code - 14, 4);
        } else {
            bits_write(writer, 1, 16);
            bits_write(writer, code - 30, 12);
        }
    }
    bits_write(writer, 1, 1); /* total_zeros: none */
}

void h264_write_key(const struct h264_parameters *parameters, const struct slice_head *head,
                    unsigned first_row, unsigned row_count, luma_step step, const void *user,
                    struct bit_writer *writer)
{
    write_header(parameters, head, first_row, writer);
    for (unsigned row = 0; row < row_count; row++) {
        for (unsigned column = 0; column < parameters->width_mbs; column++) {
            bits_write_ue(writer, 3); /* mb_type I_16x16_2_0_0: DC prediction, no AC */
            bits_write_ue(writer, 0); /* intra_chroma_pred_mode: DC */
            bits_write_se(writer, 0); /* mb_qp_delta */
            write_dc_level(writer, step(user, column, row) * 8 / 5);
        }
    }
    bits_write_trailing(writer);
}
