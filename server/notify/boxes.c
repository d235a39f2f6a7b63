/* What each user was told, newest first, as browsers follow it. */
#include "net/session.h"
#include "notify/notify_private.h"
#include <string.h>

enum { KEEP_DELTAS = 1024, BOX_SHOWN = 50, LOADED = 20000 };

struct box {
    GQueue shown; /* of json_t, newest at the head */
    gint64 unread;
};
struct boxes {
    struct notify *notify;
    char *boot;
    GHashTable *users; /* id → struct box, owned */
    struct topic *topic;
    guint changes; /* subscription */
};

static void box_free(gpointer data)
{
    struct box *box = data;
    g_queue_clear_full(&box->shown, (GDestroyNotify)json_decref);
    g_free(box);
}

static struct box *box_of(struct boxes *boxes, const char *user)
{
    struct box *box = g_hash_table_lookup(boxes->users, user);
    if (!box) {
        box = g_new0(struct box, 1);
        g_queue_init(&box->shown);
        g_hash_table_replace(boxes->users, g_strdup(user), box);
    }
    return box;
}

json_t *boxes_row_json(struct store_rows *rows)
{
    json_t *one = json_loads(store_text(rows, 4), 0, NULL);
    const char *object = store_text(rows, 3);
    if (!one)
        one = json_object();
    json_object_set_new(one, "id", json_string(store_text(rows, 0)));
    json_object_set_new(one, "kind", json_string(store_text(rows, 1)));
    json_object_set_new(one, "case", json_string(store_text(rows, 2)));
    json_object_set_new(one, "object", *object ? json_string(object) : json_null());
    json_object_set_new(one, "time_us", notify_time_json(store_int(rows, 5)));
    json_object_set_new(one, "read_us", notify_time_json(store_int(rows, 6)));
    return one;
}

/* --- the topic */

static json_t *list_json(const struct box *box)
{
    json_t *list = json_array();
    for (GList *at = box ? box->shown.head : NULL; at; at = at->next)
        json_array_append(list, at->data);
    return list;
}

static json_t *snapshot(const struct net_session *session, gpointer user)
{
    struct boxes *boxes = user;
    const struct box *box = g_hash_table_lookup(boxes->users, session->user_id);
    return json_pack("{s:o,s:I}", "set", list_json(box), "unread",
                     (json_int_t)(box ? box->unread : 0));
}

static bool sees_all(const struct net_session *session, gpointer user)
{
    (void)session;
    (void)user;
    return false;
}

/* A delta is {"user","set":[N],"unread"}. */
static json_t *part(const json_t *delta, const struct net_session *session, gpointer user)
{
    const char *whose = json_string_value(json_object_get(delta, "user"));
    (void)user;
    if (g_strcmp0(whose, session->user_id) != 0)
        return json_pack("{s:[]}", "set");
    return json_pack("{s:O,s:O}", "set", json_object_get(delta, "set"), "unread",
                     json_object_get(delta, "unread"));
}

static void publish(struct boxes *boxes, const char *user, json_t *set, gint64 unread)
{
    topic_publish(boxes->topic, json_pack("{s:s,s:o,s:I}", "user", user, "set", set, "unread",
                                          (json_int_t)unread));
}

/* --- changes */

static void add(struct boxes *boxes, const char *user, const json_t *one)
{
    struct box *box = box_of(boxes, user);
    g_queue_push_head(&box->shown, json_incref((json_t *)one));
    while (g_queue_get_length(&box->shown) > BOX_SHOWN)
        json_decref(g_queue_pop_tail(&box->shown));
    box->unread++;
    publish(boxes, user, json_pack("[O]", one), box->unread);
}

