/* How large the pictures are that a browser gets: what it wants, and what its line carries. Janus
 * 1.1 forwards and does not measure the way down: there are its signs of loss, and before anything
 * is lost the browser itself, which sees how long packets wait. */
#include "rtc/rtc_private.h"
#include <string.h>

void layers_clear(gpointer wish)
{
    g_free(((struct wish *)wish)->seat);
}

/* What Janus forwards of a camera at each level, its own counts: of the sizes that the browser
 * sends, of the layers of frame rates in it. A size that is not sent is passed over for the one
 * below. */
static const struct {
    int substream, temporal;
} parts[] = {{0, 0}, {0, 2}, {2, 2}};

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

static json_t *part_of(const struct stay *stay, const struct janus_stream *line)
{
    int level = stay->level.now, wish = wished(stay, line);
    if (level < 0 || wish < 0)
        return json_pack("{s:s,s:b}", "mid", line->mid, "send", 0);
    return json_pack("{s:s,s:b,s:i,s:i}", "mid", line->mid, "send", 1, "substream",
                     MIN(parts[level].substream, wish), "temporal", parts[level].temporal);
}

void layers_apply(struct stay *stay)
{
    json_t *streams = json_array();
    for (guint i = 0; i < stay->lines->len; i++) {
        const struct janus_stream *line = &g_array_index(stay->lines, struct janus_stream, i);
        if (!line->active || line->kind == RTC_MIC)
            continue;
        json_array_append_new(streams, part_of(stay, line));
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

void layers_tell(struct stay *stay)
{
    if (stay->level.now < LEVEL_BEST)
        rtc_tell(stay, "size", json_pack("{s:i}", "size", stay->level.now));
}

static void changed(struct stay *stay)
{
    rtc_tell(stay, "size", json_pack("{s:i}", "size", stay->level.now));
    layers_apply(stay);
}

void layers_slow(struct stay *stay)
{
    if (level_lost(&stay->level, g_get_monotonic_time()))
        changed(stay);
}

void layers_delay(struct stay *stay, gint64 delay_ms)
{
    if (level_delayed(&stay->level, delay_ms, g_get_monotonic_time()))
        changed(stay);
}

void layers_resumed(struct stay *stay)
{
    level_resumed(&stay->level, g_get_monotonic_time());
}

static bool gets_pictures(const struct stay *stay)
{
    for (guint i = 0; i < stay->lines->len; i++) {
        const struct janus_stream *line = &g_array_index(stay->lines, struct janus_stream, i);
        if (line->active && line->kind != RTC_MIC)
            return true;
    }
    return false;
}

void layers_tick(struct stay *stay, gint64 now_us)
{
    /* without pictures nothing is learned of the line */
    if (gets_pictures(stay) && level_tick(&stay->level, now_us))
        changed(stay);
}
