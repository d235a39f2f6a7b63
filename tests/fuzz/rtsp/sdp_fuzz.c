#include "rtsp/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp sdp;
    unsigned nth = size ? data[size - 1] % 4 : 0;
    sdp_parse((const char *)data, size, nth, &sdp);
    if (sdp.codec != CODEC_NONE) {
        g_assert_cmpuint(sdp.clock_hz, >, 0);
        g_assert_cmpuint(sdp.payload_type, <, 128);
    }
    g_assert_true((sdp.codec != CODEC_NONE) == (sdp.videos > nth));
    sdp_clear(&sdp);
    return 0;
}
