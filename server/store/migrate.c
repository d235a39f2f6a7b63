#include "store/migrate.h"
#include "store/dialect.h"
#include <string.h>

static bool applied_checksum(struct store_tx *tx, int number, char **checksum, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT checksum FROM schema_migration WHERE number = ?", "i", (gint64)number);
    if (!rows)
        return false;
    GError *bad = NULL;
    *checksum = store_rows_next(rows, &bad) ? store_text_dup(rows, 0) : NULL;
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* For the engine of `tx`. Returned: g_free(); NULL + error. */
static char *sql_for(const struct store_tx *tx, const struct migration *migration, GError **error)
{
    if (engine_kind(tx->engine) == ENGINE_SQLITE)
        return g_strdup(migration->sql);
    return migration->postgresql ? g_strdup(migration->postgresql)
                                 : dialect_postgresql(migration->sql, error);
}

static bool apply(struct store_tx *tx, const struct migration *migration, const char *checksum,
                  int64_t now_us, GError **error)
{
    g_autofree char *sql = sql_for(tx, migration, error);
    if (sql && engine_begin(tx->engine, true, error) && engine_script(tx->engine, sql, error) &&
        store_exec(tx, error,
                   "INSERT INTO schema_migration (number, name, checksum, applied_us)"
                   " VALUES (?, ?, ?, ?)",
                   "issi", (gint64)migration->number, migration->name, checksum, (gint64)now_us) &&
        engine_commit(tx->engine, error))
        return true;
    g_prefix_error(error, "migration %s: ", migration->name);
    engine_rollback(tx->engine);
    return false;
}

static bool check_not_newer(struct store_tx *tx, int last, GError **error)
{
    gint64 newest = 0;
    if (!store_query_int(tx, error, &newest, NULL, "SELECT MAX(number) FROM schema_migration", ""))
        return false;
    if (newest <= last)
        return true;
    g_set_error(error, STORE_ERROR, STORE_ERROR_NEWER,
                "the database was made by a newer townwall (its shape is number %" G_GINT64_FORMAT
                ", this program knows up to %d): use that program, or restore an older backup",
                newest, last);
    return false;
}

bool migrate(struct store_tx *tx, const struct migration *table, int64_t now_us, GError **error)
{
    if (!engine_script(tx->engine,
                       "CREATE TABLE IF NOT EXISTS schema_migration ("
                       " number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
                       " checksum TEXT NOT NULL, applied_us BIGINT NOT NULL)",
                       error))
        return false;
    int last = 0;
    for (const struct migration *m = table; m->name; m++)
        last = MAX(last, m->number);
    if (!check_not_newer(tx, last, error))
        return false;
    for (const struct migration *m = table; m->name; m++) {
        g_autofree char *known = NULL;
        g_autofree char *checksum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, m->sql, -1);
        if (!applied_checksum(tx, m->number, &known, error))
            return false;
        if (known && strcmp(known, checksum) != 0) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_NEWER,
                        "migration %s is not the one this database was made with", m->name);
            return false;
        }
        if (!known && !apply(tx, m, checksum, now_us, error))
            return false;
    }
    return true;
}
