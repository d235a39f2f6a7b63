/* POST /api/v1/cap: one CAP message, signed as events are (docs/feeds.md "Warnings"). */
#include "common/clock.h"
#include "intake/cap_event.h"
#include "intake/intake_private.h"
#include "intake/sender.h"
#include <string.h>

#define CAP_PATH "/api/v1/cap"

struct post {
    struct intake *intake;
    struct net_request *request;
    char *feed;
    struct event *event;
    struct sender sender;
};

static void post_free(struct post *post)
{
    net_request_unref(post->request);
    event_unref(post->event);
    g_free(post->feed);
    g_free(post);
}

/* As POST /api/v1/events answers when nothing is good. */
static void refuse(struct net_request *request, struct feed *feed, const char *zh, const char *en,
                   int64_t now_us)
{
    feed->numbers.refused++;
    feed_note_error(feed, zh, en, now_us);
    net_reply_error(request, 400, "bad_cap", zh, en);
}

static void on_written(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct post *post = user;
    struct feed *feed = feeds_find(post->intake->feeds, post->feed);
    (void)why;
    if (outcome == WRITER_DONE) {
        if (feed) {
            feed_note_accepted(feed, 1, clock_wall_us());
            intake_note_event(feed, post->event);
        }
        net_reply_json(post->request, 202,
                       json_pack("{s:i,s:s,s:n}", "accepted", 1, "id", post->event->id, "note"));
    } else if (outcome == WRITER_REPLAYED) {
        if (feed)
            feed->numbers.replayed++;
        net_reply_error(post->request, 409, "replayed", "这个请求已经收过",
                        "This request was taken before; sign again with another time");
    } else {
        if (feed)
            feed->numbers.away++;
        intake_reply_away(post->request, outcome);
    }
    post_free(post);
}

static void take(struct post *post, struct feed *feed)
{
    form_set_times(post->event, post->sender.now_us, feed_skew_us(feed));
    g_autofree char *text = event_text(post->event);
    const char *const texts[] = {text};
    const struct writer_mark mark = {post->sender.time_us, post->sender.signature,
                                     sizeof post->sender.signature};
    feed_spend(feed, 1);
    writer_put(post->intake->writer, texts, 1, &mark, on_written, post);
}

static void post_cap(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    struct sender sender;
    struct feed *feed = sender_check(intake, request, CAP_PATH, FEED_CAP, &sender);
    if (!feed)
        return;
    gsize size = 0;
    const char *data = g_bytes_get_data(net_request_body(request), &size);
    const char *zh = NULL, *note = NULL;
    g_autoptr(GError) error = NULL;
    struct cap_alert *alert = cap_read(data ? data : "", size, &zh, &error);
    struct event *event = alert ? cap_event(alert, feed->id, sender.now_us, &note, &error) : NULL;
    cap_free(alert);
    if (error) {
        refuse(request, feed, zh ? zh : "消息不合格", error->message, sender.now_us);
        return;
    }
    if (!event) {
        net_reply_json(request, 202, json_pack("{s:i,s:n,s:s}", "accepted", 0, "id", "note", note));
        return;
    }
    if (!intake_ready(intake)) {
        feed->numbers.away++;
        intake_reply_away(request, WRITER_AWAY);
        event_unref(event);
        return;
    }
    struct post *post = g_new0(struct post, 1);
    *post = (struct post){.intake = intake,
                          .request = net_request_ref(request),
                          .feed = g_strdup(feed->id),
                          .event = event,
                          .sender = sender};
    take(post, feed);
}

static void look_at_head(struct net_request *request, gpointer user)
{
    sender_look(user, request, FEED_CAP);
}

void intake_add_cap_routes(struct intake *intake)
{
    static const struct net_route routes[] = {
        {"POST", CAP_PATH, NET_PUBLIC, post_cap, CAP_MAX_BYTES},
    };
    net_add_routes(intake->options.net, routes, G_N_ELEMENTS(routes), intake);
    net_guard_route(intake->options.net, "POST", CAP_PATH, look_at_head);
}
