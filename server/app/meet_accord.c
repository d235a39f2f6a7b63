#include "app/meet_accord.h"
#include "accord/template.h"
#include "cases/case_job.h"
#include "mediation/meeting_store.h"
#include "mediation/room_rules.h"
#include <string.h>

/* --- a meeting, as its texts see it */

struct table {
    struct accord_meeting meeting;
    struct accord_seat *seats;
    GPtrArray *people; /* of each seat: struct accord_person[] */
};

static void table_clear(struct table *table)
{
    g_ptr_array_unref(table->people);
    g_free(table->seats);
}

static void seat_take(struct table *table, const struct meeting *meeting, const struct seat *seat,
                      struct accord_seat *out)
{
    struct accord_person *people = g_new0(struct accord_person, seat->people->len);
    g_ptr_array_add(table->people, people);
    for (guint i = 0; i < seat->people->len; i++) {
        const struct seat_person *person = seat->people->pdata[i];
        people[i] = (struct accord_person){person->n, person->name, person->masked};
    }
    bool in = seat->state == SEAT_IN;
    *out = (struct accord_seat){
        .id = seat->id,
        .role = seat_role_name((int)seat->role),
        .side = seat->side,
        .name = seat->name,
        .unit = seat->unit,
        .user = seat->user,
        .leads = seat_leads(seat),
        .chairs = seat->role == SEAT_MEDIATOR,
        .sides = seat_is_party(seat) && *seat->side,
        .apart = in && (room_is_check(seat->room) ||
                        (room_is_private(seat->room) && meeting->mode != MEETING_SPLIT)),
        .gone = seat->state == SEAT_REMOVED,
        .sees = room_sees_texts(seat),
        .people = people,
        .people_count = seat->people->len};
}

static void table_take(struct table *table, const struct meeting *meeting)
{
    table->people = g_ptr_array_new_with_free_func(g_free);
    table->seats = g_new0(struct accord_seat, meeting->seats->len);
    for (guint i = 0; i < meeting->seats->len; i++)
        seat_take(table, meeting, meeting->seats->pdata[i], &table->seats[i]);
    table->meeting = (struct accord_meeting){.id = meeting->id,
                                             .case_id = meeting->case_id,
                                             .title = meeting->title,
                                             .area = meeting->area,
                                             .place = meeting->place,
                                             .planned = meeting->state == MEETING_PLANNED,
                                             .open = meeting->state == MEETING_OPEN,
                                             .rests = meeting->state == MEETING_ADJOURNED,
                                             .ended = meeting->state == MEETING_ENDED,
                                             .mediation = meeting->kind == MEETING_MEDIATION,
                                             .sittings = meeting->sittings,
                                             .seats = table->seats,
                                             .seat_count = meeting->seats->len};
}

/* --- a signed paper */

static bool scan(struct store_tx *tx, const char *meeting, const char *file, bool *fits,
                 gpointer user, GError **error)
{
    const struct meeting *now = user;
    (void)tx;
    (void)meeting;
    (void)error;
    static const char *const kinds[] = {"pdf", "jpeg", "png", "webp", NULL};
    *fits = false;
    for (guint i = 0; i < now->papers->len; i++) {
        const struct meeting_paper *paper = now->papers->pdata[i];
        if (strcmp(paper->id, file) == 0)
            *fits = strcmp(paper->room, ROOM_JOINT) == 0 && g_strv_contains(kinds, paper->kind);
    }
    return true;
}

/* --- acts */

