/* What feeds brought wrong, for people: listed, tried again, dropped (docs/feeds.md). */
#include "common/clock.h"
#include "identity/identity_face.h"
#include "intake/rejects_private.h"

enum { LISTED = 200 };

static struct reject_ask *ask_new(struct intake *intake, const char *feed, const char *only)
{
    struct reject_ask *ask = g_new0(struct reject_ask, 1);
    ask->intake = intake;
    ask->feed = g_strdup(feed);
    ask->only = g_strdup(only);
    ask->now_us = clock_wall_us();
    return ask;
}

static void ask_free(struct reject_ask *ask)
{
    net_request_unref(ask->request);
    identity_actor_free(ask->who);
    g_clear_pointer(&ask->rows, g_ptr_array_unref);
    json_decref(ask->answer);
    g_free(ask->feed);
    g_free(ask->only);
    g_free(ask);
}

/* --- answers */

static void answer_request(const struct reject_ask *ask, const GError *error)
{
    struct net_request *request = ask->request;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这一条", "There is no such item");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "full", "磁盘已满", "The disk is full");
    else if (error)
        net_reply_error(request, 500, "failed", "没有成功", error->message);
    else if (ask->why)
        intake_reply_away(request, WRITER_AWAY);
    else if (!ask->answer)
        net_reply_error(request, 404, "not_found", "没有这个数据源", "There is no such feed");
    else
        net_reply_json(request, 200, json_incref(ask->answer));
}

static void answer_call(const struct reject_ask *ask, const GError *error)
{
    bool missing = g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    json_int_t refused = json_integer_value(json_object_get(ask->answer, "refused"));
    json_int_t taken = json_integer_value(json_object_get(ask->answer, "taken"));
    if (error)
        control_reply_error(ask->call, missing ? "not_found" : "failed", error->message);
    else if (ask->why)
        control_reply_error(ask->call, "away", ask->why);
    else if (!ask->answer)
        control_reply_error(ask->call, "not_found", "there is no such feed");
    else if (refused && !taken)
        control_reply_refused(ask->call, "refused", "none of them is good",
                              json_incref(ask->answer));
    else if (refused)
        control_reply_partly(ask->call, "some are still wrong", json_incref(ask->answer));
    else
        control_reply(ask->call, json_incref(ask->answer));
}

void reject_answer(struct reject_ask *ask, const GError *error)
{
    if (ask->request)
        answer_request(ask, error);
    else
        answer_call(ask, error);
    ask_free(ask);
}

static void answered(gpointer job, const GError *error)
{
    reject_answer(job, error);
}

/* --- list */

static json_t *text_json(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *row_json(const struct reject_ask *ask, struct store_rows *rows)
{
    size_t size = 0;
    const void *sealed = store_blob(rows, 5, &size);
    json_t *item = ask->may_read ? rejects_open(ask->intake->rejects, sealed, size) : NULL;
    g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT, store_int(rows, 1));
    return json_pack("{s:s,s:s,s:o,s:{s:s,s:s},s:b,s:o}", "id", store_text(rows, 0), "time_us",
                     time, "field", text_json(store_text(rows, 2)), "message", "zh",
                     store_text(rows, 3), "en", store_text(rows, 4), "kept", sealed != NULL, "item",
                     item ? item : json_null());
}

static bool read_list(struct store_tx *tx, gpointer job, GError **error)
{
    struct reject_ask *ask = job;
    GError *bad = NULL;
    gint64 total;
    if (!rejects_count(tx, ask->feed, &total, error))
        return false;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT id, time_us, field, zh, en, item FROM feed_reject"
                                       " WHERE feed = ? ORDER BY time_us DESC, id DESC LIMIT ?",
                                       "si", ask->feed, (gint64)LISTED);
    json_t *list = json_array();
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, row_json(ask, rows));
    ask->answer = json_pack("{s:o,s:I}", "rejected", list, "total", (json_int_t)total);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* --- drop */

