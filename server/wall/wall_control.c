/* The wall's commands for wallctl (docs/wallctl.md). */
#include "identity/identity_face.h"
#include "wall/wall_private.h"

static void status(struct control_call *call, const json_t *args, gpointer user)
{
    (void)args;
    struct wall *wall = user;
    json_t *data = json_pack("{s:s,s:s,s:i,s:o,s:i,s:i}", "version", wall->options.version, "boot",
                             wall->boot, "cameras", (int)camera_set_count(wall->cameras), "media",
                             wall_media_json(wall, NULL), "seats", (int)wall->seats->len, "streams",
                             (int)hub_streams(wall->hub));
    json_object_set_new(data, "url", json_string(net_url(wall->options.net)));
    control_reply(call, data);
}

static void list(struct control_call *call, const json_t *args, gpointer user)
{
    (void)args;
    struct wall *wall = user;
    json_t *cameras = json_array();
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (!camera->gone)
            json_array_append_new(cameras, camera_json(camera));
    }
    control_reply(call, json_pack("{s:o}", "cameras", cameras));
}

static void show(struct control_call *call, const json_t *args, gpointer user)
{
    struct wall *wall = user;
    const char *id = json_string_value(json_object_get(args, "id"));
    const struct camera *camera = id ? camera_set_find(wall->cameras, id) : NULL;
    if (!id)
        control_reply_error(call, "usage", "cameras.show needs an id");
    else if (!camera)
        control_reply_error(call, "not_found", "there is no such camera");
    else
        control_reply(call, camera_detail_json(camera));
}

struct import {
    struct control_call *call;
    json_t *result;
    guint refused;
};

static void import_done(const struct camera_change *change, const GError *error, gpointer user)
{
    struct import *import = user;
    json_object_set_new(import->result, "created", json_integer(change->created));
    json_object_set_new(import->result, "updated", json_integer(change->updated));
    json_object_set_new(import->result, "unchanged", json_integer(change->unchanged));
    bool headless = json_integer_value(json_object_get(import->result, "rows")) == 0;
    g_autofree char *message = headless ? g_strdup("the file has no usable header or no rows")
                                        : g_strdup_printf("%u rows were refused", import->refused);
    if (error)
        control_reply_error(import->call, "store", error->message);
    else if (!change->created && !change->updated && !change->unchanged && import->refused)
        control_reply_refused(import->call, "refused", message, json_incref(import->result));
    else if (import->refused)
        control_reply_partly(import->call, message, json_incref(import->result));
    else
        control_reply(import->call, json_incref(import->result));
    json_decref(import->result);
    g_free(import);
}

static void import(struct control_call *call, const json_t *args, gpointer user)
{
    struct wall *wall = user;
    const json_t *text = json_object_get(args, "csv");
    bool dry_run = json_is_true(json_object_get(args, "dry_run"));
    if (!json_is_string(text)) {
        control_reply_error(call, "usage", "cameras.import needs the file's text as csv");
        return;
    }
    struct camera_csv *csv = camera_csv_parse(json_string_value(text), json_string_length(text));
    if (wall->options.ground)
        camera_csv_check_areas(csv, wall->options.ground);
    struct import *job = g_new0(struct import, 1);
    job->call = call;
    job->refused = csv->bad;
    job->result = json_pack("{s:b,s:i,s:i,s:o,s:o}", "dry_run", dry_run, "rows", (int)csv->records,
                            "refused", (int)csv->bad, "errors", camera_csv_notes_json(csv, false),
                            "warnings", camera_csv_notes_json(csv, true));
    if (csv->records == 0)
        job->refused++; /* the header itself */
    camera_set_import(wall->cameras, csv, NULL, dry_run, identity_local_actor(call), import_done,
                      job);
}

void wall_add_commands(struct wall *wall)
{
    struct control *control = wall->options.control;
    control_register(control, "status", status, wall);
    control_register(control, "cameras.list", list, wall);
    control_register(control, "cameras.show", show, wall);
    control_register(control, "cameras.import", import, wall);
}
