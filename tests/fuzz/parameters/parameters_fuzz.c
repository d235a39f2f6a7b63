/* Parameter sets of a hostile camera: first byte chooses the codec, the rest is Annex B. Also what
 * a picture and a muxer would do with the result. */
#include "record/fmp4.h"
#include "stream/parameters.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore_piece(const struct fmp4_piece *piece, gpointer user)
{
    g_assert_true(g_bytes_get_size(piece->data) > 8);
    *(unsigned *)user += 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct parameters *parameters = parameters_create(data[0] & 1 ? CODEC_H265 : CODEC_H264);
    int reorder_units = 0;
    parameters_take(parameters, data + 1, size - 1);
    struct stream_format *format = parameters_format(parameters, &reorder_units);
    if (format) {
        /* 0: a size that we do not understand, a decoder may */
        g_assert_true(format->width_px >= 0 && format->width_px <= 16384);
        g_assert_true(format->height_px >= 0 && format->height_px <= 16384);
        g_assert_true(memchr(format->codec_string, 0, sizeof format->codec_string) != NULL);
        struct unit *unit = unit_create(size - 1, format);
        memcpy(unit->data, data + 1, size - 1);
        unit->keyframe = true;
        unsigned pieces = 0;
        struct fmp4 *fmp4 = fmp4_create(ignore_piece, &pieces);
        g_assert_true(!fmp4_write(fmp4, unit, NULL) || pieces == 2);
        fmp4_destroy(fmp4);
        unit_unref(unit);
    }
    stream_format_unref(format);
    parameters_destroy(parameters);
    return 0;
}
