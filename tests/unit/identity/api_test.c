/* People over HTTP: the real routes behind the real network face, asked by curl. */
#include "fixture.h"
#include "identity/identity_face.h"
#include <gio/gio.h>
#include <string.h>

struct site {
    struct fixture *f;
    struct loop *loop;
    struct net *net;
    char *cookie, *csrf; /* of who is logged in; NULL: nobody */
};

struct reply {
    int status;
    char *head;
    json_t *body; /* NULL: none */
};

static struct site *site_new(void)
{
    struct site *site = g_new0(struct site, 1);
    GError *error = NULL;
    site->f = fixture_new();
    site->loop = loop_create(NULL);
    json_t *config = json_pack("{s:s,s:i,s:{s:s},s:s}", "host", "127.0.0.1", "port", 0, "tls",
                               "mode", "off", "data_dir", site->f->folder);
    site->net = net_create(site->loop, config, &identity_gate, site->f->identity, &error);
    g_assert_no_error(error);
    json_decref(config);
    identity_add_routes(site->f->identity, site->net);
    return site;
}

static void site_free(struct site *site)
{
    net_destroy(site->net);
    loop_destroy(site->loop);
    fixture_free(site->f);
    g_free(site->cookie);
    g_free(site->csrf);
    g_free(site);
}

static void on_end(GObject *process, GAsyncResult *result, gpointer user)
{
    GError *error = NULL;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(process), result, user, NULL, &error);
    g_assert_no_error(error);
}

static struct reply read_reply(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    struct reply reply = {0};
    g_assert_nonnull(end);
    reply.head = g_strndup(text, (gsize)(end - text));
    reply.status = atoi(text + strlen("HTTP/1.1 "));
    reply.body = end[4] ? json_loads(end + 4, 0, NULL) : NULL;
    return reply;
}

/* One request by curl while the loop turns, with cookie and token of who is logged in. */
static struct reply ask(struct site *site, const char *method, const char *path, const char *body)
{
    g_autofree char *url = g_strconcat(net_url(site->net), path, NULL);
    g_autofree char *cookie =
        g_strdup_printf("Cookie: tw_session=%s", site->cookie ? site->cookie : "");
    g_autofree char *csrf = g_strdup_printf("X-CSRF-Token: %s", site->csrf ? site->csrf : "");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *const always[] = {"curl", "-s", "-i", "-X", method, url};
    for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
        g_ptr_array_add(argv, (gpointer)always[i]);
    const char *const headers[] = {"-H", cookie, "-H", csrf};
    for (size_t i = 0; site->cookie && i < (site->csrf ? 4 : 2); i++)
        g_ptr_array_add(argv, (gpointer)headers[i]);
    const char *const data[] = {"-H", "Content-Type: application/json", "-d", body};
    for (size_t i = 0; body && i < G_N_ELEMENTS(data); i++)
        g_ptr_array_add(argv, (gpointer)data[i]);
    g_ptr_array_add(argv, NULL);
    GError *error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    g_autofree char *out = NULL;
    g_subprocess_communicate_utf8_async(process, NULL, NULL, on_end, &out);
    while (!out)
        g_main_context_iteration(NULL, TRUE);
    return read_reply(out);
}

static void reply_clear(struct reply *reply)
{
    g_free(reply->head);
    json_decref(reply->body);
}

static const char *code_of(const struct reply *reply)
{
    return json_string_value(json_object_get(json_object_get(reply->body, "error"), "code"));
}

/* Asks and compares status and error code (NULL: none). */
static void expect(struct site *site, const char *method, const char *path, const char *body,
                   int status, const char *code)
{
    struct reply reply = ask(site, method, path, body);
    g_assert_cmpint(reply.status, ==, status);
    g_assert_cmpstr(code_of(&reply), ==, code);
    reply_clear(&reply);
}

