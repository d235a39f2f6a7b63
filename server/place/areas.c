#include "place/areas.h"
#include "common/clock.h"
#include "place/place.h"
#include <string.h>

static const char *const levels[] = {"county", "town", "village", "community", "cell", NULL};

static const char *text_of(const json_t *feature, const char *key)
{
    return json_string_value(json_object_get(json_object_get(feature, "properties"), key));
}

static bool is_code(const char *text)
{
    size_t length = text ? strlen(text) : 0;
    return (length == 6 || length == 9 || length == 12 || length == 15) &&
           strspn(text, "0123456789") == length;
}

static bool is_position(const json_t *value)
{
    double lon = json_number_value(json_array_get(value, 0));
    double lat = json_number_value(json_array_get(value, 1));
    return json_is_array(value) && json_array_size(value) >= 2 &&
           json_is_number(json_array_get(value, 0)) && json_is_number(json_array_get(value, 1)) &&
           lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90;
}

/* A closed ring of at least four positions. */
static bool is_ring(const json_t *ring)
{
    size_t i, size = json_array_size(ring);
    json_t *position;
    json_array_foreach((json_t *)ring, i, position)
    {
        if (!is_position(position))
            return false;
    }
    return size >= 4 && json_equal(json_array_get(ring, 0), json_array_get(ring, size - 1));
}

static bool is_polygon(const json_t *rings)
{
    size_t i;
    json_t *ring;
    json_array_foreach((json_t *)rings, i, ring)
    {
        if (!is_ring(ring))
            return false;
    }
    return json_array_size(rings) > 0;
}

static bool is_surface(const json_t *geometry)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    if (g_strcmp0(type, "Polygon") == 0)
        return is_polygon(coordinates);
    if (g_strcmp0(type, "MultiPolygon") != 0 || json_array_size(coordinates) == 0)
        return false;
    size_t i;
    json_t *polygon;
    json_array_foreach((json_t *)coordinates, i, polygon)
    {
        if (!is_polygon(polygon))
            return false;
    }
    return true;
}

/* What is wrong with one feature; NULL: nothing. */
static const char *fault_of(const struct area *area)
{
    if (!is_code(area->code))
        return "code: expected 6, 9, 12 or 15 digits";
    if (!area->name || !*area->name)
        return "name: is missing";
    if (!area->level || !g_strv_contains(levels, area->level))
        return "level: expected county, town, village, community or cell";
    if (!is_surface(json_object_get(area->feature, "geometry")))
        return "geometry: expected a Polygon or MultiPolygon of closed rings in degrees";
    return NULL;
}

GArray *areas_check(const json_t *collection, const char *name, GError **error)
{
    const json_t *features = json_object_get(collection, "features");
    if (!json_is_array(features)) {
        g_set_error(error, PLACE_ERROR, 0, "%s: expected a GeoJSON FeatureCollection", name);
        return NULL;
    }
    g_autoptr(GArray) areas = g_array_new(FALSE, TRUE, sizeof(struct area));
    g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_t *feature;
    json_array_foreach((json_t *)features, i, feature)
    {
        const char *layer = text_of(feature, "layer");
        struct area area = {.code = text_of(feature, "code"),
                            .parent = text_of(feature, "parent"),
                            .level = text_of(feature, "level"),
                            .layer = layer ? layer : "governance",
                            .name = text_of(feature, "name"),
                            .feature = feature};
        const char *fault = fault_of(&area);
        if (!fault && !g_hash_table_add(codes, (gpointer)area.code))
            fault = "code: is used twice";
        if (fault) {
            g_set_error(error, PLACE_ERROR, 0, "%s: feature %zu (%s): %s", name, i + 1,
                        area.code ? area.code : "no code", fault);
            return NULL;
        }
        g_array_append_val(areas, area);
    }
    return g_steal_pointer(&areas);
}

/* --- the store */

static bool known(const GArray *areas, const char *code)
{
    for (guint i = 0; code && i < areas->len; i++)
        if (strcmp(g_array_index(areas, struct area, i).code, code) == 0)
            return true;
    return false;
}

static bool put_area(struct store_tx *tx, const GArray *areas, const struct area *area,
                     gint64 now_us, GError **error)
{
    const char *parent = known(areas, area->parent) ? area->parent : NULL;
    g_autofree char *geometry =
        json_dumps(json_object_get(area->feature, "geometry"), JSON_COMPACT);
    g_autofree char *properties =
        json_dumps(json_object_get(area->feature, "properties"), JSON_COMPACT | JSON_SORT_KEYS);
    const json_t *label = json_object_get(json_object_get(area->feature, "properties"), "label");
    double lon = is_position(label) ? json_number_value(json_array_get(label, 0)) : 0;
    double lat = is_position(label) ? json_number_value(json_array_get(label, 1)) : 0;
    gint64 version;
    bool found;
    if (!store_query_int(tx, error, &version, &found, "SELECT version FROM area WHERE code=?", "s",
                         area->code))
        return false;
    if (!found)
        return store_exec(tx, error,
                          "INSERT INTO area (code, parent, kind, layer, name, geometry, lon, lat, "
                          "properties, version, updated_us) VALUES (?,?,?,?,?,?,?,?,?,1,?)",
                          "ssssssddsi", area->code, parent, area->level, area->layer, area->name,
                          geometry, lon, lat, properties, now_us);
    return store_exec(
        tx, error,
        "UPDATE area SET parent=?, kind=?, layer=?, name=?, geometry=?, lon=?, lat=?, "
        "properties=?, version=version+1, updated_us=? WHERE code=? AND (geometry<>? "
        "OR properties<>? OR name<>?)",
        "sssssddsissss", parent, area->level, area->layer, area->name, geometry, lon, lat,
        properties, now_us, area->code, geometry, properties, area->name);
}

static bool put_areas(struct store_tx *tx, gpointer job, GError **error)
{
    const GArray *areas = job;
    gint64 now_us = clock_wall_us();
    /* parents first: their codes are shorter */
    for (size_t length = 6; length <= 15; length += 3)
        for (guint i = 0; i < areas->len; i++) {
            const struct area *area = &g_array_index(areas, struct area, i);
            if (strlen(area->code) == length && !put_area(tx, areas, area, now_us, error))
                return false;
        }
    return true;
}

bool areas_store(struct store *store, const GArray *areas, GError **error)
{
    return store_write_now(store, put_areas, (gpointer)areas, error);
}
