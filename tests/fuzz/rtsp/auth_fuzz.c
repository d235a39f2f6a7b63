/* Challenges, and the answer to whatever was understood: one line, nothing of its own making. */
#include "rtsp/auth.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_strdelimit(text, "\r\n", ' '); /* as a header value comes */
    struct rtsp_auth auth = {.user = g_strdup(text), .password = g_strdup("p@ss")};
    g_strlcpy(auth.cnonce, "0123456789abcdef", sizeof auth.cnonce);
    rtsp_challenge_read(text, &auth.challenge);
    if (auth.challenge.kind == RTSP_AUTH_DIGEST)
        g_assert_true(auth.challenge.realm && auth.challenge.nonce);
    g_autofree char *header = rtsp_auth_header(&auth, "DESCRIBE", "rtsp://h/");
    size_t length = strlen(header);
    g_assert_true(!length || strchr(header, '\n') == header + length - 1);
    rtsp_auth_clear(&auth);
    return 0;
}
