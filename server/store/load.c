#include "store/dump.h"
#include <math.h>
#include <string.h>

struct load {
    struct store_tx *tx;
    struct engine_stmt *stmt;
    char *table, *letters;
    gint64 rows;
};

/* Names come from a file that somebody may have written: nothing else than this goes into SQL. */
static bool is_name(const char *name)
{
    for (const char *c = name; c && *c; c++)
        if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '_')
            return false;
    return name && *name && strlen(name) < 64;
}

/* INSERT for its columns; `letters` gets their types. NULL: names or types are none. */
static char *insert_sql(const json_t *about, GString *letters)
{
    const char *table = json_string_value(json_object_get(about, "name"));
    const json_t *columns = json_object_get(about, "columns");
    if (!is_name(table) || json_array_size(columns) == 0)
        return NULL;
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GString) marks = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *column = json_array_get(columns, i);
        const char *name = json_string_value(json_object_get(column, "name"));
        const char *type = json_string_value(json_object_get(column, "type"));
        if (!is_name(name) || !type || strlen(type) != 1 || !strchr("sidb", *type))
            return NULL;
        g_string_append_printf(names, "%s\"%s\"", i ? ", " : "", name);
        g_string_append(marks, i ? ", ?" : "?");
        g_string_append(letters, type);
    }
    return g_strdup_printf("INSERT INTO \"%s\" (%s) VALUES (%s)", table, names->str, marks->str);
}

struct load *load_begin(struct store_tx *tx, const json_t *about, GError **error)
{
    g_autoptr(GString) letters = g_string_new(NULL);
    g_autofree char *sql = insert_sql(about, letters);
    if (!sql) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "a table of the backup has no such"
                    " name or columns");
        return NULL;
    }
    struct engine_stmt *stmt = engine_prepare(tx->engine, sql, letters->str, error);
    if (!stmt)
        return NULL;
    struct load *load = g_new0(struct load, 1);
    load->tx = tx;
    load->stmt = stmt;
    load->letters = g_strdup(letters->str);
    load->table = g_strdup(json_string_value(json_object_get(about, "name")));
    return load;
}

void load_end(struct load *load)
{
    if (!load)
        return;
    engine_finalize(load->stmt);
    g_free(load->table);
    g_free(load->letters);
    g_free(load);
}

const char *load_table(const struct load *load)
{
    return load->table;
}

gint64 load_rows(const struct load *load)
{
    return load->rows;
}

static bool bind_bytes(struct engine_stmt *stmt, int index, const json_t *value)
{
    const char *base64 = json_string_value(json_object_get(value, "b"));
    if (!base64)
        return false;
    gsize size;
    g_autofree guchar *data = g_base64_decode(base64, &size);
    return engine_bind_blob(stmt, index, data, size);
}

static bool bind(struct engine_stmt *stmt, int index, char letter, const json_t *value)
{
    if (json_is_null(value))
        return engine_bind_null(stmt, index);
    switch (letter) {
    case 'i':
        return json_is_integer(value) && engine_bind_int(stmt, index, json_integer_value(value));
    case 'd':
        return json_is_number(value) && engine_bind_double(stmt, index, json_number_value(value));
    case 'b':
        return bind_bytes(stmt, index, value);
    default:
        return json_is_string(value) && engine_bind_text(stmt, index, json_string_value(value));
    }
}

bool load_line(struct load *load, const char *line, gsize size, GError **error)
{
    json_t *row = json_loadb(line, size, 0, NULL);
    gsize count = strlen(load->letters);
    bool good = json_is_array(row) && json_array_size(row) == count;
    for (gsize i = 0; good && i < count; i++)
        good = bind(load->stmt, (int)i + 1, load->letters[i], json_array_get(row, i));
    json_decref(row);
    if (!good)
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "row %" G_GINT64_FORMAT " of %s is none", load->rows + 1, load->table);
    good = good && engine_step(load->tx->engine, load->stmt, error) == ENGINE_DONE;
    engine_reset(load->stmt);
    load->rows += good;
    return good;
}
