#include "common/log.h"
#include "wall/history_private.h"
#include <string.h>

#define ALIVE         "history.alive_us"
#define SHARES_FOR_US ((gint64)60 * G_USEC_PER_SEC)

const char *const history_span_names[HISTORY_SPANS] = {"24h", "7d", "30d"};

/* --- writing */

struct write_job {
    struct history *history;
    GPtrArray *entries;
    GArray *hours; /* struct hour_row */
    gint64 hour_us, now_us;
};

static void hour_row_clear(gpointer data)
{
    struct hour_row *row = data;
    g_free(row->camera);
}

static bool write_entries(struct store_tx *tx, const struct write_job *job, GError **error)
{
    for (guint i = 0; i < job->entries->len; i++) {
        const struct entry *entry = job->entries->pdata[i];
        /* after a restart of this server alone a node tells again what is written already */
        if (!store_exec(
                tx, error,
                "INSERT INTO camera_state (camera, time_us, state, reason, detail, skipped) "
                "VALUES (?,?,?,?,?,?) ON CONFLICT (camera, time_us) DO UPDATE SET "
                "state=excluded.state, reason=excluded.reason, detail=excluded.detail",
                "sisssi", entry->camera, entry->time_us, entry->state, entry->reason, entry->detail,
                entry->skipped))
            return false;
    }
    return true;
}

static bool write_hours(struct store_tx *tx, const struct write_job *job, GError **error)
{
    for (guint i = 0; i < job->hours->len; i++) {
        const struct hour_row *row = &g_array_index(job->hours, struct hour_row, i);
        if (!store_exec(tx, error,
                        "INSERT INTO camera_hour (hour_us, camera, online_us, due_us) VALUES "
                        "(?,?,?,?) ON CONFLICT (hour_us, camera) DO UPDATE SET "
                        "online_us=camera_hour.online_us+excluded.online_us, "
                        "due_us=camera_hour.due_us+excluded.due_us",
                        "isii", job->hour_us, row->camera, row->online_us, row->due_us))
            return false;
    }
    return true;
}

static bool run_write(struct store_tx *tx, gpointer data, GError **error)
{
    const struct write_job *job = data;
    g_autofree char *alive = g_strdup_printf("%" G_GINT64_FORMAT, job->now_us);
    return write_entries(tx, job, error) && write_hours(tx, job, error) &&
           store_setting_put(tx, ALIVE, alive, error);
}

/* The store refused: what was to be written waits for the next time. */
static void take_back(struct history *history, struct write_job *job)
{
    GPtrArray *again = g_ptr_array_ref(job->entries);
    g_ptr_array_extend_and_steal(again, g_steal_pointer(&history->pending));
    history->pending = again;
    for (guint i = 0; i < job->hours->len && job->hour_us == history->hour_us; i++) {
        const struct hour_row *row = &g_array_index(job->hours, struct hour_row, i);
        struct track *track = history->tracks->pdata[row->n - 1];
        track->online_us += row->online_us;
        track->due_us += row->due_us;
    }
}

static void write_done(gpointer data, const GError *error)
{
    struct write_job *job = data;
    struct history *history = job->history;
    if (error) {
        log_warn("wall", "the cameras' history could not be written: %s", error->message);
        take_back(history, job);
    }
    g_ptr_array_unref(job->entries);
    g_array_unref(job->hours);
    g_free(job);
}

void history_write(struct history *history, bool hours)
{
    struct write_job *job = g_new0(struct write_job, 1);
    job->history = history;
    job->entries = g_steal_pointer(&history->pending);
    history->pending = history_entries_new();
    job->hours = g_array_new(FALSE, FALSE, sizeof(struct hour_row));
    g_array_set_clear_func(job->hours, hour_row_clear);
    job->hour_us = history->hour_us;
    job->now_us = history->now_us();
    history->alive_written_us = history->mono_us();
    if (hours) {
        history_collect_hours(history, job->hours);
        history->hours_written_us = history->alive_written_us;
    }
    store_write(history->store, run_write, job, write_done);
}

/* --- forgetting */

struct prune_job {
    gint64 before_us;
};

