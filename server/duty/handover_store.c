/* The handover book in the store. */
#include "duty/duty_private.h"
#include <string.h>

#define COLUMNS                                                                                    \
    "id, begin_us, end_us, state, notes, matters, version, noted_name, handed_by, handed_name,"    \
    " handed_us, signed_by, signed_name, signed_us, on_roster"

static json_t *text_or_null(struct store_rows *rows, int column)
{
    const char *text = store_text(rows, column);
    return text ? json_string(text) : json_null();
}

static json_t *handover_json(struct store_rows *rows)
{
    json_t *matters = json_loads(store_text(rows, 5), 0, NULL);
    return json_pack("{s:s,s:o,s:o,s:s,s:s,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "id",
                     store_text(rows, 0), "begin_us", duty_time_json(store_int(rows, 1)), "end_us",
                     duty_time_json(store_int(rows, 2)), "state", store_text(rows, 3), "notes",
                     store_text(rows, 4), "matters", matters ? matters : json_array(), "version",
                     (json_int_t)store_int(rows, 6), "noted_name", text_or_null(rows, 7),
                     "handed_by", text_or_null(rows, 8), "handed_name", text_or_null(rows, 9),
                     "handed_us", duty_time_json(store_int(rows, 10)), "signed_by",
                     text_or_null(rows, 11), "signed_name", text_or_null(rows, 12), "signed_us",
                     duty_time_json(store_int(rows, 13)), "on_roster", store_int(rows, 14) != 0);
}

json_t *duty_handover_read(struct store_tx *tx, const char *id, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT " COLUMNS " FROM duty_handover WHERE id = ?", "s", id);
    if (!rows)
        return NULL;
    if (store_rows_next(rows, &bad))
        return handover_json(rows);
    if (!bad)
        return json_null();
    g_propagate_error(error, bad);
    return NULL;
}

json_t *duty_handovers_read(struct store_tx *tx, gint64 limit, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT " COLUMNS " FROM duty_handover ORDER BY end_us DESC LIMIT ?",
                    "i", limit);
    json_t *list = json_array();
    while (rows && store_rows_next(rows, &bad)) {
        json_t *one = handover_json(rows);
        json_object_set_new(
            one, "count",
            json_integer((json_int_t)json_array_size(json_object_get(one, "matters"))));
        json_object_del(one, "matters");
        json_array_append_new(list, one);
    }
    if (rows && !bad)
        return list;
    if (bad)
        g_propagate_error(error, bad);
    json_decref(list);
    return NULL;
}

json_t *duty_handover_new(const struct duty_shift *shift)
{
    return json_pack("{s:s,s:o,s:o,s:s,s:s,s:[],s:i,s:n,s:n,s:n,s:n,s:n,s:n,s:n,s:b}", "id",
                     shift->id, "begin_us", duty_time_json(shift->begin_us), "end_us",
                     duty_time_json(shift->end_us), "state", "open", "notes", "", "matters",
                     "version", 0, "noted_name", "handed_by", "handed_name", "handed_us",
                     "signed_by", "signed_name", "signed_us", "on_roster", 0);
}

static bool first(struct store_tx *tx, GError **error)
{
    if (store_changed(tx))
        return true;
    g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "somebody was first");
    return false;
}

bool duty_handover_write(struct store_tx *tx, const json_t *h, gint64 based_on, GError **error)
{
#define TEXT(key) json_string_value(json_object_get(h, key))
    g_autofree char *matters = json_dumps(json_object_get(h, "matters"), JSON_COMPACT);
    if (!based_on &&
        !(store_exec(tx, error,
                     "INSERT INTO duty_handover (id, begin_us, end_us, state, notes,"
                     " matters, version) VALUES (?, ?, ?, 'open', '', '[]', 0)"
                     " ON CONFLICT (id) DO NOTHING",
                     "sii", TEXT("id"), duty_time_of(h, "begin_us"), duty_time_of(h, "end_us")) &&
          first(tx, error)))
        return false;
    return store_exec(tx, error,
                      "UPDATE duty_handover SET state = ?, notes = ?, matters = ?, noted_name = ?,"
                      " handed_by = ?, handed_name = ?, handed_us = ?, signed_by = ?,"
                      " signed_name = ?, signed_us = ?, signed_session = ?, on_roster = ?,"
                      " version = version + 1 WHERE id = ? AND version = ?",
                      "ssssssissisisi", TEXT("state"), TEXT("notes"), matters, TEXT("noted_name"),
                      TEXT("handed_by"), TEXT("handed_name"), duty_time_of(h, "handed_us"),
                      TEXT("signed_by"), TEXT("signed_name"), duty_time_of(h, "signed_us"),
                      TEXT("signed_session"), (gint64)json_is_true(json_object_get(h, "on_roster")),
                      TEXT("id"), based_on) &&
           first(tx, error);
#undef TEXT
}
