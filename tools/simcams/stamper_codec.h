/* What stamper.c needs from each codec. */
#pragma once
#include "simcams/bits.h"
#include "simcams/stamper.h"

enum {
    LUMA_MIDDLE = 128, /* prediction where nothing is decoded yet */
    LUMA_BLACK = 28,
    LUMA_NONE = 16, /* of a picture without light */
    LUMA_WHITE = 228,
};

/* One unit (macroblock, coding tree unit) of a generated key slice: its luma minus the one before.
 */
typedef int (*luma_step)(const void *user, unsigned column, unsigned row);

struct h264_parameters {
    unsigned width_mbs, height_mbs;
    unsigned frame_num_bits, poc_type, poc_lsb_bits;
    bool delta_pic_order_always_zero, bottom_field_order, redundant_pic_cnt;
    int init_qp;
    bool has_sps, has_pps;
};

struct h265_parameters {
    unsigned width_px, height_px; /* height already with the added row */
    unsigned poc_lsb_bits, extra_header_bits, max_transform_depth_intra;
    bool temporal_mvp, output_flag_present, dependent_slices, cabac_init_present;
    bool cu_qp_delta, chroma_qp_offsets_present, deblocking_override, deblocking_disabled;
    bool across_slices, lists_modification, header_extension;
    int init_qp;
    bool has_sps, has_pps;
};

/* Each takes one RBSP with its NAL unit header; false if it cannot be used for stamping. */
bool h264_read_sps(struct h264_parameters *parameters, const uint8_t *rbsp, size_t size_bytes);
bool h264_read_pps(struct h264_parameters *parameters, const uint8_t *rbsp, size_t size_bytes);
bool h264_read_slice(const struct h264_parameters *parameters, const uint8_t *rbsp,
                     size_t size_bytes, struct slice_head *head, unsigned *first_mb);

/* Writers of whole RBSPs (with NAL unit header), ended by trailing bits. */
void h264_write_skip(const struct h264_parameters *parameters, const struct slice_head *head,
                     unsigned first_row, unsigned row_count, struct bit_writer *writer);
void h264_write_key(const struct h264_parameters *parameters, const struct slice_head *head,
                    unsigned first_row, unsigned row_count, luma_step step, const void *user,
                    struct bit_writer *writer);

/* SPS and PPS are rewritten on the way; the writers have room for a little more than the input. */
bool h265_rewrite_sps(struct h265_parameters *parameters, const uint8_t *rbsp, size_t size_bytes,
                      struct bit_writer *writer);
bool h265_rewrite_pps(struct h265_parameters *parameters, const uint8_t *rbsp, size_t size_bytes,
                      struct bit_writer *writer);
bool h265_rewrite_slice(const struct h265_parameters *parameters, const uint8_t *rbsp,
                        size_t size_bytes, struct slice_head *head, struct bit_writer *writer);
void h265_write_skip(const struct h265_parameters *parameters, const struct slice_head *head,
                     unsigned first_row, unsigned row_count, struct bit_writer *writer);
void h265_write_key(const struct h265_parameters *parameters, const struct slice_head *head,
                    unsigned first_row, unsigned row_count, luma_step step, const void *user,
                    struct bit_writer *writer);
unsigned h265_columns(const struct h265_parameters *parameters);
unsigned h265_rows(const struct h265_parameters *parameters);
