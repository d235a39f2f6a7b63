#include "intake/cap_shape.h"
#include <math.h>
#include <string.h>

#define DEGREE_M     111194.9266
#define CIRCLE_SIDES 64
#define MAX_LEFT_OUT 4096

/* Twice the surface, positive when the ring runs counter-clockwise as RFC 7946 wants it. */
static double turn(const double *xy, guint points)
{
    double sum = 0;
    for (guint i = 0; i + 1 < points; i++)
        sum += xy[i * 2] * xy[i * 2 + 3] - xy[i * 2 + 2] * xy[i * 2 + 1];
    return sum;
}

static json_t *position(double lon, double lat)
{
    return json_pack("[f,f]", round(lon * 1e6) / 1e6, round(lat * 1e6) / 1e6);
}

/* Every `step`th point. NULL: nothing with a surface is left. */
static json_t *ring_of(const GArray *points, guint step)
{
    const double *xy = (const double *)(const void *)points->data;
    guint count = points->len / 2;
    double way = turn(xy, count);
    if (way == 0 || !isfinite(way) || (count - 1) / step < 3)
        return NULL;
    json_t *ring = json_array();
    for (guint i = 0; i + 1 < count; i += step) {
        guint at = way > 0 ? i : count - 1 - i;
        json_array_append_new(ring, position(xy[at * 2], xy[at * 2 + 1]));
    }
    json_array_append(ring, json_array_get(ring, 0));
    return json_pack("[o]", ring);
}

static json_t *circle_of(const struct cap_circle *circle, guint step)
{
    guint sides = MAX(8, CIRCLE_SIDES / step);
    double shrink = cos(circle->lat * G_PI / 180), lat_deg = circle->radius_m / DEGREE_M;
    if (!(circle->radius_m > 0) || shrink < 0.01 || lat_deg > 45)
        return NULL;
    json_t *ring = json_array();
    for (guint i = 0; i < sides; i++) {
        double angle = 2 * G_PI * i / sides;
        double lon = circle->lon + lat_deg / shrink * cos(angle);
        double lat = circle->lat + lat_deg * sin(angle);
        json_array_append_new(ring, position(CLAMP(lon, -180, 180), CLAMP(lat, -90, 90)));
    }
    json_array_append(ring, json_array_get(ring, 0));
    return json_pack("[o]", ring);
}

static void add(json_t *polygons, json_t *polygon)
{
    if (polygon)
        json_array_append_new(polygons, polygon);
}

static void add_area(json_t *polygons, const struct cap_area *area, guint step)
{
    for (guint i = 0; i < area->polygons->len; i++)
        add(polygons, ring_of(area->polygons->pdata[i], step));
    for (guint i = 0; i < area->circles->len; i++)
        add(polygons, circle_of(&g_array_index(area->circles, struct cap_circle, i), step));
}

static json_t *shape_of(const struct cap_alert *alert, const char *language, guint step)
{
    json_t *polygons = json_array();
    for (guint i = 0; i < alert->infos->len; i++) {
        const struct cap_info *info = alert->infos->pdata[i];
        for (guint k = 0; strcmp(info->language, language) == 0 && k < info->areas->len; k++)
            add_area(polygons, info->areas->pdata[k], step);
    }
    json_t *shape = NULL;
    if (json_array_size(polygons) == 1)
        shape =
            json_pack("{s:s,s:O}", "type", "Polygon", "coordinates", json_array_get(polygons, 0));
    else if (json_array_size(polygons) > 1)
        shape = json_pack("{s:s,s:O}", "type", "MultiPolygon", "coordinates", polygons);
    json_decref(polygons);
    return shape;
}

json_t *cap_shape(const struct cap_alert *alert, const char *language, size_t most)
{
    for (guint step = 1; step <= MAX_LEFT_OUT; step *= 2) {
        json_t *shape = shape_of(alert, language, step);
        if (!shape || json_dumpb(shape, NULL, 0, JSON_COMPACT) <= most)
            return shape;
        json_decref(shape);
    }
    return NULL;
}
