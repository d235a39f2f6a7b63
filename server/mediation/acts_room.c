/* Acts of those who lead: who is let in, who is where, who speaks, what is shown. */
#include "files/attachments.h"
#include "mediation/acts.h"
#include "mediation/room_rules.h"
#include "notify/letter.h"
#include <string.h>

/* Somebody with an account opens the meeting's page; a guest came by the link. */
bool act_arrive(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act->seat;
    (void)tx;
    (void)error;
    if (seat->state == SEAT_INVITED) {
        room_put(act->meeting, seat, ROOM_LOBBY, act->now_us);
    } else if (seat->state == SEAT_IN || !seat_leads(seat) || act->meeting->state != MEETING_OPEN) {
        act->untold = true;
        return true;
    }
    if (seat_leads(seat) && !room_keeps_out(act->meeting, seat, ROOM_JOINT))
        room_put(act->meeting, seat, ROOM_JOINT, act->now_us);
    act_detail(act, "device", act->device);
    return true;
}

bool act_identity(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    const char *how = act_text(act, "how");
    (void)tx;
    if (!seat)
        return false;
    if (!how || !*how || g_utf8_strlen(how, -1) > 100)
        return act_refuse_body(act, error);
    seat->identity_us = act->now_us;
    meeting_set(&seat->identity_by, act->seat->name);
    meeting_set(&seat->identity_how, how);
    seat->dirty = true;
    act_detail(act, "how", how);
    return true;
}

static bool enter(struct act *act, struct seat *seat, const char *room, GError **error)
{
    unsigned why = room_keeps_out(act->meeting, seat, room);
    if (why)
        return act_refuse(act, 409, "not_ready", "还不能进入", "not ready to come in",
                          room_why_json(why), error);
    room_put(act->meeting, seat, room, act->now_us);
    act_detail(act, "room", room);
    return true;
}

bool act_admit(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    (void)tx;
    if (!seat)
        return false;
    if (seat->state == SEAT_IN && !room_is_check(seat->room))
        return act_refuse_now(act, error);
    const char *given = act_text(act, "room");
    g_autofree char *room = given ? g_strdup(given) : room_for(act->meeting, seat);
    bool looks = seat->state == SEAT_IN && strcmp(act->seat->room, seat->room) == 0;
    if (!enter(act, seat, room, error))
        return false;
    if (looks) /* whoever looked at them comes along */
        room_put(act->meeting, act->seat, room, act->now_us);
    return true;
}

/* Whoever leads looks at one who waits, alone: to check who it is before letting them in. */
bool act_look(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    (void)tx;
    if (!seat)
        return false;
    if (seat->state != SEAT_LOBBY || seat_leads(seat))
        return act_refuse_now(act, error);
    g_autofree char *room = g_strconcat(ROOM_CHECK, seat->id, NULL);
    room_end_check(act->meeting, act->seat->room, act->now_us);
    room_put(act->meeting, seat, room, act->now_us);
    room_put(act->meeting, act->seat, room, act->now_us);
    act_detail(act, "room", room);
    return true;
}

bool act_move(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    const char *room = act_text(act, "room");
    (void)tx;
    if (!seat)
        return false;
    if (seat->state != SEAT_IN || !room_is(room) ||
        (seat->role == SEAT_MEDIATOR && seat != act->seat))
        return act_refuse_now(act, error);
    return enter(act, seat, room, error);
}

bool act_back(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    (void)tx;
    if (!seat)
        return false;
    if (seat->state != SEAT_IN)
        return act_refuse_now(act, error);
    if (seat->role == SEAT_MEDIATOR)
        return act_refuse_now(act, error); /* who chairs is sent nowhere */
    if (!room_is_check(seat->room)) {
        room_put(act->meeting, seat, ROOM_LOBBY, act->now_us);
        return true;
    }
    bool looks = strcmp(act->seat->room, seat->room) == 0;
    g_autofree char *room = g_strdup(seat->room);
    room_end_check(act->meeting, room, act->now_us);
    if (looks)
        room_put(act->meeting, act->seat, ROOM_JOINT, act->now_us);
    return true;
}

