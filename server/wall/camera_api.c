/* The REST face of the cameras (docs/api.md). */
#include "wall/wall_private.h"
#include <string.h>

#define DEFAULT_LIMIT 2000

struct camera *wall_find_camera(struct wall *wall, struct net_request *request)
{
    struct camera *camera = camera_set_find(wall->cameras, net_request_param(request, "id"));
    if (camera && wall_may_list(net_request_session(request), camera))
        return camera;
    net_reply_error(request, 404, "not_found", "没有这个镜头", "there is no such camera");
    return NULL;
}

/* --- lists */

static bool matches(const struct camera *camera, const char *state, const char *area, const char *q)
{
    if (state && strcmp(camera->state, state) != 0 && g_strcmp0(camera->reason, state) != 0)
        return false;
    if (area && !g_str_has_prefix(camera->fields.area ? camera->fields.area : "", area))
        return false;
    return !q || strstr(camera->fields.name, q) || strstr(camera->fields.id, q);
}

static void get_cameras(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    gint64 limit, after;
    if (!net_request_query_int(request, "limit", 1, 20000, DEFAULT_LIMIT, &limit) ||
        !net_request_query_int(request, "after", 0, G_MAXINT32, 0, &after))
        return;
    const char *state = net_request_query(request, "state");
    const char *area = net_request_query(request, "area");
    const char *q = net_request_query(request, "q");
    json_t *list = json_array();
    gint64 next = 0;
    int total = 0; /* on all pages */
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (!wall_may_list(net_request_session(request), camera) ||
            !matches(camera, state, area, q))
            continue;
        total++;
        if (n <= after || next)
            continue;
        if ((gint64)json_array_size(list) == limit)
            next = n - 1;
        else
            json_array_append_new(list, camera_json(camera));
    }
    json_t *body = json_pack("{s:o,s:i}", "cameras", list, "total", total);
    json_object_set_new(body, "next", next ? json_integer(next) : json_null());
    net_reply_json(request, 200, body);
}

static void get_camera(struct net_request *request, gpointer user)
{
    const struct camera *camera = wall_find_camera(user, request);
    if (camera)
        net_reply_json(request, 200, camera_detail_json(camera));
}

void wall_add_camera_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cameras", "camera.list", get_cameras, 0},
        {"GET", "/api/v1/cameras/:id", "camera.list", get_camera, 0},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
