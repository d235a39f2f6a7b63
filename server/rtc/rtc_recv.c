/* What a stay receives: everything that others of its room send, over one peer connection. */
#include "common/log.h"
#include "rtc/rtc_private.h"
#include <string.h>

/* A browser that is there takes moments; while it does not answer, Janus tells it nothing new. */
#define ANSWER_US (20 * G_USEC_PER_SEC)

static void tell_pc(struct stay *stay, bool up, const char *why)
{
    json_t *message = json_pack("{s:s,s:b}", "pc", "recv", "up", up);
    if (why)
        json_object_set_new(message, "why", json_string(why));
    rtc_tell(stay, "pc", message);
}

/* --- what is there */

static bool same(const struct janus_stream *a, const struct janus_stream *b)
{
    return a->feed == b->feed && !strcmp(a->mid, b->mid);
}

static bool has(const GArray *streams, const struct janus_stream *stream)
{
    for (guint i = 0; i < streams->len; i++)
        if (same(&g_array_index(streams, struct janus_stream, i), stream))
            return true;
    return false;
}

static void drop_feed(GArray *streams, guint64 feed)
{
    for (guint i = streams->len; i-- > 0;)
        if (g_array_index(streams, struct janus_stream, i).feed == feed)
            g_array_remove_index_fast(streams, i);
}

/* A stream that its sender took out is taken again when it comes back. */
static void forget_missing(GArray *taken, const GArray *there)
{
    for (guint i = taken->len; i-- > 0;)
        if (!has(there, &g_array_index(taken, struct janus_stream, i)))
            g_array_remove_index_fast(taken, i);
}

void recv_news(struct stay *stay, const struct janus_message *event)
{
    guint64 gone = janus_gone_feed(event->data);
    if (gone)
        drop_feed(stay->there, gone);
    g_autoptr(GArray) feeds = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GArray) streams = janus_publishers(event->data, feeds);
    for (guint i = 0; i < feeds->len; i++)
        drop_feed(stay->there, g_array_index(feeds, guint64, i));
    for (guint i = 0; i < streams->len; i++) {
        const struct janus_stream *one = &g_array_index(streams, struct janus_stream, i);
        const struct stay *from =
            one->feed != stay->feed ? stay_of_feed(stay->rtc, stay, one->feed) : NULL;
        if (from && send_has(from, one->mid))
            g_array_append_val(stay->there, *one);
    }
    if (gone || feeds->len) {
        forget_missing(stay->taken, stay->there);
        recv_update(stay);
    }
}

/* Janus goes on with a line that its sender stopped: it is given up by name. */
static void leave(struct stay *stay, const struct stay *from)
{
    for (guint i = stay->there->len; i-- > 0;) {
        struct janus_stream one = g_array_index(stay->there, struct janus_stream, i);
        if (one.feed != from->feed || send_has(from, one.mid))
            continue;
        g_array_remove_index_fast(stay->there, i);
        if (has(stay->taken, &one))
            g_array_append_val(stay->left, one);
    }
    forget_missing(stay->taken, stay->there);
}

static void come(struct stay *stay, const struct stay *from)
{
    for (guint i = 0; i < from->own->len; i++) {
        const struct signal_line *line = &g_array_index(from->own, struct own, i).line;
        struct janus_stream one = {.feed = from->feed, .kind = line->kind, .active = true};
        g_strlcpy(one.mid, line->mid, sizeof(one.mid));
        if (!has(stay->there, &one))
            g_array_append_val(stay->there, one);
    }
}

void recv_follow(const struct stay *from)
{
    GHashTableIter iter;
    gpointer value;
    if (!from->media)
        return;
    g_hash_table_iter_init(&iter, from->rtc->stays);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        struct stay *stay = value;
        if (stay == from || stay->room != from->room || !stay->seat || !stay->entered)
            continue;
        leave(stay, from);
        come(stay, from);
        recv_update(stay);
    }
}

/* --- offers of Janus */