bool meet_accord_act(struct store_tx *tx, struct mediation_act *act, bool *mine,
                     const struct meet_accord *meet, GError **error)
{
    struct table table;
    const struct accord_seat *seat = NULL;
    const struct accord_hooks hooks = {
        .outcome = meet_accord_outcome, .scan = scan, .user = (struct meeting *)act->meeting};
    table_take(&table, act->meeting);
    if (meeting_is_past(act->meeting, act->now_us))
        table.meeting.ended = false; /* its texts are closed */
    for (guint i = 0; i < table.meeting.seat_count; i++)
        if (strcmp(table.seats[i].id, act->seat->id) == 0)
            seat = &table.seats[i];
    struct accord_act one = {.vault = act->vault,
                             .templates = meet->templates,
                             .hooks = &hooks,
                             .meeting = &table.meeting,
                             .seat = seat,
                             .name = act->name,
                             .device = act->device,
                             .body = act->body,
                             .seq = act->seq,
                             .now_us = act->now_us,
                             .details = act->details};
    bool fine = accord_perform(tx, &one, mine, error);
    if (one.refusal.status) {
        act->status = one.refusal.status;
        act->code = one.refusal.code;
        act->zh = one.refusal.zh;
        act->en = one.refusal.en;
    }
    table_clear(&table);
    return fine;
}

bool meet_accord_views(struct store_tx *tx, const struct meeting *meeting, json_t **leaders,
                       json_t **others, const struct meet_accord *meet, GError **error)
{
    struct table table;
    table_take(&table, meeting);
    bool fine =
        accord_views(tx, identity_vault(meet->identity), &table.meeting, leaders, others, error);
    table_clear(&table);
    return fine;
}

/* --- its case: see below */
static bool performed(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                      gpointer user, GError **error);
static bool court(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                  gpointer user, GError **error);
static bool catch_up(struct store_tx *tx, GPtrArray *told, gpointer user, GError **error);

/* --- by REST */

/* Owned by the caller; NULL + error. */
static char *meeting_of(struct store_tx *tx, const char *seat, GError **error)
{
    char *id = NULL;
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT meeting FROM meeting_seat WHERE id = ?", "s", seat);
    if (rows && store_rows_next(rows, &bad))
        id = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    else if (rows && !id)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such seat");
    return id;
}

static bool look(struct store_tx *tx, const char *meeting, const char *who, accord_look_fn fn,
                 gpointer data, gpointer user, GError **error)
{
    const struct meet_accord *meet = user;
    const struct meeting_reader reader = {.vault = identity_vault(meet->identity)};
    g_autofree char *id = meeting ? g_strdup(meeting) : meeting_of(tx, who, error);
    struct meeting *now = id ? meeting_load(tx, &reader, id, error) : NULL;
    if (!now)
        return false;
    struct table table;
    table_take(&table, now);
    const struct accord_seat *seat = NULL;
    for (guint i = 0; i < table.meeting.seat_count; i++) {
        const struct accord_seat *one = &table.seats[i];
        if (!one->gone && g_strcmp0(meeting ? one->user : one->id, who) == 0)
            seat = one;
    }
    if (!seat)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "one has no seat there");
    bool fine = seat && fn(tx, &table.meeting, seat, data, error);
    table_clear(&table);
    meeting_free(now);
    return fine;
}

static bool note(struct store_tx *tx, const char *meeting, const char *seat,
                 const struct identity_actor *actor, const char *action, const json_t *details,
                 gint64 now_us, gpointer user, GError **error)
{
    const struct meet_accord *meet = user;
    const struct meeting_reader reader = {.vault = identity_vault(meet->identity)};
    struct meeting *now = meeting_load(tx, &reader, meeting, error);
    gint64 seq;
    bool fine = now && meeting_next(tx, now, &seq, error) &&
                meeting_note(tx, now, seat ? meeting_seat(now, seat) : NULL, actor, seq, action,
                             details, now_us, error);
    meeting_free(now);
    return fine;
}

static void changed(const char *meeting, gpointer user)
{
    const struct meet_accord *meet = user;
    if (meet->mediation)
        mediation_reload(meet->mediation, meeting);
}

