/* REST of people and their sessions. */
#include "identity/answer.h"
#include "identity/identity_face.h"
#include "identity/internal.h"
#include "identity/records.h"

/* --- session */

static json_t *session_json(struct identity *identity, const struct net_session *session)
{
    const struct account *account = g_hash_table_lookup(identity->people, session->user_id);
    const struct view_reason *reason = g_hash_table_lookup(identity->reasons, session->user_id);
    bool given = identity_view_reason(identity, session) != NULL;
    json_t *user = account ? account_json(account) : json_object();
    return json_pack("{s:o,s:o,s:s,s:o}", "user", user, "rights", identity_rights_json(session),
                     "csrf", session->csrf, "view_reason",
                     given ? json_pack("{s:s,s:o}", "reason", reason->text, "until_us",
                                       text_us(reason->until_us))
                           : json_null());
}

static void on_login(const struct login_result *result, gpointer user)
{
    struct answer *answer = user;
    struct net_request *request = answer->request;
    if (result->problem) {
        if (result->retry_after_s) {
            char seconds[16];
            g_snprintf(seconds, sizeof seconds, "%u", result->retry_after_s);
            net_request_set_header(request, "Retry-After", seconds);
        }
        reply_problem(request, result->problem);
    } else {
        int64_t max_age_us = answer->identity->options.absolute_us;
        net_request_set_cookie(request, result->token, (guint)(max_age_us / G_USEC_PER_SEC));
        net_reply_json(request, 200, session_json(answer->identity, result->session->net));
    }
    answer_free(answer);
}

static void post_session(struct net_request *request, gpointer user)
{
    const char *type = net_request_header(request, "content-type");
    if (!type || !g_str_has_prefix(type, "application/json")) {
        net_reply_error(request, 415, "json_only", "请求须为 JSON", "the request has to be JSON");
        return;
    }
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const char *login = json_string_value(json_object_get(body, "login"));
    const char *password = json_string_value(json_object_get(body, "password"));
    if (!login || !password || strlen(login) > 256 || strlen(password) > 1024)
        reply_problem(request, &PROBLEM_WRONG_LOGIN);
    else {
        const struct login_attempt attempt = {
            login, password, json_string_value(json_object_get(body, "code")),
            net_request_address(request), net_request_header(request, "user-agent")};
        identity_login(user, &attempt, on_login, answer_new(request, user));
    }
    json_decref(body);
}

static void get_session(struct net_request *request, gpointer user)
{
    net_reply_json(request, 200, session_json(user, net_request_session(request)));
}

static void delete_session(struct net_request *request, gpointer user)
{
    struct net_session *session = net_session_ref(net_request_session(request));
    identity_audit_later(user, session, "logout", session->id, NULL);
    net_request_set_cookie(request, NULL, 0);
    net_reply_json(request, 204, NULL);
    session_end(user, session->id);
    net_session_unref(session);
}

/* --- password and reason */

static void on_password(const struct problem *problem, const struct account *account, gpointer user)
{
    struct answer *answer = user;
    (void)account;
    if (problem)
        reply_problem(answer->request, problem);
    else
        net_reply_json(answer->request, 204, NULL);
    answer_free(answer);
}

static void put_password(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    identity_password_change(
        user, net_request_session(request), json_string_value(json_object_get(body, "old")),
        json_string_value(json_object_get(body, "new")), on_password, answer_new(request, user));
    json_decref(body);
}

static void on_reason(const struct problem *problem, gint64 until_us, gpointer user)
{
    struct answer *answer = user;
    if (problem)
        reply_problem(answer->request, problem);
    else
        net_reply_json(answer->request, 200, json_pack("{s:o}", "until_us", text_us(until_us)));
    answer_free(answer);
}

static void post_reason(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    identity_reason_give(user, net_request_session(request),
                         json_string_value(json_object_get(body, "reason")), on_reason,
                         answer_new(request, user));
    json_decref(body);
}

/* --- users */

/* Who manages one area sees whoever has something to do there, and themselves. */
static bool sees_account(const struct net_session *session, const struct account *account)
{
    for (guint i = 0; i < account->grants->len; i++) {
        const char *area = g_array_index(account->grants, struct grant, i).area;
        if (identity_may_in(session, RIGHT_USER_SEE, area))
            return true;
    }
    return strcmp(account->id, session->user_id) == 0 ||
           identity_may_in(session, RIGHT_USER_SEE, "");
}

static void get_users(struct net_request *request, gpointer user)
{
    json_t *users = json_array();
    g_autoptr(GPtrArray) people = identity_people(user);
    for (guint i = 0; i < people->len; i++) {
        if (sees_account(net_request_session(request), people->pdata[i]))
            json_array_append_new(users, account_json(people->pdata[i]));
    }
    net_reply_json(request, 200, json_pack("{s:o}", "users", users));
}