static bool run_prune(struct store_tx *tx, gpointer data, GError **error)
{
    const struct prune_job *job = data;
    return store_exec(tx, error,
                      "DELETE FROM camera_state WHERE time_us < ? AND time_us < (SELECT "
                      "MAX(newer.time_us) FROM camera_state newer WHERE newer.camera = "
                      "camera_state.camera)",
                      "i", job->before_us) &&
           store_exec(tx, error, "DELETE FROM camera_hour WHERE hour_us < ?", "i",
                      job->before_us) &&
           store_exec(tx, error, "DELETE FROM state_gap WHERE to_us < ?", "i", job->before_us);
}

void history_prune(struct history *history)
{
    struct prune_job *job = g_new(struct prune_job, 1);
    job->before_us = history->now_us() - history->keep_us;
    store_write(history->store, run_prune, job, NULL);
}

static bool run_gap(struct store_tx *tx, gpointer data, GError **error)
{
    const gint64 *now_us = data;
    GError *fault = NULL;
    g_autofree char *alive = store_setting_get(tx, ALIVE, &fault);
    if (fault) {
        g_propagate_error(error, fault);
        return false;
    }
    gint64 from_us = alive ? g_ascii_strtoll(alive, NULL, 10) : 0;
    if (!alive || from_us >= *now_us)
        return true;
    return store_exec(tx, error,
                      "INSERT INTO state_gap (from_us, to_us) VALUES (?,?) ON CONFLICT (from_us) "
                      "DO UPDATE SET to_us=excluded.to_us",
                      "ii", from_us, *now_us);
}

bool history_note_gap(struct history *history, GError **error)
{
    gint64 now_us = history->now_us();
    history->alive_known = store_write_now(history->store, run_gap, &now_us, error);
    return history->alive_known;
}

/* --- reading changes */

struct read_job {
    char *camera;
    gint64 from_us, to_us;
    guint limit;
    GArray *changes, *gaps;
    bool more;
    history_read_fn done;
    gpointer user;
};

static void change_clear(gpointer data)
{
    struct history_change *change = data;
    g_free(change->state);
    g_free(change->reason);
    g_free(change->detail);
}

static bool add_changes(struct read_job *job, struct store_rows *rows, guint limit, GError **error)
{
    GError *fault = NULL;
    while (store_rows_next(rows, &fault)) {
        if (job->changes->len >= limit) {
            job->more = true;
            break;
        }
        struct history_change change = {store_int(rows, 0), store_text_dup(rows, 1),
                                        store_text_dup(rows, 2), store_text_dup(rows, 3),
                                        store_int(rows, 4)};
        g_array_prepend_val(job->changes, change);
    }
    if (fault)
        g_propagate_error(error, fault);
    return !fault;
}

static bool read_gaps(struct store_tx *tx, struct read_job *job, GError **error)
{
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT from_us, to_us FROM state_gap WHERE to_us >= ? AND "
                                       "from_us <= ? ORDER BY from_us DESC LIMIT ?",
                                       "iii", job->from_us, job->to_us, (gint64)job->limit);
    GError *fault = NULL;
    while (rows && store_rows_next(rows, &fault)) {
        struct history_gap gap = {store_int(rows, 0), store_int(rows, 1)};
        g_array_prepend_val(job->gaps, gap);
    }
    if (fault)
        g_propagate_error(error, fault);
    return rows && !fault;
}

#define CHANGE_COLUMNS "time_us, state, reason, detail, skipped"

static bool run_read(struct store_tx *tx, gpointer data, GError **error)
{
    struct read_job *job = data;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT " CHANGE_COLUMNS " FROM camera_state WHERE camera=? AND time_us>? AND "
                    "time_us<=? ORDER BY time_us DESC LIMIT ?",
                    "siii", job->camera, job->from_us, job->to_us, (gint64)job->limit + 1);
    if (!rows || !add_changes(job, rows, job->limit, error))
        return false;
    if (!job->more) {
        store_rows_auto before =
            store_query(tx, error,
                        "SELECT " CHANGE_COLUMNS " FROM camera_state WHERE camera=? AND "
                        "time_us<=? ORDER BY time_us DESC LIMIT 1",
                        "si", job->camera, job->from_us);
        if (!before || !add_changes(job, before, job->limit + 1, error))
            return false;
    }
    return read_gaps(tx, job, error);
}

static void read_done(gpointer data, const GError *error)
{
    struct read_job *job = data;
    job->done(job->changes, job->gaps, job->more, error, job->user);
    g_array_unref(job->changes);
    g_array_unref(job->gaps);
    g_free(job->camera);
    g_free(job);
}

