/* The REST face of the cameras (docs/api.md). */
#include "wall/wall_private.h"
#include <string.h>

#define IMPORT_BYTES  (16 * 1024 * 1024)
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

/* --- changes */

bool wall_may_edit(struct net_request *request, const char *area)
{
    if (identity_may_in(net_request_session(request), RIGHT_CAMERA_EDIT, area))
        return true;
    net_reply_error(request, 403, "no_right", "没有在该区域修改镜头的权限",
                    "no right to change cameras in that area");
    return false;
}

struct waiting {
    struct wall *wall;
    struct net_request *request;
    json_t *errors, *warnings; /* of an import */
    guint records, bad;
    bool dry_run;
    char *id; /* of a single camera */
};

static struct waiting *waiting_create(struct wall *wall, struct net_request *request)
{
    struct waiting *waiting = g_new0(struct waiting, 1);
    waiting->wall = wall;
    waiting->request = net_request_ref(request);
    return waiting;
}

static void waiting_free(struct waiting *waiting)
{
    net_request_unref(waiting->request);
    json_decref(waiting->errors);
    json_decref(waiting->warnings);
    g_free(waiting->id);
    g_free(waiting);
}

static void reply_store_error(struct net_request *request, const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT))
        net_reply_error(request, 409, "conflict", "已被他人改过，请重新载入",
                        "changed by somebody else meanwhile; load it again");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这个镜头", "there is no such camera");
    else
        net_reply_error(request, 503, "store", "数据库没有接受这次修改", error->message);
}

static void import_done(const struct camera_change *change, const GError *error, gpointer user)
{
    struct waiting *waiting = user;
    if (error) {
        reply_store_error(waiting->request, error);
    } else {
        guint status = waiting->bad && !waiting->dry_run ? 207 : 200;
        net_reply_json(waiting->request, status,
                       json_pack("{s:b,s:i,s:i,s:i,s:i,s:i,s:O,s:O}", "dry_run", waiting->dry_run,
                                 "rows", (int)waiting->records, "created", (int)change->created,
                                 "updated", (int)change->updated, "unchanged",
                                 (int)change->unchanged, "refused", (int)waiting->bad, "errors",
                                 waiting->errors, "warnings", waiting->warnings));
    }
    waiting_free(waiting);
}

/* Its area, and the one it has now. false: answered. */
static bool may_put(struct wall *wall, struct net_request *request,
                    const struct camera_fields *fields)
{
    const struct camera *camera = camera_set_find(wall->cameras, fields->id);
    return wall_may_edit(request, fields->area) &&
           (!camera || wall_may_edit(request, camera->fields.area));
}

/* Each row's area, and that of the camera it would change. false: answered. */
static bool may_import(struct wall *wall, struct net_request *request, const struct camera_csv *csv)
{
    for (guint i = 0; i < csv->rows->len; i++) {
        const struct camera_fields *fields = csv->rows->pdata[i];
        if (!may_put(wall, request, fields))
            return false;
    }
    return true;
}

static void import_cameras(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    gsize size;
    const char *data = g_bytes_get_data(net_request_body(request), &size);
    struct camera_csv *csv = camera_csv_parse(data ? data : "", size);
    struct waiting *waiting = waiting_create(wall, request);
    waiting->errors = camera_csv_notes_json(csv, false);
    waiting->warnings = camera_csv_notes_json(csv, true);
    waiting->records = csv->records;
    waiting->bad = csv->bad;
    const char *dry = net_request_query(request, "dry_run");
    waiting->dry_run = dry && strcmp(dry, "0") != 0;
    if (csv->records == 0) {
        net_reply_invalid(request, 400, "bad_csv", "文件里没有可读的镜头",
                          "the file holds no readable camera", json_incref(waiting->errors));
        waiting_free(waiting);
        camera_csv_destroy(csv);
        return;
    }
    if (!may_import(wall, request, csv)) {
        waiting_free(waiting);
        camera_csv_destroy(csv);
        return;
    }
    camera_set_import(wall->cameras, csv, waiting->dry_run,
                      identity_actor_new(net_request_session(request)), import_done, waiting);
}

/* Reads a camera's fields from a JSON object; scalar values as a CSV would write them. false:
 * answered 400. */
