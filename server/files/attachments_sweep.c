/* Files that no record names, and those whose record was erased. */
#include "common/log.h"
#include "files/attachments_private.h"
#include <string.h>

/* The database and the folder know each other by this: the files of another database are not ours
 * to remove. */
#define SETTING    "attachments.shelf"
#define SHELF_FILE ".shelf"

struct known {
    char *shelf;     /* as the database has it; NULL: it has none */
    GHashTable *ids; /* of files that shall be there */
    gint64 records;
};

static bool read_known(struct store_tx *tx, gpointer job, GError **error)
{
    struct known *known = job;
    GError *bad = NULL;
    known->shelf = store_setting_get(tx, SETTING, &bad);
    store_rows_auto rows =
        bad ? NULL : store_query(tx, error, "SELECT id FROM attachment WHERE erased_us = 0", "");
    while (rows && store_rows_next(rows, &bad))
        g_hash_table_add(known->ids, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool write_shelf(struct store_tx *tx, gpointer job, GError **error)
{
    return store_setting_put(tx, SETTING, job, error);
}

/* A folder and a database that are both new begin to know each other. */
static bool introduce(struct attachments *attachments, const char *path, GError **error)
{
    g_autofree char *id = store_id_new();
    GError *bad = NULL;
    if (!g_file_set_contents_full(path, id, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, &bad)) {
        log_warn("files", "%s", bad->message); /* a full disk: at the next start */
        g_error_free(bad);
        return true;
    }
    return store_write_now(attachments->store, write_shelf, id, error);
}

/* What is named as ours are: an id, with a dot and more behind it perhaps. */
static bool is_ours(const char *name)
{
    return strspn(name, "0123456789abcdefghjkmnpqrstvwxyz") == 26 && (!name[26] || name[26] == '.');
}

static void remove_strangers(const struct attachments *attachments, const struct known *known)
{
    g_autoptr(GPtrArray) names = shelf_names(attachments->shelf);
    guint removed = 0;
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *id = g_strndup(name, strcspn(name, "."));
        if (!is_ours(name) || g_hash_table_contains(known->ids, id))
            continue;
        shelf_remove(attachments->shelf, name);
        removed++;
    }
    if (removed)
        log_info("files", "%u files of uploads that never became a record were removed", removed);
}

bool attachments_sweep_start(struct attachments *attachments, GError **error)
{
    struct known known = {.ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_autofree char *path = g_build_filename(attachments->dir, SHELF_FILE, NULL);
    g_autofree char *shelf = NULL;
    g_file_get_contents(path, &shelf, NULL, NULL);
    bool fine = store_read_now(attachments->store, read_known, &known, error);
    if (fine && !known.shelf && !shelf)
        fine = introduce(attachments, path, error);
    else if (fine && g_strcmp0(known.shelf, shelf) == 0)
        remove_strangers(attachments, &known);
    else if (fine)
        log_warn("files", "%s belongs to another database: nothing in it is removed",
                 attachments->dir);
    g_hash_table_unref(known.ids);
    g_free(known.shelf);
    return fine;
}

/* --- erased ones */

struct sweep {
    struct attachments_work work;
    GPtrArray *ids;
};

static bool read_erased(struct store_tx *tx, gpointer job, GError **error)
{
    struct sweep *sweep = job;
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT id FROM attachment WHERE erased_us > 0 AND removed = 0 LIMIT 1000", "");
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(sweep->ids, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool write_removed(struct store_tx *tx, gpointer job, GError **error)
{
    const struct sweep *sweep = job;
    for (guint i = 0; i < sweep->ids->len; i++) {
        if (!store_exec(tx, error, "UPDATE attachment SET removed = 1 WHERE id = ?", "s",
                        sweep->ids->pdata[i]))
            return false;
    }
    return true;
}

static void swept(gpointer job, const GError *error)
{
    struct sweep *sweep = job;
    if (error)
        log_warn("files", "erased files: %s", error->message);
    sweep->work.attachments->sweeping = false;
    g_ptr_array_unref(sweep->ids);
    g_free(sweep);
}

static void sweep_run(struct attachments_work *work)
{
    const struct sweep *sweep = (struct sweep *)work;
    for (guint i = 0; i < sweep->ids->len; i++) {
        g_autofree char *thumb = g_strconcat(sweep->ids->pdata[i], ".small", NULL);
        shelf_remove(work->attachments->shelf, sweep->ids->pdata[i]);
        shelf_remove(work->attachments->shelf, thumb);
    }
}

static void sweep_done(struct attachments_work *work)
{
    store_write(work->attachments->store, write_removed, work, swept);
}

static void erased_read(gpointer job, const GError *error)
{
    struct sweep *sweep = job;
    if (error || sweep->ids->len == 0)
        swept(job, error);
    else
        attachments_push(&sweep->work);
}

void attachments_sweep_erased(struct attachments *attachments)
{
    if (attachments->sweeping)
        return;
    struct sweep *sweep = g_new0(struct sweep, 1);
    sweep->work = (struct attachments_work){attachments, sweep_run, sweep_done};
    sweep->ids = g_ptr_array_new_with_free_func(g_free);
    attachments->sweeping = true;
    store_read(attachments->store, read_erased, sweep, erased_read);
}
