/* The correlator's model, made from the store. */
#include "alerts/alerts_private.h"
#include "common/log.h"

struct stored {
    struct alerts *alerts;
    gint64 ended_after_us, closed_after_us, opened_after_us;
    GPtrArray *rows, *situations, *cases;
    bool first;         /* the program starts */
    GPtrArray *drills;  /* ids of open cases of exercises */
    GPtrArray *missing; /* then: ids of new cases that were offered to nobody */
    struct turn *turn;
    void (*done)(struct turn *turn);
};

#define CASES_REMEMBERED_US (INT64_C(31) * 24 * 3600 * G_USEC_PER_SEC)
#define CASES_NEW_US        (INT64_C(3600) * G_USEC_PER_SEC)
#define RETRY_MS            500

static void free_case(gpointer data)
{
    struct open_case *about = data;
    const char *const texts[] = {about->id, about->code, about->dimension, about->type,
                                 about->area};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free((char *)texts[i]);
    g_free(about);
}

static struct open_case *copy_case(const struct open_case *about)
{
    struct open_case *copy = g_new(struct open_case, 1);
    *copy = *about;
    copy->id = g_strdup(about->id);
    copy->code = g_strdup(about->code);
    copy->dimension = g_strdup(about->dimension);
    copy->type = g_strdup(about->type);
    copy->area = g_strdup(about->area);
    return copy;
}

static void free_device(gpointer data)
{
    struct known_device *device = data;
    g_free((char *)device->id);
    g_free((char *)device->parent);
    g_free((char *)device->area);
    g_free(device);
}

static void unref_alert(gpointer row)
{
    alert_row_unref(row);
}

static void unref_situation(gpointer row)
{
    situation_row_unref(row);
}

/* --- reading */

static bool read_alerts(struct store_tx *tx, struct stored *stored, GError **error)
{
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT " ALERT_COLUMNS
                                       " FROM alert WHERE ended_us = 0 OR ended_us > ? ORDER BY id",
                                       "i", stored->ended_after_us);
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad))
        g_ptr_array_add(stored->rows, alert_row_read(rows));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* Those that are over belong to the alerts that are remembered. */
static bool read_situations(struct store_tx *tx, struct stored *stored, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT " SITUATION_COLUMNS
                    " FROM situation WHERE ended_us = 0 OR ended_us > ? ORDER BY id",
                    "i", stored->ended_after_us);
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad))
        g_ptr_array_add(stored->situations, situation_row_read(rows));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static void keep_case(const struct open_case *about, bool exercise, gpointer user)
{
    struct stored *stored = user;
    if (!exercise)
        g_ptr_array_add(stored->cases, copy_case(about));
    else if (!about->closed_us)
        g_ptr_array_add(stored->drills, g_strdup(about->id));
}

static bool read_all(struct store_tx *tx, gpointer job, GError **error)
{
    struct stored *stored = job;
    const struct alerts_cases *cases = stored->alerts->options.cases;
    if (!read_alerts(tx, stored, error) || !read_situations(tx, stored, error))
        return false;
    return !cases || (cases->each(tx, stored->closed_after_us, keep_case, stored, error) &&
                      (!stored->first || offers_missing(tx, stored->cases, stored->opened_after_us,
                                                        stored->missing, error)));
}

/* --- making */

static char *next_id(const char *what, gpointer user)
{
    (void)what;
    (void)user;
    return id_next();
}

static void keep(struct alerts *alerts, const struct open_case *about)
{
    g_hash_table_replace(alerts->case_codes, g_strdup(about->id), g_strdup(about->code));
    g_hash_table_replace(alerts->cases, g_strdup(about->id), copy_case(about));
    correlator_set_case(alerts->correlator, about);
}

static void fill(struct alerts *alerts, const struct stored *stored)
{
    g_hash_table_remove_all(alerts->rows);
    g_hash_table_remove_all(alerts->situations);
    for (guint i = 0; i < stored->rows->len; i++) {
        struct alert_row *row = stored->rows->pdata[i];
        correlator_load_alert(alerts->correlator, &row->alert);
        if (correlator_alert(alerts->correlator, row->alert.id))
            g_hash_table_insert(alerts->rows, g_strdup(row->alert.id), alert_row_ref(row));
    }
    for (guint i = 0; i < stored->situations->len; i++) {
        struct situation_row *row = stored->situations->pdata[i];
        correlator_load_situation(alerts->correlator, &row->situation);
        if (!row->situation.ended_us)
            g_hash_table_insert(alerts->situations, g_strdup(row->situation.id),
                                situation_row_ref(row));
    }
    for (guint i = 0; i < stored->cases->len; i++)
        keep(alerts, stored->cases->pdata[i]);
    for (guint i = 0; i < stored->drills->len; i++)
        model_set_drill(alerts, stored->drills->pdata[i]);
    GHashTableIter iter;
    gpointer device;
    g_hash_table_iter_init(&iter, alerts->devices);
    while (g_hash_table_iter_next(&iter, NULL, &device))
        correlator_set_device(alerts->correlator, device);
}

