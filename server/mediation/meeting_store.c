/* Reading a meeting. */
#include "mediation/meeting_store.h"
#include "files/attachments.h"
#include "identity/mask.h"
#include "identity/persons.h"
#include <string.h>

#define SEATS_OF "(SELECT id FROM meeting_seat WHERE meeting = ?)"

json_t *meeting_time(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

typedef void (*take_fn)(struct store_rows *rows, struct meeting *meeting,
                        const struct vault *vault);
/* Calls `fn` for each row of a query about that meeting. */
static bool each_row(struct store_tx *tx, const char *sql, struct meeting *meeting, take_fn fn,
                     const struct vault *vault, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "s", meeting->id);
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad))
        fn(rows, meeting, vault);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static void take_meeting(struct store_rows *rows, struct meeting *meeting,
                         const struct vault *vault)
{
    (void)vault;
    meeting->kind = (enum meeting_kind)meeting_kind_find(store_text(rows, 0));
    meeting->case_id = store_text_dup(rows, 1);
    meeting->title = store_text_dup(rows, 2);
    meeting->state = (enum meeting_state)meeting_state_find(store_text(rows, 3));
    meeting->mode = (enum meeting_mode)meeting_mode_find(store_text(rows, 4));
    meeting->sittings = store_int(rows, 5);
    meeting->starts_us = store_int(rows, 6);
    meeting->ends_us = store_int(rows, 7);
    meeting->place_id = store_text_dup(rows, 8);
    meeting->place = store_text_dup(rows, 9);
    meeting->area = store_text_dup(rows, 10);
    meeting->lon = store_double(rows, 11);
    meeting->lat = store_double(rows, 12);
    meeting->sensitive = store_int(rows, 13) != 0;
    meeting->record = store_int(rows, 14) != 0;
    json_t *shown = json_loads(store_text(rows, 15), 0, NULL);
    if (shown) {
        json_decref(meeting->shown);
        meeting->shown = shown;
    }
    meeting->created_by = store_text_dup(rows, 16);
    meeting->created_us = store_int(rows, 17);
    meeting->opened_us = store_int(rows, 18);
    meeting->ended_us = store_int(rows, 19);
    meeting->version = store_int(rows, 20);
}

static void take_seat(struct store_rows *rows, struct meeting *meeting, const struct vault *vault)
{
    struct seat *seat = seat_new();
    seat->id = store_text_dup(rows, 0);
    seat->n = store_int(rows, 1);
    seat->role = (enum seat_role)seat_role_find(store_text(rows, 2));
    seat->side = store_text_dup(rows, 3);
    seat->user = store_text_dup(rows, 4);
    seat->name = store_text_dup(rows, 5);
    seat->unit = store_text_dup(rows, 6);
    seat->terminal = store_int(rows, 7) != 0;
    seat->place = store_text_dup(rows, 8);
    seat->state = (enum seat_state)seat_state_find(store_text(rows, 9));
    seat->room = store_text_dup(rows, 10);
    seat->room_us = store_int(rows, 11);
    seat->ready_us = store_int(rows, 12);
    seat->identity_us = store_int(rows, 13);
    seat->identity_by = store_text_dup(rows, 14);
    seat->identity_how = store_text_dup(rows, 15);
    seat->notice_us = store_int(rows, 16);
    seat->notice_version = store_text_dup(rows, 17);
    seat->screening_us = store_int(rows, 18);
    seat->muted = store_int(rows, 19) != 0;
    seat->hand_us = store_int(rows, 20);
    seat->call_us = store_int(rows, 21);
    size_t size;
    const void *sealed = store_blob(rows, 22, &size);
    seat->screening = size ? vault_unseal_secret(vault, seat->id, sealed, size) : NULL;
    g_ptr_array_add(meeting->seats, seat);
    if (!seat->user)
        return;
    struct seat_person *person = seat_person_new(1);
    meeting_set(&person->name, seat->name);
    meeting_set(&person->masked, seat->name);
    g_ptr_array_add(seat->people, person);
}

static void take_person(struct store_rows *rows, struct meeting *meeting, const struct vault *vault)
{
    (void)vault;
    struct seat *seat = meeting_seat(meeting, store_text(rows, 0));
    struct seat_person *person = seat_person_new(store_int(rows, 1));
    person->person = store_text_dup(rows, 2);
    g_ptr_array_add(seat->people, person);
}

