/* REST of those with an account: meetings are listed, looked at, acted on. */
#include "common/clock.h"
#include "mediation/host.h"

enum { LIST = 200 };

static const struct problem NO_MEETING = {404, "not_found", NULL, "没有这次会议",
                                          "there is no such meeting"};

void ask_free(struct ask *ask)
{
    const struct mediation_hooks *hooks = &ask->mediation->options.hooks;
    net_request_unref(ask->request);
    identity_actor_free(ask->actor);
    if (ask->who)
        hooks->who_free(ask->who, hooks->user);
    meeting_free(ask->meeting);
    g_clear_pointer(&ask->phones, g_ptr_array_unref);
    json_decref(ask->body);
    json_decref(ask->busy);
    json_decref(ask->result);
    g_free(ask->user);
    g_free(ask);
}

struct ask *ask_new(struct mediation *mediation, struct net_request *request, json_t *body)
{
    struct ask *ask = g_new0(struct ask, 1);
    const struct net_session *session = net_request_session(request);
    ask->mediation = mediation;
    ask->request = net_request_ref(request);
    ask->actor = identity_actor_new(session);
    ask->user = g_strdup(session->user_id);
    ask->body = body;
    ask->now_us = clock_wall_us();
    return ask;
}

bool ask_refuse(struct ask *ask, const struct problem *problem, GError **error)
{
    ask->problem = problem;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, problem->en);
    return false;
}

const char *ask_text(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text ? text : "";
}

/* --- looking */

static bool read_list(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    const char *state = ask_text(ask->body, "state"), *case_id = ask_text(ask->body, "case");
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT m.id FROM meeting m JOIN meeting_seat s ON s.meeting = m.id WHERE s.user_id = ?"
        " AND s.state <> 'removed' AND (? = '' OR m.state = ?) AND (? = '' OR m.case_id = ?)"
        " AND m.ends_us > ? AND m.starts_us < ? ORDER BY m.starts_us DESC, m.id LIMIT ?",
        "sssssiii", ask->user, state, state, case_id, case_id,
        (gint64)json_integer_value(json_object_get(ask->body, "from_us")),
        (gint64)json_integer_value(json_object_get(ask->body, "to_us")), (gint64)LIST);
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(ids, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    ask->result = json_array();
    for (guint i = 0; i < ids->len; i++) {
        struct meeting *meeting = meeting_load(tx, &ask->mediation->reader, ids->pdata[i], error);
        if (!meeting)
            return false;
        const struct seat *seat = meeting_seat_of_user(meeting, ask->user);
        json_array_append_new(ask->result, meeting_json(meeting, seat && seat_leads(seat)));
        meeting_free(meeting);
    }
    return true;
}

void ask_listed(struct ask *ask, const char *key, const GError *error)
{
    if (ask->problem)
        mediation_reply(ask->request, ask->problem);
    else if (error)
        mediation_reply_error(ask->request, error);
    else
        net_reply_json(ask->request, 200, json_pack("{s:O}", key, ask->result));
    ask_free(ask);
}

static void listed(gpointer data, const GError *error)
{
    struct ask *ask = data;
    ask_listed(ask, ask_text(ask->body, "key"), error);
}

static void get_meetings(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    const char *state = net_request_query(request, "state");
    const char *case_id = net_request_query(request, "case");
    gint64 from_us, to_us;
    if (!net_request_query_int(request, "from_us", 0, G_MAXINT64, 0, &from_us) ||
        !net_request_query_int(request, "to_us", 0, G_MAXINT64, G_MAXINT64, &to_us))
        return;
    json_t *body = json_pack("{s:s,s:s,s:s,s:I,s:I}", "key", "meetings", "state",
                             state ? state : "", "case", case_id ? case_id : "", "from_us",
                             (json_int_t)from_us, "to_us", (json_int_t)to_us);
    store_read(mediation->options.store, read_list, ask_new(mediation, request, body), listed);
}

static bool read_one(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    ask->meeting = meeting_load(tx, &ask->mediation->reader, ask_text(ask->body, "id"), error);
    if (!ask->meeting)
        return false;
    const struct seat *seat = meeting_seat_of_user(ask->meeting, ask->user);
    if (!seat)
        return ask_refuse(ask, &NO_MEETING, error);
    ask->result = meeting_json(ask->meeting, seat_leads(seat));
    return true;
}

/* Whoever led one that is over for long may follow its topic again. */
static void looked(gpointer data, const GError *error)
{
    struct ask *ask = data;
    const struct meeting *meeting = ask->meeting;
    const struct seat *seat = meeting ? meeting_seat_of_user(meeting, ask->user) : NULL;
    if (!error && seat && seat_leads(seat) && meeting_is_past(meeting, ask->now_us) &&
        !lives_find(ask->mediation, meeting->id))
        mediation_wake(ask->mediation, meeting->id, listed, ask);
    else
        listed(ask, error);
}

static void get_meeting(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    json_t *body = json_pack("{s:s,s:s}", "key", "meeting", "id", net_request_param(request, "id"));
    store_read(mediation->options.store, read_one, ask_new(mediation, request, body), looked);
}

static bool read_events(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    if (!read_one(tx, ask, error))
        return false;
    if (!seat_leads(meeting_seat_of_user(ask->meeting, ask->user)))
        return ask_refuse(ask, &NO_MEETING, error);
    json_decref(ask->result);
    ask->result = json_array();
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT seq, time_us, seat, action, room, details FROM"
                                       " meeting_event WHERE meeting = ? ORDER BY seq",
                                       "s", ask->meeting->id);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *details = json_loads(store_text(rows, 5), 0, NULL);
        json_array_append_new(
            ask->result,
            json_pack("{s:I,s:o,s:s?,s:s,s:s,s:o}", "seq", (json_int_t)store_int(rows, 0),
                      "time_us", meeting_time(store_int(rows, 1)), "seat", store_text(rows, 2),
                      "action", store_text(rows, 3), "room", store_text(rows, 4), "details",
                      details ? details : json_object()));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void get_events(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    json_t *body = json_pack("{s:s,s:s}", "key", "events", "id", net_request_param(request, "id"));
    store_read(mediation->options.store, read_events, ask_new(mediation, request, body), listed);
}

static void post_act(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    const struct net_session *session = net_request_session(request);
    const struct live *live = lives_find(mediation, net_request_param(request, "id"));
    const struct seat *seat = live ? meeting_seat_of_user(live->meeting, session->user_id) : NULL;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    if (!seat) {
        mediation_reply(request, &NO_MEETING);
        json_decref(body);
        return;
    }
    g_autofree char *device = mediation_device(request);
    const struct act_ask call = {.meeting = live->meeting->id,
                                 .seat = seat->id,
                                 .device = device,
                                 .session = session,
                                 .address = net_request_address(request),
                                 .body = body,
                                 .request = request};
    act_ask(mediation, &call);
}

void mediation_host_routes(struct mediation *mediation)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/meetings", "meeting.join", get_meetings, 0},
        {"POST", "/api/v1/meetings", "meeting.host", host_make, 0},
        {"GET", "/api/v1/meetings/:id", "meeting.join", get_meeting, 0},
        {"GET", "/api/v1/meetings/:id/events", "meeting.join", get_events, 0},
        {"POST", "/api/v1/meetings/:id/acts", "meeting.join", post_act, 0},
    };
    net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
