#include "place/areas.h"
#include "place/ground_private.h"
#include <math.h>
#include <string.h>

#define EARTH_DEGREE_M 111194.9266 /* a degree of a great circle on a sphere of 6371.0088 km */

/* --- GEOS, a handle for each thread */

struct geos {
    GEOSContextHandle_t handle;
    char error[256];
};

static void geos_end(gpointer data)
{
    struct geos *geos = data;
    GEOS_finish_r(geos->handle);
    g_free(geos);
}

static GPrivate geos_key = G_PRIVATE_INIT(geos_end);

static void keep_error(const char *message, void *user)
{
    struct geos *geos = user;
    g_strlcpy(geos->error, message, sizeof geos->error);
}

static struct geos *geos_here(void)
{
    struct geos *geos = g_private_get(&geos_key);
    if (!geos) {
        geos = g_new0(struct geos, 1);
        geos->handle = GEOS_init_r();
        GEOSContext_setErrorMessageHandler_r(geos->handle, keep_error, geos);
        g_private_set(&geos_key, geos);
    }
    return geos;
}

GEOSContextHandle_t ground_geos(void)
{
    return geos_here()->handle;
}

const char *ground_geos_error(void)
{
    return geos_here()->error;
}

/* --- coordinates */

void ground_to_degrees(const struct ground *ground, double x, double y, double *lon, double *lat)
{
    *lon = ground->lon + x / ground->x_m;
    *lat = ground->lat + y / ground->y_m;
}

static GEOSGeometry *point_at(const struct ground *ground, double lon, double lat)
{
    if (!isfinite(lon) || !isfinite(lat))
        return NULL;
    return GEOSGeom_createPointFromXY_r(ground_geos(), (lon - ground->lon) * ground->x_m,
                                        (lat - ground->lat) * ground->y_m);
}

static GEOSGeometry *ring_of(const struct ground *ground, const json_t *positions)
{
    size_t size = json_array_size(positions);
    g_autofree double *xy = g_new(double, size * 2);
    for (size_t i = 0; i < size; i++) {
        const json_t *position = json_array_get(positions, i);
        double lon = json_number_value(json_array_get(position, 0));
        double lat = json_number_value(json_array_get(position, 1));
        xy[i * 2] = (lon - ground->lon) * ground->x_m;
        xy[i * 2 + 1] = (lat - ground->lat) * ground->y_m;
    }
    GEOSContextHandle_t geos = ground_geos();
    GEOSCoordSequence *sequence =
        GEOSCoordSeq_copyFromBuffer_r(geos, xy, (unsigned)size, false, false);
    return sequence ? GEOSGeom_createLinearRing_r(geos, sequence) : NULL;
}

static GEOSGeometry *polygon_of(const struct ground *ground, const json_t *rings)
{
    GEOSContextHandle_t geos = ground_geos();
    size_t count = json_array_size(rings);
    g_autofree GEOSGeometry **made = g_new0(GEOSGeometry *, count);
    for (size_t i = 0; i < count; i++) {
        made[i] = ring_of(ground, json_array_get(rings, i));
        if (!made[i]) {
            while (i > 0)
                GEOSGeom_destroy_r(geos, made[--i]);
            return NULL;
        }
    }
    return GEOSGeom_createPolygon_r(geos, made[0], made + 1, (unsigned)count - 1);
}

GEOSGeometry *ground_surface(const struct ground *ground, const json_t *geometry)
{
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    if (g_strcmp0(json_string_value(json_object_get(geometry, "type")), "Polygon") == 0)
        return polygon_of(ground, coordinates);
    GEOSContextHandle_t geos = ground_geos();
    size_t count = json_array_size(coordinates);
    g_autofree GEOSGeometry **parts = g_new0(GEOSGeometry *, count);
    for (size_t i = 0; i < count; i++) {
        parts[i] = polygon_of(ground, json_array_get(coordinates, i));
        if (!parts[i]) {
            while (i > 0)
                GEOSGeom_destroy_r(geos, parts[--i]);
            return NULL;
        }
    }
    return GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, parts, (unsigned)count);
}