static json_t *role_json(const struct role *role)
{
    json_t *rights = json_array();
    for (int right = 0; right < RIGHT_COUNT; right++) {
        if (role->rights & right_bit((enum right)right))
            json_array_append_new(rights, json_string(right_name((enum right)right)));
    }
    return json_pack("{s:s,s:{s:s,s:s},s:s?,s:o}", "role", role->code, "name", "zh", role->zh, "en",
                     role->en, "of", role->of, "rights", rights);
}

static void get_roles(struct net_request *request, gpointer user)
{
    json_t *list = json_array();
    (void)user;
    for (const struct role *role = roles(); role->code; role++)
        json_array_append_new(list, role_json(role));
    net_reply_json(request, 200, json_pack("{s:o}", "roles", list));
}

static void on_user(const struct problem *problem, const struct account *account, gpointer user)
{
    struct answer *answer = user;
    bool added = g_strcmp0(net_request_method(answer->request), "POST") == 0;
    if (problem)
        reply_problem(answer->request, problem);
    else
        net_reply_json(answer->request, added ? 201 : 200, account_json(account));
    answer_free(answer);
}

static void post_user(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    identity_user_add(user, identity_actor_new(net_request_session(request)), body, on_user,
                      answer_new(request, user));
    json_decref(body);
}

static void put_user(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    identity_user_change(user, identity_actor_new(net_request_session(request)),
                         net_request_param(request, "id"), body, on_user,
                         answer_new(request, user));
    json_decref(body);
}

static void on_unlocked(const struct problem *problem, const struct account *account, gpointer user)
{
    struct answer *answer = user;
    if (problem)
        reply_problem(answer->request, problem);
    else
        net_reply_json(answer->request, 200, account_json(account));
    answer_free(answer);
}

static void post_unlock(struct net_request *request, gpointer user)
{
    identity_user_unlock(user, identity_actor_new(net_request_session(request)),
                         net_request_param(request, "id"), on_unlocked, answer_new(request, user));
}

/* --- records */

static void on_records(json_t *page, const GError *error, gpointer user)
{
    struct answer *answer = user;
    if (page)
        net_reply_json(answer->request, 200, page);
    else
        net_reply_error(answer->request, 500, "not_read", "读取失败", error->message);
    answer_free(answer);
}

static void get_views(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    gint64 limit;
    if (!net_request_query_int(request, "limit", 1, 1000, 100, &limit))
        return;
    records_views(identity->store, net_request_query(request, "before"),
                  net_request_query(request, "camera"), net_request_query(request, "user"), limit,
                  on_records, answer_new(request, user));
}

static void get_audit(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    struct records_filter filter = {.action = net_request_query(request, "action"),
                                    .login = net_request_query(request, "login"),
                                    .object = net_request_query(request, "object")};
    if (!net_request_query_int(request, "limit", 1, 1000, 100, &filter.limit) ||
        !net_request_query_int(request, "before", 1, G_MAXINT64, G_MAXINT64, &filter.before) ||
        !net_request_query_int(request, "from_us", 0, G_MAXINT64, 0, &filter.from_us) ||
        !net_request_query_int(request, "to_us", 0, G_MAXINT64, G_MAXINT64, &filter.to_us))
        return;
    records_audit(identity->store, &filter, on_records, answer_new(request, user));
}

static void get_audit_export(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    gint64 after;
    if (net_request_query_int(request, "after", 0, G_MAXINT64, 0, &after))
        records_export(identity->store, identity->vault, after, identity_now(identity), on_records,
                       answer_new(request, user));
}

static void get_audit_check(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    records_check(identity->store, on_records, answer_new(request, user));
}

void identity_add_routes(struct identity *identity, struct net *net)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/session", NET_PUBLIC, post_session, 4096},
        {"GET", "/api/v1/session", NULL, get_session, 0},
        {"DELETE", "/api/v1/session", NULL, delete_session, 0},
        {"PUT", "/api/v1/session/password", NULL, put_password, 4096},
        {"POST", "/api/v1/view-reason", "camera.live", post_reason, 4096},
        {"GET", "/api/v1/users", "user.see", get_users, 0},
        {"GET", "/api/v1/roles", "user.see", get_roles, 0},
        {"POST", "/api/v1/users", "user.edit", post_user, 0},
        {"PUT", "/api/v1/users/:id", "user.edit", put_user, 0},
        {"POST", "/api/v1/users/:id/unlock", "user.edit", post_unlock, 0},
        {"GET", "/api/v1/views", "audit.see", get_views, 0},
        {"GET", "/api/v1/audit", "audit.see", get_audit, 0},
        {"GET", "/api/v1/audit/export", "audit.see", get_audit_export, 0},
        {"GET", "/api/v1/audit/check", "audit.see", get_audit_check, 0},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), identity);
    identity_add_department_routes(identity, net);
    identity_add_person_routes(identity, net);
    identity_add_hold_routes(identity, net);
    identity_add_session_routes(identity, net);
    identity_add_factor_routes(identity, net);
}
