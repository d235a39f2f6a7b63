#include "rtsp/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp sdp;
    sdp_parse((const char *)data, size, &sdp);
    if (sdp.codec != CODEC_NONE) {
        g_assert_cmpuint(sdp.clock_hz, >, 0);
        g_assert_cmpuint(sdp.payload_type, <, 128);
    }
    sdp_clear(&sdp);
    return 0;
}