/* The middle of all positions, from which metres are counted. */
static void find_middle(struct ground *ground, const GArray *areas)
{
    double west = 180, east = -180, south = 90, north = -90;
    for (guint i = 0; i < areas->len; i++) {
        const json_t *geometry =
            json_object_get(g_array_index(areas, struct area, i).feature, "geometry");
        const json_t *ring = json_array_get(json_object_get(geometry, "coordinates"), 0);
        if (json_is_array(json_array_get(json_array_get(ring, 0), 0)))
            ring = json_array_get(ring, 0);
        for (size_t k = 0; k < json_array_size(ring); k++) {
            const json_t *position = json_array_get(ring, k);
            double lon = json_number_value(json_array_get(position, 0));
            double lat = json_number_value(json_array_get(position, 1));
            west = MIN(west, lon);
            east = MAX(east, lon);
            south = MIN(south, lat);
            north = MAX(north, lat);
        }
    }
    ground->lon = areas->len ? (west + east) / 2 : 0;
    ground->lat = areas->len ? (south + north) / 2 : 0;
    ground->y_m = EARTH_DEGREE_M;
    ground->x_m = EARTH_DEGREE_M * MAX(0.01, cos(ground->lat * G_PI / 180));
}

/* --- life */

static void area_free(gpointer data)
{
    struct ground_area *area = data;
    GEOSContextHandle_t geos = ground_geos();
    if (area->prepared)
        GEOSPreparedGeom_destroy_r(geos, area->prepared);
    if (area->geometry)
        GEOSGeom_destroy_r(geos, area->geometry);
    g_free(area->code);
    g_free(area->parent);
    g_free(area->level);
    g_free(area->layer);
    g_free(area->name);
    g_free(area->name_en);
    g_free(area);
}

static void set_free(gpointer data)
{
    struct ground_set *set = data;
    if (set->tree)
        GEOSSTRtree_destroy_r(ground_geos(), set->tree);
    g_ptr_array_unref(set->areas);
    g_free(set);
}

static enum ground_rank rank_of(const char *level)
{
    static const struct {
        const char *level;
        enum ground_rank rank;
    } ranks[] = {{"county", RANK_COUNTY}, {"town", RANK_TOWN}, {"cell", RANK_CELL}};
    for (size_t i = 0; i < G_N_ELEMENTS(ranks); i++)
        if (strcmp(ranks[i].level, level) == 0)
            return ranks[i].rank;
    return RANK_VILLAGE;
}

/* "05" of a cell's number, or the digits at the end of its name before 网格. */
static int number_of(const struct area *area)
{
    const json_t *properties = json_object_get(area->feature, "properties");
    g_autofree char *text = g_strdup(json_string_value(json_object_get(properties, "number")));
    g_autoptr(GRegex) regex = g_regex_new("([0-9]{1,4})号?网格$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint64 number;
    if (!text && g_regex_match(regex, area->name, 0, &match))
        text = g_match_info_fetch(match, 1);
    return text && g_ascii_string_to_unsigned(text, 10, 0, 9999, &number, NULL) ? (int)number : -1;
}

/* Where its name is written: as the file says, else some point inside. */
static void find_label(const struct ground *ground, struct ground_area *area, const json_t *feature)
{
    const json_t *label = json_object_get(json_object_get(feature, "properties"), "label");
    if (json_is_number(json_array_get(label, 0)) && json_is_number(json_array_get(label, 1))) {
        area->label_lon = json_number_value(json_array_get(label, 0));
        area->label_lat = json_number_value(json_array_get(label, 1));
        return;
    }
    GEOSContextHandle_t geos = ground_geos();
    double x = 0, y = 0;
    GEOSGeometry *point = area->geometry ? GEOSPointOnSurface_r(geos, area->geometry) : NULL;
    if (point && !GEOSisEmpty_r(geos, point)) {
        GEOSGeomGetX_r(geos, point, &x);
        GEOSGeomGetY_r(geos, point, &y);
    }
    GEOSGeom_destroy_r(geos, point);
    ground_to_degrees(ground, x, y, &area->label_lon, &area->label_lat);
}

/* Prepared, and asked once for a point outside: GEOS makes its indexes at the first question, and
 * later ones may come from several threads. The index of distances is made only for a point that is
 * not inside. */
static void prepare(struct ground_area *area)
{
    GEOSContextHandle_t geos = ground_geos();
    double x, y, distance;
    if (!area->geometry)
        return;
    area->prepared = GEOSPrepare_r(geos, area->geometry);
    if (!GEOSGeom_getXMax_r(geos, area->geometry, &x) ||
        !GEOSGeom_getYMax_r(geos, area->geometry, &y))
        return;
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, x + 1, y + 1);
    GEOSPreparedIntersects_r(geos, area->prepared, point);
    GEOSPreparedDistance_r(geos, area->prepared, point, &distance);
    GEOSGeom_destroy_r(geos, point);
}

