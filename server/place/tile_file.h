/* What a kind of tile file does for tiles.h: blocking, one thread at a time. */
#pragma once
#include <glib.h>

enum { TILE_MAX_ZOOM = 22, TILE_MAX_BYTES = 8 << 20 };

struct tile_info {
    char format[8];         /* "pbf", "png", "jpg", "webp" */
    int min_zoom, max_zoom; /* 0, 22 when the file does not say */
};

struct tile_file_ops {
    const char *kind; /* as in town.json */
    /* Fills `info` in. NULL + error: no such file, or not one of this kind. */
    void *(*open)(const char *path, struct tile_info *info, GError **error);
    /* Returned: the bytes as stored; NULL without error: there is no such tile. */
    GBytes *(*read)(void *file, int z, int x, int y, GError **error);
    void (*close)(void *file); /* NULL is fine */
};

extern const struct tile_file_ops mbtiles_ops; /* MBTiles 1.3 */
extern const struct tile_file_ops pmtiles_ops; /* PMTiles 3 */