static void log_in(struct site *site, const char *login)
{
    g_autofree char *body =
        g_strdup_printf("{\"login\":\"%s\",\"password\":\"%s\"}", login, PASSWORD);
    g_clear_pointer(&site->cookie, g_free);
    g_clear_pointer(&site->csrf, g_free);
    struct reply reply = ask(site, "POST", "/api/v1/session", body);
    g_assert_cmpint(reply.status, ==, 200);
    const char *cookie = strstr(reply.head, "tw_session=");
    g_assert_nonnull(cookie);
    g_assert_nonnull(strstr(cookie, "HttpOnly"));
    g_assert_nonnull(strstr(cookie, "SameSite=Strict"));
    cookie += strlen("tw_session=");
    site->cookie = g_strndup(cookie, strcspn(cookie, ";\r\n"));
    site->csrf = g_strdup(json_string_value(json_object_get(reply.body, "csrf")));
    g_assert_nonnull(site->csrf);
    reply_clear(&reply);
}

static void test_session(void)
{
    struct site *site = site_new();
    fixture_add(site->f, "operator", "operator", "330108102");
    expect(site, "GET", "/api/v1/session", NULL, 401, "no_session");
    expect(site, "POST", "/api/v1/session", "{\"login\":\"operator\",\"password\":\"x\"}", 401,
           "wrong_login");
    expect(site, "POST", "/api/v1/session", "{\"login\":7}", 401, "wrong_login");
    log_in(site, "operator");
    struct reply reply = ask(site, "GET", "/api/v1/session", NULL);
    g_assert_cmpint(reply.status, ==, 200);
    const json_t *user = json_object_get(reply.body, "user");
    g_assert_cmpstr(json_string_value(json_object_get(user, "role")), ==, "operator");
    g_assert_null(json_object_get(user, "hash"));
    g_assert_cmpuint(json_array_size(json_object_get(reply.body, "rights")), ==, 22);
    g_assert_true(json_is_null(json_object_get(reply.body, "view_reason")));
    reply_clear(&reply);
    expect(site, "POST", "/api/v1/view-reason", "{\"reason\":\"\"}", 400, "invalid_reason");
    expect(site, "POST", "/api/v1/view-reason", "{\"reason\":\"日常巡查\"}", 200, NULL);
    reply = ask(site, "GET", "/api/v1/session", NULL);
    const json_t *reason = json_object_get(reply.body, "view_reason");
    g_assert_cmpstr(json_string_value(json_object_get(reason, "reason")), ==, "日常巡查");
    reply_clear(&reply);
    expect(site, "DELETE", "/api/v1/session", NULL, 204, NULL);
    expect(site, "GET", "/api/v1/session", NULL, 401, "no_session");
    site_free(site);
}

static void test_csrf_and_rights(void)
{
    struct site *site = site_new();
    fixture_add(site->f, "operator", "operator", "");
    log_in(site, "operator");
    g_autofree char *csrf = g_steal_pointer(&site->csrf);
    expect(site, "POST", "/api/v1/view-reason", "{\"reason\":\"日常巡查\"}", 403, "bad_csrf");
    site->csrf = g_steal_pointer(&csrf);
    static const char *const forbidden[] = {"/api/v1/users", "/api/v1/views", "/api/v1/audit",
                                            "/api/v1/audit/check"};
    for (size_t i = 0; i < G_N_ELEMENTS(forbidden); i++)
        expect(site, "GET", forbidden[i], NULL, 403, "no_right");
    expect(site, "GET", forbidden[0], NULL, 403, "no_right");
    g_assert_cmpint(fixture_int(site->f, "SELECT COUNT(*) FROM audit WHERE action = 'refused'"), ==,
                    4);
    site_free(site);
}

static void test_limit_tells_when(void)
{
    struct site *site = site_new();
    for (int i = 0; i < 4; i++)
        expect(site, "POST", "/api/v1/session", "{\"login\":\"x1\",\"password\":\"y\"}", 401,
               "wrong_login");
    struct reply reply =
        ask(site, "POST", "/api/v1/session", "{\"login\":\"x1\",\"password\":\"y\"}");
    g_assert_cmpint(reply.status, ==, 429);
    g_autofree char *head = g_ascii_strdown(reply.head, -1);
    g_assert_nonnull(strstr(head, "retry-after: 900"));
    reply_clear(&reply);
    site_free(site);
}

