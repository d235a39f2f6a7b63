/* POST /api/v1/events: who sends, what of it is good, and the answer when that is on disk. */
#include "common/clock.h"
#include "common/log.h"
#include "intake/intake_private.h"
#include "intake/mapping.h"
#include "intake/sender.h"
#include <string.h>

#define EVENTS_PATH "/api/v1/events"

/* One request under way. */
struct post {
    struct intake *intake;
    struct net_request *request;
    char *feed; /* id: the feed may go while we wait */
    struct sender sender;
    int64_t now_us;
    json_t *items;     /* of the answer */
    GPtrArray *events; /* struct event, the good ones */
    GPtrArray *texts;  /* their text */
    guint refused;
};

static void post_free(struct post *post)
{
    net_request_unref(post->request);
    g_free(post->feed);
    json_decref(post->items);
    g_ptr_array_unref(post->events);
    g_ptr_array_unref(post->texts);
    g_free(post);
}

/* --- what it sends */

/* Returned: the items, borrowed from `body`, which may be put into *wrapped (owned); NULL:
 * answered.
 */
static json_t *read_items(struct net_request *request, struct feed *feed, int64_t now_us)
{
    gsize size = 0;
    const char *text = g_bytes_get_data(net_request_body(request), &size);
    json_error_t fault;
    json_t *body = json_loadb(text ? text : "", size, JSON_REJECT_DUPLICATES, &fault);
    if (!body) {
        g_autofree char *en = g_strdup_printf("not JSON: line %d, column %d: %s", fault.line,
                                              fault.column, fault.text);
        g_autofree char *zh =
            g_strdup_printf("不是 JSON:第 %d 行第 %d 列", fault.line, fault.column);
        feed_note_error(feed, zh, en, now_us);
        net_reply_error(request, 400, "bad_json", zh, en);
        return NULL;
    }
    json_t *items = mapping_items(feed->mapping, body);
    json_decref(body);
    size_t count = json_array_size(items);
    if (count >= 1 && count <= INTAKE_BATCH)
        return items;
    json_decref(items);
    net_reply_error(request, count ? 413 : 400, count ? "batch_too_large" : "empty",
                    count ? "一次至多 1000 条" : "没有事件",
                    count ? "A batch has at most 1,000 events" : "There is no event");
    return NULL;
}

/* Takes `id`. */
static void refuse_item(struct post *post, json_t *id, struct form_fault *fault)
{
    json_t *answer =
        json_pack("{s:o,s:b}", "id", json_is_string(id) ? json_incref(id) : json_null(), "ok", 0);
    json_decref(id);
    form_fault_put(fault, answer);
    json_array_append_new(post->items, answer);
    form_fault_clear(fault);
    post->refused++;
}

static void take_item(struct post *post, const struct form *form, const struct mapping *mapping,
                      json_t *theirs)
{
    struct form_fault fault = {0};
    json_t *item = mapping ? mapping_apply(mapping, theirs, &fault) : json_incref(theirs);
    struct event *event = item ? form_event(form, item, &fault) : NULL;
    char *text = event ? event_text(event) : NULL;
    if (text && strlen(text) > EVENT_MAX_BYTES) {
        fault = (struct form_fault){
            .field = NULL, .zh = "过大", .en = g_strdup("is larger than 96 KiB")};
        event_unref(event);
        g_clear_pointer(&text, g_free);
    }
    if (!text)
        refuse_item(post,
                    item ? json_incref(json_object_get(item, "id")) : mapping_id(mapping, theirs),
                    &fault);
    json_decref(item);
    if (!text)
        return;
    json_array_append_new(post->items, json_pack("{s:s,s:b}", "id", event->id, "ok", 1));
    g_ptr_array_add(post->events, event);
    g_ptr_array_add(post->texts, text);
}

static void note_refused(struct feed *feed, const struct post *post)
{
    size_t i;
    const json_t *item;
    feed->numbers.refused += post->refused;
    if (!post->refused)
        return;
    json_array_foreach(post->items, i, item)
    {
        const char *zh = NULL, *en = NULL, *field = NULL;
        if (json_is_true(json_object_get(item, "ok")) ||
            json_unpack((json_t *)item, "{s:{s:s,s:s}}", "message", "zh", &zh, "en", &en) != 0)
            continue;
        field = json_string_value(json_object_get(item, "field"));
        g_autofree char *zh_line = g_strdup_printf("%s:%s", field ? field : "事件", zh);
        g_autofree char *en_line = g_strdup_printf("%s: %s", field ? field : "event", en);
        feed_note_error(feed, zh_line, en_line, post->now_us);
        return;
    }
}

