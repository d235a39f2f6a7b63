/* Headers and tiny slices of H.265 (ITU-T H.265, clauses 7.3 and 9.3), for clips with 16×16 coding
 * tree units and without tiles, wavefronts, SAO, PCM, scaling lists and long-term references. */
#include "simcams/cabac.h"
#include "simcams/stamper_codec.h"

enum {
    CTU_PX = 16,
    NAL_IDR_W_RADL = 19,
    NAL_IDR_N_LP = 20,
    SLICE_P = 1,
    SLICE_I = 2,
    /* one level of a 16×16 block's DC coefficient is one of luma at this quantiser */
    STAMP_QP = 28,
    LEVEL_BASE = 3, /* greater1 and greater2 flags set */
};

/* initValue of the contexts that we use (tables 9-5 to 9-37): I slices, P slices */
static const struct {
    uint8_t split_cu[2], cu_skip[3], merge_idx, part_mode, prev_intra_luma, intra_chroma,
        split_transform, cbf_luma, cbf_chroma, cu_qp_delta, last_prefix, greater1, greater2;
} init_values = {
    .split_cu = {139, 107},
    .cu_skip = {197, 185, 201},
    .merge_idx = 122,
    .part_mode = 184,
    .prev_intra_luma = 184,
    .intra_chroma = 63,
    .split_transform = 138, /* log2TrafoSize 4 and 3 */
    .cbf_luma = 141,        /* trafoDepth 0 */
    .cbf_chroma = 94,
    .cu_qp_delta = 154,
    .last_prefix = 125, /* 16×16 luma, first bin */
    .greater1 = 92,
    .greater2 = 138,
};

static struct bit_reader reader_of(const uint8_t *rbsp, size_t size_bytes)
{
    return (struct bit_reader){.data = rbsp, .size_bits = size_bytes * 8, .at = 16};
}

unsigned h265_columns(const struct h265_parameters *parameters)
{
    return (parameters->width_px + CTU_PX - 1) / CTU_PX;
}

unsigned h265_rows(const struct h265_parameters *parameters)
{
    return (parameters->height_px + CTU_PX - 1) / CTU_PX;
}

/* Bits of slice_segment_address. */
static unsigned address_bits(const struct h265_parameters *parameters)
{
    const unsigned units = h265_columns(parameters) * h265_rows(parameters);
    unsigned bits = 0;
    while ((1u << bits) < units)
        bits++;
    return bits;
}

/* What follows the picture size; fills what slices need. */
static bool read_sps_rest(struct h265_parameters *parameters, struct bit_reader *reader)
{
    if (bits_read1(reader)) /* conformance_window_flag */
        return false;
    bits_read_ue(reader); /* bit depths */
    bits_read_ue(reader);
    parameters->poc_lsb_bits = bits_read_ue(reader) + 4;
    bits_read1(reader); /* one sub-layer: the flag changes nothing */
    for (int i = 0; i < 3; i++)
        bits_read_ue(reader);
    const uint32_t log2_min_cb = bits_read_ue(reader) + 3;
    const uint32_t log2_ctb = log2_min_cb + bits_read_ue(reader);
    const uint32_t log2_min_tb = bits_read_ue(reader) + 2;
    const uint32_t log2_max_tb = log2_min_tb + bits_read_ue(reader);
    bits_read_ue(reader); /* max_transform_hierarchy_depth_inter */
    parameters->max_transform_depth_intra = bits_read_ue(reader);
    const bool scaling_lists = bits_read1(reader);
    bits_read1(reader); /* amp_enabled_flag */
    const bool sao = bits_read1(reader);
    const bool pcm = bits_read1(reader);
    const uint32_t reference_sets = bits_read_ue(reader);
    const bool long_term = bits_read1(reader);
    parameters->temporal_mvp = bits_read1(reader);
    return log2_min_cb == 3 && log2_ctb == 4 && log2_min_tb == 2 && log2_max_tb == 4 &&
           !scaling_lists && !sao && !pcm && reference_sets == 0 && !long_term &&
           !parameters->temporal_mvp && parameters->poc_lsb_bits <= 16;
}