static json_t *told_lines(const struct stay *stay)
{
    json_t *all = json_array();
    for (guint i = 0; i < stay->lines->len; i++) {
        const struct janus_stream *line = &g_array_index(stay->lines, struct janus_stream, i);
        const struct stay *who = line->active ? stay_of_feed(stay->rtc, stay, line->feed) : NULL;
        if (who)
            json_array_append_new(all, json_pack("{s:s,s:s,s:s}", "mid", line->mid, "seat",
                                                 who->seat->id, "kind", rtc_kind_name(line->kind)));
    }
    return all;
}

void recv_again(struct stay *stay)
{
    if (!stay->offer_open)
        return;
    stay->told_us = g_get_monotonic_time();
    rtc_tell(stay, "offer",
             json_pack("{s:I,s:I,s:s,s:o}", "link", (json_int_t)stay->link, "n",
                       (json_int_t)stay->offer_n, "sdp", stay->offer, "streams", told_lines(stay)));
}

/* What was asked for and Janus does not have was not given: it is asked for again. */
static void take_back(struct stay *stay)
{
    g_array_set_size(stay->taken, 0);
    for (guint i = 0; i < stay->lines->len; i++) {
        struct janus_stream line = g_array_index(stay->lines, struct janus_stream, i);
        memcpy(line.mid, line.feed_mid, sizeof(line.mid));
        if (line.active)
            g_array_append_val(stay->taken, line);
    }
    stay->recv_failed = true;
}

static void take_offer(struct stay *stay, const struct janus_message *message)
{
    if (json_object_get(message->data, "streams")) {
        g_array_unref(stay->lines);
        stay->lines = janus_lines(message->data);
    }
    /* senders that went or did not come yet it passes over without a word; what waits for an answer
     * of the browser is "updating" */
    bool told = !g_strcmp0(message->word, "updated") || !g_strcmp0(message->word, "attached");
    if (told && !stay->recv_asked)
        take_back(stay);
    if (!message->sdp || g_strcmp0(message->sdp_type, "offer") != 0)
        return;
    g_free(stay->offer);
    stay->offer = g_strdup(message->sdp);
    stay->offer_n++;
    stay->offer_open = true;
    recv_again(stay);
}

/* --- asking */

static void end_recv(struct stay *stay)
{
    janus_close(g_steal_pointer(&stay->recv), NULL, NULL);
    stay->recv_open = stay->recv_asked = stay->offer_open = false;
    g_array_set_size(stay->taken, 0);
    g_array_set_size(stay->lines, 0);
}

static void on_updated(const struct janus_message *answer, gpointer user)
{
    struct stay *stay = user;
    if (!answer || !stay->seat)
        return;
    stay->recv_asked = false;
    if (!answer->code) {
        stay->recv_open = true;
        take_offer(stay, answer);
        layers_apply(stay);
        recv_update(stay);
        return;
    }
    /* somebody left meanwhile; the others are asked for again in a moment */
    log_info("rtc", "%s: not received: %s", stay->room->key, answer->why);
    if (!stay->recv_open)
        end_recv(stay);
    take_back(stay);
}

/* Another peer connection in place of the one that is there. */
static void begin_link(struct stay *stay, const char *why)
{
    log_info("rtc", "%s: another way to a browser: %s", stay->room->key, why ? why : "?");
    end_recv(stay);
    tell_pc(stay, false, why);
    recv_update(stay);
}

void recv_tick(struct stay *stay, gint64 now_us)
{
    if (stay->offer_open && now_us - stay->told_us >= ANSWER_US) {
        begin_link(stay, "no answer");
        return;
    }
    if (!stay->recv_failed)
        return;
    stay->recv_failed = false;
    recv_update(stay);
}

static json_t *missing(struct stay *stay)
{
    json_t *streams = json_array();
    for (guint i = 0; i < stay->there->len; i++) {
        const struct janus_stream *one = &g_array_index(stay->there, struct janus_stream, i);
        /* one whose media are not up spoils the whole request */
        const struct stay *from = stay_of_feed(stay->rtc, stay, one->feed);
        if (has(stay->taken, one) || !from || !from->media)
            continue;
        g_array_append_val(stay->taken, *one);
        json_array_append_new(
            streams, json_pack("{s:I,s:s}", "feed", (json_int_t)one->feed, "mid", one->mid));
    }
    return streams;
}

