#include "wall/near.h"
#include "place/ground.h"
#include "wall/wall_private.h"
#include <math.h>
#include <string.h>

#define OWN_PLACE_M 1

bool near_works(const struct camera *camera)
{
    static const char *const good[] = {"live", "sampled", "idle", NULL};
    return camera->fields.enabled && camera->state && g_strv_contains(good, camera->state) &&
           g_strcmp0(camera->reason, "frozen") != 0 && g_strcmp0(camera->reason, "black") != 0;
}

/* Passwords may hold anything but "/": the host stands after the last "@". */
static void copy_host(const char *url, char *out, size_t size)
{
    const char *scheme = url ? strstr(url, "://") : NULL;
    const char *begin = scheme ? scheme + 3 : "";
    size_t length = strcspn(begin, "/?");
    const char *at = memrchr(begin, '@', length);
    if (at) {
        length -= (size_t)(at + 1 - begin);
        begin = at + 1;
    }
    g_snprintf(out, size, "%.*s", (int)length, begin);
}

static struct wall_camera about(const struct camera *camera)
{
    const struct camera_fields *fields = &camera->fields;
    struct wall_camera view = {
        .n = camera->n,
        .id = fields->id,
        .name = fields->name,
        .area = fields->area,
        .place = fields->place,
        .source_system = fields->source_system,
        .lon = fields->lon,
        .lat = fields->lat,
        .azimuth_deg = fields->azimuth,
        .fov_deg = fields->fov,
        .state = camera->gone    ? "disabled"
                 : camera->state ? camera->state
                                 : "connecting",
        .reason = camera->gone ? NULL : camera->reason,
        .codec = camera->codec,
        .since_us = camera->since_us,
        .works = near_works(camera),
    };
    copy_host(fields->url, view.host, sizeof view.host);
    return view;
}

static bool looks_at(const struct wall_camera *camera, double lon, double lat)
{
    if (isnan(camera->azimuth_deg) || isnan(camera->fov_deg))
        return false;
    double bearing = ground_bearing_deg(camera->lon, camera->lat, lon, lat);
    double off = fabs(remainder(bearing - camera->azimuth_deg, 360));
    return off <= camera->fov_deg / 2;
}

bool near_weigh(struct wall_camera *camera, double lon, double lat, double reach_m)
{
    if (isnan(camera->lon) || isnan(camera->lat))
        return false;
    camera->distance_m = ground_distance_m(camera->lon, camera->lat, lon, lat);
    /* what a camera tells of itself lies where it stands, and was seen by it */
    camera->faces = camera->distance_m < OWN_PLACE_M || looks_at(camera, lon, lat);
    return camera->distance_m <= reach_m;
}

/* How far it seems: what looks at the point shows more of it. */
static double rank_m(const struct wall_camera *camera)
{
    return camera->faces ? camera->distance_m / 2 : camera->distance_m;
}

static int by_rank(gconstpointer a, gconstpointer b)
{
    double difference = rank_m(a) - rank_m(b);
    return difference < 0 ? -1 : difference > 0;
}

guint near_choose(GArray *all, guint most, struct wall_camera *out, GArray *skipped)
{
    g_array_sort(all, by_rank);
    guint count = 0;
    for (guint i = 0; i < all->len && count < most; i++) {
        const struct wall_camera *candidate = &g_array_index(all, struct wall_camera, i);
        if (candidate->works)
            out[count++] = *candidate;
        else if (skipped)
            g_array_append_val(skipped, *candidate);
    }
    return count;
}

guint wall_near(const struct wall *wall, double lon, double lat, guint most, double reach_m,
                struct wall_camera *out, GArray *skipped)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct wall_camera));
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (camera->gone)
            continue;
        struct wall_camera candidate = about(camera);
        if (near_weigh(&candidate, lon, lat, reach_m))
            g_array_append_val(all, candidate);
    }
    return near_choose(all, most, out, skipped);
}

bool wall_camera_get(const struct wall *wall, const char *id, struct wall_camera *out)
{
    const struct camera *camera = camera_set_find(wall->cameras, id);
    if (camera)
        *out = about(camera);
    return camera != NULL;
}

void wall_each_camera(const struct wall *wall, wall_camera_fn fn, gpointer user)
{
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (camera->gone)
            continue;
        const struct wall_camera view = about(camera);
        fn(&view, user);
    }
}

void wall_on_camera(struct wall *wall, wall_camera_fn fn, gpointer user)
{
    wall->camera_fn = fn;
    wall->camera_user = user;
}

void wall_tell_camera(struct wall *wall, const struct camera *camera)
{
    if (!wall->camera_fn)
        return;
    const struct wall_camera view = about(camera);
    wall->camera_fn(&view, wall->camera_user);
}