bool act_remove(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    const char *reason = act_text(act, "reason");
    if (!seat)
        return false;
    if (!reason || !*reason || g_utf8_strlen(reason, -1) > 200)
        return act_refuse_body(act, error);
    if (seat == act->seat || seat->role == SEAT_MEDIATOR)
        return act_refuse_now(act, error);
    if (room_is_check(seat->room) && strcmp(act->seat->room, seat->room) == 0)
        room_put(act->meeting, act->seat, ROOM_JOINT, act->now_us);
    room_put(act->meeting, seat, ROOM_LOBBY, act->now_us);
    seat->state = SEAT_REMOVED;
    meeting_set(&seat->cookie_hash, NULL);
    act_detail(act, "reason", reason);
    g_ptr_array_add(act->closed, g_strdup(seat->id));
    return store_exec(tx, error,
                      "UPDATE meeting_invite SET revoked_us = ? WHERE seat = ? AND revoked_us = 0",
                      "is", act->now_us, seat->id) &&
           notify_letters_void(tx, seat->id, "invite", act->now_us, error);
}

/* Whoever leads goes to that side; all of it who are in come along. */
bool act_private(struct store_tx *tx, struct act *act, GError **error)
{
    struct meeting *meeting = act->meeting;
    const char *side = act_text(act, "side");
    g_autofree char *room = side ? g_strconcat(ROOM_SIDE, side, NULL) : NULL;
    guint count = 0;
    (void)tx;
    if (!side || !room_is_private(room))
        return act_refuse_body(act, error);
    room_end_check(meeting, act->seat->room, act->now_us);
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (seat->state != SEAT_IN || strcmp(seat->side, side) != 0 ||
            room_keeps_out(meeting, seat, room))
            continue;
        room_put(meeting, seat, room, act->now_us);
        count++;
    }
    if (!count)
        return act_refuse(act, 409, "nobody", "该方还没有人在场", "nobody of that side is in", NULL,
                          error);
    act_detail(act, "room", room);
    room_put(meeting, act->seat, room, act->now_us);
    return true;
}

bool act_joint(struct store_tx *tx, struct act *act, GError **error)
{
    struct meeting *meeting = act->meeting;
    (void)tx;
    if (act->seat->state == SEAT_LOBBY) { /* left before, and comes back */
        if (room_keeps_out(meeting, act->seat, ROOM_JOINT))
            return act_refuse_now(act, error);
        room_put(meeting, act->seat, ROOM_JOINT, act->now_us);
        return true;
    }
    room_end_check(meeting, act->seat->room, act->now_us);
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (seat->state == SEAT_IN && strcmp(seat->room, ROOM_JOINT) != 0 &&
            (seat == act->seat || !room_is_check(seat->room)) &&
            !room_keeps_out(meeting, seat, ROOM_JOINT))
            room_put(meeting, seat, ROOM_JOINT, act->now_us);
    }
    return strcmp(act->seat->room, ROOM_JOINT) == 0 || act_refuse_now(act, error);
}

/* --- speaking */

bool act_mute(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    (void)tx;
    if (!seat)
        return false;
    seat->muted = strcmp(act->name, "mute") == 0;
    seat->dirty = true;
    return true;
}

bool act_floor(struct store_tx *tx, struct act *act, GError **error)
{
    const json_t *to = json_object_get(act->body, "seat");
    struct seat *seat = NULL;
    (void)tx;
    if (to && !json_is_null(to) && !(seat = act_seat(act, error)))
        return false;
    if (seat && (seat->state != SEAT_IN || strcmp(seat->room, act->seat->room) != 0))
        return act_refuse_now(act, error);
    meeting_set_of_room(act->meeting, "floor", act->seat->room,
                        seat ? json_string(seat->id) : NULL);
    if (seat) {
        seat->hand_us = 0;
        seat->dirty = true;
    }
    return true;
}

