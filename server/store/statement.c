/* Statements as store.h shows them: prepared once a connection, bound by a string of types. */
#include "store/engine.h"
#include <string.h>

/* More different statements than this are not kept; the program has far fewer. */
#define MAX_STATEMENTS 512
/* A server that cannot be reached is tried again after so long. */
#define RETRY_US (G_USEC_PER_SEC / 2)

struct store_rows {
    struct store_tx *tx;
    struct engine_stmt *stmt;
    char *types; /* it was prepared for */
    bool busy;   /* between store_query() and store_rows_end() */
    bool kept;   /* in tx->statements */
};

static void rows_free(gpointer data)
{
    struct store_rows *rows = data;
    engine_finalize(rows->stmt);
    g_free(rows->types);
    g_free(rows);
}

struct store_tx *tx_open(const char *where, bool read_only, GError **error)
{
    struct engine *engine = engine_open(where, read_only, error);
    if (!engine)
        return NULL;
    struct store_tx *tx = g_new0(struct store_tx, 1);
    tx->engine = engine;
    tx->where = g_strdup(where);
    tx->read_only = read_only;
    tx->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rows_free);
    return tx;
}

void tx_close(struct store_tx *tx)
{
    if (!tx)
        return;
    g_hash_table_destroy(tx->statements);
    engine_close(tx->engine);
    if (tx->announced)
        g_ptr_array_unref(tx->announced);
    g_clear_error(&tx->failed);
    g_free(tx->where);
    g_free(tx);
}

/* A new connection for one that was lost, not more often than RETRY_US; what it does not bring is
 * refused with the reason meanwhile. */
static bool reopen(struct store_tx *tx, GError **error)
{
    if (tx->failed && g_get_monotonic_time() - tx->failed_us < RETRY_US) {
        g_propagate_error(error, g_error_copy(tx->failed));
        return false;
    }
    g_hash_table_remove_all(tx->statements);
    engine_close(tx->engine);
    g_clear_error(&tx->failed);
    tx->engine = engine_open(tx->where, tx->read_only, &tx->failed);
    if (tx->engine)
        return true;
    tx->failed_us = g_get_monotonic_time();
    g_propagate_error(error, g_error_copy(tx->failed));
    return false;
}

/* Gives up a connection that nobody may use. */
static bool drop(struct store_tx *tx)
{
    g_hash_table_remove_all(tx->statements);
    engine_close(tx->engine);
    tx->engine = NULL;
    return false;
}

bool tx_begin(struct store_tx *tx, bool write,
              bool (*again)(struct store_tx *tx, gpointer user, GError **error), gpointer user,
              GError **error)
{
    GError *first = NULL;
    if (tx->engine && engine_begin(tx->engine, write, &first))
        return true;
    if (tx->engine && !engine_lost(tx->engine)) {
        g_propagate_error(error, first);
        return false;
    }
    g_clear_error(&first);
    if (!reopen(tx, error))
        return false;
    if (again && !again(tx, user, error))
        return drop(tx);
    return engine_begin(tx->engine, write, error);
}

static struct store_rows *rows_take(struct store_tx *tx, const char *sql, const char *types,
                                    GError **error)
{
    struct store_rows *rows = g_hash_table_lookup(tx->statements, sql);
    if (rows && !rows->busy && strcmp(rows->types, types) == 0) {
        rows->busy = true;
        return rows;
    }
    struct engine_stmt *stmt = engine_prepare(tx->engine, sql, types, error);
    if (!stmt)
        return NULL;
    bool keep = !rows && g_hash_table_size(tx->statements) < MAX_STATEMENTS;
    rows = g_new(struct store_rows, 1);
    *rows = (struct store_rows){
        .tx = tx, .stmt = stmt, .types = g_strdup(types), .busy = true, .kept = keep};
    if (keep)
        g_hash_table_insert(tx->statements, g_strdup(sql), rows);
    return rows;
}

void store_rows_end(struct store_rows *rows)
{
    if (!rows)
        return;
    engine_reset(rows->stmt);
    rows->busy = false;
    if (!rows->kept)
        rows_free(rows);
}

