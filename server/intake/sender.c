#include "intake/sender.h"
#include "common/clock.h"

static struct feed *deny(struct net_request *request, const char *code, const char *zh,
                         const char *en)
{
    net_reply_error(request, 401, code, zh, en);
    return NULL;
}

static struct feed *deny_signature(struct net_request *request)
{
    return deny(request, "bad_signature", "数据源或签名不符", "no such feed, or a wrong signature");
}

/* What its head says, before anything is known of its body. Returned: the feed that it names, of
 * that kind; NULL: answered. */
static struct feed *check_head(struct intake *intake, struct net_request *request,
                               enum feed_kind kind, int64_t *time_us)
{
    const char *id = net_request_header(request, "x-townwall-feed");
    const char *time = net_request_header(request, "x-townwall-time");
    if (!id || !time || !net_request_header(request, "x-townwall-signature"))
        return deny(request, "no_signature", "缺少数据源、时间或签名",
                    "X-Townwall-Feed, X-Townwall-Time or X-Townwall-Signature is missing");
    if (!signature_time(time, time_us))
        return deny(request, "bad_time", "时间应为 1970 年以来的秒数",
                    "X-Townwall-Time is not seconds since 1970");
    struct feed *feed = feeds_find(intake->feeds, id);
    return feed && feed->kind == kind && feed->secret ? feed : deny_signature(request);
}

static bool time_good(int64_t time_us, int64_t now_us)
{
    return ABS(time_us - now_us) <= SIGNATURE_WINDOW_US;
}

static void deny_time(struct net_request *request)
{
    deny(request, "bad_time", "请求时间与本机相差超过 5 分钟",
         "The request's time is more than 5 minutes from ours");
}

/* Of a signed request: is its time near ours? Answers otherwise. */
static bool check_time(struct feed *feed, struct net_request *request, int64_t time_us,
                       int64_t now_us)
{
    if (time_good(time_us, now_us))
        return true;
    int64_t ahead_s = (time_us - now_us) / G_USEC_PER_SEC;
    g_autofree char *zh =
        g_strdup_printf("请求时间与本机相差 %" G_GINT64_FORMAT " 秒，超过 5 分钟", ahead_s);
    g_autofree char *en = g_strdup_printf(
        "a request's time is %" G_GINT64_FORMAT " s from ours, more than 5 minutes", ahead_s);
    feed_note_error(feed, zh, en, now_us);
    deny_time(request);
    return false;
}

void sender_look(struct intake *intake, struct net_request *request, enum feed_kind kind)
{
    int64_t time_us;
    struct feed *feed = check_head(intake, request, kind, &time_us);
    int64_t now_us = clock_wall_us();
    if (!feed || time_good(time_us, now_us))
        return;
    feed_note_stranger(feed, net_request_address(request), "bad_time", now_us);
    deny_time(request);
}

static struct feed *check_signature(struct intake *intake, struct net_request *request,
                                    const char *path, enum feed_kind kind, struct sender *sender)
{
    struct feed *feed = check_head(intake, request, kind, &sender->time_us);
    if (!feed)
        return NULL;
    const char *time = net_request_header(request, "x-townwall-time");
    const char *hex = net_request_header(request, "x-townwall-signature");
    gsize size = 0;
    const void *body = g_bytes_get_data(net_request_body(request), &size);
    const struct signed_request what = {
        .method = "POST", .path = path, .time = time, .body = body ? body : "", .body_size = size};
    if (signature_check(&what, feed->secret, hex, sender->signature))
        return feed;
    feed_note_stranger(feed, net_request_address(request), "bad_signature", sender->now_us);
    return deny_signature(request);
}

/* Answers otherwise: it is who it says, but may it send now? */
static bool check_turn(struct feed *feed, struct net_request *request, const struct sender *sender)
{
    feed->numbers.requests++;
    feed->numbers.clock_us = sender->time_us - sender->now_us;
    feed->numbers.clock_known = true;
    if (!check_time(feed, request, sender->time_us, sender->now_us))
        return false; /* its body took so long */
    if (!feed->enabled) {
        net_reply_error(request, 403, "feed_disabled", "数据源已停用", "The feed is disabled");
        return false;
    }
    guint wait_s = feed_wait_s(feed, clock_mono_us());
    if (!wait_s)
        return true;
    char text[16];
    g_snprintf(text, sizeof text, "%u", wait_s);
    feed->numbers.limited++;
    feed_note_error(feed, "超过限速", "sends faster than it may", sender->now_us);
    net_request_set_header(request, "Retry-After", text);
    net_reply_error(request, 429, "too_many", "超过数据源限速,请稍后再试",
                    "The feed sends faster than it may, please wait");
    return false;
}

struct feed *sender_check(struct intake *intake, struct net_request *request, const char *path,
                          enum feed_kind kind, struct sender *sender)
{
    sender->now_us = clock_wall_us();
    struct feed *feed = check_signature(intake, request, path, kind, sender);
    return feed && check_turn(feed, request, sender) ? feed : NULL;
}
