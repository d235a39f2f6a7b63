#include "node/subscriptions.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mailbox.h"
#include "gst/transcode.h"
#include "node/feed.h"
#include <string.h>

enum { MAX_WAKES = 100000, UNITS_A_TURN = 64, STARVED_US = 500000 };

struct subscriptions {
    struct fleet *fleet;
    struct pipelines *pipelines;
    struct link *link; /* NULL: lost */
    struct mailbox *wakes;
    GHashTable *all;    /* number → struct subscription */
    GHashTable *muxers; /* struct stream → struct muxed_stream, while subscribed */
    GMainContext *context;
};

struct subscription {
    struct subscriptions *home;
    guint32 number;
    struct camera *camera;
    enum camera_profile profile;
    bool fmp4, keyframes_only, h264;
    struct feed *feed; /* NULL: it is not known yet whether it has to be transcoded */
    struct transcode *transcode;
    struct stream *muxed;         /* key of the muxer in use, or NULL */
    gint64 credit;                /* bytes; a unit may take it below zero */
    int64_t starved_us;           /* since when there is none; 0: there is */
    bool blocked;                 /* the link is full */
    bool waits;                   /* for a camera that is down, as told … */
    enum reason waits_for;        /* … with this reason */
    bool misfit;                  /* the camera's codec is another now: the feed is to be changed */
    struct stream_format *format; /* as told */
    guint64 sent;
};

/* --- telling */

static void tell_ended(struct subscriptions *home, guint32 number, const char *code,
                       const char *detail)
{
    json_t *message = json_pack("{s:s, s:I, s:s, s:s}", "t", "ended", "sub", (json_int_t)number,
                                "code", code, "detail", detail ? detail : "");
    if (home->link)
        link_send_control(home->link, message);
    else
        json_decref(message);
}

static void tell_waiting(struct subscription *subscription, const struct camera_status *status)
{
    const char *code = reason_code(status->reason);
    if (!subscription->home->link)
        return;
    subscription->waits = true;
    subscription->waits_for = status->reason;
    link_send_control(subscription->home->link,
                      json_pack("{s:s, s:I, s:s, s:s}", "t", "waiting", "sub",
                                (json_int_t)subscription->number, "code", code ? code : "no_data",
                                "detail", status->detail ? status->detail : ""));
}

/* No units come. Pictures that cannot be decoded do come. */
static bool is_away(const struct camera_status *status)
{
    return status->state == CAMERA_STATE_DOWN && status->reason != REASON_CANNOT_DECODE;
}

static bool same_words(const struct stream_format *a, const struct stream_format *b)
{
    return a && a->width_px == b->width_px && a->height_px == b->height_px &&
           a->codec == b->codec && !strcmp(a->codec_string, b->codec_string);
}

/* Other parameter sets alone are no news: they are in the keyframes, and in a new init piece. */
static void tell_format(struct subscription *subscription, struct stream_format *format)
{
    if (!format || subscription->format == format)
        return;
    bool known = same_words(subscription->format, format);
    stream_format_unref(subscription->format);
    subscription->format = stream_format_ref(format);
    if (known)
        return;
    link_send_control(subscription->home->link,
                      json_pack("{s:s, s:I, s:s, s:b, s:i, s:i}", "t", "stream", "sub",
                                (json_int_t)subscription->number, "codec", format->codec_string,
                                "h265", format->codec == CODEC_H265, "width", format->width_px,
                                "height", format->height_px));
}

/* --- one subscription */

static void leave_muxer(struct subscription *subscription)
{
    GHashTable *muxers = subscription->home->muxers;
    if (!subscription->muxed)
        return;
    if (muxed_stream_readers(g_hash_table_lookup(muxers, subscription->muxed)) == 0)
        g_hash_table_remove(muxers, subscription->muxed);
}

static void subscription_free(gpointer data)
{
    struct subscription *subscription = data;
    if (subscription->home->link)
        link_cancel(subscription->home->link, WIRE_UNIT, subscription->number);
    feed_destroy(subscription->feed);
    leave_muxer(subscription);
    transcode_close(subscription->transcode);
    camera_release(subscription->camera, subscription->profile);
    stream_format_unref(subscription->format);
    g_free(subscription);
}

