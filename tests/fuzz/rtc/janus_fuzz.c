/* What a Janus says, message by message. */
#include "rtc/janus_message.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_streams(const GArray *streams)
{
    for (guint i = 0; i < streams->len; i++) {
        const struct janus_stream *one = &g_array_index(streams, struct janus_stream, i);
        g_assert(*one->mid && strlen(one->mid) < sizeof(one->mid));
        g_assert(strlen(one->feed_mid) < sizeof(one->feed_mid));
        g_assert(rtc_kind_find(rtc_kind_name(one->kind)) == (int)one->kind);
        g_assert(!one->active || one->feed);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct janus_message message;
    if (!janus_message_read((const char *)data, size, &message)) {
        g_assert(!message.root);
        return 0;
    }
    g_assert(message.kind != JANUS_ERROR || (message.code && message.why));
    g_autoptr(GArray) feeds = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GArray) streams = janus_publishers(message.data, feeds);
    g_autoptr(GArray) lines = janus_lines(message.data);
    check_streams(streams);
    check_streams(lines);
    janus_gone_feed(message.data);
    janus_message_clear(&message);
    return 0;
}