static void add_area(struct ground *ground, const struct area *from, json_t *findings)
{
    struct ground_area *area = g_new0(struct ground_area, 1);
    area->code = g_strdup(from->code);
    area->parent = g_strdup(from->parent);
    area->level = g_strdup(from->level);
    area->layer = g_strdup(from->layer);
    area->name = g_strdup(from->name);
    area->name_en = g_strdup(json_string_value(
        json_object_get(json_object_get(from->feature, "properties"), "name_en")));
    area->rank = rank_of(from->level);
    area->number = area->rank == RANK_CELL ? number_of(from) : -1;
    area->geometry = ground_surface(ground, json_object_get(from->feature, "geometry"));
    ground_repair(ground, area, findings);
    find_label(ground, area, from->feature);
    prepare(area);
    g_ptr_array_add(ground->areas, area);
    g_hash_table_insert(ground->by_code, area->code, area);
}

/* A parent that the file does not know is none; one that it does not name is found by the code. */
static void find_parent(const struct ground *ground, struct ground_area *area)
{
    const struct ground_area *named = ground_area(ground, area->parent);
    if (named && named->rank < area->rank)
        return;
    g_clear_pointer(&area->parent, g_free);
    for (size_t length = strlen(area->code); length > 6 && !area->parent;) {
        length -= 3;
        g_autofree char *prefix = g_strndup(area->code, length);
        const struct ground_area *above = ground_area(ground, prefix);
        if (above && above->rank < area->rank)
            area->parent = g_steal_pointer(&prefix);
    }
}

static struct ground_set *set_of(const struct ground *ground, const char *layer,
                                 enum ground_rank rank)
{
    for (guint i = 0; i < ground->sets->len; i++) {
        struct ground_set *set = g_ptr_array_index(ground->sets, i);
        if (set->rank == rank && strcmp(set->layer, layer) == 0)
            return set;
    }
    return NULL;
}

static void add_to_set(struct ground *ground, struct ground_area *area)
{
    GEOSContextHandle_t geos = ground_geos();
    struct ground_set *set = set_of(ground, area->layer, area->rank);
    if (!set) {
        set = g_new0(struct ground_set, 1);
        set->layer = area->layer;
        set->rank = area->rank;
        set->areas = g_ptr_array_new();
        set->tree = GEOSSTRtree_create_r(geos, 10);
        g_ptr_array_add(ground->sets, set);
    }
    g_ptr_array_add(set->areas, area);
    if (area->geometry) {
        GEOSSTRtree_insert_r(geos, set->tree, area->geometry, area);
        set->placed++;
    }
}

struct ground *ground_create(const json_t *collection, json_t *findings, GError **error)
{
    g_autoptr(GArray) areas = areas_check(collection, "areas", error);
    if (!areas)
        return NULL;
    struct ground *ground = g_new0(struct ground, 1);
    g_atomic_ref_count_init(&ground->refs);
    ground->areas = g_ptr_array_new_with_free_func(area_free);
    ground->by_code = g_hash_table_new(g_str_hash, g_str_equal);
    ground->sets = g_ptr_array_new_with_free_func(set_free);
    find_middle(ground, areas);
    for (guint i = 0; i < areas->len; i++)
        add_area(ground, &g_array_index(areas, struct area, i), findings);
    for (guint i = 0; i < ground->areas->len; i++) {
        struct ground_area *area = g_ptr_array_index(ground->areas, i);
        find_parent(ground, area);
        add_to_set(ground, area);
    }
    g_ptr_array_unref(ground_all_at(ground, ground->lon, ground->lat)); /* builds every tree */
    ground->names = ground_names_create(ground);
    if (findings)
        ground_inspect(ground, findings);
    return ground;
}

struct ground *ground_ref(struct ground *ground)
{
    g_atomic_ref_count_inc(&ground->refs);
    return ground;
}

void ground_unref(struct ground *ground)
{
    if (!ground || !g_atomic_ref_count_dec(&ground->refs))
        return;
    ground_names_destroy(ground->names);
    g_ptr_array_unref(ground->sets);
    g_hash_table_unref(ground->by_code);
    g_ptr_array_unref(ground->areas);
    g_free(ground);
}

/* --- what lies at a point */

struct search {
    GEOSContextHandle_t geos;
    const GEOSGeometry *point;
    const char *level; /* NULL: any */
    const struct ground_area *best;
};

