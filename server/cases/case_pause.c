#include "cases/case_pause.h"
#include "cases/case_job.h"
#include "cases/case_timer.h"

#define WAITS                                                                                      \
    "case_pause p JOIN case_file f ON f.id = p.case_id WHERE p.to_us = 0 AND p.until_us > 0"       \
    " AND f.merged_into IS NULL"

static bool read_over(struct store_tx *tx, gint64 now_us, int limit, GPtrArray *cases,
                      GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT p.case_id FROM " WAITS
                                       " AND p.until_us <= ? ORDER BY p.until_us LIMIT ?",
                                       "ii", now_us, (gint64)limit);
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(cases, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Back to where it was before it was suspended; one that is suspended no more stays where it is. */
static bool go_back(const struct case_book *book, struct case_row *row, gint64 now_us)
{
    const struct workflow *workflow = case_book_workflow(book, row->workflow);
    int now = workflow ? workflow_state_find(workflow, row->state) : -1;
    if (now < 0 || !workflow_state(workflow, now)->pause)
        return false;
    int before = workflow_state_find(workflow, row->before ? row->before : "");
    case_row_set(&row->state, workflow_state(workflow, MAX(before, 0))->id);
    case_row_set(&row->before, NULL);
    row->state_us = now_us;
    row->version++;
    return true;
}

static bool resume(struct store_tx *tx, const struct case_book *book, const char *id, gint64 now_us,
                   GError **error)
{
    static const struct identity_actor machine = {.user = NULL};
    case_row_auto row = {0};
    if (!case_row_load(tx, id, &row, error) ||
        !store_exec(tx, error, "UPDATE case_pause SET to_us = ? WHERE case_id = ? AND to_us = 0",
                    "is", MAX(now_us, 1), id))
        return false;
    g_autofree char *from = g_strdup(row.state);
    if (!go_back(book, &row, now_us))
        return true;
    json_t *details = json_object();
    const struct case_record record = {.action = "resume",
                                       .from_state = from,
                                       .to_state = row.state,
                                       .note = "",
                                       .details = details};
    bool fine = case_timers_resume(tx, book, &row, now_us, error) &&
                case_save(tx, book, &row, &record, &machine, now_us, error);
    json_decref(details);
    return fine;
}

bool case_pauses_end(struct store_tx *tx, const struct case_book *book, gint64 now_us, int limit,
                     int *done, GError **error)
{
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(g_free);
    bool fine = limit <= 0 || read_over(tx, now_us, limit, cases, error);
    for (guint i = 0; fine && i < cases->len; i++, (*done)++)
        fine = resume(tx, book, cases->pdata[i], now_us, error);
    return fine;
}

bool case_pauses_next(struct store_tx *tx, gint64 *next_us, GError **error)
{
    bool found;
    *next_us = 0;
    return store_query_int(tx, error, next_us, &found,
                           "SELECT p.until_us FROM " WAITS " ORDER BY p.until_us LIMIT 1", "");
}
