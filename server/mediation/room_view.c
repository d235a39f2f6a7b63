#include "mediation/room_view.h"
#include "mediation/meeting_store.h"
#include <math.h>
#include <string.h>

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* --- M and S */

static json_t *people_json(const struct seat *seat, bool plain)
{
    json_t *list = json_array();
    for (guint i = 0; i < seat->people->len; i++) {
        const struct seat_person *person = seat->people->pdata[i];
        json_array_append_new(list, json_pack("{s:I,s:s}", "n", (json_int_t)person->n, "name",
                                              plain ? person->name : person->masked));
    }
    return list;
}

static json_t *invite_json(const struct seat *seat)
{
    static const char *const states[] = {"none", "open", "used", "revoked"};
    if (!seat->invite)
        return json_null();
    return json_pack("{s:s,s:s,s:o}", "id", seat->invite, "state", states[seat->invite_state],
                     "expires_us", meeting_time(seat->invite_expires_us));
}

json_t *seat_json_of(const struct meeting *meeting, const struct seat *seat, bool plain)
{
    (void)meeting;
    g_autofree char *name = seat_title(seat, !plain);
    return json_pack("{s:s,s:I,s:s,s:s,s:s?,s:s,s:s,s:b,s:s,s:s,s:o,s:o}", "id", seat->id, "n",
                     (json_int_t)seat->n, "role", seat_role_name((int)seat->role), "side",
                     seat->side, "user", seat->user, "name", name, "unit", seat->unit, "terminal",
                     (int)seat->terminal, "place", seat->place, "state",
                     seat_state_name((int)seat->state), "people", people_json(seat, plain),
                     "invite", invite_json(seat));
}

json_t *meeting_json(const struct meeting *meeting, bool plain)
{
    json_t *seats = json_array();
    for (guint i = 0; i < meeting->seats->len; i++)
        json_array_append_new(seats, seat_json_of(meeting, meeting->seats->pdata[i], plain));
    return json_pack(
        "{s:s,s:s,s:s?,s:s,s:s,s:s,s:I,s:o,s:o,s:s,s:s?,s:s,s:o,s:o,s:b,s:I,s:o}", "id",
        meeting->id, "kind", meeting_kind_name((int)meeting->kind), "case", meeting->case_id,
        "title", meeting->title, "state", meeting_state_name((int)meeting->state), "mode",
        meeting_mode_name((int)meeting->mode), "sittings", (json_int_t)meeting->sittings,
        "starts_us", meeting_time(meeting->starts_us), "ends_us", meeting_time(meeting->ends_us),
        "place", meeting->place, "place_id", meeting->place_id, "area", meeting->area, "lon",
        number(meeting->lon), "lat", number(meeting->lat), "sensitive", (int)meeting->sensitive,
        "version", (json_int_t)meeting->version, "seats", seats);
}

/* --- parts of V */

static json_t *about(const struct meeting *meeting, bool leads)
{
    json_t *json = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:o,s:s}", "id", meeting->id, "kind",
        meeting_kind_name((int)meeting->kind), "title", meeting->title, "state",
        meeting_state_name((int)meeting->state), "mode", meeting_mode_name((int)meeting->mode),
        "sittings", (json_int_t)meeting->sittings, "starts_us", meeting_time(meeting->starts_us),
        "ends_us", meeting_time(meeting->ends_us), "place", meeting->place);
    if (leads) {
        json_object_set_new(json, "case",
                            meeting->case_id ? json_string(meeting->case_id) : json_null());
        json_object_set_new(json, "sensitive", json_boolean(meeting->sensitive));
        json_object_set_new(json, "version", json_integer(meeting->version));
    }
    return json;
}

static json_t *may_json(const struct meeting *meeting, const struct seat *seat)
{
    struct room_may may = room_may(meeting, seat);
    return json_pack("{s:b,s:b,s:b,s:b}", "talk", (int)may.talk, "camera", (int)may.camera,
                     "screen", (int)may.screen, "chat", (int)may.chat);
}

static json_t *why_json(const struct meeting *meeting, const struct seat *seat)
{
    g_autofree char *room = room_for(meeting, seat);
    return room_why_json(room_keeps_out(meeting, seat, room));
}

