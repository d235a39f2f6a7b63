#include "mediation/room_rules.h"
#include <string.h>

json_t *room_why_json(unsigned why)
{
    static const char *const names[] = {
        "notice",        "screening",  "consent", "identity",  "observer_consent",
        "split_consent", "other_side", "state",   "disclosure"};
    json_t *list = json_array();
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (why & (1u << i))
            json_array_append_new(list, json_string(names[i]));
    return list;
}

bool room_is_private(const char *room)
{
    return room && g_str_has_prefix(room, ROOM_SIDE) && room[5] >= 'a' && room[5] <= 'd' &&
           !room[6];
}

bool room_is_check(const char *room)
{
    return room && g_str_has_prefix(room, ROOM_CHECK) && room[strlen(ROOM_CHECK)];
}

bool room_is(const char *room)
{
    return room && (strcmp(room, ROOM_JOINT) == 0 || room_is_private(room) || room_is_check(room));
}

bool room_agreed(const struct seat *seat, enum consent_kind kind)
{
    for (guint i = 0; i < seat->people->len; i++) {
        const struct seat_person *person = seat->people->pdata[i];
        if (person->consents[kind].answer != ANSWER_YES)
            return false;
    }
    return true;
}

/* The parties have to agree to an observer: each of them, also one who is not there yet. */
static bool observer_agreed(const struct meeting *meeting)
{
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (seat_is_party(seat) && seat->state != SEAT_REMOVED &&
            !room_agreed(seat, CONSENT_OBSERVER))
            return false;
    }
    return true;
}

/* What a party of a mediation has to have done. */
static unsigned party_lacks(const struct meeting *meeting, const struct seat *seat)
{
    unsigned why = 0;
    if (!seat->notice_us)
        why |= WHY_NOTICE;
    if (!seat->screening_us)
        why |= WHY_SCREENING;
    if (!room_agreed(seat, CONSENT_MEDIATION))
        why |= WHY_CONSENT;
    if (!seat->identity_us)
        why |= WHY_IDENTITY;
    if (meeting->mode == MEETING_SPLIT && !room_agreed(seat, CONSENT_SPLIT))
        why |= WHY_SPLIT_CONSENT;
    return why;
}

/* Sides keep to themselves: a private room is for those of its side and for who is of none. */
static bool is_foreign(const struct meeting *meeting, const struct seat *seat, const char *room)
{
    if (room_is_check(room))
        return !seat_leads(seat) && strcmp(seat->id, room + strlen(ROOM_CHECK)) != 0;
    if (room_is_private(room))
        return *seat->side && strcmp(seat->side, room + strlen(ROOM_SIDE)) != 0;
    return meeting->mode == MEETING_SPLIT && *seat->side;
}

bool room_disclosed(const struct meeting *meeting, const struct seat *seat)
{
    json_t *one;
    size_t i;
    if (meeting->kind != MEETING_MEDIATION || !meeting->more_leaders)
        return true;
    json_array_foreach(json_object_get(meeting->more_leaders, "disclosures"), i, one)
    {
        if (g_strcmp0(json_string_value(json_object_get(one, "seat")), seat->id) == 0 &&
            !json_is_true(json_object_get(one, "objection")))
            return true;
    }
    return false;
}

unsigned room_keeps_out(const struct meeting *meeting, const struct seat *seat, const char *room)
{
    unsigned why = 0;
    bool bound = seat->state == SEAT_LOBBY || seat->state == SEAT_IN;
    if (meeting->state != MEETING_OPEN || !bound)
        why |= WHY_STATE;
    if (!room_is(room) || is_foreign(meeting, seat, room))
        why |= WHY_OTHER_SIDE;
    if (meeting->kind == MEETING_TALK || room_is_check(room))
        return why;
    if (seat_is_party(seat))
        why |= party_lacks(meeting, seat);
    if (seat->role == SEAT_CO_MEDIATOR && !room_disclosed(meeting, seat))
        why |= WHY_DISCLOSURE;
    if (seat->role == SEAT_OBSERVER && (room_is_private(room) || !observer_agreed(meeting)))
        why |= WHY_OBSERVER_CONSENT;
    return why;
}

