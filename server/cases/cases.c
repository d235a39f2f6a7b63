#include "cases/case_timer.h"
#include "cases/cases_private.h"
#include "cases/ledger.h"
#include "files/attachments.h"

/* Open cases in a state that their workflow does not have cannot be moved any more. */
static bool check_states(struct store_tx *tx, gpointer job, GError **error)
{
    const struct case_book *book = job;
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT workflow, state, COUNT(*), MIN(code) FROM case_file"
                    " WHERE closed_us = 0 GROUP BY workflow, state ORDER BY workflow, state",
                    "");
    while (rows && !bad && store_rows_next(rows, &bad)) {
        const struct workflow *workflow = case_book_workflow(book, store_text(rows, 0));
        if (!workflow || workflow_state_find(workflow, store_text(rows, 1)) < 0)
            g_set_error(&bad, STORE_ERROR, STORE_ERROR_REFUSED,
                        "workflow %s: %s: %" G_GINT64_FORMAT " open cases are in this state (%s)"
                        " and the workflow does not have it",
                        store_text(rows, 0), store_text(rows, 1), store_int(rows, 2),
                        store_text(rows, 3));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* --- rules may be other ones than when the timers began */

struct anew {
    const struct case_book *book;
    gint64 now_us;
};

static bool list_open(struct store_tx *tx, GPtrArray *ids, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT DISTINCT case_id FROM case_timer WHERE ended_us = 0"
                                       " AND state IN ('running', 'unknown')",
                                       "");
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(ids, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool reckon_one(struct store_tx *tx, const struct anew *anew, const char *id, GError **error)
{
    case_row_auto row = {0};
    bool changed;
    if (!case_row_load(tx, id, &row, error) ||
        !case_timers_again(tx, anew->book, &row, anew->now_us, &changed, error))
        return false;
    return !changed || (case_timers_fit(tx, anew->book, &row, anew->now_us, error) &&
                        case_row_update(tx, &row, error) &&
                        case_row_announce(tx, &row, "reckoned", NULL, 0, error));
}

bool cases_reckon(struct store_tx *tx, const struct case_book *book, gint64 now_us, GError **error)
{
    const struct anew anew = {book, now_us};
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    bool fine = list_open(tx, ids, error);
    for (guint i = 0; fine && i < ids->len; i++)
        fine = reckon_one(tx, &anew, ids->pdata[i], error);
    return fine;
}

static bool reckon_all(struct store_tx *tx, gpointer job, GError **error)
{
    const struct anew *anew = job;
    return cases_reckon(tx, anew->book, anew->now_us, error);
}

struct topic *cases_topic(struct cases *cases)
{
    return cases->topic;
}

/* --- made of config/ledger-import.json at build time */
extern const unsigned char case_ledger[];
extern const unsigned int case_ledger_len;

/* The town's own, or the shipped one. */
static struct ledger_map *read_ledger_map(const char *dir, GError **error)
{
    g_autofree char *path = dir ? g_build_filename(dir, "ledger-import.json", NULL) : NULL;
    g_autofree char *text = NULL;
    gsize size;
    if (path && g_file_get_contents(path, &text, &size, NULL))
        return ledger_map_read(text, size, path, error);
    return ledger_map_read((const char *)case_ledger, case_ledger_len, "ledger-import.json", error);
}

struct cases *cases_create(const struct cases_options *options, GError **error)
{
    struct cases *cases = g_new0(struct cases, 1);
    cases->options = *options;
    cases->export_dir = g_strdup(options->export_dir);
    cases->boot = store_id_new();
    cases->press = paper_press_create(loop_context(options->loop));
    cases->book = case_book_create(options->dir, error);
    if (!cases->book || !store_read_now(options->store, check_states, cases->book, error))
        goto fail;
    case_book_use(cases->book);
    cases->ledger_map = read_ledger_map(options->dir, error);
    if (!cases->ledger_map)
        goto fail;
    struct anew anew = {cases->book, cases_now(cases)};
    if (!store_write_now(options->store, reckon_all, &anew, error))
        goto fail;
    if (!cases_topic_open(cases, error))
        goto fail;
    cases_guard_persons(cases);
    cases_list_routes(cases);
    cases_open_routes(cases);
    cases_draft_routes(cases);
    cases_detail_routes(cases);
    cases_record_routes(cases);
    cases_act_routes(cases);
    cases_words_routes(cases);
    cases_paper_routes(cases);
    cases_quality_routes(cases);
    cases_indicator_routes(cases);
    cases_import_routes(cases);
    if (options->control)
        control_register(options->control, "cases.import", cases_import_command, cases);
    if (options->control && options->export_dir)
        control_register(options->control, "cases.export", cases_export_command, cases);
    if (options->export_dir)
        cases_export_routes(cases);
    if (options->attachments)
        cases_file_routes(cases);
    cases->clock = case_clock_create(cases);
    return cases;
fail:
    cases_destroy(cases);
    return NULL;
}

void cases_destroy(struct cases *cases)
{
    if (!cases)
        return;
    cases->ending = true;
    store_drain(cases->options.store);
    attachments_drain(cases->options.attachments);
    store_drain(cases->options.store);
    attachments_drain(cases->options.attachments);
    while (cases->exports || cases->imports)
        store_drain(cases->options.store);
    paper_press_destroy(cases->press);
    case_clock_destroy(cases->clock);
    cases_topic_close(cases);
    case_book_use(NULL);
    case_book_destroy(cases->book);
    g_free(cases->boot);
    g_clear_pointer(&cases->indicators, g_ptr_array_unref);
    g_free(cases->export_dir);
    ledger_map_destroy(cases->ledger_map);
    g_free(cases);
}