static json_t *you_json(const struct meeting *meeting, const struct seat *seat)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:b,s:b,s:o,s:b,s:b,s:b,s:b,s:b,s:o}", "seat", seat->id,
                     "role", seat_role_name((int)seat->role), "side", seat->side, "state",
                     seat_state_name((int)seat->state), "people", people_json(seat, true),
                     "terminal", (int)seat->terminal, "muted", (int)seat->muted, "may",
                     may_json(meeting, seat), "hand", seat->hand_us != 0, "ready",
                     seat->ready_us != 0, "notice", seat->notice_us != 0, "screening",
                     seat->screening_us != 0, "identity", seat->identity_us != 0, "why",
                     why_json(meeting, seat));
}

static json_t *member_json(const struct meeting *meeting, const struct seat *seat, bool plain)
{
    g_autofree char *name = seat_title(seat, !plain);
    bool hidden = meeting->sensitive && !plain && seat_is_party(seat);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:b,s:b,s:o,s:b}", "seat", seat->id, "name",
                     name, "unit", seat->unit, "role", seat_role_name((int)seat->role), "side",
                     seat->side, "terminal", (int)seat->terminal, "place",
                     hidden ? "" : seat->place, "here", seat_here_name((int)seat->here), "media",
                     (int)seat->media, "muted", (int)seat->muted, "hand_us",
                     meeting_time(seat->hand_us), "may_talk", (int)room_may(meeting, seat).talk);
}

static bool shares_room(const struct seat *a, const struct seat *b)
{
    return a->state == SEAT_IN && b->state == SEAT_IN && strcmp(a->room, b->room) == 0;
}

static json_t *room_json(const struct meeting *meeting, const struct seat *you)
{
    json_t *members = json_array();
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (shares_room(you, seat))
            json_array_append_new(members,
                                  member_json(meeting, seat, seat_leads(you) || seat == you));
    }
    bool in = you->state == SEAT_IN;
    json_t *floor = in ? meeting_of_room(meeting, "floor", you->room) : NULL;
    json_t *shown = in ? meeting_of_room(meeting, "shown", you->room) : NULL;
    return json_pack("{s:s,s:o,s:o,s:o}", "name", you->room, "members", members, "floor",
                     floor ? json_incref(floor) : json_null(), "shown",
                     shown ? json_incref(shown) : json_null());
}

/* Nobody leads here, since whoever does is in a private room of others. */
static bool is_left_alone(const struct meeting *meeting, const struct seat *you)
{
    bool elsewhere = false;
    if (you->state != SEAT_IN || seat_leads(you))
        return false;
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (!seat_leads(seat) || seat->state != SEAT_IN)
            continue;
        if (shares_room(you, seat))
            return false;
        elsewhere = elsewhere || room_is_private(seat->room);
    }
    return elsewhere;
}

static void add_consents(const struct seat *seat, json_t *list)
{
    for (guint i = 0; i < seat->people->len; i++) {
        const struct seat_person *person = seat->people->pdata[i];
        for (int kind = 0; kind < CONSENT_KINDS; kind++) {
            const struct consent *consent = &person->consents[kind];
            if (consent->answer == ANSWER_NONE)
                continue;
            json_array_append_new(
                list, json_pack("{s:s,s:I,s:s,s:s,s:s?,s:o}", "seat", seat->id, "person",
                                (json_int_t)person->n, "kind", consent_kind_name(kind), "answer",
                                consent_answer_name((int)consent->answer), "version",
                                consent->version, "time_us", meeting_time(consent->time_us)));
        }
    }
}

static json_t *consents_json(const struct meeting *meeting, const struct seat *you)
{
    json_t *list = json_array();
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (seat == you || seat_leads(you))
            add_consents(seat, list);
    }
    return list;
}

/* In a private room nothing is recorded, and nothing is told of the joint one. */
static json_t *recording_json(const struct meeting *meeting, const struct seat *you,
                              const struct room_now *now)
{
    json_t *waiting = NULL;
    bool joint = you->state == SEAT_IN && strcmp(you->room, ROOM_JOINT) == 0;
    if (!joint || (!meeting->record && now->recording != MEDIATION_RECORDING_ON))
        return json_pack("{s:s,s:[],s:n,s:n}", "state", "off", "waiting_for", "since_us", "error");
    bool may = room_may_record(meeting, &waiting);
    const char *state = now->recording == MEDIATION_RECORDING_ON              ? "on"
                        : may && now->recording == MEDIATION_RECORDING_FAILED ? "failed"
                                                                              : "waiting";
    return json_pack("{s:s,s:o,s:o,s:s?}", "state", state, "waiting_for", waiting, "since_us",
                     meeting_time(now->recording_us), "error", now->recording_error);
}

