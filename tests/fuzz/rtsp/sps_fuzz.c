/* Parameter sets: single ones and Annex B with many. */
#include "stream/parameters.h"
#include "stream/sps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sps sps;
    if (h264_sps_parse(data, size, &sps) || h265_sps_parse(data, size, &sps))
        g_assert_true(sps.width_px >= 0 && sps.width_px <= SPS_MAX_SIDE_PX);
    for (enum codec codec = CODEC_H264; codec <= CODEC_H265; codec++) {
        struct parameters *parameters = parameters_create(codec);
        parameters_take(parameters, data, size);
        int reorder_units;
        stream_format_unref(parameters_format(parameters, &reorder_units));
        parameters_destroy(parameters);
    }
    return 0;
}
