/* Cases that are new or closed, and the alerts that are open meanwhile. */
#include "alerts/alerts_private.h"
#include "common/log.h"

struct offer {
    char *case_id;
    bool withdrawn;
};

static void offer_free(gpointer data)
{
    struct offer *offer = data;
    g_free(offer->case_id);
    g_free(offer);
}

static void wait_for(struct alerts *alerts, struct offer *offer)
{
    if (!alerts->offers)
        alerts->offers = g_ptr_array_new_with_free_func(offer_free);
    g_ptr_array_add(alerts->offers, offer);
}

/* The store was full or busy: again with the next housekeeping. */
static void end(struct turn *turn, const GError *error)
{
    struct offer *offer = turn->user;
    struct alerts *alerts = turn->alerts;
    if (!error) {
        offer_free(offer);
        return;
    }
    log_warn("alerts", "what alerts say of case %s is not saved yet: %s", offer->case_id,
             error->message);
    wait_for(alerts, offer);
}

/* --- a new one */

static void begin_offer(struct turn *turn)
{
    const struct offer *offer = turn->user;
    turn_take(turn, correlator_offer(turn->alerts->correlator, offer->case_id, turn->now_us), NULL,
              false);
    if (turn->decisions->len)
        turn_write(turn);
    else
        turn_end(turn, NULL);
}

/* --- one that is closed */

static bool names(const struct alert_row *row, const char *case_id)
{
    const char *suggested = json_string_value(json_object_get(row->suggestion, "case"));
    return !row->alert.ended_us && g_strcmp0(suggested, case_id) == 0;
}

static void begin_withdrawal(struct turn *turn)
{
    const struct offer *offer = turn->user;
    struct alerts *alerts = turn->alerts;
    GHashTableIter iter;
    gpointer id, value;
    bool any = false;
    g_hash_table_iter_init(&iter, alerts->rows);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        if (!names(value, offer->case_id))
            continue;
        struct alert_row *row = turn_row(turn, id);
        row->counted = false;
        json_decref(row->suggestion);
        row->suggestion = NULL;
        any = true;
    }
    if (any)
        turn_write(turn);
    else
        turn_end(turn, NULL);
}

/* --- both */

static struct offer *offer_new(const char *case_id, bool withdrawn)
{
    struct offer *offer = g_new(struct offer, 1);
    *offer = (struct offer){.case_id = g_strdup(case_id), .withdrawn = withdrawn};
    return offer;
}

static void add(struct alerts *alerts, const char *case_id, bool withdrawn)
{
    struct offer *offer = offer_new(case_id, withdrawn);
    turn_add(alerts, withdrawn ? begin_withdrawal : begin_offer, end, offer);
}

void offers_add(struct alerts *alerts, const char *case_id)
{
    add(alerts, case_id, false);
}

void offers_withdraw(struct alerts *alerts, const char *case_id)
{
    add(alerts, case_id, true);
}

/* --- what was committed and not followed up: the program ended in between */

bool offers_missing(struct store_tx *tx, const GPtrArray *cases, gint64 since_us, GPtrArray *ids,
                    GError **error)
{
    g_autoptr(GHashTable) missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < cases->len; i++) {
        const struct open_case *about = cases->pdata[i];
        if (!about->closed_us && about->opened_us > since_us)
            g_hash_table_add(missing, g_strdup(about->id));
    }
    if (!g_hash_table_size(missing))
        return true;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT DISTINCT d.case_id FROM alert a JOIN decision d ON d.alert = a.id"
                    " WHERE a.ended_us = 0 AND d.case_id IS NOT NULL",
                    "");
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        g_hash_table_remove(missing, store_text(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, missing);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_ptr_array_add(ids, g_strdup(id));
    return rows && !bad;
}

void offers_start(struct alerts *alerts, const GPtrArray *missing)
{
    for (guint i = 0; i < missing->len; i++)
        wait_for(alerts, offer_new(missing->pdata[i], false));
    GHashTableIter iter;
    gpointer value;
    g_autoptr(GHashTable) closed = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_iter_init(&iter, alerts->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct alert_row *row = value;
        const char *id = json_string_value(json_object_get(row->suggestion, "case"));
        const struct open_case *about = id ? g_hash_table_lookup(alerts->cases, id) : NULL;
        if (about && about->closed_us && !row->alert.ended_us &&
            g_hash_table_add(closed, (gpointer)about->id))
            wait_for(alerts, offer_new(id, true));
    }
}

void offers_again(struct alerts *alerts)
{
    g_autoptr(GPtrArray) offers = g_steal_pointer(&alerts->offers);
    for (guint i = 0; offers && i < offers->len; i++) {
        const struct offer *offer = offers->pdata[i];
        add(alerts, offer->case_id, offer->withdrawn);
    }
}

void offers_close(struct alerts *alerts)
{
    g_clear_pointer(&alerts->offers, g_ptr_array_unref);
}