static void make(struct alerts *alerts)
{
    const struct correlator_options options = {.rules = rulebook_rules(alerts->rulebook),
                                               .ground = alerts->options.ground,
                                               .next_id = next_id};
    correlator_destroy(alerts->correlator);
    alerts->correlator = correlator_create(&options);
    correlator_tick(alerts->correlator, alerts_now(alerts));
}

static struct stored *stored_new(struct alerts *alerts)
{
    struct stored *stored = g_new0(struct stored, 1);
    stored->alerts = alerts;
    stored->rows = g_ptr_array_new_with_free_func(unref_alert);
    stored->situations = g_ptr_array_new_with_free_func(unref_situation);
    stored->cases = g_ptr_array_new_with_free_func(free_case);
    stored->missing = g_ptr_array_new_with_free_func(g_free);
    stored->drills = g_ptr_array_new_with_free_func(g_free);
    gint64 now_us = alerts_now(alerts);
    stored->ended_after_us = now_us - correlator_keeps_us(alerts->correlator);
    stored->closed_after_us = now_us - CASES_REMEMBERED_US;
    stored->opened_after_us = now_us - CASES_NEW_US;
    return stored;
}

static void stored_free(struct stored *stored)
{
    g_ptr_array_unref(stored->rows);
    g_ptr_array_unref(stored->situations);
    g_ptr_array_unref(stored->cases);
    g_ptr_array_unref(stored->missing);
    g_ptr_array_unref(stored->drills);
    g_free(stored);
}

void model_open(struct alerts *alerts)
{
    alerts->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_alert);
    alerts->situations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_situation);
    alerts->drills = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    alerts->case_codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    alerts->cases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_case);
    alerts->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_device);
}

void model_close(struct alerts *alerts)
{
    correlator_destroy(alerts->correlator);
    GHashTable *tables[] = {alerts->rows,   alerts->situations, alerts->case_codes,
                            alerts->drills, alerts->cases,      alerts->devices};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (tables[i])
            g_hash_table_destroy(tables[i]);
    }
}

bool model_load_now(struct alerts *alerts, GError **error)
{
    make(alerts);
    struct stored *stored = stored_new(alerts);
    stored->first = true;
    bool fine = store_read_now(alerts->options.store, read_all, stored, error);
    if (fine) {
        fill(alerts, stored);
        offers_start(alerts, stored->missing);
    }
    stored_free(stored);
    return fine;
}

static gboolean read_again(gpointer user)
{
    struct stored *stored = user;
    stored->alerts->reload_source = 0;
    stored->alerts->reload = NULL;
    model_reload(stored->alerts, stored->done, stored->turn);
    stored_free(stored);
    return G_SOURCE_REMOVE;
}

static void reloaded(gpointer job, const GError *error)
{
    struct stored *stored = job;
    if (error && !stored->alerts->closing) {
        log_warn("alerts", "cannot be read from the database: %s", error->message);
        stored->alerts->reload = stored;
        stored->alerts->reload_source =
            loop_after(stored->alerts->options.loop, RETRY_MS, read_again, stored);
        return;
    }
    if (!error) {
        make(stored->alerts);
        fill(stored->alerts, stored);
    }
    stored->done(stored->turn);
    stored_free(stored);
}

void model_reload(struct alerts *alerts, void (*done)(struct turn *turn), struct turn *turn)
{
    struct stored *stored = stored_new(alerts);
    stored->done = done;
    stored->turn = turn;
    store_read(alerts->options.store, read_all, stored, reloaded);
}

void model_hurry(struct alerts *alerts)
{
    struct stored *stored = alerts->reload;
    if (!stored)
        return;
    loop_cancel(alerts->options.loop, &alerts->reload_source);
    read_again(stored);
}

/* --- what others tell */

void model_set_case(struct alerts *alerts, const struct open_case *about)
{
    keep(alerts, about);
    (about->closed_us ? offers_withdraw : offers_add)(alerts, about->id);
}

void model_set_drill(struct alerts *alerts, const char *id)
{
    g_hash_table_add(alerts->drills, g_strdup(id));
}

void model_close_case(struct alerts *alerts, const char *id, gint64 now_us)
{
    struct open_case *about = g_hash_table_lookup(alerts->cases, id);
    if (!about)
        return;
    about->closed_us = now_us;
    correlator_set_case(alerts->correlator, about);
    offers_withdraw(alerts, id);
}

void alerts_set_case(struct alerts *alerts, const struct open_case *about, bool exercise)
{
    if (!exercise)
        model_set_case(alerts, about);
    else if (about->closed_us)
        g_hash_table_remove(alerts->drills, about->id);
    else
        model_set_drill(alerts, about->id);
}

void alerts_set_device(struct alerts *alerts, const struct known_device *device)
{
    struct known_device *copy = g_new(struct known_device, 1);
    *copy = *device;
    copy->id = g_strdup(device->id);
    copy->parent = g_strdup(device->parent);
    copy->area = g_strdup(device->area);
    g_hash_table_replace(alerts->devices, g_strdup(device->id), copy);
    correlator_set_device(alerts->correlator, device);
}

void alerts_forget_device(struct alerts *alerts, const char *id)
{
    g_hash_table_remove(alerts->devices, id);
    correlator_forget_device(alerts->correlator, id);
}
