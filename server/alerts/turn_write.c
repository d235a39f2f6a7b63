/* What a turn collected, made ready, written in one transaction, and told. */
#include "alerts/alerts_private.h"
#include "alerts/contacts.h"
#include "alerts/load.h"
#include "alerts/turn.h"
#include "common/failpoint.h"
#include <math.h>
#include <string.h>

/* --- finishing */

static bool same_but_counted(const struct alert *a, const struct alert *b)
{
    return a->state == b->state && a->priority == b->priority && a->active == b->active &&
           a->chatter == b->chatter && a->marks == b->marks && a->ended_us == b->ended_us &&
           a->signal == b->signal && a->first_us == b->first_us &&
           g_strcmp0(a->title, b->title) == 0 && g_strcmp0(a->situation, b->situation) == 0 &&
           g_strcmp0(a->area, b->area) == 0;
}

static bool same_words(const struct alert *a, const struct alert *b)
{
    return g_strcmp0(a->title, b->title) == 0 && g_strcmp0(a->text, b->text) == 0 &&
           g_strcmp0(a->address, b->address) == 0;
}

static void finish_row(struct turn *turn, const char *id, struct alert_row *row)
{
    const struct alert_row *before = g_hash_table_lookup(turn->alerts->rows, id);
    const struct alert *now = correlator_alert(turn->alerts->correlator, id);
    if (now)
        alert_row_fill(row, now, correlator_memo(turn->alerts->correlator, now));
    if (row->counted && before && !same_but_counted(&before->alert, &row->alert))
        row->counted = false;
    row->retold = before && !same_words(&before->alert, &row->alert);
    if (!before && row->version == 0)
        row->version = 1;
    else if (before && row->version == before->version &&
             (before->alert.state != row->alert.state ||
              before->alert.ended_us != row->alert.ended_us))
        row->version++;
    if (before && g_strcmp0(before->alert.area, row->alert.area) != 0)
        json_object_set_new(turn->moved, id, json_of_text(before->alert.area));
}

static bool same_place(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_ids(const GPtrArray *a, const GPtrArray *b)
{
    bool same = a->len == b->len;
    for (guint i = 0; same && i < a->len; i++)
        same = strcmp(a->pdata[i], b->pdata[i]) == 0;
    return same;
}

static bool same_but_seen(const struct situation *a, const struct situation *b)
{
    return a->priority == b->priority && same_place(a->lon, b->lon) && same_place(a->lat, b->lat) &&
           a->first_us == b->first_us && a->ended_us == b->ended_us &&
           g_strcmp0(a->area, b->area) == 0 && same_ids(a->alerts, b->alerts);
}

/* A situation is called what its first alert that is known is called. */
static void name_situation(struct turn *turn, struct situation_row *row)
{
    for (guint i = 0; i < row->situation.alerts->len && !row->title; i++) {
        const char *id = row->situation.alerts->pdata[i];
        const struct alert_row *alert = g_hash_table_lookup(turn->rows, id);
        if (!alert)
            alert = g_hash_table_lookup(turn->alerts->rows, id);
        if (alert && alert->alert.title)
            row->title = g_strdup(alert->alert.title);
    }
    if (!row->title)
        row->title = g_strdup("");
}

static void finish_situation(struct turn *turn, const char *id, struct situation_row *row)
{
    const struct situation_row *before = g_hash_table_lookup(turn->alerts->situations, id);
    const struct situation *now = correlator_situation(turn->alerts->correlator, id);
    if (now)
        situation_row_fill(row, now);
    row->seen = before && same_but_seen(&before->situation, &row->situation);
    if (row->seen)
        row->version = before->version;
    name_situation(turn, row);
}

static void finish(struct turn *turn)
{
    struct alerts *alerts = turn->alerts;
    GHashTableIter iter;
    gpointer id, value;
    g_hash_table_iter_init(&iter, turn->rows);
    while (g_hash_table_iter_next(&iter, &id, &value))
        finish_row(turn, id, value);
    g_hash_table_iter_init(&iter, turn->situations);
    while (g_hash_table_iter_next(&iter, &id, &value))
        finish_situation(turn, id, value);
    turn->fence = alerts->fence;
    g_free(turn->rules);
    turn->rules = g_strdup(rulebook_digest(alerts->rulebook));
}

/* --- the transaction */

static bool check_fence(struct store_tx *tx, gint64 ours, GError **error)
{
    GError *bad = NULL;
    g_autofree char *text = store_setting_get(tx, ALERTS_SETTING_FENCE, &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    gint64 stored = text ? g_ascii_strtoll(text, NULL, 10) : 0;
    if (stored > ours) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED,
                    "another server took over (number %" G_GINT64_FORMAT ", ours %" G_GINT64_FORMAT
                    ")",
                    stored, ours);
        return false;
    }
    char number[24];
    g_snprintf(number, sizeof number, "%" G_GINT64_FORMAT, ours);
    return stored == ours || store_setting_put(tx, ALERTS_SETTING_FENCE, number, error);
}

