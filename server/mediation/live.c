/* Meetings as they are now: who is there, what each seat and the media are told. */
#include "common/clock.h"
#include "common/log.h"
#include "mediation/mediation_private.h"
#include <string.h>

enum { KEEP_DELTAS = 64 };

struct live *lives_find(struct mediation *mediation, const char *meeting)
{
    return meeting ? g_hash_table_lookup(mediation->lives, meeting) : NULL;
}

struct place *place_find(struct mediation *mediation, const char *seat)
{
    return seat ? g_hash_table_lookup(mediation->places, seat) : NULL;
}

struct seat *place_seat(const struct place *place)
{
    return meeting_seat(place->live->meeting, place->seat);
}

/* --- life of a place */

static json_t *snapshot(const struct net_session *session, gpointer user)
{
    struct place *place = user;
    (void)session;
    return json_incref(place->view);
}

static struct place *place_new(struct live *live, const char *seat)
{
    static const struct topic_ops ops = {.snapshot = snapshot};
    struct place *place = g_new0(struct place, 1);
    g_autofree char *name = g_strconcat("meeting:", live->meeting->id, NULL);
    g_autofree char *epoch = store_id_new();
    place->live = live;
    place->seat = g_strdup(seat);
    place->topic = topic_create(name, epoch, KEEP_DELTAS, &ops, place);
    place->view = json_object();
    g_hash_table_insert(live->mediation->places, place->seat, place);
    return place;
}

static void place_free(gpointer data)
{
    struct place *place = data;
    struct mediation *mediation = place->live->mediation;
    loop_cancel(mediation->options.loop, &place->lost_timer);
    if (place->client)
        g_hash_table_remove(mediation->seated, place->client);
    g_hash_table_remove(mediation->places, place->seat);
    topic_destroy(place->topic);
    json_decref(place->view);
    g_free(place->media_room);
    g_free(place->seat);
    g_free(place);
}

static gboolean cookie_is_of(gpointer key, gpointer value, gpointer live)
{
    (void)key;
    return ((const struct place *)value)->live == live;
}

void lives_free(gpointer data)
{
    struct live *live = data;
    g_hash_table_foreach_remove(live->mediation->cookies, cookie_is_of, live);
    g_hash_table_unref(live->places);
    meeting_free(live->meeting);
    g_free(live->recording_error);
    g_free(live);
}

/* --- media */

static struct mediation_may may_of(const struct room_may *may)
{
    return (struct mediation_may){.talk = may->talk, .camera = may->camera, .screen = may->screen};
}

static void media_leave(struct place *place)
{
    const struct mediation *mediation = place->live->mediation;
    if (!place->media_room)
        return;
    g_clear_pointer(&place->media_room, g_free);
    place->media = false;
    if (mediation->media)
        mediation->media->leave(place->seat, mediation->media_user);
}

static void media_follow(struct place *place, const struct seat *seat)
{
    const struct mediation *mediation = place->live->mediation;
    const struct mediation_media_ops *media = mediation->media;
    struct room_may now = room_may(place->live->meeting, seat);
    struct mediation_may may = may_of(&now);
    bool changed = now.talk != place->media_may.talk || now.camera != place->media_may.camera ||
                   now.screen != place->media_may.screen;
    if (!media || !mediation->media_ready)
        return;
    if (!place->media_room)
        media->join(place->live->meeting->id, seat->id, seat->room, &may, mediation->media_user);
    else if (strcmp(place->media_room, seat->room) != 0)
        media->move(seat->id, seat->room, &may, mediation->media_user);
    else if (changed)
        media->allow(seat->id, &may, mediation->media_user);
    meeting_set(&place->media_room, seat->room);
    place->media_may = now;
}

static void record(struct live *live, bool on)
{
    const struct mediation *mediation = live->mediation;
    if (live->recording == on || !mediation->media || !mediation->media_ready)
        return;
    live->recording = on;
    mediation->media->record(live->meeting->id, ROOM_JOINT, on, mediation->media_user);
}

/* First ends what may no longer be: nobody comes into a room that is still being recorded without
 * having agreed. */
static void refresh_media(struct live *live)
{
    struct meeting *meeting = live->meeting;
    bool wanted = meeting->record && room_may_record(meeting, NULL);
    if (!wanted)
        record(live, false);
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (!room_is_there(meeting, seat))
            media_leave(place_find(live->mediation, seat->id));
    }
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (room_is_there(meeting, seat))
            media_follow(place_find(live->mediation, seat->id), seat);
    }
    if (wanted)
        record(live, true);
}

/* --- views */

