/* Writing a meeting. */
#include "identity/persons.h"
#include "mediation/meeting_store.h"
#include "mediation/room_rules.h"
#include <string.h>

static char *shown_text(const struct meeting *meeting)
{
    return json_dumps(meeting->shown, JSON_COMPACT);
}

static bool write_person(struct store_tx *tx, const struct vault *vault,
                         const struct meeting *meeting, const struct seat *seat,
                         struct seat_person *person, const char *phone, gint64 now_us,
                         GError **error)
{
    const struct person_fields fields = {.name = person->name, .phone = phone};
    if (!person->person &&
        !person_add(tx, vault, &fields, meeting->area, now_us, &person->person, NULL, error))
        return false;
    return person_link(tx, person->person, "meeting", meeting->id, seat_role_name((int)seat->role),
                       now_us, error) &&
           store_exec(tx, error, "INSERT INTO meeting_person (seat, n, person) VALUES (?, ?, ?)",
                      "sis", seat->id, person->n, person->person);
}

bool meeting_insert_seat(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                         struct seat *seat, const char *const *phones, gint64 now_us,
                         GError **error)
{
    if (!store_exec(tx, error,
                    "INSERT INTO meeting_seat (id, meeting, n, role, side, user_id, name, unit,"
                    " terminal, place, state, room) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    "ssisssssisss", seat->id, meeting->id, seat->n, seat_role_name((int)seat->role),
                    seat->side, seat->user, seat->name, seat->unit, (gint64)seat->terminal,
                    seat->place, seat_state_name((int)seat->state), seat->room))
        return false;
    for (guint i = 0; !seat->user && i < seat->people->len; i++)
        if (!write_person(tx, vault, meeting, seat, seat->people->pdata[i],
                          phones ? phones[i] : NULL, now_us, error))
            return false;
    return true;
}

bool meeting_insert(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                    gint64 now_us, GError **error)
{
    (void)vault;
    g_autofree char *shown = shown_text(meeting);
    meeting->version = 1;
    meeting->created_us = now_us;
    return store_exec(tx, error,
                      "INSERT INTO meeting (id, kind, case_id, title, state, mode, starts_us,"
                      " ends_us, place_id, place, area, lon, lat, shown, created_by, created_us,"
                      " version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                      "ssssssiisssddssi", meeting->id, meeting_kind_name((int)meeting->kind),
                      meeting->case_id, meeting->title, meeting_state_name((int)meeting->state),
                      meeting_mode_name((int)meeting->mode), meeting->starts_us, meeting->ends_us,
                      meeting->place_id, meeting->place, meeting->area, meeting->lon, meeting->lat,
                      shown, meeting->created_by, now_us);
}

static bool save_seat(struct store_tx *tx, struct seat *seat, GError **error)
{
    seat->dirty = false;
    return store_exec(
        tx, error,
        "UPDATE meeting_seat SET state = ?, room = ?, room_us = ?, ready_us = ?, identity_us = ?,"
        " identity_by = ?, identity_how = ?, notice_us = ?, notice_version = ?, screening_us = ?,"
        " muted = ?, hand_us = ?, call_us = ? WHERE id = ?",
        "ssiiissisiiiis", seat_state_name((int)seat->state), seat->room, seat->room_us,
        seat->ready_us, seat->identity_us, seat->identity_by, seat->identity_how, seat->notice_us,
        seat->notice_version, seat->screening_us, (gint64)seat->muted, seat->hand_us, seat->call_us,
        seat->id);
}

