/* Whatever stands before it or in it, a password in a URL does not survive. */
#include "common/log.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup(size ? (const char *)data : "", size);
    g_autofree char *shown = log_redact(text);
    g_assert_cmpuint(strlen(shown), <=, 4 * strlen(text) + 3);

    /* the input as text before a URL, and as its password when it can be one */
    if (strstr(text, "geheim"))
        return 0;
    g_autofree char *before = g_strconcat(text, " rtsp://admin:geheim@h/", NULL);
    g_autofree char *before_shown = log_redact(before);
    g_assert_null(strstr(before_shown, "geheim@"));
    if (strpbrk(text, " \"<>") || !g_str_is_ascii(text))
        return 0;
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ')
            return 0;
    g_autofree char *url = g_strconcat("rtsp://admin:", text, "geheim@host.example/s1", NULL);
    g_autofree char *url_shown = log_redact(url);
    g_assert_cmpstr(url_shown, ==, "rtsp://***@host.example/s1");
    return 0;
}