static bool write_to_sides(struct store_tx *tx, const char *meeting, const char *kind,
                           const char *once, gint64 due_us, gint64 now_us, gpointer user,
                           GError **error)
{
    const struct meet_accord *meet = user;
    return !meet->mediation || mediation_write_to_sides(tx, meet->mediation, meeting, kind, once,
                                                        due_us, now_us, error);
}

static void keep(const char *meeting, const char *name, GBytes *pdf, const json_t *about,
                 bool (*also)(struct store_tx *tx, const char *meeting, const json_t *about,
                              bool *skip, GError **error),
                 void (*done)(bool kept, gpointer data), gpointer data, gpointer user)
{
    const struct meet_accord *meet = user;
    const struct mediation_keep with = {also, done, data};
    mediation_keep_paper(meet->mediation, meeting, name, pdf, about, &with);
}

static void settle(gpointer user)
{
    const struct meet_accord *meet = user;
    mediation_settle(meet->mediation);
}

struct accord_desk_hooks meet_accord_desk(struct meet_accord *meet)
{
    return (struct accord_desk_hooks){
        .look = look,
        .note = note,
        .changed = changed,
        .write_to_sides = write_to_sides,
        .keep = keep,
        .settle = settle,
        .catch_up = catch_up,
        .acts = {.outcome = meet_accord_outcome, .performed = performed, .court = court},
        .user = meet};
}

/* --- its case */

static struct case_job *job_of(const struct accord_outcome *outcome, json_t *body,
                               const struct case_row *row)
{
    struct case_who *who = case_who_make(outcome->user, outcome->name, NULL);
    json_t *faults = json_array();
    case_who_add(who, "mediator", outcome->area);
    if (!outcome->result) /* the check that the mediation itself put there is done */
        case_who_add(who, "supervisor", outcome->area);
    json_object_set_new(body, "version", json_integer(row->version));
    struct case_job *job = case_job_read(row->id, body, who, outcome->now_us, faults);
    json_decref(body);
    if (json_array_size(faults) > 0)
        g_clear_pointer(&job, case_job_free);
    json_decref(faults);
    return job;
}