bool act_lower(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    (void)tx;
    if (!seat)
        return false;
    seat->hand_us = 0;
    seat->dirty = true;
    return true;
}

/* Whoever wants it recorded agrees to it by that. */
bool act_record(struct store_tx *tx, struct act *act, GError **error)
{
    const json_t *on = json_object_get(act->body, "on");
    if (!json_is_boolean(on))
        return act_refuse_body(act, error);
    act->meeting->record = json_is_true(on);
    json_object_set(act->details, "on", (json_t *)on);
    if (!act->meeting->record || room_agreed(act->seat, CONSENT_RECORDING))
        return true;
    return act_consent_write(tx, act, act->seat->people->pdata[0], CONSENT_RECORDING, ANSWER_YES,
                             "zh", error);
}

/* --- showing */

static const struct meeting_paper *paper_of(const struct act *act, const char *id)
{
    for (guint i = 0; i < act->meeting->papers->len; i++) {
        const struct meeting_paper *paper = act->meeting->papers->pdata[i];
        if (strcmp(paper->id, id) == 0 && strcmp(paper->room, act->seat->room) == 0)
            return paper;
    }
    return NULL;
}

/* A document of the case goes to this one room. */
static bool bring_case_file(struct store_tx *tx, struct act *act, const char *attachment,
                            char **paper, GError **error)
{
    const struct attachment_owner owner = {"case", act->meeting->case_id};
    bool stands = false, film = false;
    if (!act->meeting->case_id)
        return act_refuse_now(act, error);
    if (!attachment_stands(tx, attachment, &owner, &stands, error) ||
        !attachment_is_film(tx, attachment, &film, error))
        return false;
    if (!stands || film) /* nobody agreed to a film being shown */
        return act_refuse(act, 404, "not_found", "没有这个文件", "there is no such file", NULL,
                          error);
    *paper = store_id_new();
    act_detail(act, "case_file", attachment);
    return store_exec(tx, error,
                      "INSERT INTO meeting_file (id, meeting, room, seat, time_us, owner_kind,"
                      " owner, attachment) VALUES (?, ?, ?, ?, ?, 'case', ?, ?)",
                      "ssssiss", *paper, act->meeting->id, act->seat->room, act->seat->id,
                      act->now_us, act->meeting->case_id, attachment) &&
           meeting_load_papers(tx, act->vault, act->meeting, error);
}

static json_t *map_of(const json_t *map)
{
    double lon = json_number_value(json_object_get(map, "lon"));
    double lat = json_number_value(json_object_get(map, "lat"));
    double zoom = json_number_value(json_object_get(map, "zoom"));
    if (!json_is_number(json_object_get(map, "lon")) ||
        !json_is_number(json_object_get(map, "lat")) || lon < -180 || lon > 180 || lat < -90 ||
        lat > 90 || zoom < 0 || zoom > 24)
        return NULL;
    return json_pack("{s:s,s:f,s:f,s:f}", "kind", "map", "lon", lon, "lat", lat, "zoom", zoom);
}

bool act_show(struct store_tx *tx, struct act *act, GError **error)
{
    const char *file = act_text(act, "file"), *case_file = act_text(act, "case_file");
    const json_t *map = json_object_get(act->body, "map");
    g_autofree char *paper = g_strdup(file);
    json_t *shown = NULL;
    if (case_file && !bring_case_file(tx, act, case_file, &paper, error))
        return false;
    if (file && !paper_of(act, file))
        return act_refuse(act, 404, "not_found", "没有这个文件", "there is no such file", NULL,
                          error);
    if (paper)
        shown = json_pack("{s:s,s:s}", "kind", "file", "file", paper);
    else if (map && !json_is_null(map) && !(shown = map_of(map)))
        return act_refuse_body(act, error);
    if (shown) {
        json_object_set_new(shown, "by", json_string(act->seat->id));
        json_object_set(act->details, "shown", shown);
    }
    meeting_set_of_room(act->meeting, "shown", act->seat->room, shown);
    return true;
}
