#include "alerts/alerts_private.h"
#include "alerts/checklists.h"
#include "alerts/load_record.h"
#include "alerts/watched.h"
#include "common/clock.h"
#include "common/log.h"

enum {
    LOOK_MS = 2000,
    SWEEP_MS = 60 * 1000,
    OLD_AT_ONCE = 2000, /* events deleted in a transaction: people do not wait for more */
};
#define DAY_US (INT64_C(24) * 3600 * G_USEC_PER_SEC)

struct housekeeping {
    struct watched checklists;
    guint look_source, sweep_source;
    bool begun; /* what became too old while the program did not run */
    bool deleting;
};

/* --- checklists */

static void read_checklists(struct alerts *alerts)
{
    const char *path = alerts->housekeeping->checklists.path;
    g_autofree char *text = NULL;
    gsize size;
    g_autoptr(GError) bad = NULL;
    json_t *read = NULL;
    if (g_file_get_contents(path, &text, &size, &bad))
        read = checklists_parse(text, size, &bad);
    if (!read) {
        log_warn("alerts", "%s: %s; the old checklists stay", path, bad->message);
        return;
    }
    json_decref(alerts->checklists);
    alerts->checklists = read;
    log_info("alerts", "checklists of %s hold", path);
}

static void forget_old(struct alerts *alerts);

static gboolean look(gpointer user)
{
    struct alerts *alerts = user;
    if (!alerts->housekeeping->begun)
        forget_old(alerts);
    alerts->housekeeping->begun = true;
    if (watched_changed(&alerts->housekeeping->checklists))
        read_checklists(alerts);
    offers_again(alerts);
    return G_SOURCE_CONTINUE;
}

/* --- events that are too old */

struct old {
    struct alerts *alerts;
    gint64 now_us, before_us; /* G_MININT64: events are kept */
    gint64 deleted;
};

static bool delete_old(struct store_tx *tx, gpointer job, GError **error)
{
    struct old *old = job;
    bool fine = load_record_forget(tx, old->now_us, error) &&
                store_exec(tx, error,
                           "DELETE FROM event WHERE (source, id) IN (SELECT source, id FROM event"
                           " WHERE taken_us < ? ORDER BY taken_us LIMIT ?)",
                           "ii", old->before_us, (gint64)OLD_AT_ONCE);
    old->deleted = store_changed(tx);
    return fine;
}

static void old_deleted(gpointer job, const GError *error)
{
    struct old *old = job;
    old->alerts->housekeeping->deleting = false;
    if (error)
        log_warn("alerts", "old events stay for now: %s", error->message);
    else if (old->deleted >= OLD_AT_ONCE && !old->alerts->closing)
        forget_old(old->alerts); /* what others write comes in between */
    g_free(old);
}

static void forget_old(struct alerts *alerts)
{
    if (alerts->housekeeping->deleting)
        return;
    alerts->housekeeping->deleting = true;
    struct old *old = g_new0(struct old, 1);
    old->alerts = alerts;
    gint64 days = alerts->options.event_days;
    old->now_us = clock_wall_us();
    old->before_us = days ? old->now_us - days * DAY_US : G_MININT64;
    store_write(alerts->options.store, delete_old, old, old_deleted);
}

/* --- what the model has forgotten need not be kept at hand */

static gboolean is_forgotten(gpointer id, gpointer row, gpointer user)
{
    struct alerts *alerts = user;
    return ((struct alert_row *)row)->alert.ended_us && !correlator_alert(alerts->correlator, id);
}

static gboolean sweep(gpointer user)
{
    struct alerts *alerts = user;
    if (g_queue_is_empty(&alerts->turns))
        g_hash_table_foreach_remove(alerts->rows, is_forgotten, alerts);
    forget_old(alerts);
    return G_SOURCE_CONTINUE;
}

/* --- life */

void housekeeping_start(struct alerts *alerts)
{
    struct housekeeping *keeping = alerts->housekeeping = g_new0(struct housekeeping, 1);
    keeping->checklists.path = g_strdup(alerts->options.checklists_path);
    alerts->checklists = checklists_default();
    look(alerts);
    keeping->look_source = loop_every(alerts->options.loop, LOOK_MS, look, alerts);
    keeping->sweep_source = loop_every(alerts->options.loop, SWEEP_MS, sweep, alerts);
}

void housekeeping_stop(struct alerts *alerts)
{
    struct housekeeping *keeping = alerts->housekeeping;
    if (!keeping)
        return;
    loop_cancel(alerts->options.loop, &keeping->look_source);
    loop_cancel(alerts->options.loop, &keeping->sweep_source);
    store_drain(alerts->options.store); /* a deletion that is under way names it */
    g_free(keeping->checklists.path);
    json_decref(alerts->checklists);
    alerts->checklists = NULL;
    g_clear_pointer(&alerts->housekeeping, g_free);
}
