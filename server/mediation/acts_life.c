/* Acts on the meeting as a whole. */
#include "identity/persons.h"
#include "mediation/acts.h"
#include "mediation/room_rules.h"
#include "notify/letter.h"
#include "pool/pool.h"
#include <math.h>
#include <string.h>

enum { SEATS = 24, PEOPLE = 12, MOST_HOURS = 24, MOST_DAYS = 731 };
#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)

static bool has_reason(const struct act *act)
{
    const char *reason = act_text(act, "reason");
    glong chars = reason ? g_utf8_strlen(reason, -1) : 0;
    return chars >= 1 && chars <= 200;
}

static void everybody_out(struct act *act)
{
    struct meeting *meeting = act->meeting;
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (seat->state == SEAT_IN)
            room_put(meeting, seat, ROOM_LOBBY, act->now_us);
    }
    meeting->record = false;
    json_object_clear(meeting->shown);
}

bool act_open(struct store_tx *tx, struct act *act, GError **error)
{
    (void)tx;
    struct meeting *meeting = act->meeting;
    if (!room_disclosed(meeting, act->seat))
        return act_refuse(act, 409, "not_ready", "开始调解前，请先申报与当事人有无利害关系",
                          "before a mediation begins, disclose whether you are related to a party",
                          json_pack("[s]", "disclosure"), error);
    meeting->state = MEETING_OPEN;
    meeting->sittings++;
    if (!meeting->opened_us)
        meeting->opened_us = act->now_us;
    room_put(meeting, act->seat, ROOM_JOINT, act->now_us);
    json_object_set_new(act->details, "sitting", json_integer(meeting->sittings));
    return true;
}

/* --- when and where */

/* The meeting gets the room's address, area and coordinates where it has none of its own. */
static void take_room(struct meeting *meeting, const json_t *room)
{
    const json_t *lon = json_object_get(room, "lon"), *lat = json_object_get(room, "lat");
    if (!meeting->place || !*meeting->place) {
        g_autofree char *words =
            g_strdup_printf("%s（%s）", json_string_value(json_object_get(room, "name")),
                            json_string_value(json_object_get(room, "address")));
        meeting_set(&meeting->place, words);
    }
    if (!isfinite(meeting->lon) && json_is_number(lon) && json_is_number(lat)) {
        meeting->lon = json_number_value(lon);
        meeting->lat = json_number_value(lat);
    }
}

/* Is the shared room one that there is, and open then? */
static bool check_room(struct store_tx *tx, struct act *act, gint64 from_us, gint64 to_us,
                       GError **error)
{
    json_t *room = NULL;
    enum pool_fit fit;
    if (!act->meeting->place_id)
        return true;
    if (!pool_room_fits(tx, act->meeting->place_id, from_us, to_us, &fit, &room, error))
        return false;
    if (fit == POOL_FITS)
        take_room(act->meeting, room);
    json_decref(room);
    if (fit == POOL_CLOSED)
        return act_refuse(act, 409, "closed", "该调解室在这段时间不开放",
                          "that room is not open at that time", NULL, error);
    return fit == POOL_FITS || act_refuse_body(act, error);
}

/* Another shared room, or none: what is known of the place is no longer so. */
static void take_place(struct act *act)
{
    struct meeting *meeting = act->meeting;
    const json_t *place_id = json_object_get(act->body, "place_id");
    const char *place = act_text(act, "place");
    bool moved = place_id && g_strcmp0(json_string_value(place_id), meeting->place_id) != 0;
    if (moved) {
        meeting_set(&meeting->place_id, json_string_value(place_id));
        meeting->lon = meeting->lat = (double)NAN;
    }
    if (moved || place)
        meeting_set(&meeting->place, place ? place : "");
}

bool act_take_plan(struct store_tx *tx, struct act *act, GError **error)
{
    struct meeting *meeting = act->meeting;
    gint64 from_us = act_time(act, "starts_us"), to_us = act_time(act, "ends_us");
    if (!from_us || !meeting_line_good(act_text(act, "place"), 200))
        return act_refuse_body(act, error);
    if (to_us <= from_us || to_us - from_us > MOST_HOURS * HOUR_US)
        return act_refuse(act, 400, "bad_time", "结束要晚于开始，一次不超过 24 小时",
                          "it ends after it begins, within 24 hours", NULL, error);
    if (to_us <= act->now_us || from_us > act->now_us + MOST_DAYS * 24 * HOUR_US)
        return act_refuse(act, 400, "bad_time", "时间已经过去，或者在两年以后",
                          "that time has passed, or is more than two years away", NULL, error);
    g_autoptr(GPtrArray) users = g_ptr_array_new();
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (seat_leads(seat) && seat->user && seat->state != SEAT_REMOVED)
            g_ptr_array_add(users, seat->user);
    }
    g_ptr_array_add(users, NULL);
    take_place(act);
    if (!check_room(tx, act, from_us, to_us, error))
        return false;
    json_t *busy = json_array();
    const struct seat *asks = act->seat ? act->seat : meeting->seats->pdata[0];
    if (!meeting_conflicts(tx, meeting->id, asks->user, (const char *const *)users->pdata,
                           meeting->place_id, from_us, to_us, busy, error)) {
        json_decref(busy);
        return false;
    }
    if (json_array_size(busy) > 0)
        return act_refuse(act, 409, "busy", "调解员或调解室在这段时间已有安排",
                          "mediator or room is taken at that time", busy, error);
    json_decref(busy);
    meeting->starts_us = from_us;
    meeting->ends_us = to_us;
    json_object_set_new(act->details, "starts_us", meeting_time(from_us));
    json_object_set_new(act->details, "ends_us", meeting_time(to_us));
    return true;
}

