/* What a stay sends: the browser's offer, Janus's answer, and what of it may pass. */
#include "common/log.h"
#include "rtc/rtc_private.h"
#include <string.h>

static void start_offer(struct stay *stay, const struct signal *signal);

static bool may_send(const struct stay *stay, enum rtc_kind kind)
{
    const struct rtc_may *may = &stay->seat->may;
    return kind == RTC_MIC ? may->talk : kind == RTC_CAMERA ? may->camera : may->screen;
}

static void tell_pc(struct stay *stay, bool up, const char *why)
{
    json_t *message = json_pack("{s:s,s:b}", "pc", "send", "up", up);
    if (why)
        json_object_set_new(message, "why", json_string(why));
    rtc_tell(stay, "pc", message);
}

static void tell_media(struct stay *stay, bool up)
{
    if (stay->media == up || !stay->seat)
        return;
    stay->media = up;
    stay->rtc->ops->media(stay->seat->id, up, stay->rtc->user);
}

/* --- muting */

static void give_answer(struct stay *stay)
{
    if (!stay->answer || stay->muting)
        return;
    g_autofree char *sdp = g_steal_pointer(&stay->answer);
    rtc_tell(stay, "answer", json_pack("{s:s}", "sdp", sdp));
    if (!stay->next_offer)
        return;
    json_t *next = g_steal_pointer(&stay->next_offer);
    struct signal signal;
    if (signal_read(next, &signal))
        start_offer(stay, &signal);
    json_decref(next);
}

static void on_muted(const struct janus_message *answer, gpointer user)
{
    struct stay *stay = user;
    if (!answer)
        return;
    stay->muting--;
    if (answer->code) {
        /* what could pass that may not is worse than silence */
        g_clear_pointer(&stay->answer, g_free);
        stay_end(stay, "anew");
        return;
    }
    give_answer(stay);
}

static void mute(struct stay *stay, struct own *own, bool muted)
{
    own->muted = muted;
    stay->muting++;
    json_t *body = room_request(stay->room, "moderate");
    json_object_set_new(body, "id", json_integer((json_int_t)stay->feed));
    json_object_set_new(body, "mid", json_string(own->line.mid));
    json_object_set_new(body, "mute", json_boolean(muted));
    janus_ask(stay->send, body, NULL, NULL, on_muted, stay);
}

static void settle(struct stay *stay)
{
    for (guint i = 0; i < stay->own->len; i++) {
        struct own *own = &g_array_index(stay->own, struct own, i);
        bool muted = !may_send(stay, own->line.kind);
        if (own->muted != muted)
            mute(stay, own, muted);
    }
}

void send_allow(struct stay *stay)
{
    const struct rtc_may *may = &stay->seat->may;
    if (!stay->entered)
        return;
    settle(stay);
    rtc_tell(stay, "may",
             json_pack("{s:{s:b,s:b,s:b}}", "may", "talk", may->talk, "camera", may->camera,
                       "screen", may->screen));
}

/* --- offers */

static const struct own *find_own(const GArray *array, const char *mid)
{
    for (guint i = 0; i < array->len; i++) {
        const struct own *own = &g_array_index(array, struct own, i);
        if (!strcmp(own->line.mid, mid))
            return own;
    }
    return NULL;
}

/* Janus has taken the offer; streams that were there are muted as they were. */
static void take_offered(struct stay *stay)
{
    for (guint i = 0; i < stay->offered->len; i++) {
        struct own *one = &g_array_index(stay->offered, struct own, i);
        const struct own *before = find_own(stay->own, one->line.mid);
        one->muted = before && before->muted;
    }
    GArray *taken = stay->offered;
    stay->offered = stay->own;
    stay->own = taken;
    g_array_set_size(stay->offered, 0);
}

bool send_has(const struct stay *stay, const char *mid)
{
    return find_own(stay->own, mid) || find_own(stay->offered, mid);
}

