#include "store/backup.h"
#include "store/archive.h"
#include "store/backup_files.h"
#include "store/dump.h"
#include <string.h>

struct writing {
    struct archive *archive;
    const char *table;
    unsigned part;
};

static bool write_part(const char *lines, gsize size, gpointer user, GError **error)
{
    struct writing *w = user;
    g_autofree char *name = g_strdup_printf("tables/%s/%06u.jsonl", w->table, ++w->part);
    return archive_add(w->archive, name, lines, size, error);
}

/* [{"number","name","checksum"}] of what the database was made with. */
static json_t *shape_of(struct store_tx *tx, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT number, name, checksum FROM schema_migration ORDER BY number", "");
    if (!rows)
        return NULL;
    GError *bad = NULL;
    json_t *shape = json_array();
    while (store_rows_next(rows, &bad))
        json_array_append_new(
            shape, json_pack("{s:I,s:s,s:s}", "number", (json_int_t)store_int(rows, 0), "name",
                             store_text(rows, 1), "checksum", store_text(rows, 2)));
    if (!bad)
        return shape;
    g_propagate_error(error, bad);
    json_decref(shape);
    return NULL;
}

/* Every table of the transaction's instant. Returned: their descriptions; *rows: how many in all.
 */
static json_t *write_tables(struct store_tx *tx, struct archive *archive, gint64 *rows,
                            GError **error)
{
    g_auto(GStrv) names = dump_tables(tx, error);
    json_t *tables = names ? json_array() : NULL;
    for (char **name = names; name && *name; name++) {
        struct writing w = {.archive = archive, .table = *name};
        json_t *about = dump_table(tx, *name, write_part, &w, error);
        if (!about) {
            json_decref(tables);
            return NULL;
        }
        *rows += json_integer_value(json_object_get(about, "rows"));
        json_array_append_new(tables, about);
    }
    return tables;
}

static bool write_files(struct archive *archive, const char *data_dir, const GPtrArray *names,
                        GError **error)
{
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *name = g_build_filename("files", names->pdata[i], NULL);
        g_autofree char *path = g_build_filename(data_dir, names->pdata[i], NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS) && !archive_add_file(archive, name, path, error))
            return false;
    }
    return true;
}

static json_t *setting(struct store_tx *tx, const char *name)
{
    g_autofree char *value = store_setting_get(tx, name, NULL);
    return value ? json_string(value) : json_null();
}

/* All but the list of members: `files` comes after the store, so that what a row names is there. */
static json_t *write_all(struct store_tx *tx, const struct backup_options *options,
                         struct archive *archive, GError **error)
{
    gint64 rows = 0;
    json_t *shape = shape_of(tx, error);
    json_t *tables = shape ? write_tables(tx, archive, &rows, error) : NULL;
    g_autoptr(GPtrArray) names = backup_files(options->data_dir, options->keys);
    if (!tables || !write_files(archive, options->data_dir, names, error)) {
        json_decref(shape);
        json_decref(tables);
        return NULL;
    }
    return json_pack("{s:s,s:i,s:s,s:s,s:I,s:b,s:o,s:I,s:I,s:o,s:o}", "what", "townwall backup",
                     "format", 1, "program", options->program, "engine",
                     engine_kind(tx->engine) == ENGINE_SQLITE ? "sqlite" : "postgresql", "made_us",
                     (json_int_t)g_get_real_time(), "keys", options->keys, "epoch",
                     setting(tx, "epoch"), "rows", (json_int_t)rows, "files",
                     (json_int_t)names->len, "shape", shape, "tables", tables);
}

static json_t *summary(const json_t *about, const char *file, guint64 bytes)
{
    return json_pack("{s:s,s:I,s:I,s:O,s:O,s:O,s:O}", "file", file, "bytes", (json_int_t)bytes,
                     "tables", (json_int_t)json_array_size(json_object_get(about, "tables")),
                     "rows", json_object_get(about, "rows"), "files",
                     json_object_get(about, "files"), "made_us", json_object_get(about, "made_us"),
                     "keys", json_object_get(about, "keys"));
}

json_t *backup_write(const struct backup_options *options, const char *file, GError **error)
{
    struct store_tx *tx = tx_open(options->store, true, error);
    struct archive *archive = tx ? archive_create(file, error) : NULL;
    json_t *about = NULL, *told = NULL;
    if (archive && engine_begin(tx->engine, false, error)) {
        about = write_all(tx, options, archive, error);
        engine_rollback(tx->engine);
    }
    guint64 bytes = 0;
    if (!about)
        archive_drop(archive);
    else if (archive_finish(archive, about, &bytes, error))
        told = summary(about, file, bytes);
    json_decref(about);
    tx_close(tx);
    return told;
}
