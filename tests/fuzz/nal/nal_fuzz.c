/* NAL units lie inside the data, in order, not empty, and none contains a start code. */
#include "stream/nal.h"
#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t offset = 0, behind = 0;
    struct nal nal;
    while (nal_next(data, size, &offset, &nal)) {
        size_t begin = (size_t)(nal.data - data);
        g_assert_true(begin >= behind + 3 && nal.size >= 1 && begin + nal.size <= size);
        g_assert_true(data[begin - 1] == 1 && data[begin - 2] == 0 && data[begin - 3] == 0);
        g_assert_true(nal.data[nal.size - 1] != 0 && offset >= begin + nal.size);
        for (size_t i = 2; i < nal.size; i++)
            g_assert_false(nal.data[i] == 1 && nal.data[i - 1] == 0 && nal.data[i - 2] == 0);
        behind = begin + nal.size;
        nal_kind(CODEC_H264, nal_type_of(CODEC_H264, &nal));
        nal_kind(CODEC_H265, nal_type_of(CODEC_H265, &nal));
    }
    g_assert_true(offset == size);
    nal_has_parameter_sets(CODEC_H264, data, size);
    nal_has_parameter_sets(CODEC_H265, data, size);
    return 0;
}
