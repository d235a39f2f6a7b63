/* What is wrong with the areas of a town, told when they are read: nothing of it stops the server,
 * and each is worth a correction in the file. */
#include "place/ground_private.h"
#include <math.h>
#include <string.h>

#define SLIVER_M2    1.0 /* less is rounding of coordinates to six decimals */
#define MAX_FINDINGS 200 /* a file that is wrong everywhere is told so, once */

enum finding { INVALID, BROKEN, OVERLAP, HOLE, OUTSIDE, SAME_NAME, SAME_NUMBER, MORE };

/* {1} and {2} are names, {3} square metres or what GEOS says. */
static const struct {
    const char *kind, *zh, *en;
} texts[] = {
    [INVALID] = {"invalid", "{1} 的边界不合法（{3}），已自动修复，请核对",
                 "the border of {1} is not valid ({3}) and was repaired: please check it"},
    [BROKEN] = {"broken", "{1} 的边界无法修复（{3}），该区域不参与定位",
                "the border of {1} cannot be repaired ({3}): nothing is found in it"},
    [OVERLAP] = {"overlap", "{1} 与 {2} 重叠 {3} 平方米", "{1} and {2} overlap by {3} m²"},
    [HOLE] = {"hole", "{1} 有 {3} 平方米不属于任何网格（图层 {2}）",
              "{3} m² of {1} belong to no cell of layer {2}"},
    [OUTSIDE] = {"outside", "{1} 有 {3} 平方米在上级 {2} 之外",
                 "{3} m² of {1} lie outside of {2}, which it belongs to"},
    [SAME_NAME] = {"same_name", "{1} 与 {2} 同级同名，地址无法区分",
                   "{1} and {2} have one name: an address cannot tell them apart"},
    [SAME_NUMBER] = {"same_number", "{1} 与 {2} 在同一村（社区）编号相同",
                     "{1} and {2} have one number in one village"},
    [MORE] = {"more", "问题过多，其余未列出", "there is more, which is not listed"},
};

struct found {
    enum finding what;
    const struct ground_area *one, *other; /* other may be NULL */
    const char *layer;                     /* in the place of other's name; may be NULL */
    const char *reason;                    /* in the place of a surface; may be NULL */
    const GEOSGeometry *where;             /* may be NULL */
};

static void put_where(const struct ground *ground, const GEOSGeometry *where, json_t *finding)
{
    GEOSContextHandle_t geos = ground_geos();
    GEOSGeometry *point = GEOSPointOnSurface_r(geos, where);
    double x, y, lon, lat;
    if (point && GEOSGeomGetX_r(geos, point, &x) == 1 && GEOSGeomGetY_r(geos, point, &y) == 1) {
        ground_to_degrees(ground, x, y, &lon, &lat);
        json_object_set_new(finding, "lon", json_real(round(lon * 1e6) / 1e6));
        json_object_set_new(finding, "lat", json_real(round(lat * 1e6) / 1e6));
    }
    GEOSGeom_destroy_r(geos, point);
}

static char *named(const struct ground_area *area)
{
    return g_strdup_printf("%s (%s)", area->name, area->code);
}

static char *fill(const char *text, const char *const *values)
{
    GString *out = g_string_new(NULL);
    for (; *text; text++)
        if (*text == '{') {
            g_string_append(out, values[text[1] - '1']);
            text += 2;
        } else {
            g_string_append_c(out, *text);
        }
    return g_string_free(out, FALSE);
}

static json_t *message_of(const struct found *found, const char *amount)
{
    g_autofree char *one = named(found->one);
    g_autofree char *other =
        found->other ? named(found->other) : g_strdup(found->layer ? found->layer : "");
    const char *const values[] = {one, other, amount};
    g_autofree char *zh = fill(texts[found->what].zh, values);
    g_autofree char *en = fill(texts[found->what].en, values);
    return json_pack("{s:s,s:s}", "zh", zh, "en", en);
}

/* false: enough was told. */
static bool tell(const struct ground *ground, json_t *findings, const struct found *found)
{
    struct found last = *found;
    if (!findings || json_array_size(findings) > MAX_FINDINGS)
        return false;
    if (json_array_size(findings) == MAX_FINDINGS)
        last.what = MORE;
    json_t *codes = json_pack("[s]", found->one->code);
    if (found->other)
        json_array_append_new(codes, json_string(found->other->code));
    json_t *finding = json_pack("{s:s,s:o}", "kind", texts[last.what].kind, "codes", codes);
    double surface = 0;
    if (found->where && GEOSArea_r(ground_geos(), found->where, &surface) == 1) {
        json_object_set_new(finding, "area_m2", json_real(round(surface * 10) / 10));
        put_where(ground, found->where, finding);
    }
    g_autofree char *amount =
        found->reason ? g_strdup(found->reason) : g_strdup_printf("%.1f", surface);
    json_object_set_new(finding, "message", message_of(&last, amount));
    json_array_append_new(findings, finding);
    return last.what != MORE;
}

