/* Trying a camera, or an address before a camera has it (docs/api.md). */
#include "common/log.h"
#include "wall/camera_url.h"
#include "wall/reasons.h"
#include "wall/wall_private.h"

static void trial_done(const json_t *result, const char *code, gpointer user)
{
    struct net_request *request = user;
    if (result) {
        json_t *body = json_deep_copy(result);
        json_object_del(body, "t");
        json_object_del(body, "req");
        net_reply_json(request, 200, body);
    } else {
        const struct reason *reason = reason_find(code);
        net_reply_error(request, 503, code, reason->zh, reason->en);
    }
    net_request_unref(request);
}

static void post_diagnose(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    const struct camera *camera = wall_find_camera(wall, request);
    if (camera)
        media_diagnose(wall->media, camera->n,
                       g_strcmp0(net_request_query(request, "profile"), "main") ? "sub" : "main",
                       trial_done, net_request_ref(request));
}

/* The stored address that a hidden one may be filled from; NULL: none. *ok false: answered. */
static const struct camera *camera_of(struct wall *wall, struct net_request *request,
                                      const char *id, bool *ok)
{
    const struct camera *camera = id ? camera_set_find(wall->cameras, id) : NULL;
    *ok = !id || (camera && wall_may_edit(request, camera->fields.area));
    if (id && !camera)
        net_reply_error(request, 404, "not_found", "没有这个镜头", "there is no such camera");
    return camera;
}

static void post_try(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const char *given = json_string_value(json_object_get(body, "url"));
    bool ok;
    const struct camera *camera =
        camera_of(wall, request, json_string_value(json_object_get(body, "id")), &ok);
    g_autofree char *url = ok && given && *given ? wall_fill_url(camera, given) : NULL;
    if (ok && !url)
        net_reply_error(request, 400, given && *given ? "hidden_secret" : "bad_url",
                        given && *given ? "请重新输入用户名和密码" : "请填写地址",
                        given && *given ? "enter user and password again" : "an address is needed");
    if (url) {
        g_autofree char *shown = log_redact(url);
        identity_audit_later(wall->options.identity, net_request_session(request), "camera.try",
                             shown, NULL);
        media_try(wall->media, url, trial_done, net_request_ref(request));
    }
    json_decref(body);
}

char *wall_fill_url(const struct camera *camera, const char *given)
{
    const char *stored[] = {camera ? camera->fields.sub_url : NULL,
                            camera ? camera->fields.url : NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(stored); i++) {
        char *url = camera_url_fill(given, stored[i]);
        if (url)
            return url;
    }
    return NULL;
}

void wall_add_trial_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cameras/try", "camera.edit", post_try, 0},
        {"POST", "/api/v1/cameras/:id/diagnose", "camera.list", post_diagnose, 0},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
