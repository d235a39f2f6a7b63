/* Opening, linking and taking back: what runs inside the transaction of an act on an alert. */
#include "cases/case_form.h"
#include "cases/case_job.h"
#include "cases/case_timer.h"
#include "cases/cases.h"
#include <math.h>
#include <string.h>
#include <time.h>

#define STATE_TERMINATED "TERMINATED"

/* "2026-0117": the next number of the year, by local time. Returned: g_free(); NULL + error. */
static char *next_code(struct store_tx *tx, gint64 now_us, GError **error)
{
    time_t second = (time_t)(now_us / G_USEC_PER_SEC);
    struct tm local;
    localtime_r(&second, &local);
    gint64 year = local.tm_year + 1900, number;
    if (!store_exec(tx, error,
                    "INSERT INTO case_number (year, last) VALUES (?, 1)"
                    " ON CONFLICT (year) DO UPDATE SET last = case_number.last + 1",
                    "i", year) ||
        !store_query_int(tx, error, &number, NULL, "SELECT last FROM case_number WHERE year = ?",
                         "i", year))
        return NULL;
    return g_strdup_printf("%" G_GINT64_FORMAT "-%04" G_GINT64_FORMAT, year, number);
}

/* One alert belongs to one case at most. */
static bool link_alert(struct store_tx *tx, const char *case_id, const char *alert, bool opened,
                       const struct identity_actor *who, gint64 now_us, GError **error)
{
    gint64 one;
    bool found;
    if (!store_query_int(tx, error, &one, &found,
                         "SELECT 1 FROM case_alert WHERE alert = ? AND undone_us = 0", "s", alert))
        return false;
    if (found) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "the alert has a case already");
        return false;
    }
    g_autofree char *id = store_id_new();
    return store_exec(tx, error,
                      "INSERT INTO case_alert (id, case_id, alert, opened, user_id, time_us)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      "sssisi", id, case_id, alert, (gint64)opened, who->user ? who->user : "",
                      now_us);
}

/* --- opening */

static gint64 priority_of(const struct case_seed *seed)
{
    return seed->priority ? (gint64)seed->priority : 3;
}

/* The grade that an alert's priority means until a person says another one. */
static const char *grade_of(gint64 priority)
{
    static const char *const grades[] = {"urgent", "urgent", "urgent", "annoyance", "concern"};
    return grades[CLAMP(priority, 0, 4)];
}

static void fill(struct case_row *row, const struct case_seed *seed,
                 const struct identity_actor *who, gint64 now_us)
{
    bool dispute = g_strcmp0(seed->dimension, "dispute") == 0;
    *row =
        (struct case_row){.id = g_strdup(seed->id),
                          .version = 1,
                          .channel = g_strdup(seed->channel ? seed->channel : "alert"),
                          .dimension = g_strdup(seed->dimension ? seed->dimension : "livelihood"),
                          .type = g_strdup(seed->type ? seed->type : "other"),
                          .title = g_strdup(seed->title),
                          .body = g_strdup(seed->text),
                          .priority = priority_of(seed),
                          .exercise = seed->exercise,
                          .area = g_strdup(seed->area),
                          .address = g_strdup(seed->address),
                          .lon = seed->lon,
                          .lat = seed->lat,
                          .first_user = g_strdup(who->user ? who->user : ""),
                          .ledger = g_strdup(dispute ? "dispute" : "request"),
                          .departments = g_strdup(""),
                          .accepted_us = now_us,
                          .created_us = now_us,
                          .updated_us = now_us,
                          .state_us = now_us};
    row->grade = g_strdup(grade_of(row->priority));
    if (seed->form)
        case_form_apply(row, seed->form, true);
}

/* The workflow that the form says, else the one of the routing table. */
static bool choose_workflow(struct case_row *row, GError **error)
{
    const struct case_book *book = case_book();
    const struct routed about = {.dimension = row->dimension,
                                 .type = row->type,
                                 .category = row->category,
                                 .channel = row->channel,
                                 .ledger = row->ledger,
                                 .area = row->area};
    if (!row->workflow)
        row->workflow = g_strdup(routing_find(book->routing, &about).workflow);
    const struct workflow *workflow = case_book_workflow(book, row->workflow);
    if (!workflow) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "there is no workflow %s",
                    row->workflow);
        return false;
    }
    row->state = g_strdup(workflow_state(workflow, workflow->start)->id);
    return true;
}