bool act_plan(struct store_tx *tx, struct act *act, GError **error)
{
    const json_t *version = json_object_get(act->body, "version");
    if (version && json_integer_value(version) != act->meeting->version)
        return act_refuse(act, 409, "conflict", "已被他人先行处理，请看最新情况",
                          "somebody was first; look at it as it is now", NULL, error);
    return act_take_plan(tx, act, error);
}

bool act_adjourn(struct store_tx *tx, struct act *act, GError **error)
{
    if (!has_reason(act))
        return act_refuse_body(act, error);
    if (!act_take_plan(tx, act, error))
        return false;
    everybody_out(act);
    act->meeting->state = MEETING_ADJOURNED;
    act_detail(act, "reason", act_text(act, "reason"));
    return true;
}

static bool finish(struct store_tx *tx, struct act *act, enum meeting_state state, GError **error)
{
    everybody_out(act);
    act->meeting->state = state;
    act->meeting->ended_us = act->now_us;
    for (guint i = 0; i < act->meeting->seats->len; i++) {
        const struct seat *seat = act->meeting->seats->pdata[i];
        if (!notify_letters_void(tx, seat->id, "invite", act->now_us, error) ||
            !notify_letters_void(tx, seat->id, "meeting_soon", act->now_us, error))
            return false;
    }
    return person_release(tx, "meeting", act->meeting->id, act->now_us, error);
}

bool act_end(struct store_tx *tx, struct act *act, GError **error)
{
    return finish(tx, act, MEETING_ENDED, error);
}

bool act_cancel(struct store_tx *tx, struct act *act, GError **error)
{
    if (!has_reason(act))
        return act_refuse_body(act, error);
    act_detail(act, "reason", act_text(act, "reason"));
    return finish(tx, act, MEETING_CANCELLED, error);
}

/* From now on whoever may not stay where it is waits in the lobby. */
bool act_mode(struct store_tx *tx, struct act *act, GError **error)
{
    (void)tx;
    int mode = meeting_mode_find(act_text(act, "mode"));
    if (mode < 0 || act->meeting->kind == MEETING_TALK)
        return act_refuse_body(act, error);
    act->meeting->mode = (enum meeting_mode)mode;
    act_detail(act, "mode", meeting_mode_name(mode));
    room_clear(act->meeting, act->now_us);
    return true;
}

/* --- seats */

static bool short_text(const json_t *in, const char *key, glong most)
{
    const json_t *value = json_object_get(in, key);
    const char *text = json_string_value(value);
    return !value || json_is_null(value) || (text && meeting_line_good(text, most));
}

static const char *text_of(const json_t *in, const char *key)
{
    const char *text = json_string_value(json_object_get(in, key));
    return text ? text : "";
}

static const struct person_fault
    NO_ROLE = {"role", "这里没有这种身份", "there is no such role here"},
    NO_SIDE = {"side", "当事人和代理人要说明是哪一方（A 至 D）",
               "parties and representatives belong to a side, a to d"},
    HAS_SIDE = {"side", "这种身份不属于哪一方", "this role belongs to no side"},
    LONG_UNIT = {"unit", "单位不超过 100 字，地点不超过 200 字",
                 "a unit has at most 100 characters, a place 200"},
    NO_USER = {"user", "没有这位同事，或者已经在里面",
               "there is no such colleague, or they are in it already"},
    NO_NAME = {"name", "请写姓名", "a name is needed"},
    NO_TERMINAL = {"terminal", "一个座位上有几个人，请勾选村级终端",
                   "several people at one seat: tick village terminal"},
    MANY_PEOPLE = {"people", "一个终端最多 12 人", "a terminal has at most 12 people"},
    MANY_SEATS = {"seats", "一次会议最多 24 席", "a meeting has at most 24 seats"};

