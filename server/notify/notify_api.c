/* What one was told oneself: REST (docs/notifications.md). */
#include "common/clock.h"
#include "notify/notify_private.h"
#include <string.h>

enum { SHOWN = 50, MOST_SHOWN = 200 };

struct asked {
    struct notify *notify;
    struct net_request *request;
    struct case_who *who; /* NULL: not needed */
    char *user, *id;      /* id: of one, or before or through which */
    gint64 limit, unread, now_us;
    json_t *body;
};

static struct asked *asked_new(struct notify *notify, struct net_request *request)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->notify = notify;
    asked->request = net_request_ref(request);
    asked->user = g_strdup(net_request_session(request)->user_id);
    asked->now_us = clock_wall_us();
    return asked;
}

static void reply(gpointer job, const GError *error)
{
    struct asked *asked = job;
    struct net_request *request = asked->request;
    if (!error)
        net_reply_json(request, 200, json_incref(asked->body));
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这条通知", "there is no such notification");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "disk_full", "服务器磁盘已满，没有保存任何更改；请联系管理员",
                        "the server's disk is full: nothing was saved. Tell the administrator");
    else
        net_reply_error(request, 503, "store", "数据库没有接受这次操作", error->message);
    net_request_unref(request);
    json_decref(asked->body);
    asked->notify->options.cases->who_free(asked->who);
    g_free(asked->user);
    g_free(asked->id);
    g_free(asked);
}

/* --- the list */

static bool read_list(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    GError *bad = NULL;
    json_t *list = json_array();
    gint64 unread = 0;
    g_autofree char *last = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, kind, case_id, object, about, time_us, read_us FROM notification"
                    " WHERE user_id = ? AND id < ? AND (? = 0 OR read_us = 0)"
                    " ORDER BY id DESC LIMIT ?",
                    "ssii", asked->user, asked->id, asked->unread, asked->limit);
    while (rows && store_rows_next(rows, &bad)) {
        g_free(last);
        last = store_text_dup(rows, 0);
        json_array_append_new(list, boxes_row_json(rows));
    }
    bool fine = rows && !bad;
    if (bad)
        g_propagate_error(error, bad);
    g_clear_pointer(&rows, store_rows_end);
    bool more = (gint64)json_array_size(list) == asked->limit;
    fine = fine && store_query_int(tx, error, &unread, NULL,
                                   "SELECT COUNT(*) FROM notification WHERE user_id = ?"
                                   " AND read_us = 0",
                                   "s", asked->user);
    asked->body = json_pack("{s:o,s:I,s:s?}", "notifications", list, "unread", (json_int_t)unread,
                            "next", more ? last : NULL);
    return fine;
}

static void get_list(struct net_request *request, gpointer user)
{
    gint64 limit, unread;
    if (!net_request_query_int(request, "limit", 1, MOST_SHOWN, SHOWN, &limit) ||
        !net_request_query_int(request, "unread", 0, 1, 0, &unread))
        return;
    struct notify *notify = user;
    const char *before = net_request_query(request, "before");
    struct asked *asked = asked_new(notify, request);
    asked->id = g_strdup(before && *before ? before : "~"); /* behind every id */
    asked->limit = limit;
    asked->unread = unread;
    store_read(notify->options.store, read_list, asked, reply);
}

/* --- marking */

static bool announce(struct store_tx *tx, const struct asked *asked, const char *key,
                     const char *value, gint64 count, GError **error)
{
    json_t *json = json_pack("{s:s,s:s,s:o,s:I}", "user", asked->user, key, value, "read_us",
                             notify_time_json(asked->now_us), "count", (json_int_t)count);
    char *text = json_dumps(json, JSON_COMPACT);
    bool fine = store_announce(tx, "notification", "", text, error);
    free(text);
    json_decref(json);
    return fine;
}

/* Orders among them are seen by their department, where this person is still of it. */
static bool see_orders(struct store_tx *tx, const struct asked *asked, const char *case_id,
                       GError **error)
{
    GError *bad = NULL;
    g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func(g_free);
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT object FROM notification WHERE user_id = ?"
                                       " AND case_id = ? AND read_us = 0 AND kind = 'order'",
                                       "ss", asked->user, case_id);
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(orders, store_text_dup(rows, 0));
    bool fine = rows && !bad;
    if (bad)
        g_propagate_error(error, bad);
    g_clear_pointer(&rows, store_rows_end);
    for (guint i = 0; fine && i < orders->len; i++)
        fine = asked->notify->options.cases->seen(tx, asked->who, orders->pdata[i], asked->now_us,
                                                  error);
    return fine;
}

static char *case_of(struct store_tx *tx, const struct asked *asked, GError **error)
{
    GError *bad = NULL;
    char *id = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT case_id FROM notification WHERE id = ? AND user_id = ?",
                    "ss", asked->id, asked->user);
    if (rows && store_rows_next(rows, &bad))
        id = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    else if (rows && !id)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "no such notification");
    return id;
}

/* Whoever opens one looks at the case: all that this person was told of it is read. */
static bool open_one(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    g_autofree char *case_id = case_of(tx, asked, error);
    if (!case_id || !see_orders(tx, asked, case_id, error) ||
        !store_exec(tx, error,
                    "UPDATE notification SET read_us = ? WHERE user_id = ? AND case_id = ?"
                    " AND read_us = 0",
                    "iss", asked->now_us, asked->user, case_id))
        return false;
    gint64 count = store_changed(tx);
    asked->body = json_pack("{s:s,s:I}", "case", case_id, "read", (json_int_t)count);
    return !count || announce(tx, asked, "case", case_id, count, error);
}

static void post_read(struct net_request *request, gpointer user)
{
    struct notify *notify = user;
    struct asked *asked = asked_new(notify, request);
    asked->id = g_strdup(net_request_param(request, "id"));
    asked->who = notify->options.cases->who(notify->options.identity, net_request_session(request));
    store_write(notify->options.store, open_one, asked, reply);
}

/* Put aside without being opened: an order stays unseen. */
static bool read_through(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    if (!store_exec(tx, error,
                    "UPDATE notification SET read_us = ? WHERE user_id = ? AND id <= ?"
                    " AND read_us = 0",
                    "iss", asked->now_us, asked->user, asked->id))
        return false;
    gint64 count = store_changed(tx);
    asked->body = json_pack("{s:I}", "read", (json_int_t)count);
    return !count || announce(tx, asked, "through", asked->id, count, error);
}

static void post_through(struct net_request *request, gpointer user)
{
    struct notify *notify = user;
    json_t *body = net_request_json(request);
    const char *through = json_string_value(json_object_get(body, "through"));
    if (body && (!through || !*through || strlen(through) > 64)) {
        net_reply_error(request, 400, "bad_fields", "缺少 through", "\"through\" is needed");
    } else if (body) {
        struct asked *asked = asked_new(notify, request);
        asked->id = g_strdup(through);
        store_write(notify->options.store, read_through, asked, reply);
    }
    json_decref(body);
}

void notify_add_routes(struct notify *notify)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/notifications", NULL, get_list, 0},
        {"POST", "/api/v1/notifications/read", NULL, post_through, 0},
        {"POST", "/api/v1/notifications/:id/read", NULL, post_read, 0},
    };
    net_add_routes(notify->options.net, routes, G_N_ELEMENTS(routes), notify);
}
