/* A seat's time in one room, from its beginning to its end. */
#include "common/clock.h"
#include "common/log.h"
#include "rtc/rtc_ice.h"
#include "rtc/rtc_private.h"

static GArray *streams_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(struct janus_stream));
}

void stay_free(gpointer value)
{
    struct stay *stay = value;
    janus_close(stay->send, NULL, NULL);
    janus_close(stay->recv, NULL, NULL);
    g_free(stay->token);
    g_free(stay->answer);
    g_free(stay->offer);
    json_decref(stay->next_offer);
    g_array_unref(stay->own);
    g_array_unref(stay->offered);
    g_array_unref(stay->there);
    g_array_unref(stay->taken);
    g_array_unref(stay->left);
    g_array_unref(stay->lines);
    g_array_unref(stay->wishes);
    g_free(stay);
}

static struct stay *stay_new(struct seat *seat)
{
    struct rtc *rtc = seat->rtc;
    struct stay *stay = g_new0(struct stay, 1);
    *stay = (struct stay){.rtc = rtc,
                          .seat = seat,
                          .gen = ++rtc->stay_number,
                          .feed = rtc_random_id(),
                          .token = rtc_random_text(),
                          .level = seat->level};
    stay->own = g_array_new(FALSE, FALSE, sizeof(struct own));
    stay->offered = g_array_new(FALSE, FALSE, sizeof(struct own));
    stay->there = streams_new();
    stay->taken = streams_new();
    stay->left = streams_new();
    stay->lines = streams_new();
    stay->wishes = g_array_new(FALSE, FALSE, sizeof(struct wish));
    g_array_set_clear_func(stay->wishes, layers_clear);
    return stay;
}

struct stay *stay_of_feed(const struct rtc *rtc, const struct stay *by, guint64 feed)
{
    struct stay *stay = g_hash_table_lookup(rtc->feeds, &feed);
    return stay && stay->seat && stay->room == by->room ? stay : NULL;
}

/* --- beginning */

void stay_greet(struct stay *stay)
{
    const struct rtc_may *may = &stay->seat->may;
    if (!stay->entered)
        return;
    json_t *servers = rtc_ice_servers(stay->rtc->ice, stay->seat->id, clock_wall_us());
    rtc_tell(stay, "ice",
             json_pack("{s:o,s:{s:b,s:b,s:b}}", "servers", servers, "may", "talk", may->talk,
                       "camera", may->camera, "screen", may->screen));
    layers_tell(stay);
}

static void on_joined(const struct janus_message *answer, gpointer user)
{
    struct stay *stay = user;
    if (!answer || !stay->seat)
        return;
    if (answer->code || g_strcmp0(answer->word, "joined") != 0) {
        log_warn("rtc", "%s: not let in: %s", stay->room->key, answer->why ? answer->why : "?");
        stay_end(stay, "anew");
        return;
    }
    json_int_t id = json_integer_value(json_object_get(answer->data, "private_id"));
    stay->private_id = (guint64)MAX(0, id);
    stay->entered = true;
    record_seat(stay->rtc, stay);
    stay_greet(stay);
    recv_news(stay, answer);
}

static void on_named(const struct janus_message *answer, gpointer user)
{
    struct stay *stay = user;
    if (!answer || !stay->seat)
        return;
    json_t *body = json_pack("{s:s,s:s,s:I,s:I,s:s,s:s}", "request", "join", "ptype", "publisher",
                             "room", (json_int_t)stay->room->id, "id", (json_int_t)stay->feed,
                             "pin", stay->room->pin, "token", stay->token);
    janus_ask(stay->send, body, NULL, NULL, on_joined, stay);
}

void stay_enter(struct stay *stay)
{
    json_t *body = room_request(stay->room, "allowed");
    json_object_set_new(body, "action", json_string("add"));
    json_object_set_new(body, "allowed", json_pack("[s]", stay->token));
    janus_ask(stay->send, body, NULL, NULL, on_named, stay);
}

void stay_begin(struct seat *seat)
{
    struct rtc *rtc = seat->rtc;
    if (seat->stay || seat->ending || !seat->room || !janus_ready(rtc->janus))
        return;
    struct stay *stay = stay_new(seat);
    seat->stay = stay;
    g_hash_table_add(rtc->stays, stay);
    g_hash_table_insert(rtc->feeds, &stay->feed, stay);
    stay->send = janus_attach(rtc->janus, &send_ops, stay);
    stay->room = room_enter(rtc, seat->meeting, seat->room);
    if (stay->room->phase == ROOM_READY)
        stay_enter(stay);
}

/* --- end */

static void ended(struct stay *stay)
{
    struct rtc *rtc = stay->rtc;
    struct seat *seat = stay->ends_for;
    if (janus_ready(rtc->janus)) {
        json_t *body = room_request(stay->room, "allowed");
        json_object_set_new(body, "action", json_string("remove"));
        json_object_set_new(body, "allowed", json_pack("[s]", stay->token));
        janus_ask(rtc->control, body, NULL, NULL, NULL, NULL);
    }
    room_exit(stay->room);
    g_hash_table_remove(rtc->feeds, &stay->feed);
    g_hash_table_remove(rtc->stays, stay);
    if (--seat->ending > 0)
        return;
    if (seat->room)
        stay_begin(seat);
    else
        g_hash_table_remove(rtc->seats, seat->id);
}

static gboolean on_closed(gpointer user)
{
    struct stay *stay = user;
    if (--stay->closing == 0)
        ended(stay);
    return G_SOURCE_REMOVE;
}

void stay_end(struct stay *stay, const char *why)
{
    struct rtc *rtc = stay->rtc;
    struct seat *seat = stay->seat;
    rtc_tell(stay, "gone", json_pack("{s:s}", "why", why));
    if (stay->media)
        rtc->ops->media(seat->id, false, rtc->user);
    stay->media = false;
    seat->level = stay->level;
    seat->stay = NULL;
    seat->ending++;
    stay->ends_for = seat;
    stay->seat = NULL;
    stay->closing = 1; /* this call */
    stay->closing += janus_close(g_steal_pointer(&stay->send), on_closed, stay);
    stay->closing += janus_close(g_steal_pointer(&stay->recv), on_closed, stay);
    on_closed(stay);
}
