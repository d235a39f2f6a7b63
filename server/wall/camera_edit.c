/* One camera added, changed, removed (docs/api.md). */
#include "wall/camera_url.h"
#include "wall/wall_private.h"
#include <math.h>
#include <string.h>

bool wall_may_edit(struct net_request *request, const char *area)
{
    if (identity_may_in(net_request_session(request), RIGHT_CAMERA_EDIT, area))
        return true;
    net_reply_error(request, 403, "no_right", "没有在该区域修改镜头的权限",
                    "no right to change cameras in that area");
    return false;
}

bool wall_may_put(struct wall *wall, struct net_request *request,
                  const struct camera_fields *fields)
{
    const struct camera *camera = camera_set_find(wall->cameras, fields->id);
    return wall_may_edit(request, fields->area) &&
           (!camera || wall_may_edit(request, camera->fields.area));
}

struct waiting {
    struct wall *wall;
    struct net_request *request;
    char *id;
    bool creates;
};

static struct waiting *waiting_create(struct wall *wall, struct net_request *request,
                                      const char *id)
{
    struct waiting *waiting = g_new0(struct waiting, 1);
    waiting->wall = wall;
    waiting->request = net_request_ref(request);
    waiting->id = g_strdup(id);
    return waiting;
}

static void waiting_free(struct waiting *waiting)
{
    net_request_unref(waiting->request);
    g_free(waiting->id);
    g_free(waiting);
}

/* The camera as it is now goes along, so that a page can say what is different. */
static void reply_conflict(struct net_request *request, const struct camera *camera)
{
    json_t *body = json_pack("{s:{s:s,s:{s:s,s:s}}}", "error", "code", "conflict", "message", "zh",
                             "已被他人改过，请重新载入", "en",
                             "changed by somebody else meanwhile; load it again");
    if (camera && wall_may_list(net_request_session(request), camera))
        json_object_set_new(body, "current", camera_detail_json(camera));
    net_reply_json(request, 409, body);
}

void wall_reply_store_error(struct net_request *request, const struct camera *camera,
                            const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT))
        reply_conflict(request, camera);
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这个镜头", "there is no such camera");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "disk_full", "服务器磁盘已满，没有保存任何更改；请联系管理员",
                        "the server's disk is full: nothing was saved. Tell the administrator");
    else
        net_reply_error(request, 503, "store", "数据库没有接受这次修改", error->message);
}

/* --- reading what came */

/* Takes `zh` and `en`. */
static void add_fault(json_t *faults, const char *path, char *zh, char *en)
{
    json_array_append_new(faults, json_pack("{s:s,s:{s:s,s:s}}", "path", path, "message", "zh",
                                            zh ? zh : "不正确", "en", en ? en : "is not right"));
    g_free(zh);
    g_free(en);
}

/* What the detail shows and nobody sets. */
static bool is_read_only(const char *key)
{
    static const char *const keys[] = {
        "n",      "state",      "reason",     "detail",          "since_us", "codec", "width",
        "height", "source_lon", "source_lat", "clock_offset_ms", "loss_pct", "scene", NULL};
    return g_strv_contains(keys, key);
}

/* An address whose credentials were shown hidden gets them back from the camera (NULL: none). */
static bool read_address(const struct camera *camera, struct camera_fields *fields, const char *key,
                         const char *text, char **zh, char **en)
{
    g_autofree char *url = wall_fill_url(camera, text);
    if (url)
        return camera_field_set(fields, key, url, zh, en);
    *zh = g_strdup("地址换了主机，请重新输入用户名和密码");
    *en = g_strdup("the address leads to another host; enter user and password again");
    return false;
}

static bool read_field(const struct camera *camera, struct camera_fields *fields, const char *key,
                       const json_t *value, char **zh, char **en)
{
    if (json_is_null(value))
        return camera_field_clear(fields, key) || is_read_only(key);
    if (strcmp(key, "properties") == 0 && json_is_object(value)) {
        json_decref(fields->properties);
        fields->properties = json_deep_copy(value);
        return true;
    }
    g_autofree char *text = json_is_string(value)    ? g_strdup(json_string_value(value))
                            : json_is_boolean(value) ? g_strdup(json_is_true(value) ? "1" : "0")
                            : json_is_number(value)
                                ? g_strdup_printf("%.10g", json_number_value(value))
                                : NULL;
    if (is_read_only(key))
        return true;
    if (!text || !camera_field_known(key))
        return false;
    if (*text == '\0')
        return camera_field_clear(fields, key);
    if (strcmp(key, "url") == 0 || strcmp(key, "sub_url") == 0)
        return read_address(camera, fields, key, text, zh, en);
    return camera_field_set(fields, key, text, zh, en);
}

/* Reads fields from a JSON object over those that are there; scalar values as a CSV would write
 * them, null makes unknown. false: answered 400. */
