/* A base map in an MBTiles file (MBTiles 1.3), read with SQLite on a thread of its own. Loop thread
 * only. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct mbtiles;

/* NULL + error: no such file, or not an MBTiles file. */
struct mbtiles *mbtiles_open(const char *path, GError **error);
/* Waits until outstanding reads are answered. NULL is fine. */
void mbtiles_close(struct mbtiles *mbtiles);

/* "pbf", "png", "jpg", "webp"; borrowed. */
const char *mbtiles_format(const struct mbtiles *mbtiles);
/* Lowest and highest zoom of the metadata (0, 22 when it has none). */
void mbtiles_zooms(const struct mbtiles *mbtiles, int *min_zoom, int *max_zoom);

/* Reads tile z/x/y (y from the north, as in XYZ). `done` gets its bytes as stored (borrowed), NULL:
 * there is none; `error` when the file failed. */
typedef void (*mbtiles_done_fn)(GBytes *tile, const GError *error, gpointer user);
void mbtiles_read(struct mbtiles *mbtiles, int z, int x, int y, mbtiles_done_fn done,
                  gpointer user);