/* Any thread. */
static void on_wake(gpointer user)
{
    struct subscription *subscription = user;
    mailbox_post(subscription->home->wakes, GUINT_TO_POINTER(subscription->number));
}

static bool send_item(struct subscription *subscription, struct feed_item *item)
{
    if (subscription->waits) /* what it is like is told again */
        g_clear_pointer(&subscription->format, stream_format_unref);
    subscription->waits = false;
    tell_format(subscription, item->format);
    uint8_t prefix[WIRE_UNIT_PREFIX_BYTES];
    wire_unit_write(prefix, &item->head);
    if (!link_send(subscription->home->link, WIRE_UNIT, subscription->number, prefix, sizeof prefix,
                   item->body))
        return false;
    subscription->credit -= (gint64)(sizeof prefix + g_bytes_get_size(item->body));
    subscription->sent++;
    return true;
}

/* Not inside the feed's own calls. */
static void change_feed_soon(struct subscription *subscription)
{
    subscription->misfit = true;
    on_wake(subscription);
}

static void pump(struct subscription *subscription)
{
    if (subscription->misfit)
        return;
    for (int i = 0; i < UNITS_A_TURN && subscription->feed && !subscription->blocked; i++) {
        if (subscription->credit <= 0) {
            if (!subscription->starved_us)
                subscription->starved_us = clock_mono_us();
            return;
        }
        struct feed_item item;
        if (!feed_next(subscription->feed, &item))
            return;
        if (subscription->h264 && item.format && item.format->codec != CODEC_H264) {
            feed_item_clear(&item);
            change_feed_soon(subscription);
            return;
        }
        bool sent = send_item(subscription, &item);
        feed_item_clear(&item);
        if (!sent) {
            feed_skip(subscription->feed);
            subscription->blocked = true;
        }
    }
    if (subscription->feed && !subscription->blocked) /* others first */
        on_wake(subscription);
}

static bool change_feed(struct subscription *subscription);

static void deliver_wake(gpointer message, gpointer user)
{
    struct subscriptions *subscriptions = user;
    struct subscription *subscription = g_hash_table_lookup(subscriptions->all, message);
    if (!subscription || !subscriptions->link)
        return;
    if (subscription->misfit && !change_feed(subscription))
        g_hash_table_remove(subscriptions->all, message);
    else
        pump(subscription);
}

static void nothing(gpointer message)
{
    (void)message;
}

/* --- all of them */

struct subscriptions *subscriptions_create(struct fleet *fleet, struct pipelines *pipelines,
                                           GMainContext *context)
{
    struct subscriptions *subscriptions = g_new0(struct subscriptions, 1);
    subscriptions->fleet = fleet;
    subscriptions->pipelines = pipelines;
    subscriptions->all = g_hash_table_new_full(NULL, NULL, NULL, subscription_free);
    subscriptions->muxers =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)muxed_stream_destroy);
    subscriptions->context = context;
    subscriptions->wakes = mailbox_create(context, MAX_WAKES, deliver_wake, subscriptions, nothing);
    return subscriptions;
}

void subscriptions_destroy(struct subscriptions *subscriptions)
{
    if (!subscriptions)
        return;
    g_hash_table_unref(subscriptions->all);
    g_hash_table_unref(subscriptions->muxers);
    mailbox_destroy(subscriptions->wakes);
    g_free(subscriptions);
}

void subscriptions_set_link(struct subscriptions *subscriptions, struct link *link)
{
    subscriptions->link = NULL;
    g_hash_table_remove_all(subscriptions->all);
    subscriptions->link = link;
}

static const char *text_of(const json_t *message, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(message, key));
    return text ? text : otherwise;
}