char *room_for(const struct meeting *meeting, const struct seat *seat)
{
    char *own = meeting->mode == MEETING_SPLIT ? seat_own_room(seat) : NULL;
    return own ? own : g_strdup(ROOM_JOINT);
}

/* Whoever leads there hears a call as it comes in. */
static void answer_calls(struct meeting *meeting, const char *room)
{
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (!seat->call_us || strcmp(seat->room, room) != 0)
            continue;
        seat->call_us = 0;
        seat->dirty = true;
    }
}

void room_put(struct meeting *meeting, struct seat *seat, const char *room, gint64 now_us)
{
    bool lobby = strcmp(room, ROOM_LOBBY) == 0;
    json_t *floor = meeting_of_room(meeting, "floor", seat->room);
    if (floor && strcmp(json_string_value(floor), seat->id) == 0 && strcmp(seat->room, room) != 0)
        meeting_set_of_room(meeting, "floor", seat->room, NULL);
    if (seat->state != SEAT_REMOVED)
        seat->state = lobby ? SEAT_LOBBY : SEAT_IN;
    if (strcmp(seat->room, room) != 0) {
        meeting_set(&seat->room, room);
        seat->room_us = now_us;
        seat->hand_us = seat->call_us = 0;
    }
    if (lobby)
        seat->ready_us = 0;
    else if (seat_leads(seat))
        answer_calls(meeting, room);
    seat->dirty = true;
}

guint room_clear(struct meeting *meeting, gint64 now_us)
{
    guint count = 0;
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (seat->state != SEAT_IN || seat_leads(seat) ||
            !room_keeps_out(meeting, seat, seat->room))
            continue;
        room_put(meeting, seat, ROOM_LOBBY, now_us);
        count++;
    }
    return count;
}

void room_end_check(struct meeting *meeting, const char *room, gint64 now_us)
{
    struct seat *seat =
        room_is_check(room) ? meeting_seat(meeting, room + strlen(ROOM_CHECK)) : NULL;
    if (!seat || seat->state != SEAT_IN || strcmp(seat->room, room) != 0)
        return;
    room_put(meeting, seat, ROOM_LOBBY, now_us);
    seat->ready_us = now_us; /* nothing was taken back */
}

bool room_sees_texts(const struct seat *seat)
{
    if (seat->state == SEAT_REMOVED || seat->role == SEAT_OBSERVER)
        return false;
    return seat_leads(seat) || seat->identity_us ||
           (seat->state == SEAT_IN && !room_is_check(seat->room));
}

bool room_is_there(const struct meeting *meeting, const struct seat *seat)
{
    return meeting->state == MEETING_OPEN && seat->state == SEAT_IN && room_is(seat->room) &&
           seat->here != HERE_OFF;
}

struct room_may room_may(const struct meeting *meeting, const struct seat *seat)
{
    bool in = meeting->state == MEETING_OPEN && seat->state == SEAT_IN && room_is(seat->room);
    if (!in || seat->role == SEAT_OBSERVER)
        return (struct room_may){0};
    const char *floor = json_string_value(meeting_of_room(meeting, "floor", seat->room));
    bool turn = !floor || seat_leads(seat) || seat->role == SEAT_INTERPRETER ||
                strcmp(floor, seat->id) == 0;
    return (struct room_may){
        .talk = turn && !seat->muted, .camera = true, .screen = true, .chat = true};
}

bool room_may_record(const struct meeting *meeting, json_t **waiting)
{
    bool led = false;
    json_t *list = json_array();
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (!room_is_there(meeting, seat) || strcmp(seat->room, ROOM_JOINT) != 0)
            continue;
        led = led || seat_leads(seat);
        if (!room_agreed(seat, CONSENT_RECORDING))
            json_array_append_new(list, json_string(seat->id));
    }
    bool all = json_array_size(list) == 0;
    if (waiting)
        *waiting = list;
    else
        json_decref(list);
    return meeting->state == MEETING_OPEN && led && all;
}