/* {"user","case" or "through","read_us","count"}: those of a case, or everything up to one. */
static void mark(struct boxes *boxes, const char *user, const json_t *told)
{
    struct box *box = box_of(boxes, user);
    const char *file = json_string_value(json_object_get(told, "case"));
    const char *through = json_string_value(json_object_get(told, "through"));
    json_t *set = json_array();
    for (GList *at = box->shown.head; at; at = at->next) {
        const char *id = json_string_value(json_object_get(at->data, "id"));
        const char *of = json_string_value(json_object_get(at->data, "case"));
        bool meant = file ? g_strcmp0(file, of) == 0 : through && g_strcmp0(id, through) <= 0;
        if (!meant || !json_is_null(json_object_get(at->data, "read_us")))
            continue;
        json_t *now = json_copy(at->data);
        json_object_set(now, "read_us", json_object_get(told, "read_us"));
        json_decref(at->data);
        at->data = now;
        json_array_append(set, now);
    }
    box->unread = MAX(0, box->unread - json_integer_value(json_object_get(told, "count")));
    publish(boxes, user, set, box->unread);
}

/* {"user","gone":[ids],"count"}: their time is over; `count` of them were unread. */
static void forget(struct boxes *boxes, const char *user, const json_t *told)
{
    struct box *box = box_of(boxes, user);
    size_t i;
    json_t *gone;
    json_array_foreach(json_object_get(told, "gone"), i, gone)
    {
        const char *id = json_string_value(gone);
        GList *at = box->shown.head;
        while (at && g_strcmp0(json_string_value(json_object_get(at->data, "id")), id) != 0)
            at = at->next;
        if (at) {
            json_decref(at->data);
            g_queue_delete_link(&box->shown, at);
        }
    }
    box->unread = MAX(0, box->unread - json_integer_value(json_object_get(told, "count")));
    publish(boxes, user, json_array(), box->unread);
}

static void on_change(const struct store_change *change, gpointer user)
{
    struct boxes *boxes = user;
    if (strcmp(change->topic, "notification") != 0)
        return;
    json_t *told = json_loads(change->json, 0, NULL);
    const char *whose = json_string_value(json_object_get(told, "user"));
    const json_t *one = json_object_get(told, "n");
    if (whose && one)
        add(boxes, whose, one);
    else if (whose && json_object_get(told, "gone"))
        forget(boxes, whose, told);
    else if (whose)
        mark(boxes, whose, told);
    json_decref(told);
}

/* --- life */

static bool load_shown(struct store_tx *tx, struct boxes *boxes, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, kind, case_id, object, about, time_us, read_us, user_id"
                    " FROM notification ORDER BY id DESC LIMIT ?",
                    "i", (gint64)LOADED);
    while (rows && store_rows_next(rows, &bad)) {
        struct box *box = box_of(boxes, store_text(rows, 7));
        if (g_queue_get_length(&box->shown) < BOX_SHOWN)
            g_queue_push_tail(&box->shown, boxes_row_json(rows));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct boxes *boxes = job;
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT user_id, COUNT(*) FROM notification WHERE read_us = 0 GROUP BY user_id",
        "");
    while (rows && store_rows_next(rows, &bad))
        box_of(boxes, store_text(rows, 0))->unread = store_int(rows, 1);
    if (bad)
        g_propagate_error(error, bad);
    bool fine = rows && !bad;
    g_clear_pointer(&rows, store_rows_end);
    return fine && load_shown(tx, boxes, error);
}

struct boxes *boxes_create(struct notify *notify, GError **error)
{
    static const struct topic_ops ops = {.snapshot = snapshot, .sees_all = sees_all, .part = part};
    struct boxes *boxes = g_new0(struct boxes, 1);
    boxes->notify = notify;
    boxes->boot = store_id_new();
    boxes->users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, box_free);
    boxes->topic = topic_create("notifications", boxes->boot, KEEP_DELTAS, &ops, boxes);
    if (!store_read_now(notify->options.store, load, boxes, error))
        g_clear_pointer(&boxes, boxes_destroy);
    else
        boxes->changes = store_on_change(notify->options.store, on_change, boxes);
    return boxes;
}

void boxes_destroy(struct boxes *boxes)
{
    if (!boxes)
        return;
    if (boxes->changes)
        store_off_change(boxes->notify->options.store, boxes->changes);
    topic_destroy(boxes->topic);
    g_hash_table_unref(boxes->users);
    g_free(boxes->boot);
    g_free(boxes);
}

struct topic *boxes_topic(struct boxes *boxes)
{
    return boxes->topic;
}
