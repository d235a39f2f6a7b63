/* Rooms: each is one of Janus's, with a number and secrets that nobody else knows. */
#include "common/log.h"
#include "rtc/rtc_private.h"
#include <errno.h>
#include <glib/gstdio.h>

enum { MOST_IN_ROOM = 40 };

char *room_key(const char *meeting, const char *name)
{
    return g_strdup_printf("%s %s", meeting, name);
}

void room_free(gpointer value)
{
    struct room *room = value;
    g_free(room->key);
    g_free(room->meeting);
    g_free(room->name);
    g_free(room->secret);
    g_free(room->pin);
    g_free(room->folder);
    g_free(room);
}

json_t *room_request(const struct room *room, const char *request)
{
    return json_pack("{s:s,s:I,s:s}", "request", request, "room", (json_int_t)room->id, "secret",
                     room->secret);
}

static void enter_those_who_wait(struct room *room)
{
    g_autoptr(GPtrArray) waiting = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, room->rtc->stays);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        const struct stay *stay = value;
        if (stay->room == room && stay->seat)
            g_ptr_array_add(waiting, value);
    }
    for (guint i = 0; i < waiting->len; i++)
        stay_enter(waiting->pdata[i]);
}

static void on_created(const struct janus_message *answer, gpointer user)
{
    struct room *room = user;
    if (!answer)
        return; /* everything goes */
    if (answer->code) {
        room->phase = ROOM_FAILED;
        log_error("rtc", "%s: Janus makes no room: %s", room->key, answer->why);
    } else {
        room->phase = ROOM_READY;
        record_room_ready(room);
        enter_those_who_wait(room);
    }
    room_exit(room);
}

static void make(struct room *room)
{
    const struct rtc *rtc = room->rtc;
    json_t *body = room_request(room, "create");
    json_t *more = json_pack(
        "{s:s,s:s,s:b,s:b,s:i,s:I,s:b,s:i,s:s,s:s,s:b,s:b,s:i,s:i,s:b,s:s,s:[s]}", "description",
        "meeting", "pin", room->pin, "is_private", 1, "require_pvtid", 1, "publishers",
        MOST_IN_ROOM, "bitrate", (json_int_t)rtc->bitrate, "bitrate_cap", 1, "fir_freq", 10,
        "audiocodec", "opus", "videocodec", "vp8", "opus_fec", 1, "audiolevel_event", 1,
        "audio_active_packets", 25, "audio_level_average", 50, "lock_record", 1, "rec_dir",
        room->folder, "allowed", room->pin /* nobody's: only who is let in by name */);
    json_object_update(body, more);
    json_decref(more);
    room->stays++; /* this request */
    janus_ask(rtc->control, body, NULL, NULL, on_created, room);
}

struct room *room_enter(struct rtc *rtc, const char *meeting, const char *name)
{
    g_autofree char *key = room_key(meeting, name);
    struct room *room = g_hash_table_lookup(rtc->rooms, key);
    if (!room) {
        room = g_new0(struct room, 1);
        *room = (struct room){.rtc = rtc,
                              .key = g_steal_pointer(&key),
                              .meeting = g_strdup(meeting),
                              .name = g_strdup(name),
                              .id = rtc_random_id(),
                              .secret = rtc_random_text(),
                              .pin = rtc_random_text()};
        room->folder = record_folder(rtc, meeting, name);
        g_hash_table_insert(rtc->rooms, room->key, room);
        make(room);
    }
    room->stays++;
    return room;
}

void room_exit(struct room *room)
{
    if (--room->stays > 0)
        return;
    record_room_gone(room);
    janus_ask(room->rtc->control, room_request(room, "destroy"), NULL, NULL, NULL, NULL);
    g_hash_table_remove(room->rtc->rooms, room->key);
}