static void take_invite(struct store_rows *rows, struct meeting *meeting, const struct vault *vault)
{
    (void)vault;
    struct seat *seat = meeting_seat(meeting, store_text(rows, 0));
    meeting_set(&seat->invite, store_text(rows, 1));
    meeting_set(&seat->cookie_hash, store_text(rows, 2));
    seat->invite_expires_us = store_int(rows, 4);
    seat->invite_state = store_int(rows, 5)   ? INVITE_REVOKED
                         : store_int(rows, 3) ? INVITE_USED
                                              : INVITE_OPEN;
    if (seat->invite_state == INVITE_REVOKED)
        meeting_set(&seat->cookie_hash, NULL);
}

static void take_consent(struct store_rows *rows, struct meeting *meeting,
                         const struct vault *vault)
{
    (void)vault;
    struct seat *seat = meeting_seat(meeting, store_text(rows, 0));
    int kind = consent_kind_find(store_text(rows, 2));
    for (guint i = 0; seat && kind >= 0 && i < seat->people->len; i++) {
        struct seat_person *person = seat->people->pdata[i];
        if (person->n != store_int(rows, 1))
            continue;
        struct consent *consent = &person->consents[kind];
        consent->answer = (enum consent_answer)consent_answer_find(store_text(rows, 3));
        meeting_set(&consent->version, store_text(rows, 4));
        consent->time_us = store_int(rows, 5);
    }
}

static void take_line(struct store_rows *rows, struct meeting *meeting, const struct vault *vault)
{
    struct meeting_line *line = g_new0(struct meeting_line, 1);
    size_t size;
    const void *words = store_blob(rows, 4, &size);
    line->id = store_text_dup(rows, 0);
    line->room = store_text_dup(rows, 1);
    line->seat = store_text_dup(rows, 2);
    line->time_us = store_int(rows, 3);
    line->text = vault_unseal_secret(vault, line->id, words, size);
    if (!line->text)
        line->text = g_strdup("");
    line->seats = store_text_dup(rows, 5);
    g_ptr_array_insert(meeting->lines, 0, line);
}

#define PAPERS_OF                                                                                  \
    "SELECT id, room, seat, time_us, owner_kind, owner, attachment FROM meeting_file"              \
    " WHERE meeting = ? ORDER BY time_us, id"

static void take_paper(struct store_rows *rows, struct meeting *meeting, const struct vault *vault)
{
    (void)vault;
    struct meeting_paper *paper = g_new0(struct meeting_paper, 1);
    paper->id = store_text_dup(rows, 0);
    paper->room = store_text_dup(rows, 1);
    paper->seat = store_text_dup(rows, 2);
    paper->time_us = store_int(rows, 3);
    paper->owner_kind = store_text_dup(rows, 4);
    paper->owner = store_text_dup(rows, 5);
    paper->attachment = store_text_dup(rows, 6);
    g_ptr_array_add(meeting->papers, paper);
}

static void take_danger(struct store_rows *rows, struct meeting *meeting, const struct vault *vault)
{
    (void)vault;
    struct meeting_danger *danger = g_new0(struct meeting_danger, 1);
    danger->id = store_text_dup(rows, 0);
    danger->seat = store_text_dup(rows, 1);
    danger->room = store_text_dup(rows, 2);
    danger->time_us = store_int(rows, 3);
    danger->due_us = store_int(rows, 4);
    g_autofree char *state = store_text_dup(rows, 5);
    danger->told = strcmp(state, "told") == 0;
    g_ptr_array_add(meeting->dangers, danger);
}

/* --- what is sealed */

static bool open_names(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                       GError **error)
{
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        for (guint k = 0; k < seat->people->len; k++) {
            struct seat_person *person = seat->people->pdata[k];
            GError *bad = NULL;
            struct person_known *known =
                person->person ? person_read(tx, vault, person->person, PERSON_PLAIN, &bad) : NULL;
            if (known && known->name) {
                meeting_set(&person->name, known->name);
                g_autofree char *masked = mask_name(known->name);
                meeting_set(&person->masked, masked);
            }
            person_known_free(known);
            if (bad) {
                g_propagate_error(error, bad);
                return false;
            }
        }
    }
    return true;
}

