/* What a browser says of its media, as JSON; behind a first byte 's' an SDP alone. */
#include "rtc/signal.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_sdp(const char *data, size_t size)
{
    struct sdp_line lines[SIGNAL_LINES];
    guint count;
    g_autofree char *text = g_strndup(data, size);
    if (!sdp_lines(text, lines, &count))
        return;
    g_assert(count <= SIGNAL_LINES);
    for (guint i = 0; i < count; i++)
        g_assert(*lines[i].mid);
}

static void read_message(const char *data, size_t size)
{
    struct signal signal;
    json_t *message = json_loadb(data, size, 0, NULL);
    if (message && signal_read(message, &signal)) {
        g_assert(signal.count <= RTC_KINDS);
        g_assert(signal.op != SIGNAL_PUBLISH ||
                 (signal.sdp && strlen(signal.sdp) <= SIGNAL_SDP_BYTES));
        g_assert(signal.op != SIGNAL_LAYERS ||
                 (signal.seat && signal.substream >= -1 && signal.substream <= 2));
    }
    json_decref(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == 's')
        read_sdp((const char *)data + 1, size - 1);
    else
        read_message((const char *)data, size);
    return 0;
}