static bool write_drop(struct store_tx *tx, gpointer job, GError **error)
{
    struct reject_ask *ask = job;
    if (!store_exec(tx, error, "DELETE FROM feed_reject WHERE feed = ? AND id = COALESCE(?, id)",
                    "ss", ask->feed, ask->only))
        return false;
    gint64 dropped = store_changed(tx);
    if (ask->only && !dropped) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "nothing of that id is kept");
        return false;
    }
    json_t *details = json_pack("{s:I}", "dropped", (json_int_t)dropped);
    bool good = rejects_count(tx, ask->feed, &ask->left, error) &&
                identity_audit(tx, ask->who, "feed.drop", ask->feed, details, ask->now_us, error);
    json_decref(details);
    ask->answer =
        json_pack("{s:I,s:I}", "dropped", (json_int_t)dropped, "left", (json_int_t)ask->left);
    return good;
}

static void dropped(gpointer job, const GError *error)
{
    struct reject_ask *ask = job;
    if (!error)
        rejects_note(ask->intake->rejects, ask->feed, ask->left);
    reject_answer(ask, error);
}

static void list(struct reject_ask *ask)
{
    store_read(ask->intake->options.store, read_list, ask, answered);
}

static void drop(struct reject_ask *ask)
{
    store_write(ask->intake->options.store, write_drop, ask, dropped);
}

/* --- routes */

static void take_request(struct intake *intake, struct net_request *request,
                         void (*act)(struct reject_ask *ask))
{
    struct net_session *session = net_request_session(request);
    struct reject_ask *ask =
        ask_new(intake, net_request_param(request, "id"), net_request_query(request, "item"));
    ask->request = net_request_ref(request);
    ask->who = identity_actor_new(session);
    ask->may_read = net_session_may(session, "feed.edit");
    if (feeds_find(intake->feeds, ask->feed))
        act(ask);
    else
        reject_answer(ask, NULL);
}

static void get_rejected(struct net_request *request, gpointer user)
{
    take_request(user, request, list);
}

static void delete_rejected(struct net_request *request, gpointer user)
{
    take_request(user, request, drop);
}

static void post_retry(struct net_request *request, gpointer user)
{
    take_request(user, request, reject_retry);
}

/* --- commands */

static void take_call(struct control_call *call, const json_t *args, struct intake *intake,
                      void (*act)(struct reject_ask *ask))
{
    struct reject_ask *ask = ask_new(intake, json_string_value(json_object_get(args, "id")),
                                     json_string_value(json_object_get(args, "item")));
    ask->call = call;
    ask->who = identity_local_actor(call);
    ask->may_read = true;
    if (feeds_find(intake->feeds, ask->feed))
        act(ask);
    else
        reject_answer(ask, NULL);
}

static void cmd_rejected(struct control_call *call, const json_t *args, gpointer user)
{
    take_call(call, args, user, list);
}

static void cmd_retry(struct control_call *call, const json_t *args, gpointer user)
{
    take_call(call, args, user, reject_retry);
}

static void cmd_drop(struct control_call *call, const json_t *args, gpointer user)
{
    take_call(call, args, user, drop);
}

void intake_add_reject_face(struct intake *intake)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/feeds/:id/rejected", "feed.see", get_rejected, 0},
        {"DELETE", "/api/v1/feeds/:id/rejected", "feed.edit", delete_rejected, 0},
        {"POST", "/api/v1/feeds/:id/rejected/retry", "feed.edit", post_retry, 0},
    };
    net_add_routes(intake->options.net, routes, G_N_ELEMENTS(routes), intake);
    control_register(intake->options.control, "feeds.rejected", cmd_rejected, intake);
    control_register(intake->options.control, "feeds.retry", cmd_retry, intake);
    control_register(intake->options.control, "feeds.drop", cmd_drop, intake);
}
