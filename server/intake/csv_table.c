#include "intake/csv_table.h"
#include <string.h>

static bool fail(struct form_fault *fault, const char *zh, const char *en)
{
    *fault = (struct form_fault){.field = NULL, .zh = zh, .en = g_strdup(en)};
    return false;
}

static bool heads_good(GPtrArray *heads, struct form_fault *fault)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < heads->len; i++) {
        char *head = g_strstrip(heads->pdata[i]);
        if (*head && !g_hash_table_add(seen, head))
            return fail(fault, "表头有重名的列", "two columns have one name");
    }
    return g_hash_table_size(seen) > 0 || fail(fault, "没有表头", "there is no row of names");
}

bool csv_table_open(struct csv_table *table, const char *data, size_t size,
                    struct form_fault *fault)
{
    guint line;
    csv_reader_init(&table->reader, data, size);
    table->heads = g_ptr_array_new_with_free_func(g_free);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    if (csv_read(&table->reader, table->heads, &line) != CSV_RECORD)
        return fail(fault, "没有表头", "there is no row of names");
    return heads_good(table->heads, fault);
}

void csv_table_close(struct csv_table *table)
{
    g_clear_pointer(&table->heads, g_ptr_array_unref);
    g_clear_pointer(&table->cells, g_ptr_array_unref);
}

static json_t *row_json(const struct csv_table *table)
{
    json_t *row = json_object();
    for (guint i = 0; i < table->heads->len && i < table->cells->len; i++) {
        const char *head = table->heads->pdata[i], *cell = table->cells->pdata[i];
        if (*head && *cell)
            json_object_set_new(row, head, json_string(cell));
    }
    return row;
}

enum csv_row csv_table_next(struct csv_table *table, json_t **row, guint *line,
                            struct form_fault *fault)
{
    switch (csv_read(&table->reader, table->cells, line)) {
    case CSV_END:
        return CSV_ROW_END;
    case CSV_BAD_QUOTE:
        fail(fault, "引号不成对", "a quote is not closed, or something stands behind it");
        return CSV_ROW_BAD;
    case CSV_BAD_UTF8:
        fail(fault, "不是有效的 UTF-8", "is not valid UTF-8");
        return CSV_ROW_BAD;
    case CSV_RECORD:
        break;
    }
    if (table->cells->len > table->heads->len) {
        fail(fault, "比表头多列", "has more cells than there are names");
        return CSV_ROW_BAD;
    }
    *row = row_json(table);
    return CSV_ROW;
}
