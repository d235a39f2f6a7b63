#include "cases/cases_private.h"

static json_t *value_of(struct store_rows *rows, int column, char kind)
{
    switch (kind) {
    case 'i':
        return json_integer(store_int(rows, column));
    case 't':
        return case_json_time(store_int(rows, column));
    case 'b':
        return json_boolean(store_int(rows, column));
    default:
        return case_json_text(store_text(rows, column));
    }
}

json_t *cases_rows_json(struct store_tx *tx, const char *sql, const char *id,
                        const struct cases_field *fields, guint count, GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array();
    store_rows_auto rows = store_query(tx, error, sql, "s", id);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *object = json_object();
        for (guint i = 0; i < count; i++)
            json_object_set_new(object, fields[i].name, value_of(rows, (int)i, fields[i].kind));
        json_array_append_new(list, object);
    }
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        g_clear_pointer(&list, json_decref);
    return list;
}
