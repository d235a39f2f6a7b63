/* HTTP as a stranger's program sees it. */
#include "net_fixture.h"
#include <glib/gstdio.h>
#include <string.h>

#define COOKIE  "Cookie: tw_session=good\r\n"
#define CHANGER COOKIE "X-CSRF-Token: csrf-1\r\n"

static void expect(struct net_fixture *f, const char *line, const char *headers, const char *body,
                   guint status, const char *code)
{
    struct answer *answer = ask(f, line, headers, body);
    g_test_message("%s → %u %.*s", line, answer->status, (int)answer->body->len,
                   (const char *)answer->body->data);
    g_assert_cmpuint(answer->status, ==, status);
    if (code)
        g_assert_true(answer_has_code(answer, code));
    answer_free(answer);
}

/* --- routes */

static void get_echo(struct net_request *request, gpointer user)
{
    (void)user;
    const char *q = net_request_query(request, "q");
    struct net_session *session = net_request_session(request);
    net_request_set_cookie(request, "fresh", 60);
    net_reply_json(request, 200,
                   json_pack("{s:s, s:s*, s:s*, s:s}", "id", net_request_param(request, "id"), "q",
                             q, "login", session ? session->login : NULL, "address",
                             net_request_address(request)));
}

static void get_number(struct net_request *request, gpointer user)
{
    (void)user;
    gint64 limit;
    if (net_request_query_int(request, "limit", 1, 500, 100, &limit))
        net_reply_json(request, 200, json_pack("{s:I}", "limit", (json_int_t)limit));
}

static void post_length(struct net_request *request, gpointer user)
{
    (void)user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    json_decref(body);
    size_t size = g_bytes_get_size(net_request_body(request));
    net_reply_json(request, 201, json_pack("{s:I}", "size", (json_int_t)size));
}

static void get_picture(struct net_request *request, gpointer user)
{
    (void)user;
    g_autoptr(GBytes) body = g_bytes_new_static("0123456789", 10);
    net_reply_bytes(request, 200, "image/jpeg", body);
}

static void get_large(struct net_request *request, gpointer user)
{
    (void)user;
    guint8 *data = g_malloc(20 << 20);
    for (gsize i = 0; i < 20 << 20; i++)
        data[i] = (guint8)(i >> 12);
    g_autoptr(GBytes) body = g_bytes_new_take(data, 20 << 20);
    net_reply_bytes(request, 200, "application/octet-stream", body);
}

static gboolean answer_later(gpointer user)
{
    struct net_request *request = user;
    net_reply_json(request, 200, json_pack("{s:b}", "late", 1));
    net_request_unref(request);
    return G_SOURCE_REMOVE;
}

static void get_late(struct net_request *request, gpointer user)
{
    struct net_fixture *f = user;
    loop_after(f->loop, 20, answer_later, net_request_ref(request));
}

static void get_forgotten(struct net_request *request, gpointer user)
{
    (void)request, (void)user;
}

static struct {
    struct net_request *request;
    gint begun, cancelled;
} held;

static void on_cancel(gpointer user)
{
    (void)user;
    g_assert_true(net_request_cancelled(held.request));
    net_reply_json(held.request, 200, json_object());
    net_request_unref(held.request);
    g_atomic_int_set(&held.cancelled, 1);
}

static void get_held(struct net_request *request, gpointer user)
{
    (void)user;
    held.request = net_request_ref(request);
    net_request_on_cancel(request, on_cancel, NULL);
    g_atomic_int_set(&held.begun, 1);
}

static const struct net_route routes[] = {
    {"GET", "/api/v1/echo/:id", NET_PUBLIC, get_echo, 0},
    {"GET", "/api/v1/mine/:id", NULL, get_echo, 0},
    {"GET", "/api/v1/mine/number", NULL, get_number, 0},
    {"GET", "/api/v1/cameras/:id", "camera.list", get_echo, 0},
    {"GET", "/api/v1/secret/:id", "user.edit", get_echo, 0},
    {"POST", "/api/v1/things", NULL, post_length, 200000},
    {"POST", "/api/v1/login", NET_PUBLIC, post_length, 0},
    {"PUT", "/api/v1/things", NULL, post_length, 0},
    {"GET", "/api/v1/picture", NET_PUBLIC, get_picture, 0},
    {"GET", "/api/v1/large", NET_PUBLIC, get_large, 0},
    {"GET", "/api/v1/forgotten", NET_PUBLIC, get_forgotten, 0},
    {"GET", "/api/v1/late", NET_PUBLIC, get_late, 0},
    {"GET", "/api/v1/held", NET_PUBLIC, get_held, 0},
};

