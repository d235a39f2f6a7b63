/* CAP: any bytes are refused with words in both languages, or are a message that is an event which
 * can be read again, or nothing to act on. */
#include "intake/cap_event.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    const char *zh = NULL, *note = NULL;
    struct cap_alert *alert = cap_read((const char *)data, size, &zh, &error);
    g_assert_true((alert == NULL) == (error != NULL));
    g_assert_true((zh != NULL) == (error != NULL));
    if (!alert)
        return 0;
    event_auto event = cap_event(alert, "fuzz", 1795305600000000, &note, &error);
    g_assert_true((event != NULL) + (note != NULL) + (error != NULL) == 1);
    g_autofree char *text = event ? event_text(event) : NULL;
    if (text && strlen(text) <= EVENT_MAX_BYTES) {
        event_auto again = event_parse(text, strlen(text), NULL);
        g_assert_nonnull(again);
    }
    cap_free(alert);
    return 0;
}
