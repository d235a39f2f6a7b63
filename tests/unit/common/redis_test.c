/* Against a real redis-server on a Unix socket in a folder of its own. */
#include "common/redis.h"
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static const struct redis_timing quick = {
    .answer_ms = 5000, .retry_min_ms = 10, .retry_max_ms = 40};

struct fixture {
    char *folder, *socket, *url;
    GSubprocess *server;
    struct redis *redis;
    guint ups, downs;
    char *why; /* of the last down */
    guint replies, lost;
    GString *seen; /* of replies */
    bool destroy_in_reply;
};

static void server_start(struct fixture *fixture, const char *password)
{
    g_autoptr(GError) error = NULL;
    fixture->server =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, "redis-server", "--port", "0", "--unixsocket", fixture->socket,
                         "--dir", fixture->folder, "--save", "", "--requirepass", password, NULL);
    g_assert_no_error(error);
}

static void server_kill(struct fixture *fixture)
{
    if (!fixture->server)
        return;
    g_subprocess_force_exit(fixture->server);
    g_subprocess_wait(fixture->server, NULL, NULL);
    g_clear_object(&fixture->server);
}

static void on_state(bool connected, const char *why, gpointer user)
{
    struct fixture *fixture = user;
    g_assert_cmpint(redis_connected(fixture->redis), ==, connected);
    g_assert_cmpint(connected, ==, why == NULL);
    if (connected) {
        fixture->ups++;
        return;
    }
    fixture->downs++;
    g_free(fixture->why);
    fixture->why = g_strdup(why);
}

static void set_up(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    fixture->folder = g_dir_make_tmp("tw-redis-XXXXXX", NULL);
    fixture->socket = g_build_filename(fixture->folder, "r.sock", NULL);
    fixture->url = g_strconcat("unix:", fixture->socket, NULL);
    fixture->seen = g_string_new(NULL);
}

static void tear_down(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    redis_destroy(fixture->redis);
    server_kill(fixture);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_unlink(fixture->socket);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_string_free(fixture->seen, TRUE);
    g_free(fixture->folder);
    g_free(fixture->socket);
    g_free(fixture->url);
    g_free(fixture->why);
}

static void open_redis(struct fixture *fixture, const char *url, const struct redis_timing *timing)
{
    g_autoptr(GError) error = NULL;
    fixture->redis = redis_create(url, NULL, on_state, fixture, &error);
    g_assert_no_error(error);
    redis_set_timing(fixture->redis, timing);
}

#define SPIN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        gint64 deadline_us = g_get_monotonic_time() + G_GINT64_CONSTANT(20000000);                 \
        while (!(condition)) {                                                                     \
            g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);                               \
            g_main_context_iteration(NULL, TRUE);                                                  \
        }                                                                                          \
    } while (0)

static void describe(GString *out, const struct redis_reply *reply)
{
    static const char *const names[] = {"nil", "string", "status", "integer", "array", "fail"};
    g_string_append(out, names[reply->type]);
    if (reply->type == REDIS_INTEGER)
        g_string_append_printf(out, "=%lld", reply->integer);
    for (size_t i = 0; i < reply->count; i++) {
        struct redis_reply element;
        g_assert_true(redis_reply_at(reply, i, &element));
        g_string_append(out, i == 0 ? "[" : " ");
        describe(out, &element);
    }
    if (reply->type == REDIS_ARRAY) {
        struct redis_reply past;
        g_assert_false(redis_reply_at(reply, reply->count, &past));
        g_string_append(out, "]");
    } else if (reply->text) {
        g_string_append_printf(out, "=%zu:%.10s", reply->size, reply->text);
    }
}

static void on_reply(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct fixture *fixture = user;
    fixture->replies++;
    if (!reply) {
        g_assert_nonnull(why);
        fixture->lost++;
    } else {
        describe(fixture->seen, reply);
        g_string_append_c(fixture->seen, ';');
    }
    if (fixture->destroy_in_reply)
        g_clear_pointer(&fixture->redis, redis_destroy);
}

static bool command(struct fixture *fixture, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    return redis_command(fixture->redis, (int)g_strv_length(words), (const char **)words, NULL,
                         on_reply, fixture);
}