json_t *place_view(struct place *place)
{
    return room_view(place->live->meeting, place_seat(place), &place->live->now);
}

static void tell(struct place *place)
{
    json_t *view = place_view(place);
    json_t *delta = room_view_delta(place->view, view);
    json_decref(place->view);
    place->view = view;
    if (json_object_size(delta) > 0)
        topic_publish(place->topic, delta);
    else
        json_decref(delta);
}

void lives_refresh(struct live *live)
{
    struct meeting *meeting = live->meeting;
    live->now.recording_error = live->recording_error;
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        const struct place *place = place_find(live->mediation, seat->id);
        seat->here = place->here;
        seat->media = place->media;
    }
    refresh_media(live);
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        tell(place_find(live->mediation, seat->id));
    }
}

void lives_take(struct mediation *mediation, struct meeting *meeting)
{
    struct live *live = lives_find(mediation, meeting->id);
    bool was_open = live && live->meeting->state == MEETING_OPEN;
    if (!live) {
        live = g_new0(struct live, 1);
        live->mediation = mediation;
        live->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, place_free);
        g_hash_table_insert(mediation->lives, g_strdup(meeting->id), live);
    }
    meeting_free(live->meeting);
    live->meeting = meeting;
    bool past = meeting_is_past(meeting, clock_wall_us());
    g_hash_table_foreach_remove(mediation->cookies, cookie_is_of, live);
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        struct place *place = g_hash_table_lookup(live->places, seat->id);
        if (!place) {
            place = place_new(live, seat->id);
            g_hash_table_insert(live->places, place->seat, place);
        }
        if (seat->cookie_hash && !past)
            g_hash_table_replace(mediation->cookies, g_strdup(seat->cookie_hash), place);
    }
    lives_refresh(live);
    if (was_open && meeting->state != MEETING_OPEN && mediation->media)
        mediation->media->close(meeting->id, mediation->media_user);
}

/* --- browsers */

static gboolean on_lost(gpointer user)
{
    struct place *place = user;
    place->lost_timer = 0;
    place->here = HERE_OFF;
    lives_refresh(place->live);
    return G_SOURCE_REMOVE;
}

static void tell_link(const struct place *place, bool up)
{
    const struct mediation *mediation = place->live->mediation;
    if (mediation->media && place->media_room)
        mediation->media->link(place->seat, up, mediation->media_user);
}

static void let_go(struct place *place)
{
    struct mediation *mediation = place->live->mediation;
    topic_unsubscribe(place->topic, place->client);
    g_hash_table_remove(mediation->seated, place->client);
    place->client = NULL;
}

void place_attach(struct place *place, struct net_client *client, const char *from)
{
    struct mediation *mediation = place->live->mediation;
    const struct place *other = g_hash_table_lookup(mediation->seated, client);
    if (other && other != place)
        place_detach(mediation, client);
    if (place->client && place->client != client) {
        net_client_send_json(place->client,
                             json_pack("{s:s,s:s,s:s}", "t", "meet", "op", "replaced", "meeting",
                                       place->live->meeting->id));
        let_go(place);
        tell_link(place, false);
    }
    loop_cancel(mediation->options.loop, &place->lost_timer);
    bool came = place->client != client;
    place->client = client;
    place->here = HERE_ON;
    g_hash_table_replace(mediation->seated, client, place);
    if (came)
        tell_link(place, true);
    lives_refresh(place->live);
    topic_subscribe(place->topic, client, from);
}

void place_detach(struct mediation *mediation, struct net_client *client)
{
    struct place *place = g_hash_table_lookup(mediation->seated, client);
    if (!place)
        return;
    let_go(place);
    place->here = HERE_LOST;
    tell_link(place, false);
    if (mediation->closing)
        return;
    loop_cancel(mediation->options.loop, &place->lost_timer);
    place->lost_timer =
        loop_after(mediation->options.loop, mediation->options.away_s * 1000, on_lost, place);
    lives_refresh(place->live);
}

void place_close(struct place *place, const char *removed)
{
    struct mediation *mediation = place->live->mediation;
    g_autofree char *session = g_strconcat("meet:", place->seat, NULL);
    struct net_client *client = place->client;
    if (client) {
        let_go(place);
        net_client_send_last(client, json_pack("{s:s,s:s,s:s,s:s?}", "t", "meet", "op",
                                               removed ? "removed" : "closed", "meeting",
                                               place->live->meeting->id, "reason", removed));
    }
    place->here = HERE_OFF;
    net_close_session(mediation->options.net, session);
    lives_refresh(place->live);
}
