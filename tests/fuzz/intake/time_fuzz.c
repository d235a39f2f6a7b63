/* "FORM\0TIME", and the time of a signature. */
#include "intake/signature.h"
#include "intake/time_text.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *form = g_strndup((const char *)data, size);
    size_t head = strlen(form);
    g_autofree char *text =
        head < size ? g_strndup((const char *)data + head + 1, size - head - 1) : g_strdup("");
    static GTimeZone *zone;
    int64_t time_us = 0;
    if (!zone)
        zone = g_time_zone_new_identifier("Europe/Berlin");
    if (time_text_form_good(form) && time_text_read(text, form, zone, &time_us))
        g_assert_cmpint(time_us, >=, 0);
    if (signature_time(form, &time_us))
        g_assert_cmpint(time_us, >=, 0);
    return 0;
}