static json_t *left(struct stay *stay)
{
    json_t *streams = json_array();
    for (guint i = 0; i < stay->left->len; i++) {
        const struct janus_stream *one = &g_array_index(stay->left, struct janus_stream, i);
        if (!has(stay->taken, one))
            json_array_append_new(
                streams, json_pack("{s:I,s:s}", "feed", (json_int_t)one->feed, "mid", one->mid));
    }
    g_array_set_size(stay->left, 0);
    return streams;
}

static const struct janus_handle_ops recv_ops; /* below */

void recv_update(struct stay *stay)
{
    if (stay->recv_asked || !stay->entered || !stay->seat)
        return;
    json_t *streams = missing(stay), *given = left(stay);
    if (json_array_size(streams) + (stay->recv ? json_array_size(given) : 0) == 0) {
        json_decref(streams);
        json_decref(given);
        return;
    }
    json_t *body;
    if (stay->recv) {
        body = json_pack("{s:s}", "request", "update");
        if (json_array_size(streams))
            json_object_set(body, "subscribe", streams);
        if (json_array_size(given))
            json_object_set(body, "unsubscribe", given);
        json_decref(streams);
        json_decref(given);
    } else {
        json_decref(given);
        if (stay->link++ > 0)
            layers_resumed(stay);
        stay->recv = janus_attach(stay->rtc->janus, &recv_ops, stay);
        body = json_pack("{s:s,s:s,s:I,s:s,s:I,s:o}", "request", "join", "ptype", "subscriber",
                         "room", (json_int_t)stay->room->id, "pin", stay->room->pin, "private_id",
                         (json_int_t)stay->private_id, "streams", streams);
    }
    stay->recv_asked = true;
    janus_ask(stay->recv, body, NULL, NULL, on_updated, stay);
}

static void on_started(const struct janus_message *answer, gpointer user)
{
    struct stay *stay = user;
    if (!answer || !stay->seat)
        return;
    if (answer->code) {
        end_recv(stay);
        tell_pc(stay, false, answer->why);
        stay->recv_failed = true; /* in a moment */
        return;
    }
    take_offer(stay, answer); /* one that waited for this answer */
}

void recv_answer(struct stay *stay, const struct signal *signal)
{
    if (!stay->recv || !stay->offer_open || signal->n != stay->offer_n)
        return; /* to an older one */
    stay->offer_open = false;
    janus_ask(stay->recv, json_pack("{s:s}", "request", "start"), "answer", signal->sdp, on_started,
              stay);
}

void recv_restart(struct stay *stay)
{
    /* while the browser owes an answer Janus puts it off and says nothing: the offer that comes,
     * now or then, is news */
    layers_resumed(stay);
    if (stay->recv && stay->recv_open)
        janus_ask(stay->recv, json_pack("{s:s,s:b}", "request", "configure", "restart", 1), NULL,
                  NULL, NULL, NULL);
}

/* --- what Janus tells of it */

static void on_event(const struct janus_message *event, gpointer user)
{
    struct stay *stay = user;
    if (event->kind == JANUS_UP) {
        tell_pc(stay, true, NULL);
        layers_apply(stay);
    } else if (event->kind == JANUS_HANGUP) {
        begin_link(stay, event->why);
    } else if (event->kind == JANUS_SLOW) {
        rtc_tell(stay, "slow", json_pack("{s:s,s:i}", "pc", "recv", "lost", (int)event->lost));
        layers_slow(stay);
    } else if (event->kind == JANUS_EVENT) {
        take_offer(stay, event);
    }
}

static void on_lost(const char *why, gpointer user)
{
    struct stay *stay = user;
    if (stay->seat && janus_ready(stay->rtc->janus))
        begin_link(stay, why);
}

static const struct janus_handle_ops recv_ops = {on_event, on_lost};