static bool open_papers(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                        GError **error)
{
    for (guint i = 0; i < meeting->papers->len; i++) {
        struct meeting_paper *paper = meeting->papers->pdata[i];
        const struct attachment_owner owner = {paper->owner_kind, paper->owner};
        struct attachment file = {0};
        GError *bad = NULL;
        bool there = attachment_load(tx, vault, paper->attachment, &owner, &file, &bad);
        if (there && !file.withdrawn_us && !file.erased_us) {
            meeting_set(&paper->name, file.name);
            meeting_set(&paper->kind, file_kind_info(file.kind)->name);
            paper->bytes = file.bytes;
        }
        attachment_clear(&file);
        if (bad && !g_error_matches(bad, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
            g_propagate_error(error, bad);
            return false;
        }
        g_clear_error(&bad);
        if (paper->name)
            continue;
        g_ptr_array_remove_index(meeting->papers, i--);
    }
    return true;
}

bool meeting_load_papers(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                         GError **error)
{
    g_ptr_array_set_size(meeting->papers, 0);
    return each_row(tx, PAPERS_OF, meeting, take_paper, vault, error) &&
           open_papers(tx, vault, meeting, error);
}

static bool load_parts(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                       GError **error)
{
    static const struct {
        const char *sql;
        take_fn fn;
    } parts[] = {
        {"SELECT id, n, role, side, user_id, name, unit, terminal, place, state, room, room_us,"
         " ready_us, identity_us, identity_by, identity_how, notice_us, notice_version,"
         " screening_us, muted, hand_us, call_us, screening FROM meeting_seat WHERE meeting = ? "
         "ORDER BY n",
         take_seat},
        {"SELECT seat, n, person FROM meeting_person WHERE seat IN " SEATS_OF " ORDER BY seat, n",
         take_person},
        {"SELECT seat, id, cookie_hash, used_us, expires_us, revoked_us FROM meeting_invite"
         " WHERE seat IN " SEATS_OF " ORDER BY made_us, id",
         take_invite},
        {"SELECT seat, person, kind, answer, version, time_us FROM meeting_consent"
         " WHERE meeting = ? ORDER BY seq",
         take_consent},
        /* the newest of each room: much talk in one takes nothing from another */
        {"SELECT id, room, seat, time_us, words, seats FROM (SELECT id, room, seat, time_us,"
         " words, seats, ROW_NUMBER() OVER (PARTITION BY room ORDER BY time_us DESC, id DESC) AS k"
         " FROM meeting_chat WHERE meeting = ?) AS newest WHERE k <= 100"
         " ORDER BY time_us DESC, id DESC",
         take_line},
        {PAPERS_OF, take_paper},
        {"SELECT id, seat, room, time_us, due_us, state FROM meeting_danger WHERE meeting = ?"
         " AND state IN ('held', 'told') ORDER BY due_us",
         take_danger},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!each_row(tx, parts[i].sql, meeting, parts[i].fn, vault, error))
            return false;
    return open_names(tx, vault, meeting, error) && open_papers(tx, vault, meeting, error);
}

bool meeting_load_more(struct store_tx *tx, const struct meeting_reader *reader,
                       struct meeting *meeting, GError **error)
{
    if (!reader->views)
        return true;
    g_clear_pointer(&meeting->more_leaders, json_decref);
    g_clear_pointer(&meeting->more_others, json_decref);
    return reader->views(tx, meeting, &meeting->more_leaders, &meeting->more_others, reader->user,
                         error);
}

struct meeting *meeting_load(struct store_tx *tx, const struct meeting_reader *reader,
                             const char *id, GError **error)
{
    struct meeting *meeting = meeting_new();
    meeting->id = g_strdup(id);
    bool read = each_row(tx,
                         "SELECT kind, case_id, title, state, mode, sittings, starts_us, ends_us,"
                         " place_id, place, area, lon, lat, sensitive, record, shown, created_by,"
                         " created_us, opened_us, ended_us, version FROM meeting WHERE id = ?",
                         meeting, take_meeting, reader->vault, error);
    if (read && !meeting->title) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such meeting");
        read = false;
    }
    if (read && load_parts(tx, reader->vault, meeting, error) &&
        meeting_load_more(tx, reader, meeting, error))
        return meeting;
    meeting_free(meeting);
    return NULL;
}

GPtrArray *meeting_live_ids(struct store_tx *tx, gint64 since_us, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT id FROM meeting WHERE state IN ('planned', 'open',"
                                       " 'adjourned') OR ended_us > ?",
                                       "i", since_us);
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(ids, store_text_dup(rows, 0));
    if (rows && !bad)
        return ids;
    if (bad)
        g_propagate_error(error, bad);
    g_ptr_array_unref(ids);
    return NULL;
}