static void on_answer(const struct janus_message *answer, gpointer user)
{
    struct stay *stay = user;
    if (!answer || !stay->seat)
        return;
    stay->publishing = false;
    if (answer->code || !answer->sdp) {
        g_clear_pointer(&stay->next_offer, json_decref);
        tell_pc(stay, false, answer->why ? answer->why : "no answer");
        return;
    }
    bool again = stay->published;
    stay->published = true;
    take_offered(stay);
    if (again)
        recv_follow(stay);
    g_free(stay->answer);
    stay->answer = g_strdup(answer->sdp);
    settle(stay);
    give_answer(stay);
}

static json_t *descriptions(const struct signal *signal)
{
    json_t *all = json_array();
    for (guint i = 0; i < signal->count; i++)
        json_array_append_new(all, json_pack("{s:s,s:s}", "mid", signal->lines[i].mid,
                                             "description", rtc_kind_name(signal->lines[i].kind)));
    return all;
}

static void start_offer(struct stay *stay, const struct signal *signal)
{
    stay->publishing = true;
    stay->send_used = true;
    g_array_set_size(stay->offered, 0);
    for (guint i = 0; i < signal->count; i++) {
        struct own own = {.line = signal->lines[i]};
        g_array_append_val(stay->offered, own);
    }
    const char *request = stay->published ? "configure" : "publish";
    json_t *body = json_pack("{s:s,s:o}", "request", request, "descriptions", descriptions(signal));
    janus_ask(stay->send, body, "offer", signal->sdp, on_answer, stay);
}

const char *send_publish(struct stay *stay, const struct signal *signal, const json_t *message)
{
    const struct rtc_may *may = &stay->seat->may;
    if (!stay->entered)
        return NULL; /* it was not greeted yet: of the past */
    for (guint i = 0; i < signal->count; i++) {
        enum rtc_kind kind = signal->lines[i].kind;
        if (kind != RTC_MIC && !may_send(stay, kind))
            return "no_right";
    }
    /* without any right nothing is offered: an observer */
    if (!may->talk && !may->camera && !may->screen && signal->count > 0 && !stay->published)
        return "no_right";
    if (stay->publishing || stay->answer) {
        json_decref(stay->next_offer);
        stay->next_offer = json_deep_copy(message);
        return NULL;
    }
    start_offer(stay, signal);
    return NULL;
}

/* --- what Janus tells of it */

/* Its keys are gone with it: nothing the browser offers on the same connection would be heard. */
static void hung_up(struct stay *stay, const char *why)
{
    if (!stay->seat)
        return;
    log_info("rtc", "%s: no more sent: %s", stay->room->key, why ? why : "?");
    stay_end(stay, "anew");
}

static void tell_speaking(struct stay *stay, const json_t *data, bool on)
{
    json_int_t feed = json_integer_value(json_object_get(data, "id"));
    const struct stay *who = stay_of_feed(stay->rtc, stay, (guint64)MAX(0, feed));
    if (who)
        rtc_tell(stay, "speaking", json_pack("{s:s,s:b}", "seat", who->seat->id, "on", on));
}

static void on_event(const struct janus_message *event, gpointer user)
{
    struct stay *stay = user;
    if (event->kind == JANUS_UP) {
        tell_media(stay, true);
        tell_pc(stay, true, NULL);
        recv_follow(stay);
    } else if (event->kind == JANUS_HANGUP) {
        hung_up(stay, event->why);
    } else if (event->kind == JANUS_SLOW) {
        rtc_tell(stay, "slow", json_pack("{s:s,s:i}", "pc", "send", "lost", (int)event->lost));
    } else if (!g_strcmp0(event->word, "talking")) {
        tell_speaking(stay, event->data, true);
    } else if (!g_strcmp0(event->word, "stopped-talking")) {
        tell_speaking(stay, event->data, false);
    } else if (event->kind == JANUS_EVENT) {
        recv_news(stay, event);
    }
}

static void on_lost(const char *why, gpointer user)
{
    struct stay *stay = user;
    (void)why;
    if (stay->seat && janus_ready(stay->rtc->janus))
        stay_end(stay, "anew");
}

const struct janus_handle_ops send_ops = {on_event, on_lost};