/* As it was before: closed, or in an open state whose timers begin now. */
static bool apply_past(struct case_row *row, const struct case_past *past, GError **error)
{
    const struct workflow *workflow = case_book_workflow(case_book(), row->workflow);
    int state = workflow_state_find(workflow, past->state);
    for (guint i = 0; past->closed_us && i < workflow->states->len; i++) {
        if (workflow_state(workflow, (int)i)->end == END_DONE) {
            state = (int)i;
            break;
        }
    }
    if (state < 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "workflow %s has no state %s",
                    row->workflow, past->state);
        return false;
    }
    case_row_set(&row->state, workflow_state(workflow, state)->id);
    case_row_set(&row->lead, past->lead);
    case_row_set(&row->satisfaction, past->satisfaction);
    row->accepted_us = past->accepted_us;
    row->closed_us = past->closed_us;
    if (past->closed_us)
        row->state_us = past->closed_us;
    return true;
}

static json_t *opening_details(const struct case_seed *seed)
{
    json_t *details = json_object();
    if (seed->alert)
        json_object_set_new(details, "alert", json_string(seed->alert));
    if (seed->name)
        json_object_set_new(details, "name", json_string(seed->name));
    if (seed->past) {
        json_object_set_new(details, "import", json_string(seed->past->batch));
        json_object_set_new(details, "line", json_integer(seed->past->line));
    }
    return details;
}

bool case_open(struct store_tx *tx, const struct case_seed *seed, const struct identity_actor *who,
               gint64 now_us, char **code, GError **error)
{
    case_row_auto row = {0};
    fill(&row, seed, who, now_us);
    row.code = next_code(tx, now_us, error);
    const char *note = seed->past ? seed->past->note : "";
    if (!row.code || !choose_workflow(&row, error) ||
        (seed->past && !apply_past(&row, seed->past, error)) || !case_row_insert(tx, &row, error) ||
        (seed->alert && !link_alert(tx, seed->id, seed->alert, true, who, now_us, error)))
        return false;
    json_t *details = opening_details(seed);
    const struct case_record record = {.action = "open",
                                       .from_state = "",
                                       .to_state = row.state,
                                       .note = note,
                                       .details = details};
    bool fine = case_save(tx, case_book(), &row, &record, who, now_us, error);
    json_decref(details);
    if (fine)
        *code = g_strdup(row.code);
    return fine;
}

/* --- linking and taking back */

static bool save(struct store_tx *tx, struct case_row *row, const char *action, const char *from,
                 const char *note, const char *alert, const struct identity_actor *who,
                 gint64 now_us, GError **error)
{
    json_t *details = json_pack("{s:s}", "alert", alert);
    const struct case_record record = {.action = action,
                                       .from_state = from,
                                       .to_state = row->state,
                                       .note = note,
                                       .details = details};
    row->version++;
    bool fine = case_save(tx, case_book(), row, &record, who, now_us, error);
    json_decref(details);
    return fine;
}

bool case_link(struct store_tx *tx, const char *case_id, const char *alert,
               const struct identity_actor *who, gint64 now_us, char **code, GError **error)
{
    case_row_auto row = {0};
    if (!case_row_load(tx, case_id, &row, error))
        return false;
    if (row.closed_us) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "the case is closed");
        return false;
    }
    if (!link_alert(tx, row.id, alert, false, who, now_us, error) ||
        !save(tx, &row, "alert_linked", row.state, "", alert, who, now_us, error))
        return false;
    *code = g_strdup(row.code);
    return true;
}

/* Was the case opened from an alert, is none linked to it, and did nobody do anything with it yet?
 * Read after a link was taken back. */
static bool stands_alone(struct store_tx *tx, const struct case_row *row, bool *alone,
                         GError **error)
{
    const char *case_id = row->id;
    gint64 opened, others;
    if (!store_query_int(tx, error, &opened, NULL,
                         "SELECT COUNT(*) FROM case_alert WHERE case_id = ? AND opened = 1", "s",
                         case_id) ||
        !store_query_int(tx, error, &others, NULL,
                         "SELECT COUNT(*) FROM case_alert WHERE case_id = ? AND undone_us = 0", "s",
                         case_id))
        return false;
    *alone = opened > 0 && others == 0 && !row->dispatched_us && !row->closed_us;
    return true;
}

bool case_undo(struct store_tx *tx, const char *case_id, const char *alert,
               const struct identity_actor *who, gint64 now_us, bool *closed, GError **error)
{
    case_row_auto row = {0};
    *closed = false;
    if (!case_row_load(tx, case_id, &row, error) ||
        !store_exec(tx, error,
                    "UPDATE case_alert SET undone_us = ? WHERE case_id = ? AND alert = ?"
                    " AND undone_us = 0",
                    "iss", now_us, case_id, alert))
        return false;
    if (store_changed(tx) == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "the alert is not in that case");
        return false;
    }
    if (!stands_alone(tx, &row, closed, error))
        return false;
    g_autofree char *from = g_strdup(row.state);
    if (*closed) {
        case_row_set(&row.state, STATE_TERMINATED);
        row.state_us = row.closed_us = now_us;
    }
    return save(tx, &row, "alert_unlinked", from, "taken back", alert, who, now_us, error);
}