static void test_commands(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "");
    open_redis(fixture, fixture->url, &quick);
    g_assert_false(command(fixture, "PING"));
    SPIN_UNTIL(fixture->ups == 1);
    const char *binary[] = {"SET", "k", "a\0b\r\nc"};
    const size_t sizes[] = {3, 1, 6};
    g_assert_true(redis_command(fixture->redis, 3, binary, sizes, on_reply, fixture));
    g_assert_true(command(fixture, "GET k"));
    g_assert_true(command(fixture, "GET none"));
    g_assert_true(command(fixture, "INCRBY n -7"));
    g_assert_true(command(fixture, "XADD s 1-1 f v"));
    g_assert_true(command(fixture, "XREAD COUNT 5 STREAMS s 0"));
    g_assert_true(command(fixture, "NOSUCH"));
    SPIN_UNTIL(fixture->replies == 7);
    g_assert_cmpstr(fixture->seen->str, ==,
                    "status=2:OK;string=6:a;nil;integer=-7;string=3:1-1;"
                    "array[array[string=1:s array[array[string=3:1-1 array[string=1:f "
                    "string=1:v]]]]];fail=56:ERR unknow;");
    g_assert_cmpuint(fixture->lost, ==, 0);
}

static void test_kill_and_restart(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "");
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->ups == 1);
    guint downs = fixture->downs;
    g_assert_true(command(fixture, "BLPOP nothing 0"));
    g_assert_true(command(fixture, "PING"));
    g_assert_true(command(fixture, "PING"));
    server_kill(fixture);
    SPIN_UNTIL(fixture->downs > downs);
    g_assert_cmpuint(fixture->replies, ==, 3);
    g_assert_cmpuint(fixture->lost, ==, 3);
    g_assert_false(redis_connected(fixture->redis));
    g_assert_false(command(fixture, "PING"));
    server_start(fixture, "");
    SPIN_UNTIL(fixture->ups == 2);
    g_assert_true(command(fixture, "PING"));
    SPIN_UNTIL(fixture->replies == 4);
    g_assert_cmpstr(fixture->seen->str, ==, "status=4:PONG;");
}

static void test_password_missing(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "p@ss");
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->why && strstr(fixture->why, "NOAUTH"));
    g_assert_cmpuint(fixture->ups, ==, 0);
}

/* TCP in front of the server's Unix socket, on a port that the system chooses. */
static gboolean on_proxied(GSocketService *service, GSocketConnection *connection, GObject *source,
                           gpointer user)
{
    (void)service;
    (void)source;
    struct fixture *fixture = user;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fixture->socket);
    g_autoptr(GSocketConnection) server =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
    if (server)
        g_io_stream_splice_async(G_IO_STREAM(connection), G_IO_STREAM(server),
                                 G_IO_STREAM_SPLICE_CLOSE_STREAM1 |
                                     G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                                 G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    return TRUE;
}

static void test_tcp_login_and_database(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "p@ss");
    g_autoptr(GSocketService) proxy = g_socket_service_new();
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(proxy), any, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_DEFAULT, NULL, &bound, NULL));
    g_signal_connect(proxy, "incoming", G_CALLBACK(on_proxied), fixture);
    g_autofree char *url =
        g_strdup_printf("redis://default:p%%40ss@127.0.0.1:%u/3",
                        g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    open_redis(fixture, url, &quick);
    SPIN_UNTIL(fixture->ups == 1);
    g_assert_true(command(fixture, "SET here 1"));
    g_assert_true(command(fixture, "MOVE here 3"));
    g_assert_true(command(fixture, "MOVE here 4"));
    SPIN_UNTIL(fixture->replies == 3);
    /* moving to the database that is selected is refused, to another is not */
    g_assert_cmpstr(fixture->seen->str, ==, "status=2:OK;fail=47:ERR source;integer=1;");
    g_clear_pointer(&fixture->redis, redis_destroy);
    g_socket_service_stop(proxy);
    g_socket_listener_close(G_SOCKET_LISTENER(proxy));
}

static void expect_bad_url(struct fixture *fixture, const char *url)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(redis_create(url, NULL, on_state, fixture, &error));
    g_assert_nonnull(strstr(error->message, "expected unix:PATH (under 108 bytes) or redis[s]://"));
    g_assert_null(strstr(error->message, "geheim"));
}