static bool read_fields(struct net_request *request, const struct camera *camera,
                        const json_t *body, struct camera_fields *fields)
{
    json_t *faults = json_array();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)body, key, value)
    {
        char *zh = NULL, *en = NULL;
        if (!read_field(camera, fields, key, value, &zh, &en))
            add_fault(faults, key, zh, en);
    }
    const char *column = "";
    char *zh = NULL, *en = NULL;
    if (!json_array_size(faults) && !camera_fields_finish(fields, &column, &zh, &en))
        add_fault(faults, column, zh, en);
    if (!json_array_size(faults)) {
        json_decref(faults);
        return true;
    }
    net_reply_invalid(request, 400, "bad_camera", "有字段不正确", "some fields are not right",
                      faults);
    return false;
}

/* --- writing */

static void put_done(const struct camera_change *change, const GError *error, gpointer user)
{
    struct waiting *waiting = user;
    const struct camera *camera = camera_set_find(waiting->wall->cameras, waiting->id);
    if (waiting->creates && g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT))
        net_reply_error(waiting->request, 409, "id_taken", "该编号已被另一个镜头使用",
                        "another camera has this id");
    else if (error)
        wall_reply_store_error(waiting->request, camera, error);
    else if (!camera) /* deleted by somebody else in the same instant */
        net_reply_error(waiting->request, 404, "not_found", "没有这个镜头",
                        "there is no such camera");
    else
        net_reply_json(waiting->request, change->created ? 201 : 200, camera_detail_json(camera));
    waiting_free(waiting);
}

static void put(struct wall *wall, struct net_request *request, const struct camera *camera,
                const json_t *body, struct camera_fields *fields, gint64 version)
{
    if (!read_fields(request, camera, body, fields) || !wall_may_put(wall, request, fields))
        return;
    struct waiting *waiting = waiting_create(wall, request, fields->id);
    waiting->creates = !camera;
    camera_set_put(wall->cameras, fields, version, identity_actor_new(net_request_session(request)),
                   put_done, waiting);
}

static void post_camera(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    struct camera_fields fields;
    camera_fields_init(&fields);
    put(user, request, NULL, body, &fields, 0);
    camera_fields_clear(&fields);
    json_decref(body);
}

/* The version that a change is based on, taken out of the body; −1: none is named. */
static gint64 take_version(json_t *body)
{
    json_t *version = json_object_get(body, "version");
    gint64 based_on = json_is_integer(version) ? json_integer_value(version) : -1;
    json_object_del(body, "version");
    return based_on;
}

/* Coordinates that were shown converted and came back unchanged stay what was entered. */
static void keep_position(const struct camera *camera, json_t *body)
{
    const struct camera_fields *f = &camera->fields;
    const char *crs = json_string_value(json_object_get(body, "crs"));
    const json_t *lon = json_object_get(body, "lon"), *lat = json_object_get(body, "lat");
    if (isnan(f->source_lon) || g_strcmp0(crs, f->crs) != 0 || !json_is_number(lon) ||
        !json_is_number(lat) || fabs(json_number_value(lon) - f->lon) > 1e-9 ||
        fabs(json_number_value(lat) - f->lat) > 1e-9)
        return;
    json_object_set_new(body, "lon", json_real(f->source_lon));
    json_object_set_new(body, "lat", json_real(f->source_lat));
}

/* Replaces every field, or (`patch`) those that are named. */
static void change_camera(struct net_request *request, struct wall *wall, bool patch)
{
    const struct camera *camera = wall_find_camera(wall, request);
    json_t *body = camera ? net_request_json(request) : NULL;
    if (!body)
        return;
    gint64 based_on = take_version(body);
    struct camera_fields fields;
    if (patch) {
        camera_fields_copy(&fields, &camera->fields);
    } else {
        camera_fields_init(&fields);
        keep_position(camera, body);
    }
    json_object_set_new(body, "id", json_string(camera->fields.id));
    put(wall, request, camera, body, &fields, based_on);
    camera_fields_clear(&fields);
    json_decref(body);
}

static void put_camera(struct net_request *request, gpointer user)
{
    change_camera(request, user, false);
}

static void patch_camera(struct net_request *request, gpointer user)
{
    change_camera(request, user, true);
}

static void delete_done(const struct camera_change *change, const GError *error, gpointer user)
{
    (void)change;
    struct waiting *waiting = user;
    if (error)
        wall_reply_store_error(waiting->request, NULL, error);
    else
        net_reply_json(waiting->request, 204, NULL);
    waiting_free(waiting);
}

static void delete_camera(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    const struct camera *camera = wall_find_camera(wall, request);
    if (camera && wall_may_edit(request, camera->fields.area))
        camera_set_delete(wall->cameras, camera->fields.id,
                          identity_actor_new(net_request_session(request)), delete_done,
                          waiting_create(wall, request, camera->fields.id));
}

void wall_add_edit_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cameras", "camera.edit", post_camera, 0},
        {"PUT", "/api/v1/cameras/:id", "camera.edit", put_camera, 0},
        {"PATCH", "/api/v1/cameras/:id", "camera.edit", patch_camera, 0},
        {"DELETE", "/api/v1/cameras/:id", "camera.edit", delete_camera, 0},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