/* --- delivery */

/* Of an order that nobody saw; *department (NULL: not wanted) is its: g_free(), both. */
static char *case_of_order(struct store_tx *tx, const char *order, char **department,
                           GError **error)
{
    GError *bad = NULL;
    char *id = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT case_id, department FROM case_order WHERE id = ? AND seen_us = 0", "s",
        order);
    if (rows && store_rows_next(rows, &bad)) {
        id = store_text_dup(rows, 0);
        if (department)
            *department = store_text_dup(rows, 1);
    }
    if (bad)
        g_propagate_error(error, bad);
    return id;
}

bool case_order_seen(struct store_tx *tx, const char *order, gint64 now_us, GError **error)
{
    GError *bad = NULL;
    case_row_auto row = {0};
    g_autofree char *id = case_of_order(tx, order, NULL, &bad);
    if (bad)
        g_propagate_error(error, bad);
    if (!id)
        return !bad;
    json_t *details = json_pack("{s:s}", "order", order);
    bool fine = store_exec(tx, error, "UPDATE case_order SET seen_us = ? WHERE id = ?", "is",
                           now_us, order) &&
                case_row_load(tx, id, &row, error) &&
                case_timers_fit(tx, case_book(), &row, now_us, error) &&
                case_row_update(tx, &row, error) &&
                case_row_announce(tx, &row, "seen", details, 0, error);
    json_decref(details);
    return fine;
}

bool case_order_seen_by(struct store_tx *tx, const struct case_who *who, const char *order,
                        gint64 now_us, GError **error)
{
    GError *bad = NULL;
    case_row_auto row = {0};
    g_autofree char *department = NULL;
    g_autofree char *id = case_of_order(tx, order, &department, &bad);
    if (bad)
        g_propagate_error(error, bad);
    if (!id)
        return !bad;
    if (!case_row_load(tx, id, &row, error))
        return false;
    struct case_seen seen = case_seen_of(&row);
    if (!case_who_sees(who, &seen) || !case_who_is_for(who, department, row.area))
        return true;
    return case_order_seen(tx, order, now_us, error);
}

bool case_note(struct store_tx *tx, const char *case_id, const char *action, const json_t *details,
               gint64 now_us, GError **error)
{
    static const struct identity_actor machine = {.user = NULL};
    case_row_auto row = {0};
    if (!case_row_load(tx, case_id, &row, error))
        return false;
    const struct case_record record = {.action = action,
                                       .from_state = row.state,
                                       .to_state = row.state,
                                       .note = "",
                                       .details = details};
    return case_save(tx, case_book(), &row, &record, &machine, now_us, error);
}

/* --- for others */

#define ABOUT                                                                                      \
    "SELECT id, code, state, dimension, type, title, area, lon, lat, created_us, closed_us,"       \
    " exercise"

static struct case_about about_of(struct store_rows *rows)
{
    return (struct case_about){.id = store_text(rows, 0),
                               .code = store_text(rows, 1),
                               .state = store_text(rows, 2),
                               .dimension = store_text(rows, 3),
                               .type = store_text(rows, 4),
                               .title = store_text(rows, 5),
                               .area = store_text(rows, 6),
                               .lon = store_double(rows, 7),
                               .lat = store_double(rows, 8),
                               .opened_us = store_int(rows, 9),
                               .closed_us = store_int(rows, 10),
                               .exercise = store_int(rows, 11) != 0};
}

bool case_each(struct store_tx *tx, gint64 since_us,
               void (*fn)(const struct case_about *about, gpointer user), gpointer user,
               GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, ABOUT " FROM case_file WHERE closed_us = 0 OR closed_us > ? ORDER BY id", "i",
        since_us);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        const struct case_about about = about_of(rows);
        fn(&about, user);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

bool case_get(struct store_tx *tx, const char *id,
              void (*fn)(const struct case_about *about, gpointer user), gpointer user, bool *found,
              GError **error)
{
    store_rows_auto rows = store_query(tx, error, ABOUT " FROM case_file WHERE id = ?", "s", id);
    GError *bad = NULL;
    *found = rows && store_rows_next(rows, &bad);
    if (*found) {
        const struct case_about about = about_of(rows);
        fn(&about, user);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}
