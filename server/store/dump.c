#include "store/dump.h"
#include <math.h>
#include <string.h>

/* A piece is closed once it is so long. */
#define PART_BYTES (4 * 1024 * 1024)

static const char *const sqlite_tables =
    "SELECT name FROM sqlite_master t WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    " AND NOT EXISTS (SELECT 1 FROM sqlite_master v WHERE v.sql LIKE 'CREATE VIRTUAL%' AND t.name "
    "IN"
    " (v.name || '_data', v.name || '_idx', v.name || '_content', v.name || '_docsize',"
    " v.name || '_config'))";
static const char *const postgresql_tables =
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";

/* Sessions that ended after the backup would come back to life; numbers of changes begin anew. */
static const char *const left_out[] = {"schema_migration", "outbox", "session", NULL};

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **dump_tables(struct store_tx *tx, GError **error)
{
    bool file = engine_kind(tx->engine) == ENGINE_SQLITE;
    store_rows_auto rows = store_query(tx, error, file ? sqlite_tables : postgresql_tables, "");
    if (!rows)
        return NULL;
    GError *bad = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    while (store_rows_next(rows, &bad))
        if (!g_strv_contains(left_out, store_text(rows, 0)))
            g_ptr_array_add(names, store_text_dup(rows, 0));
    if (bad) {
        g_propagate_error(error, bad);
        return NULL;
    }
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}

/* --- out */

struct dump {
    GString *lines;
    gint64 rows;
    json_t *columns; /* NULL until the first answer */
    char *letters;
    dump_part_fn part;
    gpointer user;
};

static void put_text(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++) {
        guchar c = (guchar)*text;
        if (c == '"' || c == '\\')
            g_string_append_c(out, '\\');
        if (c < 0x20)
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_c(out, (char)c);
    }
    g_string_append_c(out, '"');
}

/* With a point or an exponent: otherwise it would come back as a whole number. */
static void put_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_dtostr(text, sizeof text, value);
    g_string_append(out, text);
    if (!strpbrk(text, ".e"))
        g_string_append(out, ".0");
}

static void put_value(GString *out, struct store_rows *rows, int column, char letter)
{
    if (store_null(rows, column)) {
        g_string_append(out, "null");
    } else if (letter == 'i') {
        g_string_append_printf(out, "%" G_GINT64_FORMAT, store_int(rows, column));
    } else if (letter == 'd' && isfinite(store_double(rows, column))) {
        put_number(out, store_double(rows, column));
    } else if (letter == 'b') {
        gsize size;
        const guint8 *data = store_blob(rows, column, &size);
        g_autofree char *base64 = g_base64_encode(data ? data : (const guint8 *)"", size);
        g_string_append_printf(out, "{\"b\":\"%s\"}", base64);
    } else {
        const char *text = store_text(rows, column);
        put_text(out, text ? text : "");
    }
}

static void learn_columns(struct dump *dump, struct store_rows *rows)
{
    struct engine_stmt *stmt = rows_stmt(rows);
    int count = engine_columns(stmt);
    dump->columns = json_array();
    dump->letters = g_malloc0((gsize)count + 1);
    for (int i = 0; i < count; i++) {
        char type[] = {engine_letter(stmt, i), '\0'};
        dump->letters[i] = type[0];
        json_array_append_new(dump->columns,
                              json_pack("{s:s,s:s}", "name", engine_name(stmt, i), "type", type));
    }
}

static bool flush(struct dump *dump, GError **error)
{
    bool good =
        !dump->lines->len || dump->part(dump->lines->str, dump->lines->len, dump->user, error);
    g_string_truncate(dump->lines, 0);
    return good;
}

/* All rows of one answer. *count: how many. */
static bool put_rows(struct store_tx *tx, const char *sql, struct dump *dump, guint *count,
                     GError **error)
{
    store_rows_auto rows = store_query(tx, error, sql, "");
    if (!rows)
        return false;
    GError *bad = NULL;
    *count = 0;
    bool row = store_rows_next(rows, &bad);
    if (!bad && !dump->columns)
        learn_columns(dump, rows);
    for (; row && !bad; row = store_rows_next(rows, &bad)) {
        for (int i = 0; dump->letters[i]; i++) {
            g_string_append_c(dump->lines, i ? ',' : '[');
            put_value(dump->lines, rows, i, dump->letters[i]);
        }
        g_string_append(dump->lines, "]\n");
        dump->rows++;
        ++*count;
        if (dump->lines->len >= PART_BYTES && !flush(dump, &bad))
            break;
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* A server sends an answer whole: a cursor parts it. */
static bool put_by_cursor(struct store_tx *tx, const char *table, struct dump *dump, GError **error)
{
    g_autofree char *declare =
        g_strdup_printf("DECLARE dump_%s NO SCROLL CURSOR FOR SELECT * FROM \"%s\"", table, table);
    g_autofree char *fetch = g_strdup_printf("FETCH 2000 FROM dump_%s", table);
    g_autofree char *end = g_strdup_printf("CLOSE dump_%s", table);
    if (!engine_script(tx->engine, declare, error))
        return false;
    guint count = 0;
    do {
        if (!put_rows(tx, fetch, dump, &count, error))
            return false;
    } while (count > 0);
    return engine_script(tx->engine, end, error);
}

json_t *dump_table(struct store_tx *tx, const char *table, dump_part_fn part, gpointer user,
                   GError **error)
{
    struct dump dump = {.lines = g_string_new(NULL), .part = part, .user = user};
    g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"", table);
    guint count;
    bool good =
        (engine_kind(tx->engine) == ENGINE_SQLITE ? put_rows(tx, sql, &dump, &count, error)
                                                  : put_by_cursor(tx, table, &dump, error)) &&
        flush(&dump, error);
    json_t *about = NULL;
    if (good)
        about = json_pack("{s:s,s:I,s:O}", "name", table, "rows", (json_int_t)dump.rows, "columns",
                          dump.columns);
    json_decref(dump.columns);
    g_free(dump.letters);
    g_string_free(dump.lines, TRUE);
    return about;
}
