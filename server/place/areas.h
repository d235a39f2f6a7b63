/* The areas of a town from GeoJSON (docs/town-format.md): checked, counted, brought into the store.
 */
#pragma once
#include "store/store.h"
#include <jansson.h>

struct area {
    const char *code, *parent, *level, *layer, *name; /* borrowed from the feature */
    const json_t *feature;
};

/* Pure. Checks a FeatureCollection; `name` stands for the file in messages. Returned: an array of
 * struct area in the file's order, borrowing from `collection`; NULL + error (which names the
 * feature and its fault). */
GArray *areas_check(const json_t *collection, const char *name, GError **error);

/* Writes what is new or changed (blocking: start-up). Areas that are no longer in the file stay:
 * cases and records may name them. */
bool areas_store(struct store *store, const GArray *areas, GError **error);
