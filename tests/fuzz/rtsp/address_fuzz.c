/* Addresses and header values; the text is what stands before the first NUL. */
#include "rtsp/headers.h"
#include "rtsp/manners.h"
#include "rtsp/url.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    struct rtsp_url url;
    if (rtsp_url_parse(text, &url, NULL)) {
        g_assert_nonnull(url.host);
        g_assert_cmpuint(url.port, >, 0);
        g_free(rtsp_url_resolve(url.request, text));
        const char *comma = strrchr(text, ' '); /* what follows is where it is redirected to */
        struct rtsp_url there;
        if (comma && rtsp_url_redirect(&url, comma + 1, &there, NULL)) {
            g_assert_true(!there.user == !there.password);
            rtsp_url_clear(&there);
        }
        rtsp_url_clear(&url);
    }
    struct rtsp_transport transport;
    rtsp_transport_parse(text, &transport);
    char id[32];
    unsigned timeout_s = 60;
    if (rtsp_session_parse(text, id, sizeof id, &timeout_s))
        g_assert_cmpuint(strlen(id), <, sizeof id);
    rtsp_list_has(text, "PLAY");
    struct manners *manners = manners_create(NULL);
    manners_read(manners, text, strlen(text));
    manners_destroy(manners);
    g_assert_cmpuint(rtsp_retry_after_s(text), <=, 86400);
    return 0;
}
