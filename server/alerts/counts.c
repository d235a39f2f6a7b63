#include "alerts/counts.h"
#include "common/log.h"

#define TELL_US ((gint64)G_USEC_PER_SEC)

struct counts {
    struct alerts *alerts;
    GHashTable *rows, *situations; /* ids */
    gint64 told_us;
    guint source;
};

/* --- what is noted */

void counts_note_alert(struct counts *counts, const char *id)
{
    if (!g_hash_table_contains(counts->rows, id))
        g_hash_table_add(counts->rows, g_strdup(id));
}

void counts_note_situation(struct counts *counts, const char *id)
{
    if (!g_hash_table_contains(counts->situations, id))
        g_hash_table_add(counts->situations, g_strdup(id));
}

void counts_skip_alert(struct counts *counts, const char *id)
{
    g_hash_table_remove(counts->rows, id);
}

void counts_skip_situation(struct counts *counts, const char *id)
{
    g_hash_table_remove(counts->situations, id);
}

/* --- telling */

static json_t *rows_json(const struct counts *counts)
{
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, counts->rows);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        const struct alert_row *row = g_hash_table_lookup(counts->alerts->rows, id);
        if (row && !row->alert.ended_us)
            json_array_append_new(list, alert_row_count_json(row));
    }
    return list;
}

static json_t *situations_json(const struct counts *counts)
{
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, counts->situations);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        const struct situation_row *row = g_hash_table_lookup(counts->alerts->situations, id);
        if (row)
            json_array_append_new(list, situation_row_count_json(row));
    }
    return list;
}

static bool announce(struct store_tx *tx, gpointer job, GError **error)
{
    return store_announce(tx, "alert_counts", "", job, error);
}

static void announced(gpointer job, const GError *error)
{
    if (error) /* the next sighting of each tells its count too */
        log_warn("alerts", "counts are not in the change log: %s", error->message);
    free(job);
}

static gboolean tell(gpointer user)
{
    struct counts *counts = user;
    struct alerts *alerts = counts->alerts;
    counts->source = 0;
    counts->told_us = alerts_now(alerts);
    json_t *told =
        json_pack("{s:o,s:o}", "alerts", rows_json(counts), "situations", situations_json(counts));
    g_hash_table_remove_all(counts->rows);
    g_hash_table_remove_all(counts->situations);
    store_write(alerts->options.store, announce, json_dumps(told, JSON_COMPACT), announced);
    topic_tell_counts(alerts, told);
    return G_SOURCE_REMOVE;
}

void counts_plan(struct counts *counts)
{
    struct alerts *alerts = counts->alerts;
    bool none = g_hash_table_size(counts->rows) == 0 && g_hash_table_size(counts->situations) == 0;
    if (none || counts->source)
        return;
    gint64 left_us = counts->told_us + TELL_US - alerts_now(alerts);
    counts->source =
        loop_after(alerts->options.loop, (guint)CLAMP(left_us / 1000, 0, 1000), tell, counts);
}

void counts_clock_fell(struct counts *counts)
{
    counts->told_us = 0;
}

/* --- life */

struct counts *counts_create(struct alerts *alerts)
{
    struct counts *counts = g_new0(struct counts, 1);
    counts->alerts = alerts;
    counts->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    counts->situations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return counts;
}

void counts_destroy(struct counts *counts)
{
    if (!counts)
        return;
    loop_cancel(counts->alerts->options.loop, &counts->source);
    g_hash_table_destroy(counts->rows);
    g_hash_table_destroy(counts->situations);
    g_free(counts);
}
