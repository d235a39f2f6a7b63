/* What lies where: the areas of the town as prepared geometries (GEOS). Immutable after it was
 * made; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct ground;

/* `collection`: a FeatureCollection as in docs/town-format.md, checked by areas_check() before;
 * borrowed. `findings` (may be NULL; a JSON array, appended to) is told of overlaps inside a layer,
 * holes of the town that no cell covers, areas outside the one above, invalid polygons (which are
 * repaired when they can be) and names that stand twice: {"kind","codes","message":{"zh","en"}} and
 * where it is known "area_m2","lon","lat" (docs/town-format.md). NULL + error when nothing can be
 * made of it. */
struct ground *ground_create(const json_t *collection, json_t *findings, GError **error);
struct ground *ground_ref(struct ground *ground);
void ground_unref(struct ground *ground); /* NULL is fine */

/* The area of `level` and `layer` at a point. Returned: its code, borrowed from the ground; NULL:
 * none. On a common border the smaller code. "cell", "governance" is the grid cell. */
const char *ground_at(const struct ground *ground, const char *layer, const char *level, double lon,
                      double lat);
/* Every grid layer's area at a point, for "which police cell is that". Returned: codes, borrowed,
 * in an array of the caller. */
GPtrArray *ground_all_at(const struct ground *ground, double lon, double lat);
/* The nearest area of `level` within `max_m` metres of a point outside every one, and how far. */
const char *ground_nearest(const struct ground *ground, const char *layer, const char *level,
                           double lon, double lat, double max_m, double *distance_m);

/* The deepest area that an address names ("清溪镇石桥村05网格老槐树下" → the cell): full names,
 * names without their ending (村, 社区, 网格), cell numbers after their village. NULL: none, or two
 * that exclude each other. */
const char *ground_of_address(const struct ground *ground, const char *address);

/* NULL: no such code. Borrowed. */
const char *ground_name(const struct ground *ground, const char *code);
/* The same in English where the file has it (`name_en`). */
const char *ground_name_en(const struct ground *ground, const char *code);
const char *ground_parent(const struct ground *ground, const char *code);
const char *ground_level(const struct ground *ground, const char *code);
/* A point inside the area, for something of which only the area is known. false: no such code. */
bool ground_label(const struct ground *ground, const char *code, double *lon, double *lat);

/* Metres between two points in degrees, for towns (equirectangular; under 0.1 % off below 50 km).
 */
double ground_distance_m(double lon_a, double lat_a, double lon_b, double lat_b);
/* Degrees from north, clockwise, from a to b: [0, 360). */
double ground_bearing_deg(double lon_a, double lat_a, double lon_b, double lat_b);
