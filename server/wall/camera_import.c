/* A list of cameras from CSV (docs/cameras-csv.md, docs/api.md): what it would change, then the
 * change. */
#include "wall/wall_private.h"
#include <string.h>

#define IMPORT_BYTES (16 * 1024 * 1024)

struct import {
    struct net_request *request;
    json_t *errors, *warnings;
    json_t *gone; /* cameras that the list does not name */
    guint gone_count;
    guint records, bad;
    bool dry_run, replace;
};

static void import_free(struct import *import)
{
    net_request_unref(import->request);
    json_decref(import->errors);
    json_decref(import->warnings);
    json_decref(import->gone);
    g_free(import);
}

static void import_done(const struct camera_change *change, const GError *error, gpointer user)
{
    struct import *import = user;
    if (error) {
        wall_reply_store_error(import->request, NULL, error);
    } else {
        guint status = import->bad && !import->dry_run ? 207 : 200;
        net_reply_json(import->request, status,
                       json_pack("{s:b,s:b,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:O,s:O,s:O,s:O}", "dry_run",
                                 import->dry_run, "replace", import->replace, "rows",
                                 (int)import->records, "created", (int)change->created, "updated",
                                 (int)change->updated, "unchanged", (int)change->unchanged,
                                 "removed", (int)change->removed, "refused", (int)import->bad,
                                 "missing", (int)import->gone_count, "errors", import->errors,
                                 "warnings", import->warnings, "changes", change->rows, "gone",
                                 import->gone));
    }
    import_free(import);
}

/* Each row's area, and that of the camera it would change. false: answered. */
static bool may_import(struct wall *wall, struct net_request *request, const struct camera_csv *csv)
{
    for (guint i = 0; i < csv->rows->len; i++)
        if (!wall_may_put(wall, request, csv->rows->pdata[i]))
            return false;
    return true;
}

static bool flag(struct net_request *request, const char *name)
{
    const char *text = net_request_query(request, name);
    return text && strcmp(text, "0") != 0;
}

/* The cameras that this person may change and that the list does not name. Returned: their ids. */
static GPtrArray *find_gone(struct wall *wall, struct import *import, const struct camera_csv *csv)
{
    g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < csv->rows->len; i++)
        g_hash_table_add(named, ((struct camera_fields *)csv->rows->pdata[i])->id);
    GPtrArray *gone = g_ptr_array_new_with_free_func(g_free);
    import->gone = json_array();
    const struct net_session *session = net_request_session(import->request);
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        const struct camera_fields *f = &camera->fields;
        if (camera->gone || g_hash_table_contains(named, f->id) ||
            !identity_may_in(session, RIGHT_CAMERA_EDIT, f->area))
            continue;
        g_ptr_array_add(gone, g_strdup(f->id));
        if (json_array_size(import->gone) < CAMERA_CHANGE_ROWS)
            json_array_append_new(import->gone,
                                  json_pack("{s:s,s:s}", "id", f->id, "name", f->name));
    }
    import->gone_count = gone->len;
    return gone;
}

/* false: answered. */
static bool check(struct wall *wall, const struct import *import, const struct camera_csv *csv)
{
    if (csv->records == 0) {
        net_reply_invalid(import->request, 400, "bad_csv", "文件里没有可读的镜头",
                          "the file holds no readable camera", json_incref(import->errors));
        return false;
    }
    if (import->replace && !import->dry_run && csv->bad) {
        net_reply_invalid(import->request, 400, "bad_rows",
                          "清单有误，不能用来替换：请先改正有误的行",
                          "a list with wrong rows replaces nothing; correct them first",
                          json_incref(import->errors));
        return false;
    }
    return may_import(wall, import->request, csv);
}

static void import_cameras(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    gsize size;
    const char *data = g_bytes_get_data(net_request_body(request), &size);
    struct camera_csv *csv = camera_csv_parse(data ? data : "", size);
    if (wall->options.ground)
        camera_csv_check_areas(csv, wall->options.ground);
    struct import *import = g_new0(struct import, 1);
    import->request = net_request_ref(request);
    import->errors = camera_csv_notes_json(csv, false);
    import->warnings = camera_csv_notes_json(csv, true);
    import->records = csv->records;
    import->bad = csv->bad;
    import->dry_run = flag(request, "dry_run");
    import->replace = flag(request, "replace");
    if (!check(wall, import, csv)) {
        import_free(import);
        camera_csv_destroy(csv);
        return;
    }
    GPtrArray *gone = find_gone(wall, import, csv);
    if (!import->replace)
        g_clear_pointer(&gone, g_ptr_array_unref);
    camera_set_import(wall->cameras, csv, gone, import->dry_run,
                      identity_actor_new(net_request_session(request)), import_done, import);
}

void wall_add_import_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cameras/import", "camera.edit", import_cameras, IMPORT_BYTES},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