static bool bind_one(struct engine_stmt *stmt, int index, char type, va_list *values)
{
    switch (type) {
    case 's': {
        const char *text = va_arg(*values, const char *);
        return text ? engine_bind_text(stmt, index, text) : engine_bind_null(stmt, index);
    }
    case 'i':
        return engine_bind_int(stmt, index, va_arg(*values, gint64));
    case 'd':
        return engine_bind_double(stmt, index, va_arg(*values, double));
    case 'b': {
        const void *data = va_arg(*values, const void *);
        size_t size = va_arg(*values, size_t);
        return engine_bind_blob(stmt, index, data, size);
    }
    case 'n':
        return engine_bind_null(stmt, index);
    default:
        g_error("store: unknown type letter '%c'", type);
    }
}

static struct store_rows *query(struct store_tx *tx, GError **error, const char *sql,
                                const char *types, va_list *values)
{
    struct store_rows *rows = rows_take(tx, sql, types, error);
    if (!rows)
        return NULL;
    g_assert(engine_parameters(rows->stmt) == (int)strlen(types));
    for (int i = 0; types[i]; i++) {
        if (!bind_one(rows->stmt, i + 1, types[i], values)) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "value %d does not fit: %s", i + 1,
                        sql);
            store_rows_end(rows);
            return NULL;
        }
    }
    return rows;
}

struct store_rows *store_query(struct store_tx *tx, GError **error, const char *sql,
                               const char *types, ...)
{
    va_list values;
    va_start(values, types);
    struct store_rows *rows = query(tx, error, sql, types, &values);
    va_end(values);
    return rows;
}

bool store_rows_next(struct store_rows *rows, GError **error)
{
    return engine_step(rows->tx->engine, rows->stmt, error) == ENGINE_ROW;
}

bool store_exec(struct store_tx *tx, GError **error, const char *sql, const char *types, ...)
{
    va_list values;
    va_start(values, types);
    struct store_rows *rows = query(tx, error, sql, types, &values);
    va_end(values);
    if (!rows)
        return false;
    enum engine_step step = engine_step(tx->engine, rows->stmt, error);
    tx->changed = engine_changes(tx->engine);
    store_rows_end(rows);
    return step != ENGINE_FAIL;
}

gint64 store_changed(struct store_tx *tx)
{
    return tx->changed;
}

bool store_query_int(struct store_tx *tx, GError **error, gint64 *value, bool *found,
                     const char *sql, const char *types, ...)
{
    va_list values;
    va_start(values, types);
    struct store_rows *rows = query(tx, error, sql, types, &values);
    va_end(values);
    if (!rows)
        return false;
    enum engine_step step = engine_step(tx->engine, rows->stmt, error);
    bool row = step == ENGINE_ROW;
    *value = row ? engine_int(rows->stmt, 0) : 0;
    if (found)
        *found = row;
    store_rows_end(rows);
    return step != ENGINE_FAIL;
}

struct engine_stmt *rows_stmt(struct store_rows *rows)
{
    return rows->stmt;
}

const char *store_text(struct store_rows *rows, int column)
{
    return engine_text(rows->stmt, column);
}

char *store_text_dup(struct store_rows *rows, int column)
{
    return g_strdup(engine_text(rows->stmt, column));
}

gint64 store_int(struct store_rows *rows, int column)
{
    return engine_int(rows->stmt, column);
}

double store_double(struct store_rows *rows, int column)
{
    return engine_double(rows->stmt, column);
}

const void *store_blob(struct store_rows *rows, int column, size_t *size)
{
    return engine_blob(rows->stmt, column, size);
}

bool store_null(struct store_rows *rows, int column)
{
    return engine_null(rows->stmt, column);
}

bool store_setting_put(struct store_tx *tx, const char *name, const char *value, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO setting (name, value) VALUES (?, ?)"
                      " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                      "ss", name, value);
}

char *store_setting_get(struct store_tx *tx, const char *name, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error, "SELECT value FROM setting WHERE name = ?", "s", name);
    if (!rows || !store_rows_next(rows, error))
        return NULL;
    return store_text_dup(rows, 0);
}