/* --- answers */

void intake_reply_away(struct net_request *request, enum writer_outcome outcome)
{
    bool full = outcome == WRITER_FULL;
    net_request_set_header(request, "Retry-After", INTAKE_RETRY_S);
    net_reply_error(request, 503, full ? "stream_full" : "bus_away",
                    full ? "待处理事件过多,请稍后再试" : "事件总线不可用,请稍后再试",
                    full ? "Too many events wait, please try again later"
                         : "The event bus does not answer, please try again later");
}

static void reply_none_good(struct post *post)
{
    json_t *error = json_pack("{s:s,s:{s:s,s:s}}", "code", "no_good_event", "message", "zh",
                              "没有一条合格的事件", "en", "None of the events is good");
    net_reply_json(post->request, 400,
                   json_pack("{s:o,s:i,s:O}", "error", error, "accepted", 0, "items", post->items));
}

static void on_written(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct post *post = user;
    struct feed *feed = feeds_find(post->intake->feeds, post->feed);
    (void)why;
    if (outcome == WRITER_DONE) {
        int64_t now_us = clock_wall_us();
        if (feed)
            feed_note_accepted(feed, post->texts->len, now_us);
        for (guint i = 0; feed && i < post->events->len; i++)
            intake_note_event(feed, post->events->pdata[i]);
        if (feed)
            note_refused(feed, post);
        net_reply_json(
            post->request, 202,
            json_pack("{s:i,s:O}", "accepted", (int)post->texts->len, "items", post->items));
    } else if (outcome == WRITER_REPLAYED) {
        if (feed)
            feed->numbers.replayed++;
        net_reply_error(post->request, 409, "replayed", "这个请求已经收过",
                        "This request was taken before; sign again with another time");
    } else {
        if (feed)
            feed->numbers.away += post->texts->len;
        intake_reply_away(post->request, outcome);
    }
    post_free(post);
}

static void take_post(struct post *post, struct feed *feed, json_t *items)
{
    const struct form form = intake_form(post->intake, feed, post->now_us);
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) take_item(post, &form, feed->mapping, item);
    feed_spend(feed, (guint)json_array_size(items));
    if (!post->texts->len) {
        note_refused(feed, post);
        reply_none_good(post);
        post_free(post);
        return;
    }
    const struct writer_mark mark = {post->sender.time_us, post->sender.signature,
                                     sizeof post->sender.signature};
    writer_put(post->intake->writer, (const char *const *)post->texts->pdata, post->texts->len,
               &mark, on_written, post);
}

static void post_events(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    struct post *post = g_new0(struct post, 1);
    post->intake = intake;
    post->request = net_request_ref(request);
    post->items = json_array();
    post->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    post->texts = g_ptr_array_new_with_free_func(g_free);
    struct feed *feed = sender_check(intake, request, EVENTS_PATH, FEED_HTTP, &post->sender);
    post->now_us = post->sender.now_us;
    json_t *items = feed ? read_items(request, feed, post->now_us) : NULL;
    if (!items) {
        post_free(post);
        return;
    }
    post->feed = g_strdup(feed->id);
    if (intake_ready(intake)) {
        take_post(post, feed, items);
    } else {
        struct writer_stats bus;
        writer_stats(intake->writer, &bus);
        feed->numbers.away += (guint)json_array_size(items);
        intake_reply_away(request, bus.connected ? WRITER_FULL : WRITER_AWAY);
        post_free(post);
    }
    json_decref(items);
}

static void look_at_head(struct net_request *request, gpointer user)
{
    sender_look(user, request, FEED_HTTP);
}

void intake_add_event_routes(struct intake *intake)
{
    static const struct net_route routes[] = {
        {"POST", EVENTS_PATH, NET_PUBLIC, post_events, INTAKE_BODY_BYTES},
    };
    net_add_routes(intake->options.net, routes, G_N_ELEMENTS(routes), intake);
    net_guard_route(intake->options.net, "POST", EVENTS_PATH, look_at_head);
}
