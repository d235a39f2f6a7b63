/* What was rejected is tried again: with the mapping, the settings and the register as they are
 * now. A row goes away after its event is on disk, so that nothing is lost in between; the same
 * event twice changes nothing. */
#include "common/clock.h"
#include "intake/rejects_private.h"

static void row_free(gpointer data)
{
    struct reject_row *row = data;
    json_decref(row->item);
    g_free(row->id);
    g_free(row->field);
    g_free(row->zh);
    g_free(row->en);
    g_free(row);
}

static void refuse(struct reject_row *row, const char *field, const char *zh, const char *en)
{
    row->verdict = REJECT_AGAIN;
    row->field = g_strdup(field);
    row->zh = g_utf8_make_valid(zh, -1);
    row->en = g_utf8_make_valid(en, -1);
}

/* --- what became of it, on disk */

static bool write_row(struct store_tx *tx, const struct reject_row *row, GError **error)
{
    if (row->verdict == REJECT_TAKEN)
        return store_exec(tx, error, "DELETE FROM feed_reject WHERE id = ?", "s", row->id);
    return !row->en ||
           store_exec(tx, error, "UPDATE feed_reject SET field = ?, zh = ?, en = ? WHERE id = ?",
                      "ssss", row->field, row->zh, row->en, row->id);
}

static bool write_verdicts(struct store_tx *tx, gpointer job, GError **error)
{
    struct reject_ask *ask = job;
    int taken = 0;
    for (guint i = 0; i < ask->rows->len; i++) {
        const struct reject_row *row = ask->rows->pdata[i];
        taken += row->verdict == REJECT_TAKEN;
        if (!write_row(tx, row, error))
            return false;
    }
    if (!rejects_count(tx, ask->feed, &ask->left, error))
        return false;
    json_t *details =
        json_pack("{s:i,s:i}", "taken", taken, "refused", (int)ask->rows->len - taken);
    bool good = identity_audit(tx, ask->who, "feed.retry", ask->feed, details, ask->now_us, error);
    json_decref(details);
    ask->answer = json_pack("{s:i,s:i,s:I}", "taken", taken, "refused", (int)ask->rows->len - taken,
                            "left", (json_int_t)ask->left);
    return good;
}

static void on_verdicts(gpointer job, const GError *error)
{
    struct reject_ask *ask = job;
    if (!error)
        rejects_note(ask->intake->rejects, ask->feed, ask->left);
    reject_answer(ask, error);
}

static void one_less(struct reject_ask *ask)
{
    if (--ask->waiting == 0)
        store_write(ask->intake->options.store, write_verdicts, ask, on_verdicts);
}

/* --- items of a source that is asked */

static void on_put(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct reject_ask *ask = user;
    guint taken = 0;
    (void)why;
    for (guint i = 0; i < ask->rows->len; i++) {
        struct reject_row *row = ask->rows->pdata[i];
        if (row->verdict != REJECT_UNDER_WAY)
            continue;
        row->verdict = outcome == WRITER_DONE ? REJECT_TAKEN : REJECT_AGAIN;
        taken++;
    }
    struct feed *feed = feeds_find(ask->intake->feeds, ask->feed);
    if (outcome != WRITER_DONE)
        ask->why = "the event bus does not take events";
    else if (feed)
        feed_note_accepted(feed, taken, clock_wall_us());
    one_less(ask);
}

static void retry_items(struct reject_ask *ask, const struct feed *feed)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < ask->rows->len; i++) {
        struct reject_row *row = ask->rows->pdata[i];
        struct form_fault fault = {0};
        event_auto event =
            row->item ? intake_read_item(ask->intake, feed, row->item, ask->now_us, &fault) : NULL;
        if (event) {
            row->verdict = REJECT_UNDER_WAY;
            g_ptr_array_add(texts, event_text(event));
        } else if (row->item) {
            refuse(row, fault.field, fault.zh ? fault.zh : "有误",
                   fault.en ? fault.en : "is wrong");
        }
        form_fault_clear(&fault);
    }
    if (texts->len) {
        ask->waiting++;
        writer_put(ask->intake->writer, (const char *const *)texts->pdata, texts->len, NULL, on_put,
                   ask);
    }
}

/* --- messages of a broker */

static void on_told(bool told, gpointer user)
{
    struct reject_row *row = user;
    row->verdict = told ? REJECT_TAKEN : REJECT_AGAIN;
    one_less(row->ask);
}

static void retry_messages(struct reject_ask *ask)
{
    for (guint i = 0; i < ask->rows->len; i++) {
        struct reject_row *row = ask->rows->pdata[i];
        g_autoptr(GError) error = NULL;
        if (!row->item)
            continue;
        row->verdict = REJECT_UNDER_WAY;
        ask->waiting++;
        if (mqtt_retry(ask->intake->mqtt, ask->feed, row->item, row->time_us, on_told, row, &error))
            continue;
        refuse(row, NULL, "消息无法理解", error->message);
        ask->waiting--;
    }
}

/* --- from the store */

static bool read_rows(struct store_tx *tx, gpointer job, GError **error)
{
    struct reject_ask *ask = job;
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, time_us, item FROM feed_reject WHERE feed = ? AND"
                    " id = COALESCE(?, id) ORDER BY time_us, id",
                    "ss", ask->feed, ask->only);
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad)) {
        struct reject_row *row = g_new0(struct reject_row, 1);
        size_t size = 0;
        const void *sealed = store_blob(rows, 2, &size);
        row->ask = ask;
        row->id = store_text_dup(rows, 0);
        row->time_us = store_int(rows, 1);
        row->item = rejects_open(ask->intake->rejects, sealed, size);
        g_ptr_array_add(ask->rows, row);
    }
    if (bad)
        g_propagate_error(error, bad);
    else if (ask->only && !ask->rows->len)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "nothing of that id is kept");
    return !bad && (!ask->only || ask->rows->len);
}

static void on_rows(gpointer job, const GError *error)
{
    struct reject_ask *ask = job;
    const struct feed *feed = feeds_find(ask->intake->feeds, ask->feed);
    if (error || !feed) {
        reject_answer(ask, error);
        return;
    }
    ask->waiting = 1;
    if (feed->kind == FEED_MQTT)
        retry_messages(ask);
    else
        retry_items(ask, feed);
    one_less(ask);
}

void reject_retry(struct reject_ask *ask)
{
    ask->rows = g_ptr_array_new_with_free_func(row_free);
    store_read(ask->intake->options.store, read_rows, ask, on_rows);
}