/* Takes `body`. *why NULL: it was done, now or before. */
static bool act_on(struct store_tx *tx, const struct accord_outcome *outcome, json_t *body,
                   const char **why, GError **error)
{
    case_row_auto row = {0};
    GError *bad = NULL;
    *why = "not_found";
    if (!case_row_load(tx, outcome->case_id, &row, &bad)) {
        json_decref(body);
        if (!g_error_matches(bad, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
            g_propagate_error(error, bad);
            return false;
        }
        g_error_free(bad);
        return true;
    }
    struct case_job *job = job_of(outcome, body, &row);
    bool fine = true;
    if (!job) {
        *why = "bad_act";
    } else if (case_job_try(tx, job, &bad)) {
        *why = NULL;
        fine = case_job_run(tx, job, error);
    } else if (bad->domain == STORE_ERROR &&
               (bad->code == STORE_ERROR_REFUSED || bad->code == STORE_ERROR_NOT_FOUND)) {
        *why = job->refusal.code ? job->refusal.code : "not_found";
        g_error_free(bad);
    } else {
        g_propagate_error(error, bad);
        fine = false;
    }
    case_job_free(job);
    return fine;
}

bool meet_accord_outcome(struct store_tx *tx, const struct accord_outcome *outcome,
                         const char **why, gpointer user, GError **error)
{
    (void)user;
    json_t *attempt = json_pack("{s:s,s:s,s:s,s:s}", "act", "attempt", "key", outcome->key,
                                "result", outcome->result, "text", outcome->text);
    if (!act_on(tx, outcome, attempt, why, error))
        return false;
    if (*why || !outcome->perform)
        return true;
    const char *none;
    g_autofree char *due = g_strdup_printf("%" G_GINT64_FORMAT, outcome->perform_due_us);
    json_t *check = json_pack("{s:s,s:s,s:s,s:s}", "act", "resolve", "key", outcome->perform_key,
                              "text", outcome->perform, "due_us", due);
    return act_on(tx, outcome, check, &none, error);
}

/* *item: the open check of performance of that day, g_free(); NULL: there is none. */
static bool find_check(struct store_tx *tx, const struct accord_outcome *outcome, char **item,
                       GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT id FROM case_item WHERE case_id = ? AND kind ="
                                       " 'resolution' AND text = ? AND due_us = ? AND done_us = 0"
                                       " AND user_id = ? ORDER BY id LIMIT 1",
                                       "ssis", outcome->case_id, outcome->perform,
                                       outcome->perform_due_us, outcome->user);
    if (rows && store_rows_next(rows, &bad))
        *item = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool performed(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                      gpointer user, GError **error)
{
    g_autofree char *item = NULL;
    (void)user;
    *why = NULL;
    if (!find_check(tx, outcome, &item, error))
        return false;
    if (!item)
        return true; /* the case had no day of performance, or somebody closed it by hand */
    json_t *done = json_pack("{s:s,s:s,s:s,s:s}", "act", "resolve_done", "key", outcome->key, "to",
                             item, "text", outcome->text);
    return act_on(tx, outcome, done, why, error);
}

static bool court(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                  gpointer user, GError **error)
{
    json_t *said =
        json_pack("{s:s,s:s,s:s}", "act", "court", "key", outcome->key, "result", outcome->result);
    (void)user;
    if (*outcome->text)
        json_object_set_new(said, "text", json_string(outcome->text));
    return act_on(tx, outcome, said, why, error);
}

struct said {
    char *meeting, *result, *note;
    gint64 when_us;
};

static void said_free(gpointer data)
{
    struct said *said = data;
    g_free(said->meeting);
    g_free(said->result);
    g_free(said->note);
    g_free(said);
}

/* What was written down on the page of the case is true of the agreement too. */
static bool catch_up(struct store_tx *tx, GPtrArray *told, gpointer user, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(said_free);
    GError *bad = NULL;
    (void)user;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT a.meeting, l.details, l.note, l.time_us FROM meeting_agreement a"
                    " JOIN case_file c ON c.id = a.case_id JOIN case_log l ON l.case_id = c.id AND"
                    " l.time_us = c.court_us AND l.action = 'court'"
                    " WHERE a.court_state IN ('open', 'over') AND c.court_us > 0",
                    "");
    while (rows && store_rows_next(rows, &bad)) {
        struct said *said = g_new0(struct said, 1);
        g_autofree char *text = store_text_dup(rows, 1);
        json_t *details = json_loads(text, 0, NULL);
        const char *result = json_string_value(json_object_get(details, "result"));
        *said = (struct said){store_text_dup(rows, 0), g_strdup(result ? result : "applied"),
                              store_text_dup(rows, 2), store_int(rows, 3)};
        json_decref(details);
        g_ptr_array_add(list, said);
    }
    if (bad)
        g_propagate_error(error, bad);
    bool fine = rows && !bad;
    for (guint i = 0; fine && i < list->len; i++) {
        struct said *said = list->pdata[i];
        fine = accord_court(tx, said->meeting, said->result, said->note, said->when_us, error);
        if (fine)
            g_ptr_array_add(told, g_steal_pointer(&said->meeting));
    }
    return fine;
}

const struct indicator *meet_accord_indicators(void)
{
    static const struct indicator list[] = {
        {"performed", "履约率", "Agreements performed", "已履行的协议 / 本期应履行的协议",
         "agreements performed / due in the period",
         "JOIN meeting_agreement a ON a.case_id = case_file.id",
         "a.perform_due_us >= (SELECT from_us FROM p) AND"
         " a.perform_due_us < (SELECT until_us FROM p)",
         "1 = 1", "a.perform_state = 'performed'", NULL, NULL, NULL},
        {0},
    };
    return list;
}