bool h265_rewrite_sps(struct h265_parameters *parameters, const uint8_t *rbsp, size_t size_bytes,
                      struct bit_writer *writer)
{
    struct bit_reader reader = reader_of(rbsp, size_bytes);
    bits_read(&reader, 4);
    const uint32_t sub_layers_minus1 = bits_read(&reader, 3);
    bits_read1(&reader);
    for (int i = 0; i < 3; i++)
        bits_read(&reader, 32); /* profile_tier_level() of one sub-layer */
    bits_read_ue(&reader);      /* id */
    const uint32_t chroma_format = bits_read_ue(&reader);
    parameters->width_px = bits_read_ue(&reader);
    const size_t height_at = reader.at;
    parameters->height_px = bits_read_ue(&reader) + CTU_PX;
    const size_t rest_at = reader.at;
    if (sub_layers_minus1 != 0 || chroma_format != 1 || parameters->width_px > 8192 ||
        parameters->height_px > 8192 || parameters->height_px % 8 || parameters->width_px % 8 ||
        !read_sps_rest(parameters, &reader) || reader.beyond)
        return false;
    bits_copy(writer, rbsp, 0, height_at);
    bits_write_ue(writer, parameters->height_px);
    bits_copy(writer, rbsp, rest_at, bits_trailing_start(rbsp, size_bytes));
    bits_write_trailing(writer);
    parameters->has_sps = true;
    return !writer->full;
}

/* The first part of the PPS, up to the flag that is rewritten. */
static bool read_pps_start(struct h265_parameters *parameters, struct bit_reader *reader)
{
    bits_read_ue(reader); /* id */
    bits_read_ue(reader); /* SPS's id */
    parameters->dependent_slices = bits_read1(reader);
    parameters->output_flag_present = bits_read1(reader);
    parameters->extra_header_bits = bits_read(reader, 3);
    bits_read1(reader); /* sign_data_hiding_enabled_flag: never applies to one coefficient */
    parameters->cabac_init_present = bits_read1(reader);
    bits_read_ue(reader); /* default numbers of references */
    bits_read_ue(reader);
    parameters->init_qp = 26 + bits_read_se(reader);
    bits_read1(reader); /* constrained_intra_pred_flag */
    bits_read1(reader); /* transform_skip_enabled_flag: 4×4 only */
    parameters->cu_qp_delta = bits_read1(reader);
    if (parameters->cu_qp_delta)
        bits_read_ue(reader);
    bits_read_se(reader); /* chroma offsets */
    bits_read_se(reader);
    parameters->chroma_qp_offsets_present = bits_read1(reader);
    const bool weighted = bits_read1(reader);
    bits_read1(reader); /* weighted_bipred_flag */
    const bool bypass = bits_read1(reader);
    const bool tiles = bits_read1(reader);
    const bool wavefronts = bits_read1(reader);
    return !weighted && !bypass && !tiles && !wavefronts;
}

bool h265_rewrite_pps(struct h265_parameters *parameters, const uint8_t *rbsp, size_t size_bytes,
                      struct bit_writer *writer)
{
    struct bit_reader reader = reader_of(rbsp, size_bytes);
    if (!read_pps_start(parameters, &reader))
        return false;
    const size_t across_at = reader.at;
    parameters->across_slices = bits_read1(&reader);
    parameters->deblocking_override = parameters->deblocking_disabled = false;
    if (bits_read1(&reader)) { /* deblocking_filter_control_present_flag */
        parameters->deblocking_override = bits_read1(&reader);
        parameters->deblocking_disabled = bits_read1(&reader);
        if (!parameters->deblocking_disabled) {
            bits_read_se(&reader);
            bits_read_se(&reader);
        }
    }
    const bool scaling_lists = bits_read1(&reader);
    parameters->lists_modification = bits_read1(&reader);
    bits_read_ue(&reader); /* log2_parallel_merge_level_minus2 */
    parameters->header_extension = bits_read1(&reader);
    if (reader.beyond || scaling_lists || parameters->header_extension)
        return false;
    /* no filtering across the stamp's border, as the encoder did none across its picture's */
    bits_copy(writer, rbsp, 0, across_at);
    bits_write1(writer, 0);
    bits_copy(writer, rbsp, across_at + 1, bits_trailing_start(rbsp, size_bytes));
    bits_write_trailing(writer);
    parameters->has_pps = true;
    return !writer->full;
}

static bool is_irap(const uint8_t *rbsp)
{
    const unsigned type = nal_type(CODEC_H265, rbsp[0]);
    return type >= 16 && type <= 23;
}

