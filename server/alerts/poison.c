#include "alerts/poison.h"
#include "alerts/face.h"

bool poison_write(struct store_tx *tx, const char *entry, const char *source, const char *event,
                  guint tries, const char *reason, const char *body, gsize size, gint64 now_us,
                  GError **error)
{
    g_autofree char *id = store_id_new();
    return store_exec(tx, error,
                      "INSERT INTO poison (id, entry, source, event, time_us, tries, reason, body)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry) DO NOTHING",
                      "ssssiisb", id, entry, source, event, now_us, (gint64)tries, reason, body,
                      size);
}

/* --- one request, from wherever it comes */

enum { LISTED = 500 };

struct ask {
    struct alerts *alerts;
    struct net_request *request; /* one of both */
    struct control_call *call;
    struct identity_actor *who;
    char *id;
    json_t *answer;
    struct event *event; /* of a retry */
    char *body;
    gsize size;
    bool known;
    gint64 now_us;
};

static struct ask *ask_new(struct alerts *alerts, struct net_request *request,
                           struct control_call *call, const char *id)
{
    struct ask *ask = g_new0(struct ask, 1);
    ask->alerts = alerts;
    ask->request = request ? net_request_ref(request) : NULL;
    ask->call = call;
    ask->who = identity_actor_new(request ? net_request_session(request) : NULL);
    ask->id = g_strdup(id);
    ask->now_us = alerts_now(alerts);
    return ask;
}

static void ask_free(struct ask *ask)
{
    net_request_unref(ask->request);
    identity_actor_free(ask->who);
    event_unref(ask->event);
    json_decref(ask->answer);
    g_free(ask->id);
    g_free(ask->body);
    g_free(ask);
}

static void answer(struct ask *ask, const GError *error)
{
    bool missing = g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    if (ask->request && g_error_matches(error, STORE_ERROR, STORE_ERROR_REFUSED))
        net_reply_error(ask->request, 422, "still_poison", "仍无法处理这条上报", error->message);
    else if (ask->request && error)
        face_reply_store(ask->request, error);
    else if (ask->request)
        net_reply_json(ask->request, 200, json_incref(ask->answer));
    else if (error)
        control_reply_error(ask->call, missing ? "not_found" : "failed", error->message);
    else
        control_reply(ask->call, json_incref(ask->answer));
    ask_free(ask);
}

static void answered(gpointer job, const GError *error)
{
    answer(job, error);
}

/* --- list */

static json_t *row_json(struct store_rows *rows)
{
    size_t size;
    const char *body = store_blob(rows, 7, &size);
    g_autofree char *text = g_utf8_make_valid(size ? body : "", (gssize)size);
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:o}", "id", json_of_text(store_text(rows, 0)),
                     "entry", json_of_text(store_text(rows, 1)), "source",
                     json_of_text(store_text(rows, 2)), "event", json_of_text(store_text(rows, 3)),
                     "time_us", json_of_time(store_int(rows, 4)), "tries",
                     (json_int_t)store_int(rows, 5), "reason", json_of_text(store_text(rows, 6)),
                     "body", json_of_text(text));
}

static bool read_list(struct store_tx *tx, gpointer job, GError **error)
{
    struct ask *ask = job;
    gint64 total;
    if (!store_query_int(tx, error, &total, NULL, "SELECT COUNT(*) FROM poison", ""))
        return false;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT id, entry, source, event, time_us, tries, reason,"
                                       " body FROM poison ORDER BY id DESC LIMIT ?",
                                       "i", (gint64)LISTED);
    json_t *list = json_array();
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, row_json(rows));
    ask->answer = json_pack("{s:o,s:I}", "poison", list, "total", (json_int_t)total);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* --- drop */

static bool audit(struct store_tx *tx, const struct ask *ask, const char *action, GError **error)
{
    return identity_audit(tx, ask->who, action, ask->id, NULL, ask->now_us, error);
}

static bool remove_row(struct store_tx *tx, const char *id, GError **error)
{
    if (!store_exec(tx, error, "DELETE FROM poison WHERE id = ?", "s", id))
        return false;
    if (store_changed(tx) == 0)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "nothing of that id is set aside");
    return store_changed(tx) > 0;
}

static bool write_drop(struct store_tx *tx, gpointer job, GError **error)
{
    struct ask *ask = job;
    ask->answer = json_pack("{s:s}", "dropped", ask->id);
    return remove_row(tx, ask->id, error) && audit(tx, ask, "poison.drop", error);
}