static bool announce(struct store_tx *tx, const char *topic, const char *id, json_t *object,
                     GError **error)
{
    g_autofree char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(object);
    return store_announce(tx, topic, id, text, error);
}

static bool write_rows(struct store_tx *tx, struct turn *turn, GError **error)
{
    GHashTableIter iter;
    gpointer id, value;
    g_hash_table_iter_init(&iter, turn->rows);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct alert_row *row = value;
        if (!alert_row_write(tx, row, error) || (row->is_new && !alert_row_count(tx, row, error)))
            return false;
        if (!row->counted && !announce(tx, "alert", id, alert_row_json(row), error))
            return false;
    }
    g_hash_table_iter_init(&iter, turn->situations);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct situation_row *row = value;
        if (!situation_row_write(tx, row, error) ||
            (!row->seen && !announce(tx, "situation", id, situation_row_json(row), error)))
            return false;
    }
    return true;
}

static bool write_events(struct store_tx *tx, struct turn *turn, GError **error)
{
    for (guint i = 0; i < turn->events->len; i++) {
        const struct taken_event *taken = &g_array_index(turn->events, struct taken_event, i);
        const struct event *event = taken->event;
        g_autofree char *own = NULL;
        if (!store_exec(tx, error,
                        "INSERT INTO event (source, id, received_us, taken_us, alert, outcome,"
                        " body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                        "ssiisss", event->source, event->id, (gint64)event->received_us,
                        turn->now_us, taken->alert, decision_kind_name(taken->outcome),
                        contacts_kept_text(taken, &own)))
            return false;
    }
    return true;
}

static bool write_risen(struct store_tx *tx, const struct turn *turn, GError **error)
{
    for (guint i = 0; i < turn->risen->len; i++) {
        const struct risen_event *risen = turn->risen->pdata[i];
        if (!store_exec(
                tx, error, "UPDATE event SET alert = ?, outcome = ? WHERE source = ? AND id = ?",
                "ssss", risen->alert, decision_kind_name(risen->outcome), risen->source, risen->id))
            return false;
    }
    return true;
}

static bool write_all(struct store_tx *tx, gpointer job, GError **error)
{
    struct turn *turn = job;
    if (!check_fence(tx, turn->fence, error) || (turn->write && !turn->write(tx, turn, error)) ||
        !write_rows(tx, turn, error) || !write_events(tx, turn, error) ||
        !write_risen(tx, turn, error) ||
        !contacts_write(tx, turn, identity_vault(turn->alerts->options.identity), error))
        return false;
    for (guint i = 0; i < turn->decisions->len; i++) {
        if (!decision_row_write(tx, turn->decisions->pdata[i], turn->rules, error))
            return false;
    }
    failpoint("alerts.write");
    return true;
}

static void adopt(struct turn *turn)
{
    struct alerts *alerts = turn->alerts;
    GHashTableIter iter;
    gpointer id, value;
    g_hash_table_iter_init(&iter, turn->rows);
    while (g_hash_table_iter_next(&iter, &id, &value))
        g_hash_table_replace(alerts->rows, g_strdup(id), alert_row_ref(value));
    g_hash_table_iter_init(&iter, turn->situations);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct situation_row *row = value;
        if (row->situation.ended_us)
            g_hash_table_remove(alerts->situations, id);
        else
            g_hash_table_replace(alerts->situations, g_strdup(id), situation_row_ref(value));
    }
}

static void written(gpointer job, const GError *error)
{
    struct turn *turn = job;
    if (error) {
        turn_fail(turn, error);
        return;
    }
    failpoint("alerts.committed");
    adopt(turn);
    load_note_alerts(turn->alerts->load, turn);
    topic_tell(turn->alerts, turn);
    failpoint("alerts.told");
    turn_end(turn, NULL);
}

void turn_write(struct turn *turn)
{
    finish(turn);
    failpoint("alerts.taken");
    store_write(turn->alerts->options.store, write_all, turn, written);
}
