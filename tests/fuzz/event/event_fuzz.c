/* Any bytes are refused with a reason, or are an event whose own text reads back as the same. */
#include "event/event.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    event_auto event = event_parse((const char *)data, size, &error);
    g_assert_true((event == NULL) == (error != NULL));
    if (!event)
        return 0;
    g_autofree char *text = event_text(event);
    event_auto again = event_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    g_autofree char *second = event_text(again);
    g_assert_cmpstr(text, ==, second);
    return 0;
}
