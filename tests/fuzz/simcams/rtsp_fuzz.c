#include "simcams/auth.h"
#include "simcams/rtsp_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rtsp_input input;
    struct rtsp_target target;
    size_t done = 0;
    long taken;
    while ((taken = rtsp_input_parse((const char *)data + done, size - done, &input)) > 0) {
        done += (size_t)taken;
        rtsp_target_parse(input.url, &target);
        rtsp_transport_parse(rtsp_header(&input, "Transport"));
        auth_check(AUTH_DIGEST, rtsp_header(&input, "Authorization"), input.method, "u", "p", "n");
        auth_check(AUTH_BASIC, rtsp_header(&input, "Authorization"), input.method, "u", "p", "n");
    }
    return 0;
}