bool room_sees_line(const struct seat *seat, const struct meeting_line *line)
{
    g_autofree char *word = g_strconcat(" ", seat->id, " ", NULL);
    return seat->state == SEAT_IN && strcmp(seat->room, line->room) == 0 &&
           strstr(line->seats, word);
}

bool room_sees_paper(const struct meeting *meeting, const struct seat *seat,
                     const struct meeting_paper *paper)
{
    return meeting->state == MEETING_OPEN && seat->state == SEAT_IN &&
           strcmp(seat->room, paper->room) == 0;
}

static json_t *lines_json(const struct meeting *meeting, const struct seat *you)
{
    json_t *list = json_array();
    for (guint i = 0; i < meeting->lines->len; i++) {
        const struct meeting_line *line = meeting->lines->pdata[i];
        const struct seat *from = meeting_seat(meeting, line->seat);
        if (!from || !room_sees_line(you, line))
            continue;
        g_autofree char *name = seat_title(from, !seat_leads(you) && from != you);
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:o}", "id", line->id, "seat",
                                              line->seat, "name", name, "text", line->text,
                                              "time_us", meeting_time(line->time_us)));
    }
    return list;
}

static json_t *papers_json(const struct meeting *meeting, const struct seat *you)
{
    json_t *list = json_array();
    for (guint i = 0; i < meeting->papers->len; i++) {
        const struct meeting_paper *paper = meeting->papers->pdata[i];
        if (room_sees_paper(meeting, you, paper))
            json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:I,s:s,s:o,s:b}", "id", paper->id,
                                                  "name", paper->name, "kind", paper->kind, "bytes",
                                                  (json_int_t)paper->bytes, "seat", paper->seat,
                                                  "time_us", meeting_time(paper->time_us), "case",
                                                  strcmp(paper->owner_kind, "case") == 0));
    }
    return list;
}

/* The last call of a seat that is held back, or was told. */
static const struct meeting_danger *last_danger(const struct meeting *meeting, const char *seat,
                                                bool told)
{
    for (guint i = meeting->dangers->len; i > 0; i--) {
        const struct meeting_danger *danger = meeting->dangers->pdata[i - 1];
        if (danger->told == told && strcmp(danger->seat, seat) == 0)
            return danger;
    }
    return NULL;
}

static json_t *danger_json(const struct meeting *meeting, const struct seat *you)
{
    const struct meeting_danger *danger = last_danger(meeting, you->id, false);
    return danger
               ? json_pack("{s:s,s:o}", "id", danger->id, "until_us", meeting_time(danger->due_us))
               : json_null();
}

static json_t *helped_json(const struct meeting *meeting, const struct seat *you)
{
    const struct meeting_danger *danger = last_danger(meeting, you->id, true);
    return meeting_time(danger ? danger->time_us : 0);
}

/* Of each seat the last that was told, and what is held back. */
static json_t *dangers_json(const struct meeting *meeting)
{
    json_t *list = json_array();
    for (guint i = 0; i < meeting->dangers->len; i++) {
        const struct meeting_danger *danger = meeting->dangers->pdata[i];
        if (!danger->told || danger == last_danger(meeting, danger->seat, true))
            json_array_append_new(
                list, json_pack("{s:s,s:s,s:o,s:o,s:b}", "id", danger->id, "seat", danger->seat,
                                "time_us", meeting_time(danger->time_us), "until_us",
                                meeting_time(danger->due_us), "told", (int)danger->told));
    }
    return list;
}

/* --- what mediators see besides */

static json_t *seats_json(const struct meeting *meeting)
{
    json_t *list = json_array();
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        json_t *json = seat_json_of(meeting, seat, true);
        json_t *more =
            json_pack("{s:s,s:s,s:b,s:s?,s:b,s:b,s:b,s:b,s:o}", "room", seat->room, "here",
                      seat_here_name((int)seat->here), "identity", seat->identity_us != 0,
                      "identity_how", seat->identity_how, "notice", seat->notice_us != 0,
                      "screening", seat->screening_us != 0, "ready", seat->ready_us != 0, "muted",
                      (int)seat->muted, "why", why_json(meeting, seat));
        json_t *answers = seat->screening ? json_loads(seat->screening, 0, NULL) : NULL;
        json_object_set_new(more, "answers", answers ? answers : json_null());
        json_object_update(json, more);
        json_decref(more);
        json_array_append_new(list, json);
    }
    return list;
}

