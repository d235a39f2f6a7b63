#include "wall/camera_set.h"
#include "common/clock.h"
#include "identity/identity.h"
#include <string.h>

struct camera_set {
    struct store *store;
    GPtrArray *cameras; /* struct camera *, index n − 1 */
    GHashTable *by_id;  /* id → struct camera *, also gone ones, so that a handle comes back */
    guint count;
    camera_set_changed_fn changed;
    gpointer user;
};

static struct camera *add_camera(struct camera_set *set, const struct camera_fields *fields)
{
    struct camera *camera = camera_create(set->cameras->len + 1);
    camera->since_us = clock_wall_us();
    camera_fields_copy(&camera->fields, fields);
    g_ptr_array_add(set->cameras, camera);
    g_hash_table_insert(set->by_id, camera->fields.id, camera);
    return camera;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct camera_set *set = job;
    store_rows_auto rows =
        store_query(tx, error, "SELECT " CAMERA_COLUMNS " FROM camera ORDER BY area, id", "");
    if (!rows)
        return false;
    GError *local = NULL;
    struct camera_fields fields;
    camera_fields_init(&fields);
    while (store_rows_next(rows, &local)) {
        gint64 version;
        camera_row_read(rows, &fields, &version);
        add_camera(set, &fields)->version = version;
    }
    camera_fields_clear(&fields);
    if (local)
        g_propagate_error(error, local);
    return !local;
}

struct camera_set *camera_set_create(struct store *store, camera_set_changed_fn changed,
                                     gpointer user, GError **error)
{
    struct camera_set *set = g_new0(struct camera_set, 1);
    set->store = store;
    set->changed = changed;
    set->user = user;
    set->cameras = g_ptr_array_new_with_free_func((GDestroyNotify)camera_destroy);
    set->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    if (!store_read_now(store, load, set, error)) {
        camera_set_destroy(set);
        return NULL;
    }
    set->count = set->cameras->len;
    return set;
}

void camera_set_destroy(struct camera_set *set)
{
    if (!set)
        return;
    store_drain(set->store);
    g_hash_table_unref(set->by_id);
    g_ptr_array_unref(set->cameras);
    g_free(set);
}

guint camera_set_size(const struct camera_set *set)
{
    return set->cameras->len;
}

guint camera_set_count(const struct camera_set *set)
{
    return set->count;
}

struct camera *camera_set_at(const struct camera_set *set, guint32 n)
{
    return n >= 1 && n <= set->cameras->len ? set->cameras->pdata[n - 1] : NULL;
}

struct camera *camera_set_find(const struct camera_set *set, const char *id)
{
    struct camera *camera = g_hash_table_lookup(set->by_id, id);
    return camera && !camera->gone ? camera : NULL;
}

/* --- changes: one job type for import, put and delete */

struct change_job {
    struct camera_set *set;
    GPtrArray *rows; /* struct camera_fields *, owned by csv or by itself */
    struct camera_csv *csv;
    GPtrArray *removals; /* ids; NULL: none */
    gint64 expected_version;
    bool dry_run, remove;
    struct identity_actor *actor;
    gint64 now_us;
    /* --- results */
    bool *touched;    /* beside rows */
    gint64 *versions; /* beside rows */
    json_t *previews; /* of an import */
    struct camera_change change;
    camera_change_fn done;
    gpointer user;
};

static struct change_job *job_create(struct camera_set *set, struct identity_actor *actor,
                                     camera_change_fn done, gpointer user)
{
    struct change_job *job = g_new0(struct change_job, 1);
    job->set = set;
    job->actor = actor;
    job->done = done;
    job->user = user;
    job->expected_version = -1;
    job->now_us = clock_wall_us();
    return job;
}

static void job_free(struct change_job *job)
{
    if (!job->csv)
        g_ptr_array_unref(job->rows);
    camera_csv_destroy(job->csv);
    if (job->removals)
        g_ptr_array_unref(job->removals);
    json_decref(job->previews);
    identity_actor_free(job->actor);
    g_free(job->touched);
    g_free(job->versions);
    g_free(job);
}