static struct muxed_stream *muxer_of(struct subscription *subscription, struct stream *stream)
{
    struct subscriptions *home = subscription->home;
    struct muxed_stream *muxed = g_hash_table_lookup(home->muxers, stream);
    if (!muxed) {
        muxed = muxed_stream_create(stream, home->context);
        g_hash_table_insert(home->muxers, stream, muxed);
    }
    subscription->muxed = stream;
    return muxed;
}

static void transcode_ended(const char *code, const char *detail, gpointer user)
{
    struct subscription *subscription = user;
    struct subscriptions *home = subscription->home;
    tell_ended(home, subscription->number, code, detail);
    g_hash_table_remove(home->all, GUINT_TO_POINTER(subscription->number));
}

/* The H.264 of a camera that sends something else. Returned: NULL when there is none. */
static struct stream *transcoded(struct subscription *subscription, struct stream *stream)
{
    struct subscriptions *home = subscription->home;
    g_autoptr(GError) error = NULL;
    if (home->pipelines)
        subscription->transcode = transcode_open(home->pipelines, stream_name(stream), stream,
                                                 transcode_ended, subscription, &error);
    if (subscription->transcode)
        return transcode_stream(subscription->transcode);
    tell_ended(home, subscription->number, "limit", error ? error->message : "nothing transcodes");
    return NULL;
}

/* false: it could not be opened and has been told so. A camera whose codec is not known yet is
 * waited for. */
static bool open_feed(struct subscription *subscription)
{
    struct stream *stream = camera_stream(subscription->camera, subscription->profile);
    if (subscription->feed)
        return true;
    if (subscription->h264) {
        struct stream_format *format = stream_format(stream);
        if (!format)
            return true;
        enum codec codec = format->codec;
        stream_format_unref(format);
        if (codec != CODEC_H264 && !(stream = transcoded(subscription, stream)))
            return false;
    }
    if (subscription->fmp4)
        subscription->feed =
            feed_create_pieces(muxer_of(subscription, stream), on_wake, subscription);
    else
        subscription->feed =
            feed_create_units(stream, subscription->keyframes_only, on_wake, subscription);
    return true;
}

/* The camera has another codec than when the feed was opened. Returned as by open_feed(). */
static bool change_feed(struct subscription *subscription)
{
    subscription->misfit = false;
    g_clear_pointer(&subscription->feed, feed_destroy);
    leave_muxer(subscription);
    subscription->muxed = NULL;
    g_clear_pointer(&subscription->transcode, transcode_close);
    g_clear_pointer(&subscription->format, stream_format_unref); /* it begins anew: tell it again */
    return open_feed(subscription);
}

static bool needs_no_transcode(const struct subscription *subscription)
{
    struct stream *stream = camera_stream(subscription->camera, subscription->profile);
    struct stream_format *format = stream_format(stream);
    bool h264 = format && format->codec == CODEC_H264;
    stream_format_unref(format);
    return h264;
}

/* A camera that is down and had pictures before has old ones at most: no viewer begins with them.
 */
static bool wait_for_camera(struct subscription *subscription)
{
    struct camera_status status;
    camera_profile_status(subscription->camera, subscription->profile, &status);
    if (!is_away(&status) || status.codec == CODEC_NONE)
        return false;
    tell_waiting(subscription, &status);
    return true;
}

void subscriptions_add(struct subscriptions *subscriptions, const json_t *message)
{
    guint32 number = (guint32)json_integer_value(json_object_get(message, "sub"));
    guint n = (guint)json_integer_value(json_object_get(message, "n"));
    struct camera *camera = fleet_find(subscriptions->fleet, n);
    if (!number || !camera) {
        tell_ended(subscriptions, number, "stopped", "no such camera");
        return;
    }
    bool main_profile = !strcmp(text_of(message, "profile", "sub"), "main");
    const char *refusal = camera_want(camera, main_profile ? CAMERA_MAIN : CAMERA_SUB);
    if (refusal) {
        tell_ended(subscriptions, number, reason_code(REASON_LIMIT_REACHED), refusal);
        return;
    }
    struct subscription *subscription = g_new0(struct subscription, 1);
    subscription->home = subscriptions;
    subscription->number = number;
    subscription->camera = camera;
    subscription->profile = main_profile ? CAMERA_MAIN : CAMERA_SUB;
    subscription->credit = json_integer_value(json_object_get(message, "credit"));
    subscription->fmp4 = !strcmp(text_of(message, "format", "annexb"), "fmp4");
    subscription->keyframes_only = !strcmp(text_of(message, "rung", "live"), "key");
    subscription->h264 = !strcmp(text_of(message, "variant", "plain"), "h264");
    g_hash_table_replace(subscriptions->all, GUINT_TO_POINTER(number), subscription);
    if (wait_for_camera(subscription))
        return;
    if (!open_feed(subscription)) {
        g_hash_table_remove(subscriptions->all, GUINT_TO_POINTER(number));
        return;
    }
    pump(subscription);
    subscriptions_camera_changed(subscriptions, camera);
}

