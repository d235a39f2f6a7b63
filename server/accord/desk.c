#include "accord/desk_private.h"
#include "common/clock.h"
#include <string.h>

enum { TRIES_A_MINUTE = 30, KEYS = 10000, REMIND_MS = 10000 };

const struct problem DESK_NOT_FOUND = {404, "not_found", NULL, "没有这份协议",
                                       "there is no such agreement"};
const struct problem DESK_BAD = {400, "bad_act", NULL, "操作不完整或不正确",
                                 "the act is not complete or not right"};
const struct problem DESK_NOT_NOW = {409, "not_now", NULL, "现在不能这样做",
                                     "this cannot be done now"};
static const struct problem TOO_MANY = {429, "too_many_tries", NULL, "尝试次数过多，请稍后再试",
                                        "too many tries, wait a little"};

struct desk_ask *desk_ask_new(struct accord_desk *desk, struct net_request *request, json_t *body)
{
    struct desk_ask *ask = g_new0(struct desk_ask, 1);
    const struct net_session *session = net_request_session(request);
    ask->desk = desk;
    ask->request = net_request_ref(request);
    ask->actor = identity_actor_new(session);
    ask->who = g_strdup(session ? session->user_id : NULL);
    ask->body = body;
    ask->now_us = clock_wall_us();
    return ask;
}

void desk_ask_free(gpointer data)
{
    struct desk_ask *ask = data;
    net_request_unref(ask->request);
    identity_actor_free(ask->actor);
    paper_free(ask->paper);
    json_decref(ask->body);
    json_decref(ask->result);
    g_free(ask->meeting);
    g_free(ask->who);
    g_free(ask);
}

bool desk_refuse(struct desk_ask *ask, const struct problem *problem, GError **error)
{
    ask->problem = problem;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, problem->en);
    return false;
}

static void reply(struct net_request *request, const struct problem *p)
{
    net_reply_error(request, p->status, p->code, p->zh, p->en);
}

void desk_reply_error(const struct desk_ask *ask, const GError *error)
{
    if (ask->problem)
        reply(ask->request, ask->problem);
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        reply(ask->request, &DESK_NOT_FOUND);
    else
        reply(ask->request, problem_saving(error));
}

void desk_answered(gpointer data, const GError *error)
{
    struct desk_ask *ask = data;
    if (error)
        desk_reply_error(ask, error);
    else
        net_reply_json(ask->request, 200, g_steal_pointer(&ask->result));
    desk_ask_free(ask);
}

/* --- for everybody */

static void get_templates(struct net_request *request, gpointer user)
{
    const struct accord_desk *desk = user;
    net_reply_json(request, 200,
                   json_pack("{s:o}", "templates", templates_json(desk->options.templates)));
}

static bool verify(struct store_tx *tx, gpointer data, GError **error)
{
    struct desk_ask *ask = data;
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT d.n, COALESCE(a.effective_us, 0), COALESCE(a.draft, 0), s.unit,"
                    " (SELECT COUNT(*) FROM meeting_signature g WHERE g.meeting = d.meeting AND"
                    " g.draft = d.n), (SELECT MAX(n) FROM meeting_draft x WHERE x.meeting ="
                    " d.meeting) FROM meeting_draft d JOIN meeting_seat s ON s.id = d.seat"
                    " LEFT JOIN meeting_agreement a ON a.meeting = d.meeting"
                    " LEFT JOIN meeting_offer o ON o.meeting = d.meeting AND o.draft = d.n"
                    " WHERE d.sha256 = ? AND (o.draft IS NOT NULL OR a.draft = d.n)"
                    " ORDER BY 2 DESC, d.n DESC LIMIT 1",
                    "s", ask->meeting);
    if (rows && store_rows_next(rows, &bad)) {
        gint64 n = store_int(rows, 0), effective_us = store_int(rows, 1);
        bool holds = effective_us && store_int(rows, 2) == n;
        char time[24];
        g_snprintf(time, sizeof time, "%" G_GINT64_FORMAT, effective_us);
        const char *state = holds ? "effective" : store_int(rows, 5) == n ? "offered" : "replaced";
        ask->result = json_pack("{s:b,s:s,s:I,s:s?,s:I,s:s}", "found", 1, "state", state, "draft",
                                (json_int_t)n, "effective_us", holds ? time : NULL, "signatures",
                                (json_int_t)store_int(rows, 4), "unit", store_text(rows, 3));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad && (ask->result || desk_refuse(ask, &DESK_NOT_FOUND, error));
}

static void get_verify(struct net_request *request, gpointer user)
{
    struct accord_desk *desk = user;
    if (limiter_take(desk->tries, net_request_address(request), clock_mono_us(), NULL)) {
        reply(request, &TOO_MANY);
        return;
    }
    struct desk_ask *ask = desk_ask_new(desk, request, NULL);
    ask->meeting = g_strdup(net_request_param(request, "sha256"));
    store_read(desk->options.store, verify, ask, desk_answered);
}

/* --- life */

struct accord_desk *accord_desk_create(const struct accord_desk_options *options)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/agreements/templates", "meeting.join", get_templates, 0},
        {"GET", "/api/v1/meet/verify/:sha256", NET_PUBLIC, get_verify, 0},
    };
    struct accord_desk *desk = g_new0(struct accord_desk, 1);
    desk->options = *options;
    desk->press = paper_press_create(loop_context(options->loop));
    desk->tries = limiter_create(TRIES_A_MINUTE, KEYS);
    net_add_routes(options->net, routes, G_N_ELEMENTS(routes), desk);
    desk_paper_routes(desk);
    desk_follow_routes(desk);
    desk_remind(desk); /* what fell due meanwhile */
    desk->timer = loop_every(options->loop, REMIND_MS, desk_remind, desk);
    return desk;
}

void accord_desk_destroy(struct accord_desk *desk)
{
    if (!desk)
        return;
    desk->closing = true;
    loop_cancel(desk->options.loop, &desk->timer);
    store_drain(desk->options.store);
    paper_press_destroy(desk->press);
    if (desk->options.hooks.settle)
        desk->options.hooks.settle(desk->options.hooks.user);
    limiter_destroy(desk->tries);
    g_free(desk);
}