/* Each {"name","phone"?}; without `people` the seat's own name and phone are one. */
static bool take_people(struct seat *seat, const json_t *in, GPtrArray *phones,
                        struct person_fault *fault)
{
    const json_t *people = json_object_get(in, "people");
    size_t count = people ? json_array_size(people) : 1;
    *fault = count < 1 ? NO_NAME : count > PEOPLE ? MANY_PEOPLE : NO_TERMINAL;
    if (count < 1 || count > (seat->terminal ? PEOPLE : 1))
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = people ? json_array_get(people, i) : in;
        const char *phone = text_of(one, "phone");
        const struct person_fields fields = {.name = text_of(one, "name"),
                                             .phone = *phone ? phone : NULL};
        *fault = NO_NAME;
        if (!*fields.name || !person_check(&fields, fault))
            return false;
        struct seat_person *person = seat_person_new((gint64)i + 1);
        meeting_set(&person->name, fields.name);
        g_ptr_array_add(seat->people, person);
        g_ptr_array_add(phones, g_strdup(phone));
    }
    return true;
}

static bool side_fits(const struct seat *seat)
{
    bool one = seat->side[0] >= 'a' && seat->side[0] <= 'd' && !seat->side[1];
    return seat_is_party(seat) ? one : !*seat->side;
}

struct seat *act_seat_new(const struct meeting *meeting, const json_t *in, const char *user_name,
                          char ***phones, struct person_fault *fault)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    int role = seat_role_find(text_of(in, "role"));
    struct seat *seat = seat_new();
    seat->id = store_id_new();
    seat->n = (gint64)meeting->seats->len + 1;
    seat->role = role < 0 ? SEAT_PARTY : (enum seat_role)role;
    seat->side = g_strdup(text_of(in, "side"));
    seat->user = *text_of(in, "user") ? g_strdup(text_of(in, "user")) : NULL;
    seat->name = g_strdup(seat->user && user_name ? user_name : "");
    seat->unit = g_strdup(text_of(in, "unit"));
    seat->terminal = json_is_true(json_object_get(in, "terminal"));
    seat->place = g_strdup(text_of(in, "place"));
    seat->room = g_strdup(ROOM_LOBBY);
    if (role < 0 || (seat->role == SEAT_MEDIATOR && meeting->seats->len > 0))
        *fault = NO_ROLE;
    else if (meeting->kind == MEETING_MEDIATION ? !side_fits(seat) : *seat->side != '\0')
        *fault = *seat->side ? HAS_SIDE : NO_SIDE;
    else if (!short_text(in, "unit", 100) || !short_text(in, "place", 200))
        *fault = LONG_UNIT;
    else if (seat->user ? !user_name || meeting_seat_of_user(meeting, seat->user)
                        : seat_leads(seat))
        *fault = NO_USER;
    else if (meeting->seats->len >= SEATS)
        *fault = MANY_SEATS;
    else if (seat->user || take_people(seat, in, list, fault)) {
        if (seat->user) {
            struct seat_person *person = seat_person_new(1);
            meeting_set(&person->name, seat->name);
            meeting_set(&person->masked, seat->name);
            g_ptr_array_add(seat->people, person);
        }
        g_ptr_array_add(list, NULL);
        *phones = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
        return seat;
    }
    seat_free(seat);
    return NULL;
}

bool act_seat_add(struct store_tx *tx, struct act *act, GError **error)
{
    struct person_fault fault;
    char **phones = NULL;
    struct seat *seat =
        act_seat_new(act->meeting, act->body, act_text(act, "user_name"), &phones, &fault);
    if (!seat)
        return act_refuse(act, 400, "bad_act", fault.zh, fault.en, NULL, error);
    g_ptr_array_add(act->meeting->seats, seat);
    act_detail(act, "seat", seat->id);
    act_detail(act, "role", seat_role_name((int)seat->role));
    bool written = meeting_insert_seat(tx, act->vault, act->meeting, seat,
                                       (const char *const *)phones, act->now_us, error);
    g_strfreev(phones);
    return written;
}

bool act_revoke(struct store_tx *tx, struct act *act, GError **error)
{
    struct seat *seat = act_seat(act, error);
    if (!seat)
        return false;
    if (seat->user)
        return act_refuse_now(act, error);
    room_put(act->meeting, seat, ROOM_LOBBY, act->now_us);
    seat->state = SEAT_INVITED;
    seat->invite_state = seat->invite ? INVITE_REVOKED : INVITE_NONE;
    seat_forget_identity(seat);
    meeting_set(&seat->cookie_hash, NULL);
    g_ptr_array_add(act->closed, g_strdup(seat->id));
    return store_exec(tx, error,
                      "UPDATE meeting_invite SET revoked_us = ? WHERE seat = ? AND revoked_us = 0",
                      "is", act->now_us, seat->id) &&
           notify_letters_void(tx, seat->id, "invite", act->now_us, error);
}