static void test_administration(void)
{
    struct site *site = site_new();
    fixture_add(site->f, "admin", "system_admin", "");
    log_in(site, "admin");
    struct reply reply =
        ask(site, "POST", "/api/v1/users",
            "{\"login\":\"li\",\"name\":\"李\",\"password\":\"long enough\",\"grants\":"
            "[{\"role\":\"operator\",\"area\":\"330108102\"}]}");
    g_assert_cmpint(reply.status, ==, 201);
    g_autofree char *path =
        g_strconcat("/api/v1/users/", json_string_value(json_object_get(reply.body, "id")), NULL);
    reply_clear(&reply);
    expect(site, "POST", "/api/v1/users",
           "{\"login\":\"li\",\"name\":\"李\",\"password\":"
           "\"long enough\",\"grants\":[{\"role\":\"leader\"}]}",
           409, "login_taken");
    expect(site, "PUT", path, "{\"version\":7,\"name\":\"李四\"}", 409, "version_conflict");
    expect(site, "PUT", path, "{\"version\":1,\"name\":\"李四\"}", 200, NULL);
    expect(site, "PUT", "/api/v1/users/none", "{\"version\":1}", 404, "not_found");
    reply = ask(site, "GET", "/api/v1/users", NULL);
    json_t *users = json_object_get(reply.body, "users");
    g_assert_cmpuint(json_array_size(users), ==, 2);
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(users, 1), "name")), ==,
                    "李四");
    reply_clear(&reply);
    reply = ask(site, "GET", "/api/v1/roles", NULL);
    g_assert_cmpuint(json_array_size(json_object_get(reply.body, "roles")), ==, 18);
    reply_clear(&reply);
    expect(site, "PUT", "/api/v1/session/password", "{\"old\":\"no\",\"new\":\"long enough\"}", 403,
           "wrong_password");
    expect(site, "PUT", "/api/v1/session/password",
           "{\"old\":\"" PASSWORD "\",\"new\":\"long enough\"}", 204, NULL);
    expect(site, "GET", "/api/v1/audit", NULL, 403, "no_right");
    site_free(site);
}

static void test_records(void)
{
    struct site *site = site_new();
    fixture_add(site->f, "security", "security_auditor", "");
    log_in(site, "security");
    struct reply reply = ask(site, "GET", "/api/v1/audit?limit=1", NULL);
    const json_t *record = json_array_get(json_object_get(reply.body, "records"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(record, "action")), ==, "login");
    g_assert_cmpstr(json_string_value(json_object_get(record, "address")), ==, "127.0.0.1");
    g_assert_cmpstr(json_string_value(json_object_get(reply.body, "next")), ==, "3");
    reply_clear(&reply);
    reply = ask(site, "GET", "/api/v1/audit/check", NULL);
    g_assert_cmpint(json_integer_value(json_object_get(reply.body, "records")), ==, 3);
    reply_clear(&reply);
    reply = ask(site, "GET", "/api/v1/views", NULL);
    g_assert_cmpuint(json_array_size(json_object_get(reply.body, "views")), ==, 0);
    reply_clear(&reply);
    expect(site, "GET", "/api/v1/views?limit=0", NULL, 400, "bad_query");
    expect(site, "GET", "/api/v1/users", NULL, 200, NULL);
    expect(site, "POST", "/api/v1/users", "{}", 403, "no_right");
    site_free(site);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/api/session", test_session);
    g_test_add_func("/identity/api/csrf-and-rights", test_csrf_and_rights);
    g_test_add_func("/identity/api/limit", test_limit_tells_when);
    g_test_add_func("/identity/api/administration", test_administration);
    g_test_add_func("/identity/api/records", test_records);
    return g_test_run();
}
