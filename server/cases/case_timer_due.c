/* Timers whose time has come, and how they are told. */
#include "cases/case_timer.h"

void case_due_free(gpointer data)
{
    struct case_due *due = data;
    g_free(due->id);
    g_free(due->case_id);
    g_free(due->timer);
    g_free(due->order);
    g_free(due->state);
    g_free(due);
}

#define ITEM_WAITS "due_us > 0 AND done_us = 0 AND over_us = 0"

/* Takes each row into the list: id, case, timer, order, state, then the numbers. */
static bool read_due(struct store_rows *rows, GPtrArray *list, GError **error)
{
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        struct case_due *due = g_new0(struct case_due, 1);
        due->id = store_text_dup(rows, 0);
        due->case_id = store_text_dup(rows, 1);
        due->timer = store_text_dup(rows, 2);
        due->order = store_text_dup(rows, 3);
        due->state = store_text_dup(rows, 4);
        due->due_us = store_int(rows, 5);
        due->warn_us = store_int(rows, 6);
        due->next_us = store_int(rows, 7);
        due->reminded = store_int(rows, 8);
        g_ptr_array_add(list, due);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

bool case_timers_due(struct store_tx *tx, gint64 now_us, int limit, GPtrArray *list, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, case_id, timer, order_id, state, due_us, warn_us, next_us, reminded"
                    " FROM case_timer WHERE next_us > 0 AND next_us <= ? ORDER BY next_us, id"
                    " LIMIT ?",
                    "ii", now_us, (gint64)limit);
    return read_due(rows, list, error);
}

bool case_items_due(struct store_tx *tx, gint64 now_us, int limit, GPtrArray *list, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, case_id, kind, NULL, NULL, due_us, 0, 0, 0 FROM case_item"
                    " WHERE " ITEM_WAITS " AND due_us <= ? ORDER BY due_us, id LIMIT ?",
                    "ii", now_us, (gint64)limit);
    return read_due(rows, list, error);
}

bool case_timers_next(struct store_tx *tx, gint64 *next_us, GError **error)
{
    gint64 item_us = 0;
    bool found, other;
    *next_us = 0;
    if (!store_query_int(tx, error, next_us, &found,
                         "SELECT next_us FROM case_timer WHERE next_us > 0"
                         " ORDER BY next_us LIMIT 1",
                         "") ||
        !store_query_int(
            tx, error, &item_us, &other,
            "SELECT due_us FROM case_item WHERE " ITEM_WAITS " ORDER BY due_us LIMIT 1", ""))
        return false;
    if (other && (!found || item_us < *next_us))
        *next_us = item_us;
    return true;
}

bool case_timer_done(struct store_tx *tx, const struct case_due *due, gint64 next_us, bool over,
                     gint64 now_us, GError **error)
{
    (void)now_us;
    return store_exec(tx, error,
                      "UPDATE case_timer SET next_us = ?, reminded = reminded + ?, state = ?"
                      " WHERE id = ?",
                      "iiss", next_us, (gint64)!over, over ? "over" : due->state, due->id);
}

json_t *case_timers_json(struct store_tx *tx, const char *case_id, GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array();
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, timer, order_id, start_us, due_us, warn_us, state, limit_text,"
                    " ended_us FROM case_timer WHERE case_id = ? ORDER BY start_us, id",
                    "s", case_id);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *limit = json_loads(store_text(rows, 7), 0, NULL);
        json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:O?,s:o}", "id",
                                              case_json_text(store_text(rows, 0)), "timer",
                                              case_json_text(store_text(rows, 1)), "order",
                                              case_json_text(store_text(rows, 2)), "start_us",
                                              case_json_time(store_int(rows, 3)), "due_us",
                                              case_json_time(store_int(rows, 4)), "warn_us",
                                              case_json_time(store_int(rows, 5)), "state",
                                              case_json_text(store_text(rows, 6)), "limit",
                                              json_object_get(limit, "limit"), "ended_us",
                                              case_json_time(store_int(rows, 8))));
        json_decref(limit);
    }
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        g_clear_pointer(&list, json_decref);
    return list;
}
