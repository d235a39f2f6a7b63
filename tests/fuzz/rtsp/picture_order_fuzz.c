/* The order of pictures: pictures of Annex B, each behind two bytes of size. */
#include "stream/picture_order.h"
#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct picture_order order = {0};
    for (size_t at = 0; at + 2 <= size;) {
        size_t part = (size_t)data[at] << 8 | data[at + 1];
        at += 2;
        part = MIN(part, size - at);
        struct picture_place place;
        if (picture_order_next(&order, data + at, part, &place)) {
            g_assert_true(order.known && order.lsb_bits >= 4 && order.lsb_bits <= 16);
            g_assert_cmpint(ABS(place.number), <, (int64_t)1 << 33);
        }
        at += part;
    }
    return 0;
}
