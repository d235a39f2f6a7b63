/* How large the pictures are that a browser gets: what it wants, and what its line carries. Janus
 * 1.1 forwards and does not measure the way down: its signs of loss are all there is to go by. */
#include "rtc/rtc_private.h"
#include <string.h>

void layers_clear(gpointer wish)
{
    g_free(((struct wish *)wish)->seat);
}

static int wished(const struct stay *stay, const struct janus_stream *line)
{
    const struct stay *who = stay_of_feed(stay->rtc, stay, line->feed);
    for (guint i = 0; who && i < stay->wishes->len; i++) {
        const struct wish *wish = &g_array_index(stay->wishes, struct wish, i);
        if (wish->kind == line->kind && !strcmp(wish->seat, who->seat->id))
            return wish->substream;
    }
    return LEVEL_BEST;
}

void layers_apply(struct stay *stay)
{
    json_t *streams = json_array();
    for (guint i = 0; i < stay->lines->len; i++) {
        const struct janus_stream *line = &g_array_index(stay->lines, struct janus_stream, i);
        if (!line->active || line->kind == RTC_MIC)
            continue;
        int substream = MIN(stay->level.now, wished(stay, line));
        json_t *one = json_pack("{s:s,s:b}", "mid", line->mid, "send", substream >= 0);
        if (substream >= 0)
            json_object_set_new(one, "substream", json_integer(substream));
        json_array_append_new(streams, one);
    }
    json_t *body = json_pack("{s:s,s:o}", "request", "configure", "streams", streams);
    if (stay->recv && json_array_size(streams) > 0)
        janus_ask(stay->recv, body, NULL, NULL, NULL, NULL);
    else
        json_decref(body);
}

void layers_wish(struct stay *stay, const struct signal *signal)
{
    for (guint i = stay->wishes->len; i-- > 0;) {
        const struct wish *wish = &g_array_index(stay->wishes, struct wish, i);
        if (wish->kind == signal->kind && !strcmp(wish->seat, signal->seat))
            g_array_remove_index_fast(stay->wishes, i);
    }
    if (stay->wishes->len < SIGNAL_LINES * 4) {
        struct wish wish = {g_strdup(signal->seat), signal->kind, signal->substream};
        g_array_append_val(stay->wishes, wish);
    }
    layers_apply(stay);
}

void layers_slow(struct stay *stay)
{
    if (level_lost(&stay->level, g_get_monotonic_time()))
        layers_apply(stay);
}

void layers_tick(struct stay *stay, gint64 now_us)
{
    if (level_tick(&stay->level, now_us))
        layers_apply(stay);
}
