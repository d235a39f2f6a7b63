/* MBTiles 1.3: a SQLite file. */
#include "place/place.h"
#include "place/tile_file.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct mbtiles {
    sqlite3 *db; /* serialised by SQLite: opened by one thread, read by another */
    sqlite3_stmt *select;
};

static GBytes *mbtiles_read(void *file, int z, int x, int y, GError **error)
{
    struct mbtiles *mbtiles = file;
    sqlite3_stmt *select = mbtiles->select;
    GBytes *tile = NULL;
    sqlite3_bind_int(select, 1, z);
    sqlite3_bind_int(select, 2, x);
    sqlite3_bind_int(select, 3, (1 << z) - 1 - y); /* rows count from the south */
    int result = sqlite3_step(select);
    if (result == SQLITE_ROW)
        tile = g_bytes_new(sqlite3_column_blob(select, 0), (gsize)sqlite3_column_bytes(select, 0));
    else if (result != SQLITE_DONE)
        g_set_error(error, PLACE_ERROR, 0, "base map: %s", sqlite3_errmsg(mbtiles->db));
    sqlite3_reset(select);
    return tile;
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
    return value ? CLAMP(atoi(value), 0, TILE_MAX_ZOOM) : fallback;
}

static void mbtiles_close(void *file)
{
    struct mbtiles *mbtiles = file;
    if (!mbtiles)
        return;
    sqlite3_finalize(mbtiles->select);
    sqlite3_close(mbtiles->db);
    g_free(mbtiles);
}

static void *mbtiles_open(const char *path, struct tile_info *info, GError **error)
{
    struct mbtiles *mbtiles = g_new0(struct mbtiles, 1);
    g_autofree char *format = NULL;
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
    format = metadata(mbtiles->db, "format");
    if (!format) {
        g_set_error(error, PLACE_ERROR, 0, "%s: its metadata names no format", path);
        goto fail;
    }
    g_strlcpy(info->format, format, sizeof info->format);
    info->min_zoom = metadata_int(mbtiles->db, "minzoom", info->min_zoom);
    info->max_zoom = metadata_int(mbtiles->db, "maxzoom", info->max_zoom);
    return mbtiles;
fail:
    mbtiles_close(mbtiles);
    return NULL;
}

const struct tile_file_ops mbtiles_ops = {"mbtiles", mbtiles_open, mbtiles_read, mbtiles_close};
