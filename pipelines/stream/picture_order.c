#include "stream/picture_order.h"
#include "stream/annexb.h"
#include "stream/bits.h"
#include "stream/sps.h"

enum { H264_SLICE = 1, H264_IDR = 5, H264_SPS = 7, HEAD_BYTES = 32 };

static void take_sps(struct picture_order *order, const uint8_t *nal, size_t size)
{
    struct sps sps;
    if (!h264_sps_parse(nal, size, &sps))
        return;
    order->known = true;
    order->type = sps.order_type;
    order->frame_num_bits = sps.frame_num_bits;
    order->lsb_bits = sps.order_lsb_bits;
    order->frames_only = sps.frames_only;
    order->planes = sps.planes;
    order->reorder_units = sps.reorder_units;
}

/* Returned: pic_order_cnt_lsb of a slice header, -1 when cut short. */
static int32_t read_lsb(const struct picture_order *order, const uint8_t *nal, size_t size,
                        bool idr)
{
    uint8_t rbsp[HEAD_BYTES];
    struct bits bits = {.data = rbsp,
                        .size_bits = bits_unescape(nal + 1, size - 1, rbsp, sizeof rbsp) * 8};
    bits_ue(&bits); /* first_mb_in_slice */
    bits_ue(&bits); /* slice_type */
    bits_ue(&bits); /* pic_parameter_set_id */
    if (order->planes)
        bits_u(&bits, 2);
    bits_u(&bits, order->frame_num_bits);
    if (!order->frames_only && bits_u1(&bits))
        bits_u1(&bits);
    if (idr)
        bits_ue(&bits); /* idr_pic_id */
    int32_t lsb = (int32_t)bits_u(&bits, order->lsb_bits);
    return bits.overrun ? -1 : lsb;
}

/* §8.2.1.1 */
static int64_t count(struct picture_order *order, int32_t lsb, bool idr, bool reference)
{
    int32_t whole = (int32_t)1 << order->lsb_bits;
    if (idr)
        order->previous_msb = order->previous_lsb = 0;
    int32_t msb = order->previous_msb;
    if (lsb < order->previous_lsb && order->previous_lsb - lsb >= whole / 2)
        msb = (int32_t)((uint32_t)msb + (uint32_t)whole);
    else if (lsb > order->previous_lsb && lsb - order->previous_lsb > whole / 2)
        msb = (int32_t)((uint32_t)msb - (uint32_t)whole);
    if (reference) {
        order->previous_msb = msb;
        order->previous_lsb = lsb;
    }
    return (int64_t)msb + lsb;
}

bool picture_order_next(struct picture_order *order, const uint8_t *data, size_t size,
                        struct picture_place *place)
{
    size_t offset = 0, nal_size;
    const uint8_t *nal;
    while (annexb_next(data, size, &offset, &nal, &nal_size)) {
        uint8_t type = nal[0] & 0x1f;
        if (type == H264_SPS)
            take_sps(order, nal, nal_size);
        if (type != H264_SLICE && type != H264_IDR)
            continue;
        if (!order->known || order->type != 0 || nal_size < 4)
            return false;
        bool idr = type == H264_IDR;
        int32_t lsb = read_lsb(order, nal, nal_size, idr);
        if (lsb < 0)
            return false;
        *place = (struct picture_place){idr, count(order, lsb, idr, nal[0] & 0x60)};
        return true;
    }
    return false;
}