void history_read(struct history *history, const char *camera, gint64 from_us, gint64 to_us,
                  guint limit, history_read_fn done, gpointer user)
{
    struct read_job *job = g_new0(struct read_job, 1);
    *job = (struct read_job){.camera = g_strdup(camera),
                             .from_us = from_us,
                             .to_us = to_us,
                             .limit = limit,
                             .done = done,
                             .user = user};
    job->changes = g_array_new(FALSE, FALSE, sizeof(struct history_change));
    g_array_set_clear_func(job->changes, change_clear);
    job->gaps = g_array_new(FALSE, FALSE, sizeof(struct history_gap));
    store_read(history->store, run_read, job, read_done);
}

/* --- reading shares */

gint64 history_span_begin(const struct history *history, enum history_span span)
{
    static const gint64 hours[HISTORY_SPANS] = {24, 7 * 24, 30 * 24};
    return history_hour(history->now_us()) - hours[span] * HISTORY_HOUR_US;
}

struct shares_job {
    struct history *history;
    gint64 from_us[HISTORY_SPANS];
    GHashTable *shares;
};

static bool run_shares(struct store_tx *tx, gpointer data, GError **error)
{
    struct shares_job *job = data;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT camera, SUM(CASE WHEN hour_us>=? THEN online_us ELSE 0 END), "
                    "SUM(CASE WHEN hour_us>=? THEN due_us ELSE 0 END), "
                    "SUM(CASE WHEN hour_us>=? THEN online_us ELSE 0 END), "
                    "SUM(CASE WHEN hour_us>=? THEN due_us ELSE 0 END), SUM(online_us), SUM(due_us) "
                    "FROM camera_hour WHERE hour_us>=? GROUP BY camera",
                    "iiiii", job->from_us[HISTORY_24H], job->from_us[HISTORY_24H],
                    job->from_us[HISTORY_7D], job->from_us[HISTORY_7D], job->from_us[HISTORY_30D]);
    GError *fault = NULL;
    while (rows && store_rows_next(rows, &fault)) {
        struct history_share *shares = g_new(struct history_share, HISTORY_SPANS);
        for (int i = 0; i < HISTORY_SPANS; i++)
            shares[i] =
                (struct history_share){store_int(rows, 1 + 2 * i), store_int(rows, 2 + 2 * i)};
        g_hash_table_insert(job->shares, store_text_dup(rows, 0), shares);
    }
    if (fault)
        g_propagate_error(error, fault);
    return rows && !fault;
}

static void shares_done(gpointer data, const GError *error)
{
    struct shares_job *job = data;
    struct history *history = job->history;
    if (history->shares)
        g_hash_table_unref(history->shares);
    history->shares = error ? NULL : g_hash_table_ref(job->shares);
    history->shares_at_us = history->mono_us();
    g_autoptr(GArray) asking = g_steal_pointer(&history->asking);
    history->asking = g_array_new(FALSE, FALSE, sizeof(struct asking));
    for (guint i = 0; i < asking->len; i++) {
        const struct asking *one = &g_array_index(asking, struct asking, i);
        one->done(job->shares, error, one->user);
    }
    g_hash_table_unref(job->shares);
    g_free(job);
}

/* In its place among the writes: what was written before it is done by then. */
static bool run_nothing(struct store_tx *tx, gpointer data, GError **error)
{
    (void)tx;
    (void)data;
    (void)error;
    return true;
}

static void written(gpointer data, const GError *error)
{
    (void)error; /* older shares are better than none */
    struct shares_job *job = data;
    store_read(job->history->store, run_shares, job, shares_done);
}

void history_shares(struct history *history, history_shares_fn done, gpointer user)
{
    if (history->shares && history->mono_us() - history->shares_at_us < SHARES_FOR_US) {
        done(history->shares, NULL, user);
        return;
    }
    struct asking one = {done, user};
    g_array_append_val(history->asking, one);
    if (history->asking->len > 1)
        return;
    history_flush(history);
    struct shares_job *job = g_new0(struct shares_job, 1);
    job->history = history;
    job->shares = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (int i = 0; i < HISTORY_SPANS; i++)
        job->from_us[i] = history_span_begin(history, (enum history_span)i);
    store_write(history->store, run_nothing, job, written);
}