/* From slice_type to before slice_qp_delta. */
static bool read_slice_middle(const struct h265_parameters *parameters, struct bit_reader *reader,
                              bool idr, unsigned *merge_candidates)
{
    bits_read(reader, parameters->extra_header_bits);
    const uint32_t type = bits_read_ue(reader);
    if (parameters->output_flag_present)
        bits_read1(reader);
    if (!idr) {
        bits_read(reader, parameters->poc_lsb_bits);
        if (bits_read1(reader)) /* short_term_ref_pic_set_sps_flag */
            return false;
        const uint32_t negative = bits_read_ue(reader);
        const uint32_t positive = bits_read_ue(reader);
        if (negative > 16 || positive > 0)
            return false;
        for (uint32_t i = 0; i < negative; i++) {
            bits_read_ue(reader);
            bits_read1(reader);
        }
    }
    if (type == SLICE_I)
        return idr;
    if (type != SLICE_P || parameters->lists_modification)
        return false;
    if (bits_read1(reader)) /* num_ref_idx_active_override_flag */
        bits_read_ue(reader);
    if (parameters->cabac_init_present && bits_read1(reader))
        return false;
    const uint32_t missing = bits_read_ue(reader); /* five_minus_max_num_merge_cand */
    *merge_candidates = 5 - MIN(missing, 5);
    return *merge_candidates > 0;
}

/* What stands between slice_qp_delta and slice_loop_filter_across_slices_enabled_flag. Returns
 * whether deblocking is off. */
static bool read_slice_filter(const struct h265_parameters *parameters, struct bit_reader *reader)
{
    bool disabled = parameters->deblocking_disabled;
    if (parameters->chroma_qp_offsets_present) {
        bits_read_se(reader);
        bits_read_se(reader);
    }
    if (!parameters->deblocking_override || !bits_read1(reader))
        return disabled;
    disabled = bits_read1(reader);
    if (!disabled) {
        bits_read_se(reader);
        bits_read_se(reader);
    }
    return disabled;
}

bool h265_rewrite_slice(const struct h265_parameters *parameters, const uint8_t *rbsp,
                        size_t size_bytes, struct slice_head *head, struct bit_writer *writer)
{
    struct bit_reader reader = reader_of(rbsp, size_bytes);
    const unsigned nal = nal_type(CODEC_H265, rbsp[0]);
    const bool idr = nal == NAL_IDR_W_RADL || nal == NAL_IDR_N_LP;
    const bool first = bits_read1(&reader);
    if (is_irap(rbsp))
        bits_read1(&reader); /* no_output_of_prior_pics_flag */
    bits_read_ue(&reader);   /* PPS's id: 0, see write_start() */
    const size_t start = reader.at;
    unsigned merge_candidates = 0;
    if (!first || !read_slice_middle(parameters, &reader, idr, &merge_candidates))
        return false;
    const size_t middle_end = reader.at;
    const size_t bit_count = middle_end - start;
    bits_read_se(&reader); /* slice_qp_delta */
    const bool disabled = read_slice_filter(parameters, &reader);
    const size_t filter_end = reader.at;
    if (parameters->across_slices && !disabled)
        bits_read1(&reader); /* the flag that the rewritten PPS leaves out */
    bits_read1(&reader);     /* byte_alignment() */
    const size_t data_at = (reader.at + 7) / 8;
    if (reader.beyond || bit_count > sizeof head->bits * 8 || data_at > size_bytes)
        return false;
    *head = (struct slice_head){.nal = {rbsp[0], rbsp[1]},
                                .bit_count = (uint8_t)bit_count,
                                .merge_candidates = (uint8_t)merge_candidates,
                                .key = idr};
    struct bit_writer middle = {.data = head->bits, .capacity_bits = sizeof head->bits * 8};
    bits_copy(&middle, rbsp, start, middle_end);
    /* the same slice, one row further down */
    bits_copy(writer, rbsp, 0, 16);
    bits_write1(writer, 0);
    bits_copy(writer, rbsp, 17, start);
    if (parameters->dependent_slices)
        bits_write1(writer, 0);
    bits_write(writer, h265_columns(parameters), address_bits(parameters));
    bits_copy(writer, rbsp, start, filter_end);
    bits_write_trailing(writer);
    bits_copy(writer, rbsp, data_at * 8, size_bytes * 8);
    return !writer->full;
}