/* --- retry: a turn of its own; what is set aside goes away in the transaction that takes it */

static bool read_body(struct store_tx *tx, gpointer job, GError **error)
{
    struct turn *turn = job;
    struct ask *ask = turn->user;
    store_rows_auto rows =
        store_query(tx, error, "SELECT body FROM poison WHERE id = ?", "s", ask->id);
    GError *bad = NULL;
    bool found = rows && store_rows_next(rows, &bad);
    if (bad)
        g_propagate_error(error, bad);
    else if (rows && !found)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "nothing of that id is set aside");
    if (!found)
        return false;
    const char *body = store_blob(rows, 0, &ask->size);
    ask->body = g_strndup(ask->size ? body : "", ask->size);
    g_autoptr(GError) wrong = NULL;
    ask->event = event_parse(ask->body, ask->size, &wrong);
    if (!ask->event) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "%s", wrong->message);
        return false;
    }
    gint64 one;
    return store_query_int(tx, error, &one, &ask->known,
                           "SELECT 1 FROM event WHERE source = ? AND id = ?", "ss",
                           ask->event->source, ask->event->id);
}

static bool write_retry(struct store_tx *tx, struct turn *turn, GError **error)
{
    struct ask *ask = turn->user;
    return remove_row(tx, ask->id, error) && audit(tx, ask, "poison.retry", error);
}

static void on_body(gpointer job, const GError *error)
{
    struct turn *turn = job;
    struct ask *ask = turn->user;
    if (error) {
        turn_end(turn, error);
        return;
    }
    turn->now_us = alerts_now(ask->alerts);
    turn->write = write_retry;
    if (!ask->known) {
        struct taken_event taken = {
            .event = event_ref(ask->event), .text = ask->body, .size = ask->size};
        turn_take(turn, correlator_take(ask->alerts->correlator, taken.event, turn->now_us), &taken,
                  false);
        g_array_append_val(turn->events, taken);
    }
    ask->answer = json_pack("{s:s,s:b}", "taken", ask->id, "known", ask->known);
    turn_write(turn);
}

static void retry_begin(struct turn *turn)
{
    struct ask *ask = turn->user;
    store_read(ask->alerts->options.store, read_body, turn, on_body);
}

static void retry_end(struct turn *turn, const GError *error)
{
    answer(turn->user, error);
}

/* --- routes and commands */

static void get_poison(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    store_read(alerts->options.store, read_list, ask_new(alerts, request, NULL, NULL), answered);
}

static void delete_poison(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    store_write(alerts->options.store, write_drop,
                ask_new(alerts, request, NULL, net_request_param(request, "id")), answered);
}

static void retry_poison(struct net_request *request, gpointer user)
{
    turn_add(user, retry_begin, retry_end,
             ask_new(user, request, NULL, net_request_param(request, "id")));
}

static const char *id_of(struct control_call *call, const json_t *args)
{
    const char *id = json_string_value(json_object_get(args, "id"));
    if (!id)
        control_reply_error(call, "usage", "an id is needed");
    return id;
}

static void list_command(struct control_call *call, const json_t *args, gpointer user)
{
    struct alerts *alerts = user;
    (void)args;
    store_read(alerts->options.store, read_list, ask_new(alerts, NULL, call, NULL), answered);
}

static void drop_command(struct control_call *call, const json_t *args, gpointer user)
{
    struct alerts *alerts = user;
    const char *id = id_of(call, args);
    if (id)
        store_write(alerts->options.store, write_drop, ask_new(alerts, NULL, call, id), answered);
}

static void retry_command(struct control_call *call, const json_t *args, gpointer user)
{
    const char *id = id_of(call, args);
    if (id)
        turn_add(user, retry_begin, retry_end, ask_new(user, NULL, call, id));
}

void poison_add_face(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/poison", "feed.see", get_poison, 0},
        {"POST", "/api/v1/poison/:id/retry", "feed.edit", retry_poison, 0},
        {"DELETE", "/api/v1/poison/:id", "feed.edit", delete_poison, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
    control_register(alerts->options.control, "poison.list", list_command, alerts);
    control_register(alerts->options.control, "poison.drop", drop_command, alerts);
    control_register(alerts->options.control, "poison.retry", retry_command, alerts);
}
