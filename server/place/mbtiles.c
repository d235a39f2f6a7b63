#include "place/mbtiles.h"
#include "place/place.h"
#include <gio/gio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct mbtiles {
    sqlite3 *db; /* serialised by SQLite; read by the pool's one thread after opening */
    sqlite3_stmt *select;
    char *format;
    int min_zoom, max_zoom;
    GThreadPool *pool;
    GMainContext *context;
    guint reading; /* loop thread: reads whose answer was not given yet */
};

struct read_job {
    struct mbtiles *mbtiles;
    int z, x, y;
    mbtiles_done_fn done;
    gpointer user;
    GBytes *tile;
    GError *error;
};

/* --- the pool's thread */

static void read_tile(struct read_job *job)
{
    struct mbtiles *mbtiles = job->mbtiles;
    sqlite3_stmt *select = mbtiles->select;
    sqlite3_bind_int(select, 1, job->z);
    sqlite3_bind_int(select, 2, job->x);
    sqlite3_bind_int(select, 3, (1 << job->z) - 1 - job->y); /* rows count from the south */
    int result = sqlite3_step(select);
    if (result == SQLITE_ROW)
        job->tile =
            g_bytes_new(sqlite3_column_blob(select, 0), (gsize)sqlite3_column_bytes(select, 0));
    else if (result != SQLITE_DONE)
        job->error = g_error_new(PLACE_ERROR, 0, "base map: %s", sqlite3_errmsg(mbtiles->db));
    sqlite3_reset(select);
}

static gboolean deliver(gpointer data)
{
    struct read_job *job = data;
    job->mbtiles->reading--;
    job->done(job->tile, job->error, job->user);
    g_clear_pointer(&job->tile, g_bytes_unref);
    g_clear_error(&job->error);
    g_free(job);
    return G_SOURCE_REMOVE;
}

static void run(gpointer data, gpointer user)
{
    (void)user;
    struct read_job *job = data;
    read_tile(job);
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, deliver, job, NULL);
    g_source_attach(source, job->mbtiles->context);
}

/* --- the loop's thread */

void mbtiles_read(struct mbtiles *mbtiles, int z, int x, int y, mbtiles_done_fn done, gpointer user)
{
    struct read_job *job = g_new0(struct read_job, 1);
    *job =
        (struct read_job){.mbtiles = mbtiles, .z = z, .x = x, .y = y, .done = done, .user = user};
    mbtiles->reading++;
    g_thread_pool_push(mbtiles->pool, job, NULL);
}

static char *metadata(sqlite3 *db, const char *name)
{
    sqlite3_stmt *select = NULL;
    char *value = NULL;
    if (sqlite3_prepare_v2(db, "SELECT value FROM metadata WHERE name=?", -1, &select, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_text(select, 1, name, -1, SQLITE_STATIC);
        if (sqlite3_step(select) == SQLITE_ROW)
            value = g_strdup((const char *)sqlite3_column_text(select, 0));
    }
    sqlite3_finalize(select);
    return value;
}

static int metadata_int(sqlite3 *db, const char *name, int fallback)
{
    g_autofree char *value = metadata(db, name);
    return value ? CLAMP(atoi(value), 0, 22) : fallback;
}

struct mbtiles *mbtiles_open(const char *path, GError **error)
{
    struct mbtiles *mbtiles = g_new0(struct mbtiles, 1);
    mbtiles->context = g_main_context_ref_thread_default();
    if (sqlite3_open_v2(path, &mbtiles->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(mbtiles->db,
                           "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND "
                           "tile_row=?",
                           -1, &mbtiles->select, NULL) != SQLITE_OK) {
        g_set_error(error, PLACE_ERROR, 0, "%s: not an MBTiles file: %s", path,
                    sqlite3_errmsg(mbtiles->db));
        goto fail;
    }
    mbtiles->format = metadata(mbtiles->db, "format");
    if (!mbtiles->format) {
        g_set_error(error, PLACE_ERROR, 0, "%s: its metadata names no format", path);
        goto fail;
    }
    mbtiles->min_zoom = metadata_int(mbtiles->db, "minzoom", 0);
    mbtiles->max_zoom = metadata_int(mbtiles->db, "maxzoom", 22);
    mbtiles->pool = g_thread_pool_new(run, NULL, 1, FALSE, NULL);
    return mbtiles;
fail:
    mbtiles_close(mbtiles);
    return NULL;
}

void mbtiles_close(struct mbtiles *mbtiles)
{
    if (!mbtiles)
        return;
    while (mbtiles->reading)
        g_main_context_iteration(mbtiles->context, TRUE);
    if (mbtiles->pool)
        g_thread_pool_free(mbtiles->pool, FALSE, TRUE);
    sqlite3_finalize(mbtiles->select);
    sqlite3_close(mbtiles->db);
    g_main_context_unref(mbtiles->context);
    g_free(mbtiles->format);
    g_free(mbtiles);
}

const char *mbtiles_format(const struct mbtiles *mbtiles)
{
    return mbtiles->format;
}

void mbtiles_zooms(const struct mbtiles *mbtiles, int *min_zoom, int *max_zoom)
{
    *min_zoom = mbtiles->min_zoom;
    *max_zoom = mbtiles->max_zoom;
}