/* The header of a generated slice. */
static void write_header(const struct h265_parameters *parameters, const struct slice_head *head,
                         unsigned first_row, struct bit_writer *writer)
{
    bits_write(writer, head->nal[0], 8);
    bits_write(writer, head->nal[1], 8);
    bits_write1(writer, first_row == 0);
    if (is_irap(head->nal))
        bits_write1(writer, 0);
    bits_write_ue(writer, 0); /* PPS's id */
    if (first_row) {
        if (parameters->dependent_slices)
            bits_write1(writer, 0);
        bits_write(writer, first_row * h265_columns(parameters), address_bits(parameters));
    }
    bits_copy(writer, head->bits, 0, head->bit_count);
    bits_write_se(writer, STAMP_QP - parameters->init_qp);
    if (parameters->chroma_qp_offsets_present) {
        bits_write_se(writer, 0);
        bits_write_se(writer, 0);
    }
    if (parameters->deblocking_override)
        bits_write1(writer, 0);
    bits_write_trailing(writer);
}

/* Whether the coding tree unit reaches past the picture's lower edge, so that its split is inferred
 * and four (here the upper two) coding units of 8×8 follow. */
static bool is_cut(const struct h265_parameters *parameters, unsigned row)
{
    return (row + 1) * CTU_PX > parameters->height_px;
}

struct skip_contexts {
    struct cabac_context split_cu, cu_skip[3], merge_idx;
    bool one_candidate; /* then merge_idx is not coded */
};

/* One skipped coding unit; `skipped` neighbours decide its context. */
static void write_skipped_unit(struct cabac *cabac, struct skip_contexts *contexts,
                               unsigned skipped)
{
    cabac_encode(cabac, &contexts->cu_skip[skipped], 1);
    if (!contexts->one_candidate)
        cabac_encode(cabac, &contexts->merge_idx, 0);
}

void h265_write_skip(const struct h265_parameters *parameters, const struct slice_head *head,
                     unsigned first_row, unsigned row_count, struct bit_writer *writer)
{
    write_header(parameters, head, first_row, writer);
    struct cabac cabac;
    cabac_start(&cabac, writer);
    struct skip_contexts contexts = {
        .split_cu = cabac_context_init(init_values.split_cu[1], STAMP_QP),
        .merge_idx = cabac_context_init(init_values.merge_idx, STAMP_QP),
        .one_candidate = head->merge_candidates == 1,
    };
    for (int i = 0; i < 3; i++)
        contexts.cu_skip[i] = cabac_context_init(init_values.cu_skip[i], STAMP_QP);
    const unsigned columns = h265_columns(parameters);
    for (unsigned row = 0; row < row_count; row++) {
        for (unsigned column = 0; column < columns; column++) {
            const bool left = column > 0, above = row > 0;
            if (is_cut(parameters, first_row + row)) {
                write_skipped_unit(&cabac, &contexts, (unsigned)left + above);
                write_skipped_unit(&cabac, &contexts, 1u + above);
            } else {
                cabac_encode(&cabac, &contexts.split_cu, 0);
                write_skipped_unit(&cabac, &contexts, (unsigned)left + above);
            }
            cabac_terminate(&cabac, row + 1 == row_count && column + 1 == columns);
        }
    }
}

struct intra_contexts {
    struct cabac_context split_cu, part_mode, prev_intra_luma, intra_chroma, split_transform,
        cbf_luma, cbf_chroma, cu_qp_delta, last_x, last_y, greater1, greater2;
};

static struct intra_contexts intra_contexts_init(void)
{
    return (struct intra_contexts){
        .split_cu = cabac_context_init(init_values.split_cu[0], STAMP_QP),
        .part_mode = cabac_context_init(init_values.part_mode, STAMP_QP),
        .prev_intra_luma = cabac_context_init(init_values.prev_intra_luma, STAMP_QP),
        .intra_chroma = cabac_context_init(init_values.intra_chroma, STAMP_QP),
        .split_transform = cabac_context_init(init_values.split_transform, STAMP_QP),
        .cbf_luma = cabac_context_init(init_values.cbf_luma, STAMP_QP),
        .cbf_chroma = cabac_context_init(init_values.cbf_chroma, STAMP_QP),
        .cu_qp_delta = cabac_context_init(init_values.cu_qp_delta, STAMP_QP),
        .last_x = cabac_context_init(init_values.last_prefix, STAMP_QP),
        .last_y = cabac_context_init(init_values.last_prefix, STAMP_QP),
        .greater1 = cabac_context_init(init_values.greater1, STAMP_QP),
        .greater2 = cabac_context_init(init_values.greater2, STAMP_QP),
    };
}

