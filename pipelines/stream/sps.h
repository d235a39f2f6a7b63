/* What we need of a sequence parameter set. Pure; the size is bounded, the content is not trusted.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPS_REORDER_UNKNOWN = -1, SPS_MAX_SIDE_PX = 16384 };

struct sps {
    int width_px, height_px; /* cropped */
    int reorder_units;       /* pictures that may come before one shown earlier; or unknown */
    char codec_string[32];   /* RFC 6381 */
    /* H.264: how slices tell the order of showing (see picture_order.h) */
    uint32_t order_type;
    uint8_t frame_num_bits, order_lsb_bits;
    bool frames_only, planes;
};

/* `nal` begins with the NAL header, without a start code. false: not understood. */
bool h264_sps_parse(const uint8_t *nal, size_t size, struct sps *sps);
/* Bytes of the set itself: without what some cameras put behind it. `size` when not understood. */
size_t h264_sps_size(const uint8_t *nal, size_t size);
bool h265_sps_parse(const uint8_t *nal, size_t size, struct sps *sps);