bool meeting_save(struct store_tx *tx, struct meeting *meeting, GError **error)
{
    for (guint i = 0; i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (seat->dirty && !save_seat(tx, seat, error))
            return false;
    }
    g_autofree char *shown = shown_text(meeting);
    meeting->version++;
    meeting->dirty = false;
    return store_exec(
        tx, error,
        "UPDATE meeting SET title = ?, state = ?, mode = ?, sittings = ?, starts_us = ?,"
        " ends_us = ?, place_id = ?, place = ?, lon = ?, lat = ?, sensitive = ?, record = ?, shown "
        "= ?,"
        " opened_us = ?, ended_us = ?, version = ? WHERE id = ?",
        "sssiiissddiisiiis", meeting->title, meeting_state_name((int)meeting->state),
        meeting_mode_name((int)meeting->mode), meeting->sittings, meeting->starts_us,
        meeting->ends_us, meeting->place_id, meeting->place, meeting->lon, meeting->lat,
        (gint64)meeting->sensitive, (gint64)meeting->record, shown, meeting->opened_us,
        meeting->ended_us, meeting->version, meeting->id);
}

/* --- the record */

bool meeting_next(struct store_tx *tx, const struct meeting *meeting, gint64 *seq, GError **error)
{
    bool found;
    return store_query_int(tx, error, seq, &found,
                           "SELECT COALESCE(MAX(seq), 0) + 1 FROM meeting_event WHERE meeting = ?",
                           "s", meeting->id);
}

bool meeting_note(struct store_tx *tx, const struct meeting *meeting, const struct seat *seat,
                  const struct identity_actor *actor, gint64 seq, const char *action,
                  const json_t *details, gint64 now_us, GError **error)
{
    g_autofree char *text = details ? json_dumps(details, JSON_COMPACT) : g_strdup("{}");
    g_autofree char *name = g_strconcat("meeting.", action, NULL);
    static const struct identity_actor server = {0};
    return store_exec(tx, error,
                      "INSERT INTO meeting_event (meeting, seq, time_us, seat, user_id, action,"
                      " room, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "siisssss", meeting->id, seq, now_us, seat ? seat->id : NULL,
                      actor ? actor->user : NULL, action, seat ? seat->room : "", text) &&
           identity_audit(tx, actor ? actor : &server, name, meeting->id, details, now_us, error);
}

/* --- at the same time */

/* What it is about is told to who has a seat in it alone. */
static bool conflicts_of(struct store_tx *tx, const char *sql, const char *what, const char *except,
                         const char *asks, const char *key, gint64 starts_us, gint64 ends_us,
                         json_t *list, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "sssii", asks ? asks : "", key,
                                       except ? except : "", ends_us, starts_us);
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad)) {
        bool sits = store_int(rows, 4) > 0;
        json_t *one = json_pack(
            "{s:s,s:s?,s:s?,s:o,s:o}", "what", what, "meeting", sits ? store_text(rows, 0) : NULL,
            "title", sits ? store_text(rows, 1) : NULL, "starts_us",
            meeting_time(store_int(rows, 2)), "ends_us", meeting_time(store_int(rows, 3)));
        if (strcmp(what, "mediator") == 0)
            json_object_set_new(one, "user", json_string(key));
        json_array_append_new(list, one);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

#define LIVE "m.state IN ('planned', 'open', 'adjourned') AND m.starts_us < ? AND m.ends_us > ?"

#define FIELDS                                                                                     \
    "SELECT m.id, m.title, m.starts_us, m.ends_us, (SELECT COUNT(*) FROM meeting_seat own WHERE"   \
    " own.meeting = m.id AND own.user_id = ? AND own.state <> 'removed') FROM meeting m"

bool meeting_conflicts(struct store_tx *tx, const char *except, const char *asks,
                       const char *const *users, const char *place_id, gint64 starts_us,
                       gint64 ends_us, json_t *list, GError **error)
{
    for (gsize i = 0; users[i]; i++)
        if (!conflicts_of(
                tx,
                FIELDS " JOIN meeting_seat s ON s.meeting = m.id WHERE s.user_id = ? AND s.role IN"
                       " ('mediator', 'co_mediator') AND s.state <> 'removed' AND m.id <> ?"
                       " AND " LIVE,
                "mediator", except, asks, users[i], starts_us, ends_us, list, error))
            return false;
    return !place_id ||
           conflicts_of(tx, FIELDS " WHERE m.place_id = ? AND m.id <> ? AND " LIVE, "place", except,
                        asks, place_id, starts_us, ends_us, list, error);
}
