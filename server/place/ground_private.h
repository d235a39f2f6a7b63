/* What the files of the ground share. Geometries are in metres east and north of the middle of all
 * areas, so that GEOS finds distances and surfaces as they are on the ground. */
#pragma once
#include "place/ground.h"
#include <geos_c.h>

enum ground_rank { RANK_COUNTY, RANK_TOWN, RANK_VILLAGE, RANK_CELL, RANKS };

/* All immutable after ground_create(). */
struct ground_area {
    char *code, *parent, *level, *layer, *name; /* parent NULL: none that is known */
    char *name_en;                              /* NULL: has none */
    int number;                                 /* of a cell, -1: none */
    enum ground_rank rank;
    double label_lon, label_lat;
    GEOSGeometry *geometry; /* NULL: could not be repaired */
    const GEOSPreparedGeometry *prepared;
};

/* The areas of one layer and rank: villages and communities are one set. */
struct ground_set {
    const char *layer; /* borrowed */
    enum ground_rank rank;
    GPtrArray *areas; /* borrowed */
    GEOSSTRtree *tree;
    guint placed; /* so many have a geometry and are in the tree */
};

struct ground_names;

struct ground {
    gatomicrefcount refs;
    double lon, lat, x_m, y_m; /* the middle; metres of a degree */
    GPtrArray *areas;          /* struct ground_area, in the file's order */
    GHashTable *by_code;       /* borrowed from `areas` */
    GPtrArray *sets;           /* struct ground_set, in the order in which layers come */
    struct ground_names *names;
};

/* This thread's own handle, which lives as long as the thread; any thread. */
GEOSContextHandle_t ground_geos(void);
/* What GEOS said last on this thread; borrowed until the next call. */
const char *ground_geos_error(void);

/* The surface of a checked GeoJSON geometry, in metres. Returned: owned; NULL: GEOS refuses it. */
GEOSGeometry *ground_surface(const struct ground *ground, const json_t *geometry);
void ground_to_degrees(const struct ground *ground, double x, double y, double *lon, double *lat);
const struct ground_area *ground_area(const struct ground *ground, const char *code);

/* Makes the polygons of `area` valid or leaves it without a geometry; tells `findings`. */
void ground_repair(const struct ground *ground, struct ground_area *area, json_t *findings);
/* Looks for everything that concerns more than one area. */
void ground_inspect(const struct ground *ground, json_t *findings);

/* The names of governance areas, for ground_of_address(). */
struct ground_names *ground_names_create(const struct ground *ground);
void ground_names_destroy(struct ground_names *names); /* NULL is fine */