static void look_at(void *item, void *user)
{
    const struct ground_area *area = item;
    struct search *search = user;
    if (search->level && strcmp(area->level, search->level) != 0)
        return;
    if (search->best && strcmp(search->best->code, area->code) < 0)
        return;
    if (GEOSPreparedIntersects_r(search->geos, area->prepared, search->point) == 1)
        search->best = area;
}

static const struct ground_area *find_in(const struct ground_set *set, const char *level,
                                         const GEOSGeometry *point)
{
    struct search search = {ground_geos(), point, level, NULL};
    GEOSSTRtree_query_r(search.geos, set->tree, point, look_at, &search);
    return search.best;
}

const char *ground_at(const struct ground *ground, const char *layer, const char *level, double lon,
                      double lat)
{
    const struct ground_set *set = set_of(ground, layer, rank_of(level));
    GEOSGeometry *point = set ? point_at(ground, lon, lat) : NULL;
    if (!point)
        return NULL;
    const struct ground_area *area = find_in(set, level, point);
    GEOSGeom_destroy_r(ground_geos(), point);
    return area ? area->code : NULL;
}

/* Has this layer a deeper set? */
static bool is_deepest(const struct ground *ground, const struct ground_set *set)
{
    for (int rank = (int)set->rank + 1; rank < RANKS; rank++)
        if (set_of(ground, set->layer, (enum ground_rank)rank))
            return false;
    return true;
}

GPtrArray *ground_all_at(const struct ground *ground, double lon, double lat)
{
    GPtrArray *codes = g_ptr_array_new();
    GEOSGeometry *point = point_at(ground, lon, lat);
    for (guint i = 0; point && i < ground->sets->len; i++) {
        const struct ground_set *set = g_ptr_array_index(ground->sets, i);
        const struct ground_area *area = find_in(set, NULL, point);
        if (area && is_deepest(ground, set))
            g_ptr_array_add(codes, area->code);
    }
    GEOSGeom_destroy_r(ground_geos(), point);
    return codes;
}

/* Called with the searched point as one of both, and an area. */
static int measure(const void *one, const void *other, double *distance, void *user)
{
    struct search *search = user;
    const struct ground_area *area = one == search ? other : one;
    if (search->level && strcmp(area->level, search->level) != 0) {
        *distance = INFINITY;
        return 1;
    }
    return GEOSPreparedDistance_r(search->geos, area->prepared, search->point, distance);
}

const char *ground_nearest(const struct ground *ground, const char *layer, const char *level,
                           double lon, double lat, double max_m, double *distance_m)
{
    const struct ground_set *set = set_of(ground, layer, rank_of(level));
    GEOSGeometry *point = set && set->placed ? point_at(ground, lon, lat) : NULL;
    if (!point)
        return NULL;
    struct search search = {ground_geos(), point, level, NULL};
    const struct ground_area *area =
        GEOSSTRtree_nearest_generic_r(search.geos, set->tree, &search, point, measure, &search);
    double metres = INFINITY;
    if (area)
        measure(&search, area, &metres, &search);
    GEOSGeom_destroy_r(search.geos, point);
    if (!area || !isfinite(metres) || metres > max_m)
        return NULL;
    *distance_m = metres;
    return area->code;
}

/* --- what is known of a code */

const struct ground_area *ground_area(const struct ground *ground, const char *code)
{
    return code ? g_hash_table_lookup(ground->by_code, code) : NULL;
}

const char *ground_name(const struct ground *ground, const char *code)
{
    const struct ground_area *area = ground_area(ground, code);
    return area ? area->name : NULL;
}

const char *ground_name_en(const struct ground *ground, const char *code)
{
    const struct ground_area *area = ground_area(ground, code);
    return area && area->name_en ? area->name_en : ground_name(ground, code);
}

const char *ground_parent(const struct ground *ground, const char *code)
{
    const struct ground_area *area = ground_area(ground, code);
    return area ? area->parent : NULL;
}

const char *ground_level(const struct ground *ground, const char *code)
{
    const struct ground_area *area = ground_area(ground, code);
    return area ? area->level : NULL;
}

bool ground_label(const struct ground *ground, const char *code, double *lon, double *lat)
{
    const struct ground_area *area = ground_area(ground, code);
    if (!area)
        return false;
    *lon = area->label_lon;
    *lat = area->label_lat;
    return true;
}