static void fields_free(gpointer data)
{
    camera_fields_clear(data);
    g_free(data);
}

static GPtrArray *single_row(const struct camera_fields *fields)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(fields_free);
    struct camera_fields *copy = g_new(struct camera_fields, 1);
    camera_fields_copy(copy, fields);
    g_ptr_array_add(rows, copy);
    return rows;
}

/* Counts a row and, of an import, keeps what it changes. Takes `diff`. */
static void count_row(struct change_job *job, guint i, bool existed, json_t *diff)
{
    const struct camera_fields *fields = job->rows->pdata[i];
    bool same = existed && !json_array_size(diff);
    guint *count = same      ? &job->change.unchanged
                   : existed ? &job->change.updated
                             : &job->change.created;
    (*count)++;
    if (!same && job->csv && json_array_size(job->previews) < CAMERA_CHANGE_ROWS)
        json_array_append_new(job->previews,
                              json_pack("{s:i,s:s,s:s,s:s,s:O}", "line",
                                        (int)g_array_index(job->csv->lines, guint, i), "id",
                                        fields->id, "name", fields->name, "what",
                                        existed ? "changed" : "new", "fields", diff));
    json_decref(diff);
}

static bool put_one(struct store_tx *tx, struct change_job *job, guint i, GError **error)
{
    const struct camera_fields *fields = job->rows->pdata[i];
    struct camera_row_change change;
    if (!camera_row_put(tx, fields, job->expected_version, job->now_us, &change, error))
        return false;
    job->touched[i] = change.changed;
    job->versions[i] = change.version;
    count_row(job, i, change.existed, change.diff);
    return !change.changed || store_announce(tx, "camera", fields->id, "{}", error);
}

static bool remove_one(struct store_tx *tx, struct change_job *job, const char *id, GError **error)
{
    if (!store_exec(tx, error, "DELETE FROM camera WHERE id=?", "s", id))
        return false;
    if (store_changed(tx) == 0)
        return true; /* somebody else was quicker */
    job->change.removed++;
    return store_announce(tx, "camera", id, "{\"gone\":true}", error);
}

static bool run_put(struct store_tx *tx, gpointer data, GError **error)
{
    struct change_job *job = data;
    for (guint i = 0; i < job->rows->len; i++)
        if (!put_one(tx, job, i, error))
            return false;
    for (guint i = 0; job->removals && i < job->removals->len; i++)
        if (!remove_one(tx, job, job->removals->pdata[i], error))
            return false;
    if (job->change.created + job->change.updated + job->change.removed == 0)
        return true;
    bool import = job->csv != NULL;
    const struct camera_fields *first = job->rows->pdata[0];
    json_t *details = json_pack("{s:i,s:i,s:i,s:i}", "created", (int)job->change.created, "updated",
                                (int)job->change.updated, "unchanged", (int)job->change.unchanged,
                                "removed", (int)job->change.removed);
    bool ok = identity_audit(tx, job->actor, import ? "camera.import" : "camera.put",
                             import ? "" : first->id, details, job->now_us, error);
    json_decref(details);
    return ok;
}

static bool run_dry(struct store_tx *tx, gpointer data, GError **error)
{
    struct change_job *job = data;
    for (guint i = 0; i < job->rows->len; i++) {
        bool exists;
        json_t *diff;
        if (!camera_row_compare(tx, job->rows->pdata[i], &exists, &diff, &job->versions[i], error))
            return false;
        count_row(job, i, exists, diff);
    }
    job->change.removed = job->removals ? job->removals->len : 0;
    return true;
}

