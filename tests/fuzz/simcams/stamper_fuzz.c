/* An Annex B picture of a clip that claims to be made for stamping. */
#include "simcams/stamper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_picture(enum codec codec, const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) nals = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    size_t offset = 0, nal_bytes;
    const uint8_t *nal;
    while ((nal = annexb_next(data, size, &offset, &nal_bytes)))
        if (nal_bytes >= 3)
            g_ptr_array_add(nals, g_bytes_new(nal, nal_bytes));
    struct stamper *stamper = stamper_create(codec);
    struct slice_head head;
    guint stamp_at;
    if (nals->len && stamper_take(stamper, nals, &head, &stamp_at, NULL)) {
        uint8_t slice[SLICE_MAX_BYTES];
        if (head.key) {
            stamper_stamp(stamper, &head, 0xa5a5a5a5a5, slice);
            stamper_black(stamper, &head, slice);
        } else {
            stamper_skip(stamper, &head, false, slice);
        }
    }
    stamper_destroy(stamper);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    take_picture(data[0] & 1 ? CODEC_H265 : CODEC_H264, data + 1, size - 1);
    return 0;
}