void subscriptions_remove(struct subscriptions *subscriptions, const json_t *message)
{
    guint32 number = (guint32)json_integer_value(json_object_get(message, "sub"));
    g_hash_table_remove(subscriptions->all, GUINT_TO_POINTER(number));
}

void subscriptions_credit(struct subscriptions *subscriptions, uint32_t channel, uint32_t bytes)
{
    struct subscription *subscription =
        g_hash_table_lookup(subscriptions->all, GUINT_TO_POINTER(channel));
    if (!subscription)
        return;
    subscription->credit += bytes;
    if (subscription->credit <= 0)
        return;
    /* after a short pause what was kept is sent on; after a long one it is too old to be shown */
    if (subscription->feed && subscription->starved_us &&
        clock_mono_us() - subscription->starved_us > STARVED_US)
        feed_skip(subscription->feed);
    subscription->starved_us = 0;
    pump(subscription);
}

void subscriptions_writable(struct subscriptions *subscriptions)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, subscriptions->all);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct subscription *subscription = value;
        if (!subscription->blocked)
            continue;
        subscription->blocked = false;
        pump(subscription);
    }
}

void subscriptions_camera_gone(struct subscriptions *subscriptions, const struct camera *camera)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, subscriptions->all);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct subscription *subscription = value;
        if (subscription->camera != camera)
            continue;
        tell_ended(subscriptions, subscription->number, "stopped", "the camera was removed");
        g_hash_table_iter_remove(&iter);
    }
}

/* One that never got a picture is told why; one that waits goes on waiting. false: it is over. */
static bool adapt(struct subscription *subscription)
{
    struct camera_status status;
    camera_profile_status(subscription->camera, subscription->profile, &status);
    if (subscription->waits && is_away(&status)) {
        if (status.reason != subscription->waits_for)
            tell_waiting(subscription, &status);
        return true;
    }
    if (status.state != CAMERA_STATE_DOWN && status.state != CAMERA_STATE_DISABLED) {
        bool had = subscription->feed;
        if (!open_feed(subscription))
            return false;
        if (!had)
            pump(subscription);
        return true;
    }
    const char *code = reason_code(status.reason);
    tell_ended(subscription->home, subscription->number, code ? code : "stopped", status.detail);
    return false;
}

/* One that had pictures keeps its place; others that come to the same stream learn why none come.
 */
static void note_down(struct subscription *subscription)
{
    struct camera_status status;
    camera_profile_status(subscription->camera, subscription->profile, &status);
    if (is_away(&status) && (!subscription->waits || status.reason != subscription->waits_for))
        tell_waiting(subscription, &status);
}

void subscriptions_camera_changed(struct subscriptions *subscriptions, struct camera *camera)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, subscriptions->all);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct subscription *subscription = value;
        if (subscription->camera != camera)
            continue;
        if (!subscription->sent && !adapt(subscription)) {
            g_hash_table_iter_remove(&iter);
            continue;
        }
        if (subscription->sent)
            note_down(subscription);
        if (subscription->transcode && needs_no_transcode(subscription))
            change_feed_soon(subscription);
    }
}

guint subscriptions_count(const struct subscriptions *subscriptions)
{
    return g_hash_table_size(subscriptions->all);
}