/* --- one area by itself */

/* The surfaces of what GEOSMakeValid_r made, which may have left lines and points beside them. */
static GEOSGeometry *surfaces_of(GEOSGeometry *made)
{
    GEOSContextHandle_t geos = ground_geos();
    int type = made ? GEOSGeomTypeId_r(geos, made) : -1;
    if (type != GEOS_GEOMETRYCOLLECTION)
        return made;
    GEOSGeometry *whole = NULL;
    for (int i = 0; i < GEOSGetNumGeometries_r(geos, made); i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, made, i);
        if (GEOSGeom_getDimensions_r(geos, part) != 2)
            continue;
        GEOSGeometry *joined =
            whole ? GEOSUnion_r(geos, whole, part) : GEOSGeom_clone_r(geos, part);
        GEOSGeom_destroy_r(geos, whole);
        whole = joined;
    }
    GEOSGeom_destroy_r(geos, made);
    return whole;
}

static bool is_surface(const GEOSGeometry *geometry)
{
    GEOSContextHandle_t geos = ground_geos();
    return geometry && GEOSisEmpty_r(geos, geometry) == 0 &&
           GEOSGeom_getDimensions_r(geos, geometry) == 2 && GEOSisValid_r(geos, geometry) == 1;
}

void ground_repair(const struct ground *ground, struct ground_area *area, json_t *findings)
{
    GEOSContextHandle_t geos = ground_geos();
    if (!area->geometry) {
        tell(ground, findings, &(struct found){BROKEN, area, .reason = ground_geos_error()});
        return;
    }
    if (is_surface(area->geometry))
        return;
    char *said = NULL;
    GEOSGeometry *place = NULL;
    GEOSisValidDetail_r(geos, area->geometry, 0, &said, &place);
    g_autofree char *reason = g_strdup(said ? said : "not a surface");
    GEOSFree_r(geos, said);
    GEOSGeom_destroy_r(geos, place);
    GEOSGeometry *repaired = surfaces_of(GEOSMakeValid_r(geos, area->geometry));
    GEOSGeom_destroy_r(geos, area->geometry);
    area->geometry = NULL;
    if (is_surface(repaired))
        area->geometry = repaired;
    else
        GEOSGeom_destroy_r(geos, repaired);
    tell(ground, findings,
         &(struct found){area->geometry ? INVALID : BROKEN, area, .reason = reason,
                         .where = area->geometry});
}

/* --- a layer as a whole */

/* All areas of a set in one collection; *surface is the sum of their surfaces. Returned: owned. */
static GEOSGeometry *collect(const struct ground_set *set, double *surface)
{
    GEOSContextHandle_t geos = ground_geos();
    g_autofree GEOSGeometry **parts = g_new0(GEOSGeometry *, set->areas->len);
    unsigned count = 0;
    *surface = 0;
    for (guint i = 0; i < set->areas->len; i++) {
        const struct ground_area *area = g_ptr_array_index(set->areas, i);
        double own = 0;
        if (!area->geometry)
            continue;
        GEOSArea_r(geos, area->geometry, &own);
        parts[count++] = GEOSGeom_clone_r(geos, area->geometry);
        *surface += own;
    }
    return GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, parts, count);
}

/* What the set covers. *tiles: neighbours share their vertices and none lies over another, as it
 * should be: GEOSCoverageUnion_r() drops each border that stands there twice, which leaves what is
 * covered an odd number of times; valid and as large as all areas together, it is covered once.
 * That takes a twentieth of the time of looking at each pair. Returned: owned; NULL: GEOS cannot.
 */
static GEOSGeometry *union_of(const struct ground_set *set, bool *tiles)
{
    GEOSContextHandle_t geos = ground_geos();
    double surface, covered = 0;
    GEOSGeometry *all = collect(set, &surface);
    GEOSGeometry *one = all ? GEOSCoverageUnion_r(geos, all) : NULL;
    *tiles = one && GEOSisValid_r(geos, one) == 1 && GEOSArea_r(geos, one, &covered) == 1 &&
             fabs(covered - surface) < SLIVER_M2;
    if (!*tiles) {
        GEOSGeom_destroy_r(geos, one);
        one = all ? GEOSUnaryUnion_r(geos, all) : NULL;
    }
    GEOSGeom_destroy_r(geos, all);
    return one;
}

/* --- two areas of one layer and rank */

struct pairs {
    const struct ground *ground;
    json_t *findings;
    const struct ground_area *area;
};

