/* What town.json's "base_map" says (docs/town-format.md), and the MapLibre styles that follow from
 * it. Pure, any thread. */
#pragma once
#include "place/tile_file.h"
#include <jansson.h>
#include <stdbool.h>

/* Checks kind, keys and values; `name` stands for the file in messages. */
bool base_map_check(const json_t *base_map, const char *name, GError **error);

/* Whether the tiles come out of a file that we serve. */
bool base_map_is_file(const json_t *base_map);

/* The style of a checked base map that comes without one. `info` describes the file, NULL: no file;
 * `key` is the key of its service, NULL: none; `theme` is "dark" or "light": a raster map is drawn
 * as it is, dimmed in the dark, a vector map by the layers of our own schema. Returned: owned. */
json_t *base_map_style(const json_t *base_map, const struct tile_info *info, const char *key,
                       const char *theme);

/* The addresses of other servers in a style, each once, "https://host:port": what the pages must be
 * allowed to reach. Returned: to be g_strfreev'ed; empty when there are none. */
char **base_map_origins(const json_t *style);