static bool run_remove(struct store_tx *tx, gpointer data, GError **error)
{
    struct change_job *job = data;
    const struct camera_fields *fields = job->rows->pdata[0];
    if (!store_exec(tx, error, "DELETE FROM camera WHERE id=?", "s", fields->id))
        return false;
    if (store_changed(tx) == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "no camera %s", fields->id);
        return false;
    }
    job->touched[0] = true;
    return store_announce(tx, "camera", fields->id, "{\"gone\":true}", error) &&
           identity_audit(tx, job->actor, "camera.delete", fields->id, NULL, job->now_us, error);
}

/* On the loop: the committed row becomes the camera of the registry. */
static guint32 apply(struct camera_set *set, const struct change_job *job, guint i)
{
    const struct camera_fields *fields = job->rows->pdata[i];
    struct camera *camera = g_hash_table_lookup(set->by_id, fields->id);
    if (job->remove) {
        set->count -= !camera->gone;
        camera->gone = true;
        return camera->n;
    }
    if (!camera) {
        camera = add_camera(set, fields);
        set->count++;
    } else {
        set->count += camera->gone;
        camera->gone = false;
        /* the key of by_id is the string inside the fields */
        g_hash_table_steal(set->by_id, fields->id);
        camera_fields_clear(&camera->fields);
        camera_fields_copy(&camera->fields, fields);
        g_hash_table_insert(set->by_id, camera->fields.id, camera);
    }
    camera->version = job->versions[i];
    return camera->n;
}

/* On the loop: the cameras that the list did not name are gone. */
static void apply_removals(struct camera_set *set, const struct change_job *job, GArray *handles)
{
    for (guint i = 0; job->removals && i < job->removals->len; i++) {
        struct camera *camera = camera_set_find(set, job->removals->pdata[i]);
        if (!camera)
            continue;
        set->count--;
        camera->gone = true;
        g_array_append_val(handles, camera->n);
    }
}

static void change_done(gpointer data, const GError *error)
{
    struct change_job *job = data;
    struct camera_set *set = job->set;
    if (!error && !job->dry_run) {
        g_autoptr(GArray) handles = g_array_new(FALSE, FALSE, sizeof(guint32));
        for (guint i = 0; i < job->rows->len; i++)
            if (job->touched[i]) {
                guint32 n = apply(set, job, i);
                g_array_append_val(handles, n);
            }
        apply_removals(set, job, handles);
        if (job->rows->len == 1)
            job->change.version = job->versions[0];
        if (handles->len)
            set->changed(handles, set->user);
    }
    job->change.rows = job->previews;
    job->done(&job->change, error, job->user);
    job_free(job);
}

static void start(struct change_job *job, store_fn fn)
{
    job->touched = g_new0(bool, job->rows->len + 1);
    job->versions = g_new0(gint64, job->rows->len + 1);
    if (job->dry_run)
        store_read(job->set->store, fn, job, change_done);
    else
        store_write(job->set->store, fn, job, change_done);
}

void camera_set_import(struct camera_set *set, struct camera_csv *csv, GPtrArray *remove,
                       bool dry_run, struct identity_actor *actor, camera_change_fn done,
                       gpointer user)
{
    struct change_job *job = job_create(set, actor, done, user);
    job->csv = csv;
    job->rows = csv->rows;
    job->removals = remove;
    job->previews = json_array();
    job->dry_run = dry_run;
    start(job, dry_run ? run_dry : run_put);
}

void camera_set_put(struct camera_set *set, const struct camera_fields *fields, gint64 version,
                    struct identity_actor *actor, camera_change_fn done, gpointer user)
{
    struct change_job *job = job_create(set, actor, done, user);
    job->rows = single_row(fields);
    job->expected_version = version;
    start(job, run_put);
}

void camera_set_delete(struct camera_set *set, const char *id, struct identity_actor *actor,
                       camera_change_fn done, gpointer user)
{
    struct camera_fields fields;
    camera_fields_init(&fields);
    fields.id = g_strdup(id);
    struct change_job *job = job_create(set, actor, done, user);
    job->rows = single_row(&fields);
    camera_fields_clear(&fields);
    job->remove = true;
    start(job, run_remove);
}
