#include "store/place.h"
#include "store/owner.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "townwall_restoring"

struct place {
    struct owner owner;
    char *where;
    char *path;   /* of the new file; NULL: PostgreSQL */
    char *schema; /* that the store lies in; NULL: SQLite */
    struct store_tx *tx;
    GPtrArray *bonds; /* statements that make foreign keys again */
};

static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *name = g_strconcat(path, ends[i], NULL);
        g_unlink(name);
    }
}

static bool make_file(struct place *place, GError **error)
{
    if (!owner_lock(&place->owner, NULL, place->where, error))
        return false;
    place->path = g_strconcat(engine_path_of(place->where), ".restoring", NULL);
    remove_file(place->path);
    place->tx = tx_open(place->path, false, error);
    /* it is nothing until it is whole: no sync for each piece */
    return place->tx && engine_script(place->tx->engine, "PRAGMA synchronous = OFF", error);
}

static bool make_schema(struct place *place, GError **error)
{
    place->tx = tx_open(place->where, false, error);
    if (!place->tx || !owner_lock(&place->owner, place->tx, place->where, error))
        return false;
    store_rows_auto rows = store_query(place->tx, error, "SELECT current_schema()", "");
    if (!rows || !store_rows_next(rows, error))
        return false;
    place->schema = store_text_dup(rows, 0);
    return engine_script(place->tx->engine,
                         "DROP SCHEMA IF EXISTS " SCHEMA " CASCADE; CREATE SCHEMA " SCHEMA
                         "; SET search_path = " SCHEMA,
                         error);
}

struct place *place_make(const char *where, GError **error)
{
    struct place *place = g_new0(struct place, 1);
    place->owner.lock_fd = -1;
    place->where = g_strdup(where);
    place->bonds = g_ptr_array_new_with_free_func(g_free);
    bool good = engine_kind_of(where) == ENGINE_SQLITE ? make_file(place, error)
                                                       : make_schema(place, error);
    if (good)
        return place;
    place_end(place);
    return NULL;
}

struct store_tx *place_tx(struct place *place)
{
    return place->tx;
}

/* --- foreign keys */

static bool unbind_schema(struct place *place, GError **error)
{
    store_rows_auto rows =
        store_query(place->tx, error,
                    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
                    " FROM pg_constraint WHERE contype = 'f' AND connamespace ="
                    " current_schema()::regnamespace",
                    "");
    if (!rows)
        return false;
    GError *bad = NULL;
    g_autoptr(GString) drop = g_string_new(NULL);
    while (store_rows_next(rows, &bad)) {
        g_string_append_printf(drop, "ALTER TABLE %s DROP CONSTRAINT \"%s\";", store_text(rows, 0),
                               store_text(rows, 1));
        g_ptr_array_add(place->bonds, g_strdup_printf("ALTER TABLE %s ADD CONSTRAINT \"%s\" %s",
                                                      store_text(rows, 0), store_text(rows, 1),
                                                      store_text(rows, 2)));
    }
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    return drop->len == 0 || engine_script(place->tx->engine, drop->str, error);
}

bool place_unbind(struct place *place, GError **error)
{
    /* what the migrations themselves put into the tables comes again with the rows */
    if (place->path)
        return engine_script(place->tx->engine, "PRAGMA foreign_keys = OFF", error);
    return unbind_schema(place, error);
}

static bool bind_file(struct place *place, GError **error)
{
    store_rows_auto rows = store_query(place->tx, error, "PRAGMA foreign_key_check", "");
    if (!rows)
        return false;
    GError *bad = NULL;
    if (store_rows_next(rows, &bad))
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONSTRAINT,
                    "a row of %s names another one that is not there", store_text(rows, 0));
    else if (bad)
        g_propagate_error(error, bad);
    else
        return engine_script(place->tx->engine, "PRAGMA foreign_keys = ON", error);
    return false;
}

/* Numbers that the engine gives go on after those that came. */
static bool follow_numbers(struct place *place, GError **error)
{
    return engine_script(
        place->tx->engine,
        "DO $tw$ DECLARE c record; BEGIN FOR c IN SELECT table_name AS t, column_name AS n FROM"
        " information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'"
        " LOOP EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), COALESCE(MAX(%I), 0)"
        " + 1, false) FROM %I', c.t, c.n, c.n, c.t); END LOOP; END $tw$",
        error);
}

bool place_bind(struct place *place, GError **error)
{
    if (place->path)
        return bind_file(place, error);
    for (guint i = 0; i < place->bonds->len; i++)
        if (!engine_script(place->tx->engine, place->bonds->pdata[i], error))
            return false;
    return follow_numbers(place, error) && engine_script(place->tx->engine, "ANALYZE", error);
}

/* --- into the place of the old one */

static bool fail_file(GError **error, const char *path)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
    return false;
}

/* Everything in the one file that is then renamed. */
static bool settle_file(struct store_tx *tx, GError **error)
{
    return engine_script(tx->engine, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}

static bool swap_file(struct place *place, const char *stamp, GError **error)
{
    const char *path = engine_path_of(place->where);
    g_autofree char *before = g_strconcat(path, ".before-restore-", stamp, NULL);
    if (!engine_script(place->tx->engine, "PRAGMA synchronous = FULL; ANALYZE", error) ||
        !settle_file(place->tx, error))
        return false;
    g_clear_pointer(&place->tx, tx_close);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        struct store_tx *old = tx_open(path, false, error);
        bool settled = old && settle_file(old, error);
        tx_close(old);
        if (!settled || link(path, before) != 0)
            return settled ? fail_file(error, before) : false;
    }
    /* the old one's journal is empty, and must not be taken for the new one's */
    g_autofree char *wal = g_strconcat(path, "-wal", NULL);
    g_autofree char *shm = g_strconcat(path, "-shm", NULL);
    g_unlink(wal);
    g_unlink(shm);
    return g_rename(place->path, path) == 0 || fail_file(error, path);
}

static bool swap_schema(struct place *place, const char *stamp, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "BEGIN; ALTER SCHEMA \"%s\" RENAME TO \"before-restore-%s\";"
        "ALTER SCHEMA " SCHEMA " RENAME TO \"%s\"; COMMIT; SET search_path = \"%s\"",
        place->schema, stamp, place->schema, place->schema);
    if (engine_script(place->tx->engine, sql, error))
        return true;
    engine_rollback(place->tx->engine);
    return false;
}

bool place_swap(struct place *place, const char *stamp, GError **error)
{
    return place->path ? swap_file(place, stamp, error) : swap_schema(place, stamp, error);
}

void place_end(struct place *place)
{
    if (!place)
        return;
    if (place->tx && place->schema)
        engine_script(place->tx->engine, "DROP SCHEMA IF EXISTS " SCHEMA " CASCADE", NULL);
    tx_close(place->tx);
    if (place->path)
        remove_file(place->path);
    owner_unlock(&place->owner);
    g_ptr_array_unref(place->bonds);
    g_free(place->path);
    g_free(place->schema);
    g_free(place->where);
    g_free(place);
}
