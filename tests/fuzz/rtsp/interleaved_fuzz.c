/* A byte stream after PLAY: cutting always moves on and never beyond what is there. */
#include "rtsp/interleaved.h"
#include "rtsp/session.h"
#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t at = 0;;) {
        struct cut cut = {0};
        enum cut_kind kind = interleaved_cut(data + at, size - at, &cut);
        if (kind == CUT_MORE || kind == CUT_DESYNC)
            return 0;
        g_assert_cmpuint(cut.used, >, 0);
        g_assert_cmpuint(cut.used, <=, size - at);
        if (kind == CUT_MESSAGE) {
            struct rtsp_message message;
            if (rtsp_message_parse(cut.data, cut.size, &message))
                g_assert_cmpuint(message.status, <, 1000);
        }
        at += cut.used;
    }
}
