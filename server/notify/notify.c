#include "identity/retention.h"
#include "notify/notify_private.h"

/* {"user":{"gone":[ids],"count"}} of what is to be deleted: old, and of no case that is open. */
static json_t *old_ones(struct store_tx *tx, gint64 before_us, unsigned limit, GError **error)
{
    GError *bad = NULL;
    json_t *users = json_object();
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT n.id, n.user_id, n.read_us FROM notification n WHERE n.time_us < ?"
                    " AND NOT EXISTS (SELECT 1 FROM case_file f WHERE f.id = n.case_id"
                    " AND f.closed_us = 0) ORDER BY n.id LIMIT ?",
                    "ii", before_us, (gint64)limit);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *one = json_object_get(users, store_text(rows, 1));
        if (!one) {
            one = json_pack("{s:[],s:i}", "gone", "count", 0);
            json_object_set_new(users, store_text(rows, 1), one);
        }
        json_array_append_new(json_object_get(one, "gone"), json_string(store_text(rows, 0)));
        json_t *count = json_object_get(one, "count");
        json_integer_set(count, json_integer_value(count) + (store_int(rows, 2) == 0));
    }
    if (!rows || bad)
        g_clear_pointer(&users, json_decref);
    if (bad)
        g_propagate_error(error, bad);
    return users;
}

/* Of one user, and boxes are told. */
static bool forget(struct store_tx *tx, const char *user, json_t *one, gint64 *deleted,
                   GError **error)
{
    size_t i;
    json_t *id;
    json_array_foreach(json_object_get(one, "gone"), i, id)
    {
        if (!store_exec(tx, error, "DELETE FROM notification WHERE id = ?", "s",
                        json_string_value(id)))
            return false;
        *deleted += store_changed(tx);
    }
    json_object_set_new(one, "user", json_string(user));
    char *text = json_dumps(one, JSON_COMPACT);
    bool fine = store_announce(tx, "notification", "", text, error);
    free(text);
    return fine;
}

static bool purge(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                  gint64 *deleted, gint64 *held, gpointer user, GError **error)
{
    (void)now_us;
    (void)held;
    (void)user;
    json_t *users = old_ones(tx, before_us, limit, error);
    bool fine = users != NULL;
    const char *who;
    json_t *one;
    json_object_foreach(users, who, one)
    {
        fine = fine && forget(tx, who, one, deleted, error);
    }
    json_decref(users);
    if (!fine || !store_exec(tx, error,
                             "DELETE FROM delivery WHERE id IN (SELECT d.id FROM delivery d"
                             " WHERE d.time_us < ? AND d.state IN ('sent', 'given_up', 'void')"
                             " AND NOT EXISTS (SELECT 1 FROM case_file f WHERE f.id = d.case_id"
                             " AND f.closed_us = 0) LIMIT ?)",
                             "ii", before_us, (gint64)limit))
        return false;
    *deleted += store_changed(tx);
    return true;
}

struct topic *notify_topic(struct notify *notify)
{
    return boxes_topic(notify->boxes);
}

struct notify *notify_create(const struct notify_options *options, GError **error)
{
    struct notify *notify = g_new0(struct notify, 1);
    notify->options = *options;
    notify->url = g_strdup(options->url ? options->url : "");
    notify->plan = plan_load(options->plan_path, error);
    if (!notify->plan)
        goto fail;
    notify->boxes = boxes_create(notify, error);
    if (!notify->boxes)
        goto fail;
    notify->post = post_create(notify);
    notify->follow = follow_create(notify, error);
    if (!notify->follow)
        goto fail;
    notify->watch = watch_create(notify);
    retention_add(options->identity, &(struct retention_kind){"notification", purge, NULL});
    notify_add_routes(notify);
    delivery_add_routes(notify);
    notify_add_commands(notify);
    return notify;
fail:
    notify_destroy(notify);
    return NULL;
}

void notify_destroy(struct notify *notify)
{
    if (!notify)
        return;
    watch_destroy(notify->watch);
    follow_destroy(notify->follow);
    post_destroy(notify->post);
    boxes_destroy(notify->boxes);
    plan_destroy(notify->plan);
    g_free(notify->url);
    g_free(notify);
}