static void with_net(bool tls, void (*script)(struct net_fixture *f))
{
    struct net_fixture f = {0};
    net_fixture_start(&f, tls);
    net_add_routes(f.net, routes, G_N_ELEMENTS(routes), &f);
    net_fixture_run(&f, script);
    net_fixture_stop(&f);
}

static void script_routes(struct net_fixture *f)
{
    struct answer *answer = ask(f, "GET /api/v1/echo/7?q=a%26b+c&x=1", NULL, NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_true(
        answer_has_body(answer, "{\"id\":\"7\",\"q\":\"a&b c\",\"address\":\"127.0.0.1\"}"));
    g_autofree char *cookie = answer_header(answer, "Set-Cookie");
    g_assert_cmpstr(cookie, ==,
                    f->tls
                        ? "tw_session=fresh; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
                        : "tw_session=fresh; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
    g_autofree char *sniff = answer_header(answer, "X-Content-Type-Options");
    g_assert_cmpstr(sniff, ==, "nosniff");
    g_autofree char *cache = answer_header(answer, "Cache-Control");
    g_assert_cmpstr(cache, ==, "no-store");
    answer_free(answer);

    expect(f, "GET /api/v1/mine/number?limit=500", COOKIE, NULL, 200, NULL);
    expect(f, "GET /api/v1/mine/number?limit=501", COOKIE, NULL, 400, "bad_query");
    expect(f, "GET /api/v1/mine/number?limit=x", COOKIE, NULL, 400, "bad_query");
    expect(f, "GET /api/v1/nothing", COOKIE, NULL, 404, "not_found");
    expect(f, "DELETE /api/v1/things", CHANGER, NULL, 405, "bad_method");
    expect(f, "BREW /api/v1/things", NULL, NULL, 501, "bad_method");
    expect(f, "PROPFIND /api/v1/things", CHANGER, "<all/>", 501, "bad_method");
    expect(f, "GET /api/v1/late", NULL, NULL, 200, NULL);
    expect(f, "GET /api/v1/forgotten", NULL, NULL, 500, "unanswered");
    answer = ask(f, "OPTIONS /api/v1/things", COOKIE, NULL);
    g_assert_cmpuint(answer->status, ==, 204);
    g_autofree char *allow = answer_header(answer, "Allow");
    g_assert_cmpstr(allow, ==, "POST, PUT, OPTIONS");
    answer_free(answer);
    answer = ask(f, "HEAD /api/v1/picture", NULL, NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    g_autofree char *length = answer_header(answer, "Content-Length");
    g_assert_cmpstr(length, ==, "10");
    answer_free(answer);
}

static void test_routes(void)
{
    with_net(false, script_routes);
}

static void test_routes_tls(void)
{
    with_net(true, script_routes);
}

static void script_gate(struct net_fixture *f)
{
    expect(f, "GET /api/v1/mine/1", NULL, NULL, 401, "no_session");
    expect(f, "GET /api/v1/mine/1", "Cookie: tw_session=stale\r\n", NULL, 401, "no_session");
    expect(f, "GET /api/v1/nothing", NULL, NULL, 401, "no_session");
    expect(f, "GET /api/v1/openapi.yaml", NULL, NULL, 401, "no_session");
    expect(f, "GET /api/v1/mine/1", COOKIE, NULL, 200, NULL);
    expect(f, "GET /api/v1/cameras/1", COOKIE, NULL, 200, NULL);
    expect(f, "GET /api/v1/secret/1", COOKIE, NULL, 403, "no_right");
    g_assert_cmpint(f->refused, ==, 1);
    expect(f, "POST /api/v1/things", COOKIE, "{}", 403, "bad_csrf");
    expect(f, "POST /api/v1/things", COOKIE "X-CSRF-Token: csrf-2\r\n", "{}", 403, "bad_csrf");
    expect(f, "POST /api/v1/things", CHANGER "Origin: http://evil.example\r\n", "{}", 403,
           "bad_origin");
    expect(f, "POST /api/v1/login", "Origin: http://evil.example\r\n", "{}", 403, "bad_origin");
    expect(f, "POST /api/v1/login", NULL, "{}", 201, NULL);
    expect(f, "POST /api/v1/things", CHANGER, "{}", 201, NULL);
    f->retry_after_s = 7;
    struct answer *answer = ask(f, "POST /api/v1/login", NULL, "{}");
    g_assert_cmpuint(answer->status, ==, 429);
    g_autofree char *retry = answer_header(answer, "Retry-After");
    g_assert_cmpstr(retry, ==, "7");
    answer_free(answer);
}

static void test_gate(void)
{
    with_net(false, script_gate);
}

static void script_bodies(struct net_fixture *f)
{
    g_autofree char *fill = g_strnfill(150000, ' ');
    g_autofree char *large = g_strconcat("{}", fill, NULL);
    g_autofree char *too_large = g_strconcat(large, fill, NULL);
    expect(f, "POST /api/v1/things", CHANGER, "[1]", 400, "bad_json");
    expect(f, "POST /api/v1/things", CHANGER, "{", 400, "bad_json");
    expect(f, "POST /api/v1/things", CHANGER, "", 400, "bad_json");
    expect(f, "PUT /api/v1/things", CHANGER, "", 400, "bad_json");
    expect(f, "POST /api/v1/things", CHANGER, NULL, 400, "bad_json");
    expect(f, "POST /api/v1/things", CHANGER, large, 201, NULL);
    expect(f, "PUT /api/v1/things", CHANGER, large, 413, "too_large");
    expect(f, "POST /api/v1/things", CHANGER, too_large, 413, "too_large");
    expect(f, "POST /api/v1/things", CHANGER "Transfer-Encoding: chunked\r\n", NULL, 411,
           "length_required");
    expect(f, "POST /api/v1/things", CHANGER "Content-Length: 5x\r\n", NULL, 400, "bad_length");
    expect(f, "POST /api/v1/things", CHANGER "Content-Length: -5\r\n", NULL, 400, "bad_length");
}

static void test_bodies(void)
{
    with_net(false, script_bodies);
}

static void script_keep_alive(struct net_fixture *f)
{
    struct peer *peer = peer_open(f);
    for (int i = 0; i < 3; i++) {
        peer_print(peer, "GET /api/v1/echo/%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
        struct answer *answer = peer_answer(peer, false);
        g_assert_cmpuint(answer->status, ==, 200);
        answer_free(answer);
    }
    /* after a body that is refused unread, whoever asks comes again */
    g_autofree char *fill = g_strnfill(300000, ' ');
    peer_print(peer,
               "POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n%s\r\n%s",
               CHANGER, fill);
    struct answer *answer = peer_answer(peer, false);
    g_assert_cmpuint(answer->status, ==, 413);
    g_autofree char *goes = answer_header(answer, "Connection");
    g_assert_cmpstr(goes, ==, "close");
    answer_free(answer);
    peer_close(peer);
    peer = peer_open(f);
    /* several requests in one packet, the first answered late */
    peer_print(peer, "GET /api/v1/late HTTP/1.1\r\nHost: x\r\n\r\n"
                     "GET /api/v1/picture HTTP/1.1\r\nHost: x\r\n\r\n"
                     "GET /api/v1/echo/z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 3; i++) {
        answer = peer_answer(peer, false);
        g_assert_cmpuint(answer->status, ==, 200);
        g_assert_cmpuint(answer->body->len, ==, i == 0 ? 13 : i == 1 ? 10 : 32);
        answer_free(answer);
    }
    g_assert_true(peer_at_end(peer));
    peer_close(peer);
}

static void test_keep_alive(void)
{
    with_net(false, script_keep_alive);
}

static void test_keep_alive_tls(void)
{
    with_net(true, script_keep_alive);
}

static void script_ranges(struct net_fixture *f)
{
    struct answer *answer = ask(f, "GET /api/v1/picture", "Range: bytes=2-4\r\n", NULL);
    g_assert_cmpuint(answer->status, ==, 206);
    g_autofree char *range = answer_header(answer, "Content-Range");
    g_assert_cmpstr(range, ==, "bytes 2-4/10");
    g_assert_true(answer_has_body(answer, "234"));
    answer_free(answer);
    answer = ask(f, "GET /api/v1/picture", "Range: bytes=10-\r\n", NULL);
    g_assert_cmpuint(answer->status, ==, 416);
    g_autofree char *outside = answer_header(answer, "Content-Range");
    g_assert_cmpstr(outside, ==, "bytes */10");
    answer_free(answer);
    answer = ask(f, "GET /api/v1/large", NULL, NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_cmpuint(answer->body->len, ==, 20 << 20);
    for (guint i = 0; i < answer->body->len; i += 4099)
        g_assert_cmpuint(answer->body->data[i], ==, (guint8)(i >> 12));
    answer_free(answer);
}

static void test_ranges(void)
{
    with_net(false, script_ranges);
}

static void test_ranges_tls(void)
{
    with_net(true, script_ranges);
}

static void script_cancel(struct net_fixture *f)
{
    g_atomic_int_set(&held.begun, 0);
    g_atomic_int_set(&held.cancelled, 0);
    struct peer *peer = peer_open(f);
    peer_print(peer, "GET /api/v1/held HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!g_atomic_int_get(&held.begun))
        g_thread_yield();
    peer_close(peer);
    gint64 until = g_get_monotonic_time() + (gint64)10 * G_USEC_PER_SEC;
    while (!g_atomic_int_get(&held.cancelled) && g_get_monotonic_time() < until)
        g_thread_yield();
    g_assert_cmpint(g_atomic_int_get(&held.cancelled), ==, 1);
}

static void test_cancel(void)
{
    with_net(false, script_cancel);
}

static void test_cancel_tls(void)
{
    with_net(true, script_cancel);
}

/* --- files */

static void put(struct net_fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->dir, "web", name, NULL);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static void script_files(struct net_fixture *f)
{
    put(f, "index.html", "<!doctype html>town");
    put(f, "assets/wall-B3x9Qa1_.js", "plain");
    put(f, "assets/wall-B3x9Qa1_.js.gz", "packed");
    put(f, "assets/wall-B3x9Qa1_.js.br", "smaller");
    struct answer *answer = ask(f, "GET /", NULL, NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    g_autofree char *policy = answer_header(answer, "Content-Security-Policy");
    g_assert_nonnull(strstr(policy, "script-src 'self';"));
    g_assert_nonnull(strstr(policy, "worker-src 'self'"));
    g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
    g_autofree char *type = answer_header(answer, "Content-Type");
    g_assert_cmpstr(type, ==, "text/html; charset=utf-8");
    g_autofree char *cache = answer_header(answer, "Cache-Control");
    g_assert_cmpstr(cache, ==, "no-cache");
    g_autofree char *etag = answer_header(answer, "ETag");
    answer_free(answer);

    g_autofree char *condition = g_strdup_printf("If-None-Match: %s\r\n", etag);
    expect(f, "GET /", condition, NULL, 304, NULL);
    expect(f, "GET /cases/17", condition, NULL, 304, NULL);
    expect(f, "GET /assets/none-B3x9Qa1_.js", NULL, NULL, 404, "not_found");
    expect(f, "POST /", NULL, "", 405, "bad_method");
    expect(f, "GET /../../etc/passwd", NULL, NULL, 200, NULL); /* "/etc/passwd" is a page of ours */
    expect(f, "GET /%2e%2e/%2e%2e/etc/passwd.txt", NULL, NULL, 404, NULL);
    expect(f, "GET /.hidden", NULL, NULL, 400, "bad_path");
    expect(f, "GET /a%5cb", NULL, NULL, 400, "bad_path");

    static const char *const accepted[] = {"", "Accept-Encoding: gzip\r\n",
                                           "Accept-Encoding: gzip, br\r\n"};
    static const char *const bodies[] = {"plain", "packed", "smaller"};
    for (guint i = 0; i < G_N_ELEMENTS(accepted); i++) {
        answer = ask(f, "GET /assets/wall-B3x9Qa1_.js", accepted[i], NULL);
        g_assert_true(answer_has_body(answer, bodies[i]));
        g_autofree char *forever = answer_header(answer, "Cache-Control");
        g_assert_cmpstr(forever, ==, "public, max-age=31536000, immutable");
        answer_free(answer);
    }
    put(f, "index.html", "<!doctype html>town, rebuilt");
    expect(f, "GET /", condition, NULL, 200, NULL);
}

static void test_files(void)
{
    with_net(false, script_files);
}

/* --- what net answers itself */

static void add_problem(json_t *problems, gpointer user)
{
    (void)user;
    json_array_append_new(problems,
                          json_pack("{s:s, s:s}", "part", "store", "message", "disk full"));
}

static void break_health(struct net_fixture *f)
{
    net_set_health(f->net, add_problem, NULL);
}

static void script_builtin(struct net_fixture *f)
{
    expect(f, "GET /healthz", NULL, NULL, 200, NULL);
    net_fixture_on_loop(f, break_health);
    struct answer *answer = ask(f, "GET /healthz", NULL, NULL);
    g_assert_cmpuint(answer->status, ==, 503);
    g_assert_nonnull(g_strstr_len((char *)answer->body->data, answer->body->len, "disk full"));
    answer_free(answer);
    answer = ask(f, "GET /metrics", NULL, NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_nonnull(
        g_strstr_len((char *)answer->body->data, answer->body->len,
                     "\ntownwall_http_requests_total{method=\"GET\",code=\"503\"} 1\n"));
    answer_free(answer);
}

static void test_builtin(void)
{
    with_net(false, script_builtin);
}

/* --- what must not hurt */

static void script_garbage(struct net_fixture *f)
{
    static const char h2c[] =
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n";
    const char *const inputs[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "BREW / HTTP/1.1\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        h2c,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(inputs); i++) {
        struct peer *peer = peer_open(f);
        peer_write(peer, inputs[i], strlen(inputs[i]));
        g_socket_shutdown(g_socket_connection_get_socket(G_SOCKET_CONNECTION(peer->stream)), FALSE,
                          TRUE, NULL);
        struct answer *answer = peer_answer(peer, false);
        g_test_message("input %u → %u", i, answer->status);
        g_assert_cmpuint(answer->status, !=, 101);
        answer_free(answer);
        peer_close(peer);
    }
    g_autofree char *fill = g_strnfill(100000, 'a');
    g_autofree char *header = g_strdup_printf("X-Long: %s\r\n", fill);
    struct answer *answer = ask(f, "GET /healthz", header, NULL);
    g_assert_cmpuint(answer->status, !=, 200);
    answer_free(answer);
    g_autofree char *line = g_strdup_printf("GET /%s", fill);
    answer = ask(f, line, NULL, NULL);
    g_assert_cmpuint(answer->status, !=, 200);
    answer_free(answer);
    expect(f, "GET /healthz", NULL, NULL, 200, NULL);
}

static void test_garbage(void)
{
    with_net(false, script_garbage);
}

static void script_many(struct net_fixture *f)
{
    struct peer *peers[300];
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++) {
        peers[i] = peer_open(f);
        peer_print(peers[i], "GET /healthz HTTP/1.1\r\nHost:"); /* and no more */
    }
    expect(f, "GET /healthz", NULL, NULL, 200, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++)
        g_assert_true(peer_at_end(peers[i])); /* each is closed by its deadline */
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++)
        peer_close(peers[i]);
}

static void test_many(void)
{
    with_net(false, script_many);
}

/* libwebsockets forgets some memory of a net that is destroyed before the loop turned. */
static void script_healthy(struct net_fixture *f)
{
    expect(f, "GET /healthz", NULL, NULL, 200, NULL);
}

static void test_busy_port(void)
{
    struct net_fixture f = {0};
    net_fixture_start(&f, false);
    json_t *config = json_pack("{s:s, s:{s:s, s:i}}", "data_dir", f.dir, "server", "listen",
                               "127.0.0.1", "port", (int)f.port);
    g_autoptr(GError) error = NULL;
    g_assert_null(net_create(f.loop, config, NULL, NULL, &error));
    g_assert_error(error, NET_ERROR, NET_ERROR_BUSY);
    g_autofree char *line =
        g_strdup_printf("port %u on 127.0.0.1 is in use by another program", f.port);
    g_assert_cmpstr(error->message, ==, line);
    json_decref(config);
    net_fixture_run(&f, script_healthy);
    net_fixture_stop(&f);
}

static void test_refused_config(void)
{
    struct loop *loop = loop_create(NULL);
    json_t *open = json_pack("{s:{s:s, s:i, s:{s:s}}}", "server", "listen", "0.0.0.0", "port", 0,
                             "tls", "mode", "off");
    json_t *missing =
        json_pack("{s:{s:s, s:i, s:{s:s, s:s, s:s}}}", "server", "listen", "127.0.0.1", "port", 0,
                  "tls", "mode", "files", "cert", "/none.pem", "key", "/none.key");
    g_autoptr(GError) error = NULL;
    g_assert_null(net_create(loop, open, NULL, NULL, &error));
    g_assert_error(error, NET_ERROR, NET_ERROR_CERTIFICATE);
    g_clear_error(&error);
    g_assert_null(net_create(loop, missing, NULL, NULL, &error));
    g_assert_error(error, NET_ERROR, NET_ERROR_CERTIFICATE);
    g_assert_nonnull(strstr(error->message, "/none.pem"));
    json_decref(open);
    json_decref(missing);
    loop_destroy(loop);
}

/* The made pair is private to its owner and used again. */
static void test_certificate(void)
{
    struct net_fixture f = {0};
    net_fixture_start(&f, true);
    g_autofree char *key = g_build_filename(f.dir, "tls", "key.pem", NULL);
    GStatBuf before, after;
    g_assert_cmpint(g_stat(key, &before), ==, 0);
    g_assert_cmpuint(before.st_mode & 0777, ==, 0600);
    json_t *config = json_pack("{s:s, s:{s:s, s:i, s:{s:s}}}", "data_dir", f.dir, "server",
                               "listen", "127.0.0.1", "port", 0, "tls", "mode", "on");
    g_autoptr(GError) error = NULL;
    net_fixture_run(&f, script_healthy);
    net_destroy(f.net);
    f.net = net_create(f.loop, config, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(net_url(f.net), "https://127.0.0.1:"));
    g_assert_cmpint(g_stat(key, &after), ==, 0);
    g_assert_cmpuint(before.st_ino, ==, after.st_ino);
    f.port = net_port(f.net);
    net_fixture_run(&f, script_healthy);
    json_decref(config);
    net_fixture_stop(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/serve/routes", test_routes);
    g_test_add_func("/net/serve/routes-tls", test_routes_tls);
    g_test_add_func("/net/serve/gate", test_gate);
    g_test_add_func("/net/serve/bodies", test_bodies);
    g_test_add_func("/net/serve/keep-alive", test_keep_alive);
    g_test_add_func("/net/serve/keep-alive-tls", test_keep_alive_tls);
    g_test_add_func("/net/serve/ranges", test_ranges);
    g_test_add_func("/net/serve/ranges-tls", test_ranges_tls);
    g_test_add_func("/net/serve/cancel", test_cancel);
    g_test_add_func("/net/serve/cancel-tls", test_cancel_tls);
    g_test_add_func("/net/serve/files", test_files);
    g_test_add_func("/net/serve/builtin", test_builtin);
    g_test_add_func("/net/serve/garbage", test_garbage);
    g_test_add_func("/net/serve/busy-port", test_busy_port);
    g_test_add_func("/net/serve/refused-config", test_refused_config);
    g_test_add_func("/net/serve/certificate", test_certificate);
    g_test_add_func("/net/serve/many-half-open", test_many);
    return g_test_run();
}