static void add_for_leaders(const struct meeting *meeting, json_t *view)
{
    json_t *calls = json_array(), *rooms = json_object();
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (seat->state != SEAT_IN)
            continue;
        if (seat->call_us)
            json_array_append_new(calls,
                                  json_pack("{s:s,s:s,s:o}", "seat", seat->id, "room", seat->room,
                                            "since_us", meeting_time(seat->call_us)));
        if (!json_object_get(rooms, seat->room))
            json_object_set_new(rooms, seat->room, json_array());
        json_array_append_new(json_object_get(rooms, seat->room), json_string(seat->id));
    }
    json_t *list = json_array(), *seats;
    const char *name;
    json_object_foreach(rooms, name, seats)
        json_array_append_new(list, json_pack("{s:s,s:O}", "name", name, "seats", seats));
    json_decref(rooms);
    json_object_set_new(view, "dangers", dangers_json(meeting));
    json_object_set_new(view, "seats", seats_json(meeting));
    json_object_set_new(view, "calls", calls);
    json_object_set_new(view, "rooms", list);
    json_object_set_new(view, "record", json_boolean(meeting->record));
}

static void add_more(const struct meeting *meeting, const struct seat *seat, bool leads,
                     json_t *view)
{
    const json_t *more = leads ? meeting->more_leaders : meeting->more_others;
    bool sees = room_sees_texts(seat);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)more, key, value)
    {
        if (sees)
            json_object_set(view, key, value);
        else
            json_object_set_new(view, key, json_null());
    }
}

json_t *room_view(const struct meeting *meeting, const struct seat *seat,
                  const struct room_now *now)
{
    bool leads = seat_leads(seat) && seat->state != SEAT_REMOVED;
    json_t *view = json_pack(
        "{s:o,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "meeting", about(meeting, leads), "you",
        you_json(meeting, seat), "room", room_json(meeting, seat), "away",
        (int)is_left_alone(meeting, seat), "consents", consents_json(meeting, seat), "recording",
        recording_json(meeting, seat, now), "chat", lines_json(meeting, seat), "files",
        papers_json(meeting, seat), "danger", danger_json(meeting, seat), "helped_us",
        helped_json(meeting, seat), "calling", seat->call_us != 0);
    g_assert(view);
    if (leads)
        add_for_leaders(meeting, view);
    add_more(meeting, seat, leads, view);
    return view;
}

/* Lines that came after those of `before`; NULL: it is another list. The oldest may have gone. */
static json_t *lines_after(const json_t *before, const json_t *lines)
{
    size_t had = json_array_size(before), have = json_array_size(lines), from = 0;
    if (had == 0 || have == 0)
        return NULL;
    while (from < had && !json_equal(json_array_get(before, from), json_array_get(lines, 0)))
        from++;
    if (from == had || had - from >= have)
        return NULL;
    for (size_t i = from; i < had; i++)
        if (!json_equal(json_array_get(before, i), json_array_get(lines, i - from)))
            return NULL;
    json_t *added = json_array();
    for (size_t i = had - from; i < have; i++)
        json_array_append(added, json_array_get(lines, i));
    return added;
}

/* Minutes to which entries were only added: those, and how far all are confirmed; NULL: others. */
static json_t *minutes_after(const json_t *before, const json_t *minutes)
{
    json_t *added =
        lines_after(json_object_get(before, "entries"), json_object_get(minutes, "entries"));
    return added ? json_pack("{s:o,s:O}", "entries", added, "confirmed",
                             json_object_get(minutes, "confirmed"))
                 : NULL;
}

json_t *room_view_delta(const json_t *before, const json_t *view)
{
    json_t *delta = json_object(), *value;
    const char *key;
    json_object_foreach((json_t *)view, key, value)
    {
        const json_t *old = json_object_get(before, key);
        if (json_equal(value, old))
            continue;
        bool chat = strcmp(key, "chat") == 0, minutes = strcmp(key, "minutes") == 0;
        json_t *added = chat ? lines_after(old, value) : minutes ? minutes_after(old, value) : NULL;
        if (added)
            json_object_set_new(delta, chat ? "chat_add" : "minutes_add", added);
        else
            json_object_set(delta, key, value);
    }
    return delta;
}