/* coeff_abs_level_remaining with Rice parameter 0 (clause 9.3.3.11). */
static void write_remaining(struct cabac *cabac, uint32_t value)
{
    if (value < 4) {
        cabac_bypass_bits(cabac, (1u << (value + 1)) - 2, value + 1);
        return;
    }
    cabac_bypass_bits(cabac, 15, 4);
    /* Exp-Golomb of order 1 for what is above 4 */
    uint32_t rest = value - 4;
    unsigned order = 1;
    while (rest >= 1u << order) {
        cabac_bypass(cabac, 1);
        rest -= 1u << order++;
    }
    cabac_bypass(cabac, 0);
    cabac_bypass_bits(cabac, rest, order);
}

/* residual_coding() of a block whose only coefficient is the DC. */
static void write_dc_level(struct cabac *cabac, struct intra_contexts *contexts, int level)
{
    const uint32_t magnitude = (uint32_t)ABS(level);
    cabac_encode(cabac, &contexts->last_x, 0);
    cabac_encode(cabac, &contexts->last_y, 0);
    cabac_encode(cabac, &contexts->greater1, magnitude > 1);
    if (magnitude > 1)
        cabac_encode(cabac, &contexts->greater2, magnitude > 2);
    cabac_bypass(cabac, level < 0);
    if (magnitude >= LEVEL_BASE)
        write_remaining(cabac, magnitude - LEVEL_BASE);
}

/* A 16×16 coding unit, intra DC; its luma changes by `level`. */
static void write_intra_unit(const struct h265_parameters *parameters, struct cabac *cabac,
                             struct intra_contexts *contexts, int level)
{
    cabac_encode(cabac, &contexts->split_cu, 0);
    cabac_encode(cabac, &contexts->prev_intra_luma, 1);
    cabac_bypass_bits(cabac, 2, 2); /* mpm_idx 1: DC is always the second candidate */
    cabac_encode(cabac, &contexts->intra_chroma, 0);
    if (parameters->max_transform_depth_intra > 0)
        cabac_encode(cabac, &contexts->split_transform, 0);
    cabac_encode(cabac, &contexts->cbf_chroma, 0);
    cabac_encode(cabac, &contexts->cbf_chroma, 0);
    cabac_encode(cabac, &contexts->cbf_luma, level != 0);
    if (level == 0)
        return;
    if (parameters->cu_qp_delta)
        cabac_encode(cabac, &contexts->cu_qp_delta, 0);
    write_dc_level(cabac, contexts, level);
}

/* The two visible 8×8 coding units of a unit on the lower edge, without residual. Their split is
 * inferred; being of the smallest size, they say that they are not divided (part_mode). */
static void write_cut_units(const struct h265_parameters *parameters, struct cabac *cabac,
                            struct intra_contexts *contexts, struct cabac_context *split_8)
{
    for (int i = 0; i < 2; i++) {
        cabac_encode(cabac, &contexts->part_mode, 1);
        cabac_encode(cabac, &contexts->prev_intra_luma, 1);
        cabac_bypass_bits(cabac, 2, 2);
        cabac_encode(cabac, &contexts->intra_chroma, 0);
        if (parameters->max_transform_depth_intra > 0)
            cabac_encode(cabac, split_8, 0);
        cabac_encode(cabac, &contexts->cbf_chroma, 0);
        cabac_encode(cabac, &contexts->cbf_chroma, 0);
        cabac_encode(cabac, &contexts->cbf_luma, 0);
    }
}

void h265_write_key(const struct h265_parameters *parameters, const struct slice_head *head,
                    unsigned first_row, unsigned row_count, luma_step step, const void *user,
                    struct bit_writer *writer)
{
    write_header(parameters, head, first_row, writer);
    struct cabac cabac;
    cabac_start(&cabac, writer);
    struct intra_contexts contexts = intra_contexts_init();
    struct cabac_context split_8 = cabac_context_init(init_values.split_transform, STAMP_QP);
    const unsigned columns = h265_columns(parameters);
    for (unsigned row = 0; row < row_count; row++) {
        for (unsigned column = 0; column < columns; column++) {
            if (is_cut(parameters, first_row + row))
                write_cut_units(parameters, &cabac, &contexts, &split_8);
            else
                write_intra_unit(parameters, &cabac, &contexts, step(user, column, row));
            cabac_terminate(&cabac, row + 1 == row_count && column + 1 == columns);
        }
    }
}
