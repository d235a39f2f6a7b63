/* Plan and roster in the store. */
#include "duty/duty_private.h"
#include <string.h>

json_t *duty_time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

gint64 duty_time_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

json_t *duty_plan_read(struct store_tx *tx, GError **error)
{
    GError *bad = NULL;
    g_autofree char *text = store_setting_get(tx, "duty.plan", &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return NULL;
    }
    json_t *plan = text ? json_loads(text, 0, NULL) : NULL;
    if (plan)
        return plan;
    plan = plan_default();
    json_object_set_new(plan, "version", json_integer(0));
    return plan;
}

bool duty_plan_write(struct store_tx *tx, const json_t *plan, GError **error)
{
    g_autofree char *text = json_dumps(plan, JSON_COMPACT);
    return store_setting_put(tx, "duty.plan", text, error);
}

static json_t *shift_json(struct store_rows *rows)
{
    json_t *people = json_loads(store_text(rows, 2), 0, NULL);
    return json_pack("{s:s,s:s,s:o,s:I}", "id", store_text(rows, 0), "day", store_text(rows, 1),
                     "people", people ? people : json_array(), "version",
                     (json_int_t)store_int(rows, 3));
}

json_t *duty_shift_read(struct store_tx *tx, const struct duty_shift *shift, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT id, day, people, version FROM duty_shift WHERE id = ?", "s", shift->id);
    if (!rows)
        return NULL;
    if (store_rows_next(rows, &bad))
        return shift_json(rows);
    if (bad) {
        g_propagate_error(error, bad);
        return NULL;
    }
    return json_pack("{s:s,s:s,s:[],s:i}", "id", shift->id, "day", shift->day, "people", "version",
                     0);
}

json_t *duty_shifts_read(struct store_tx *tx, const char *from, const char *to, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT id, day, people, version FROM duty_shift"
                                       " WHERE day >= ? AND day <= ? ORDER BY id",
                                       "ss", from, to);
    json_t *list = json_array();
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, shift_json(rows));
    if (rows && !bad)
        return list;
    if (bad)
        g_propagate_error(error, bad);
    json_decref(list);
    return NULL;
}

static bool conflict(struct store_tx *tx, GError **error)
{
    if (store_changed(tx))
        return true;
    g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "somebody was first");
    return false;
}

bool duty_shift_write(struct store_tx *tx, const struct duty_shift *shift, const json_t *people,
                      gint64 version, gint64 now_us, GError **error)
{
    g_autofree char *text = json_dumps(people, JSON_COMPACT);
    if (version)
        return store_exec(tx, error,
                          "UPDATE duty_shift SET people = ?, version = version + 1,"
                          " updated_us = ? WHERE id = ? AND version = ?",
                          "sisi", text, now_us, shift->id, version) &&
               conflict(tx, error);
    return store_exec(tx, error,
                      "INSERT INTO duty_shift (id, day, people, version, updated_us)"
                      " VALUES (?, ?, ?, 1, ?) ON CONFLICT (id) DO NOTHING",
                      "sssi", shift->id, shift->day, text, now_us) &&
           conflict(tx, error);
}