static void look_for_overlap(void *item, void *user)
{
    const struct ground_area *other = item;
    struct pairs *pairs = user;
    GEOSContextHandle_t geos = ground_geos();
    if (strcmp(other->code, pairs->area->code) <= 0 || /* each pair once */
        GEOSPreparedIntersects_r(geos, pairs->area->prepared, other->geometry) != 1)
        return;
    GEOSGeometry *common = GEOSIntersection_r(geos, pairs->area->geometry, other->geometry);
    double surface = 0;
    if (common && GEOSArea_r(geos, common, &surface) == 1 && surface > SLIVER_M2)
        tell(pairs->ground, pairs->findings,
             &(struct found){OVERLAP, pairs->area, other, .where = common});
    GEOSGeom_destroy_r(geos, common);
}

static void look_for_overlaps(const struct ground *ground, const struct ground_set *set,
                              json_t *findings)
{
    for (guint i = 0; i < set->areas->len; i++) {
        struct pairs pairs = {ground, findings, g_ptr_array_index(set->areas, i)};
        if (pairs.area->geometry && json_array_size(findings) <= MAX_FINDINGS)
            GEOSSTRtree_query_r(ground_geos(), set->tree, pairs.area->geometry, look_for_overlap,
                                &pairs);
    }
}

static void look_for_names(const struct ground *ground, const struct ground_set *set,
                           json_t *findings)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < set->areas->len; i++) {
        const struct ground_area *area = g_ptr_array_index(set->areas, i);
        const char *above = area->parent ? area->parent : "";
        char *name = g_strdup_printf("%s %s", above, area->name);
        char *number = g_strdup_printf("%s #%d", above, area->number);
        const struct ground_area *same = g_hash_table_lookup(seen, name);
        const struct ground_area *counted =
            area->number >= 0 ? g_hash_table_lookup(seen, number) : NULL;
        if (same)
            tell(ground, findings, &(struct found){SAME_NAME, same, area, .reason = ""});
        else if (counted)
            tell(ground, findings, &(struct found){SAME_NUMBER, counted, area, .reason = ""});
        g_hash_table_insert(seen, name, (gpointer)area);
        g_hash_table_insert(seen, number, (gpointer)area);
    }
}

/* --- areas and the one above */

/* The parts of `whole` that `covered` leaves open; takes nothing. */
static void tell_rest(const struct ground *ground, const GEOSGeometry *whole,
                      const GEOSGeometry *covered, const struct found *like, json_t *findings)
{
    GEOSContextHandle_t geos = ground_geos();
    GEOSGeometry *rest = GEOSDifference_r(geos, whole, covered);
    for (int i = 0; rest && i < GEOSGetNumGeometries_r(geos, rest); i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, rest, i);
        double surface = 0;
        struct found found = *like;
        found.where = part;
        if (GEOSArea_r(geos, part, &surface) == 1 && surface > SLIVER_M2 &&
            !tell(ground, findings, &found))
            break;
    }
    GEOSGeom_destroy_r(geos, rest);
}

/* Towns that the cells of a layer do not cover, in governance or over it. */
static void look_for_holes(const struct ground *ground, const struct ground_set *set,
                           const GEOSGeometry *covered, json_t *findings)
{
    for (guint i = 0; i < ground->areas->len; i++) {
        const struct ground_area *town = g_ptr_array_index(ground->areas, i);
        if (town->rank == RANK_TOWN && town->geometry)
            tell_rest(ground, town->geometry, covered,
                      &(struct found){HOLE, town, .layer = set->layer}, findings);
    }
}

static void look_at_surfaces(const struct ground *ground, const struct ground_set *set,
                             json_t *findings)
{
    bool tiles;
    GEOSGeometry *covered = union_of(set, &tiles);
    if (!tiles)
        look_for_overlaps(ground, set, findings);
    if (covered && set->rank == RANK_CELL)
        look_for_holes(ground, set, covered, findings);
    GEOSGeom_destroy_r(ground_geos(), covered);
}

static void look_outside(const struct ground *ground, const struct ground_set *set,
                         json_t *findings)
{
    for (guint i = 0; i < set->areas->len; i++) {
        const struct ground_area *area = g_ptr_array_index(set->areas, i);
        const struct ground_area *above = ground_area(ground, area->parent);
        if (area->geometry && above && above->geometry &&
            GEOSPreparedCovers_r(ground_geos(), above->prepared, area->geometry) == 0)
            tell_rest(ground, area->geometry, above->geometry,
                      &(struct found){OUTSIDE, area, .other = above}, findings);
    }
}

void ground_inspect(const struct ground *ground, json_t *findings)
{
    static void (*const looks[])(const struct ground *ground, const struct ground_set *set,
                                 json_t *findings) = {look_at_surfaces, look_outside,
                                                      look_for_names};
    for (size_t look = 0; look < G_N_ELEMENTS(looks); look++)
        for (guint i = 0; i < ground->sets->len; i++)
            looks[look](ground, g_ptr_array_index(ground->sets, i), findings);
}
