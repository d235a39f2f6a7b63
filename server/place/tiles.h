/* A base map in one file, read on a thread of its own. Loop thread only. */
#pragma once
#include "place/tile_file.h"
#include <glib.h>

struct tiles;

/* Opens `path` by the kind of town.json ("mbtiles", "pmtiles"). NULL + error: another kind, no such
 * file, or not a file of that kind. */
struct tiles *tiles_open(const char *kind, const char *path, GError **error);
/* Waits until every read under way has been answered. NULL is fine. */
void tiles_close(struct tiles *tiles);

/* What the file says about itself; borrowed. */
const struct tile_info *tiles_info(const struct tiles *tiles);

/* Reads tile z/x/y (y from the north, as in XYZ; x and y below 2^z, z at most 22). `done` gets its
 * bytes as stored, maybe gzipped (borrowed), NULL: there is none; `error` when the file failed. */
typedef void (*tiles_done_fn)(GBytes *tile, const GError *error, gpointer user);
void tiles_read(struct tiles *tiles, int z, int x, int y, tiles_done_fn done, gpointer user);