static void test_urls(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    static const char *const bad[] = {"",
                                      "unix:",
                                      "http://h",
                                      "redis://",
                                      "redis://h:0",
                                      "redis://h:99999",
                                      "redis://h/x",
                                      "redis://h/0?x=1",
                                      "redis://h/0?ca=/x.pem",
                                      "rediss://h/0?x=1",
                                      "rediss://h/0?ca=x.pem",
                                      "rediss://h/0?ca=/x.pem&x=1",
                                      "redis://h/70000",
                                      "redis://user:geheim@h:port"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        expect_bad_url(fixture, bad[i]);
    g_autofree char *fill = g_strnfill(108, 'x');
    g_autofree char *too_long = g_strconcat("unix:", fill, NULL);
    expect_bad_url(fixture, too_long);
    g_autoptr(GError) error = NULL;
    g_assert_null(
        redis_create("rediss://:geheim@h/?ca=%2Fnowhere/ca.pem", NULL, on_state, fixture, &error));
    g_assert_true(
        g_str_has_prefix(error->message, "Redis certificate authorities /nowhere/ca.pem: "));
}

static void test_silent_server(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "");
    struct redis_timing impatient = {.answer_ms = 200, .retry_min_ms = 10, .retry_max_ms = 40};
    open_redis(fixture, fixture->url, &impatient);
    SPIN_UNTIL(fixture->ups == 1);
    g_assert_true(command(fixture, "BLPOP nothing 0"));
    SPIN_UNTIL(fixture->lost == 1);
    g_assert_cmpstr(fixture->why, ==, "Redis answered nothing for 200 ms");
    SPIN_UNTIL(fixture->ups == 2);
}

static void test_bound(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "");
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->ups == 1);
    guint accepted = 0;
    while (command(fixture, "INCR n"))
        accepted++;
    g_assert_cmpuint(accepted, ==, 10000);
    SPIN_UNTIL(fixture->replies == accepted);
    g_assert_cmpuint(fixture->lost, ==, 0);
    g_assert_true(g_str_has_suffix(fixture->seen->str, "integer=9999;integer=10000;"));
}

static void test_destroy_in_reply(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "");
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->ups == 1);
    fixture->destroy_in_reply = true;
    g_assert_true(command(fixture, "PING"));
    g_assert_true(command(fixture, "PING"));
    SPIN_UNTIL(fixture->redis == NULL);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->replies, ==, 1);
}

static void test_destroy_on_loss(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    server_start(fixture, "");
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->ups == 1);
    fixture->destroy_in_reply = true;
    guint downs = fixture->downs;
    g_assert_true(command(fixture, "BLPOP nothing 0"));
    g_assert_true(command(fixture, "PING"));
    server_kill(fixture);
    SPIN_UNTIL(fixture->redis == NULL);
    g_assert_cmpuint(fixture->lost, ==, 1);
    g_assert_cmpuint(fixture->downs, ==, downs);
}

/* Something else listens there; it keeps its connections. */
static GPtrArray *kept;
static gboolean on_stranger(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer text)
{
    (void)service;
    (void)source;
    g_ptr_array_add(kept, g_object_ref(connection));
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    g_assert_true(g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL));
    return TRUE;
}

static void with_stranger(struct fixture *fixture, const char *says, const char *why)
{
    kept = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GSocketService) service = g_socket_service_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fixture->socket);
    g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(service), address,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
    g_signal_connect(service, "incoming", G_CALLBACK(on_stranger), (gpointer)says);
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->why && strstr(fixture->why, why));
    g_ptr_array_unref(kept);
    g_socket_service_stop(service);
    g_socket_listener_close(G_SOCKET_LISTENER(service));
}

static void test_not_redis(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    with_stranger(fixture, "HTTP/1.1 400 Bad Request\r\n\r\n", "not Redis: Protocol error");
    g_assert_cmpuint(fixture->ups, ==, 0);
}

static void test_unasked(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    with_stranger(fixture, "+PONG\r\n+MORE\r\n+MORE\r\n", "nobody asked");
}

static void test_absent(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    open_redis(fixture, fixture->url, &quick);
    SPIN_UNTIL(fixture->downs == 1);
    server_start(fixture, "");
    SPIN_UNTIL(fixture->ups == 1);
}

#define ADD(path, function)                                                                        \
    g_test_add("/redis/" path, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("commands", test_commands);
    ADD("kill-and-restart", test_kill_and_restart);
    ADD("password-missing", test_password_missing);
    ADD("tcp-login-and-database", test_tcp_login_and_database);
    ADD("urls", test_urls);
    ADD("silent-server", test_silent_server);
    ADD("bound", test_bound);
    ADD("destroy-in-reply", test_destroy_in_reply);
    ADD("destroy-on-loss", test_destroy_on_loss);
    ADD("not-redis", test_not_redis);
    ADD("unasked-answer", test_unasked);
    ADD("absent-at-first", test_absent);
    return g_test_run();
}
