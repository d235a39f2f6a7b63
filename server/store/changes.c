#include "store/changes.h"
#include "common/clock.h"
#include <stdlib.h>

/* Trimming costs a write of its own: once for so many changes. */
#define TRIM_EVERY 1024

static struct store_change *change_new(gint64 time_us, const char *topic, const char *id,
                                       const char *json)
{
    struct store_change *change = g_new0(struct store_change, 1);
    change->time_us = time_us;
    change->topic = g_strdup(topic);
    change->id = g_strdup(id);
    change->json = g_strdup(json);
    return change;
}

static void change_free(gpointer data)
{
    struct store_change *change = data;
    g_free((char *)change->topic);
    g_free((char *)change->id);
    g_free((char *)change->json);
    g_free(change);
}

GPtrArray *changes_new(void)
{
    return g_ptr_array_new_with_free_func(change_free);
}

bool store_announce(struct store_tx *tx, const char *topic, const char *id, const char *json,
                    GError **error)
{
    if (!tx->announced) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "a reader cannot announce %s", topic);
        return false;
    }
    g_ptr_array_add(tx->announced, change_new(clock_wall_us(), topic, id, json));
    return true;
}

bool changes_begin_epoch(struct store_tx *tx, gint64 epoch, GError **error)
{
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, epoch);
    if (!store_exec(tx, error, "DELETE FROM outbox", "") ||
        !store_setting_put(tx, "epoch", text, error))
        return false;
    tx->epoch = epoch;
    tx->seq = 0;
    return true;
}

bool changes_position(struct store_tx *tx, gint64 *epoch, gint64 *seq, GError **error)
{
    GError *bad = NULL;
    g_autofree char *text = store_setting_get(tx, "epoch", &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    *seq = 0;
    if (!text) {
        *epoch = clock_wall_us() / 1000;
        return changes_begin_epoch(tx, *epoch, error);
    }
    *epoch = strtoll(text, NULL, 10);
    return store_query_int(tx, error, seq, NULL, "SELECT MAX(seq) FROM outbox WHERE epoch = ?", "i",
                           *epoch);
}

static bool trim(struct store_tx *tx, gint64 epoch, gint64 last, int64_t keep, gint64 hold_seq,
                 GError **error)
{
    gint64 through = MIN(last - keep, hold_seq);
    return through <= 0 || store_exec(tx, error, "DELETE FROM outbox WHERE epoch = ? AND seq <= ?",
                                      "ii", epoch, through);
}

bool changes_publish(struct store_tx *tx, int64_t keep, gint64 hold_seq, GError **error)
{
    if (tx->announced->len == 0)
        return true;
    gint64 epoch, first;
    if (!changes_position(tx, &epoch, &first, error))
        return false;
    gint64 seq = first;
    for (guint i = 0; i < tx->announced->len; i++) {
        struct store_change *change = tx->announced->pdata[i];
        g_autofree char *id = store_id_new();
        change->epoch = epoch;
        change->seq = ++seq;
        if (!store_exec(tx, error,
                        "INSERT INTO outbox (id, epoch, seq, time_us, topic, object, body)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?)",
                        "siiisss", id, epoch, seq, (gint64)change->time_us, change->topic,
                        change->id, change->json))
            return false;
    }
    return first / TRIM_EVERY == seq / TRIM_EVERY || trim(tx, epoch, seq, keep, hold_seq, error);
}

bool changes_read(struct store_tx *tx, gint64 epoch, gint64 seq, unsigned limit, GPtrArray *changes,
                  bool *reaches, GError **error)
{
    gint64 current, last;
    if (!changes_position(tx, &current, &last, error))
        return false;
    *reaches = epoch == current && seq >= 0 && seq <= last;
    if (!*reaches || seq == last)
        return true;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT seq, time_us, topic, object, body FROM outbox WHERE epoch = ? AND seq > ?"
        " ORDER BY seq LIMIT ?",
        "iii", epoch, seq, (gint64)limit);
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct store_change *change = change_new(store_int(rows, 1), store_text(rows, 2),
                                                 store_text(rows, 3), store_text(rows, 4));
        change->epoch = epoch;
        change->seq = store_int(rows, 0);
        g_ptr_array_add(changes, change);
    }
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    *reaches = changes->len > 0 && ((struct store_change *)changes->pdata[0])->seq == seq + 1;
    return true;
}