static bool read_fields(struct net_request *request, const json_t *body,
                        struct camera_fields *fields)
{
    json_t *faults = json_array();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)body, key, value)
    {
        char *zh = NULL, *en = NULL;
        g_autofree char *text = json_is_string(value)    ? g_strdup(json_string_value(value))
                                : json_is_boolean(value) ? g_strdup(json_is_true(value) ? "1" : "0")
                                : json_is_number(value)
                                    ? g_strdup_printf("%.10g", json_number_value(value))
                                    : NULL;
        if (text && !camera_field_set(fields, key, text, &zh, &en))
            json_array_append_new(
                faults, json_pack("{s:s,s:{s:s,s:s}}", "path", key, "message", "zh", zh, "en", en));
        g_free(zh);
        g_free(en);
    }
    const char *column = "";
    char *zh = NULL, *en = NULL;
    if (!json_array_size(faults) && !camera_fields_finish(fields, &column, &zh, &en))
        json_array_append_new(
            faults, json_pack("{s:s,s:{s:s,s:s}}", "path", column, "message", "zh", zh, "en", en));
    g_free(zh);
    g_free(en);
    if (!json_array_size(faults)) {
        json_decref(faults);
        return true;
    }
    net_reply_invalid(request, 400, "bad_camera", "有字段不正确", "some fields are not right",
                      faults);
    return false;
}

static void put_done(const struct camera_change *change, const GError *error, gpointer user)
{
    struct waiting *waiting = user;
    const struct camera *camera = camera_set_find(waiting->wall->cameras, waiting->id);
    if (error)
        reply_store_error(waiting->request, error);
    else if (!camera) /* deleted by somebody else in the same instant */
        net_reply_error(waiting->request, 404, "not_found", "没有这个镜头",
                        "there is no such camera");
    else
        net_reply_json(waiting->request, change->created ? 201 : 200, camera_detail_json(camera));
    waiting_free(waiting);
}

static void put(struct wall *wall, struct net_request *request, json_t *body, gint64 version)
{
    struct camera_fields fields;
    camera_fields_init(&fields);
    if (read_fields(request, body, &fields) && may_put(wall, request, &fields)) {
        struct waiting *waiting = waiting_create(wall, request);
        waiting->id = g_strdup(fields.id);
        camera_set_put(wall->cameras, &fields, version,
                       identity_actor_new(net_request_session(request)), put_done, waiting);
    }
    camera_fields_clear(&fields);
}

static void post_camera(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    put(user, request, body, 0);
    json_decref(body);
}

static void put_camera(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    const struct camera *camera = wall_find_camera(wall, request);
    json_t *body = camera ? net_request_json(request) : NULL;
    if (!body)
        return;
    json_t *version = json_object_get(body, "version");
    gint64 based_on = json_is_integer(version) ? json_integer_value(version) : -1;
    json_object_del(body, "version");
    json_object_set_new(body, "id", json_string(camera->fields.id));
    /* an address that was shown redacted and came back unchanged keeps its credentials */
    json_t *shown = camera_detail_json(camera);
    static const char *const addresses[] = {"url", "sub_url"};
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        const char *kept = i ? camera->fields.sub_url : camera->fields.url;
        if (kept &&
            json_equal(json_object_get(body, addresses[i]), json_object_get(shown, addresses[i])))
            json_object_set_new(body, addresses[i], json_string(kept));
    }
    json_decref(shown);
    put(wall, request, body, based_on);
    json_decref(body);
}

static void delete_done(const struct camera_change *change, const GError *error, gpointer user)
{
    (void)change;
    struct waiting *waiting = user;
    if (error)
        reply_store_error(waiting->request, error);
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
                          waiting_create(wall, request));
}

void wall_add_camera_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cameras", "camera.list", get_cameras, 0},
        {"POST", "/api/v1/cameras", "camera.edit", post_camera, 0},
        {"POST", "/api/v1/cameras/import", "camera.edit", import_cameras, IMPORT_BYTES},
        {"GET", "/api/v1/cameras/:id", "camera.list", get_camera, 0},
        {"PUT", "/api/v1/cameras/:id", "camera.edit", put_camera, 0},
        {"DELETE", "/api/v1/cameras/:id", "camera.edit", delete_camera, 0},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
