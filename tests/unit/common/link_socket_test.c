/* Listening and connecting: Unix sockets, TCP, TLS. */
#include "link_pair.h"
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

struct fixture {
    char *folder, *path, *address;
    struct link_listener *listener;
    GIOStream *accepted, *connected;
    char *error; /* of connecting */
    guint done;
};

static void on_accepted(GIOStream *stream, gpointer user)
{
    struct fixture *fixture = user;
    g_assert_null(fixture->accepted);
    fixture->accepted = g_object_ref(stream);
}

static void on_done(GIOStream *stream, const GError *error, gpointer user)
{
    struct fixture *fixture = user;
    g_assert_cmpint(stream == NULL, ==, error != NULL);
    fixture->done++;
    g_clear_pointer(&fixture->error, g_free);
    if (stream)
        fixture->connected = g_object_ref(stream);
    else
        fixture->error = g_strdup(error->message);
}

static void set_up(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    fixture->folder = g_dir_make_tmp("tw-link-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "m.sock", NULL);
    fixture->address = g_strconcat("unix:", fixture->path, NULL);
}

static void tear_down(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_clear_object(&fixture->accepted);
    g_clear_object(&fixture->connected);
    link_listener_destroy(fixture->listener);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->address);
    g_free(fixture->error);
}

static void expect_refused(struct fixture *fixture, const char *address, const char *reason)
{
    guint done = fixture->done;
    link_connect(address, NULL, NULL, on_done, fixture);
    g_assert_cmpuint(fixture->done, ==, done); /* never inside the call */
    SPIN_UNTIL(fixture->done > done);
    g_assert_nonnull(fixture->error);
    g_assert_nonnull(strstr(fixture->error, reason));
}

static void exchange(struct fixture *fixture)
{
    struct side server = {0}, client = {0};
    side_open(&server, fixture->accepted);
    side_open(&client, fixture->connected);
    g_autoptr(GBytes) body = filled(3000000, 4);
    for (int i = 0; i < 2; i++) {
        g_assert_true(link_send(server.link, WIRE_UNIT, 1, NULL, 0, body));
        g_assert_true(link_send(client.link, WIRE_UNIT, 2, NULL, 0, body));
    }
    g_assert_true(link_send_control(client.link, json_pack("{s:i}", "a", 1)));
    SPIN_UNTIL(server.messages == 3 && client.messages == 2);
    g_assert_cmpstr(server.seen->str, ==, "{\"a\":1};2/2:3000000:04;2/2:3000000:04;");
    g_assert_cmpstr(client.seen->str, ==, "2/1:3000000:04;2/1:3000000:04;");
    link_destroy(client.link);
    client.link = NULL;
    g_clear_object(&fixture->connected);
    SPIN_UNTIL(server.closed);
    side_close(&client);
    side_close(&server);
}

static void listen_at(struct fixture *fixture, const char *address, GTlsCertificate *certificate)
{
    g_autoptr(GError) error = NULL;
    fixture->listener = link_listen(address, certificate, NULL, on_accepted, fixture, &error);
    g_assert_no_error(error);
}

static void test_unix(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    expect_refused(fixture, fixture->address, "No such file");
    listen_at(fixture, fixture->address, NULL);
    struct stat info;
    g_assert_cmpint(lstat(fixture->path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0600);
    g_autoptr(GError) error = NULL;
    g_assert_null(link_listen(fixture->address, NULL, NULL, on_accepted, fixture, &error));
    g_assert_nonnull(strstr(error->message, "another program listens"));
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_clear_object(&fixture->accepted); /* of the probe */
    link_connect(fixture->address, NULL, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->accepted && fixture->connected);
    exchange(fixture);
}

static void test_stale(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fixture->path);
    g_autoptr(GSocket) dead =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
    g_assert_true(g_socket_bind(dead, address, FALSE, NULL));
    g_assert_true(g_socket_close(dead, NULL));
    g_assert_true(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    listen_at(fixture, fixture->address, NULL);
    link_connect(fixture->address, NULL, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->accepted && fixture->connected);
}

static void expect_not_listening(struct fixture *fixture, const char *address, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(link_listen(address, NULL, NULL, on_accepted, fixture, &error));
    g_assert_nonnull(strstr(error->message, reason));
}

static void test_refusals(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_autofree char *file = g_build_filename(fixture->folder, "file", NULL);
    g_autofree char *at_file = g_strconcat("unix:", file, NULL);
    g_autofree char *fill = g_strnfill(120, 'x');
    g_autofree char *long_path = g_strconcat("unix:/tmp/", fill, NULL);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    expect_not_listening(fixture, at_file, "is not a socket");
    g_assert_cmpint(g_unlink(file), ==, 0);
    expect_not_listening(fixture, long_path, "longer than 107 bytes");
    expect_not_listening(fixture, "tcp:0.0.0.0:0", "a certificate is needed");
    expect_not_listening(fixture, "tcp:[::]:0", "a certificate is needed");
    static const char *const bad[] = {"",       "unix:",       "tcp:", "tcp::1",
                                      "tcp:h:", "tcp:h:99999", "h:1"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        expect_not_listening(fixture, bad[i], "expected unix:PATH or tcp:HOST:PORT");
        expect_refused(fixture, bad[i], "expected unix:PATH or tcp:HOST:PORT");
    }
    expect_refused(fixture, "tcp:192.0.2.1:1", "a trusted certificate is needed");
}

static void test_tcp(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    listen_at(fixture, "tcp:127.0.0.1:0", NULL);
    guint16 port = link_listener_port(fixture->listener);
    g_assert_cmpuint(port, >, 0);
    g_autofree char *address = g_strdup_printf("tcp:localhost:%u", port);
    link_connect(address, NULL, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->accepted && fixture->connected);
    exchange(fixture);
}

static GTlsCertificate *make_certificate(struct fixture *fixture)
{
    g_autofree char *key = g_build_filename(fixture->folder, "key.pem", NULL);
    g_autofree char *cert = g_build_filename(fixture->folder, "cert.pem", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) openssl = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "req", "-x509", "-newkey", "ec",
        "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-days",
        "2", "-subj", "/CN=townwall-test", NULL);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(openssl, NULL, NULL));
    GTlsCertificate *certificate = g_tls_certificate_new_from_files(cert, key, &error);
    g_assert_no_error(error);
    g_unlink(key);
    g_unlink(cert);
    return certificate;
}

static void test_tls(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GTlsCertificate) certificate = make_certificate(fixture);
    g_autoptr(GTlsCertificate) other = make_certificate(fixture);
    listen_at(fixture, "tcp:127.0.0.1:0", certificate);
    g_autofree char *address =
        g_strdup_printf("tcp:127.0.0.1:%u", link_listener_port(fixture->listener));
    link_connect(address, other, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->done == 1);
    g_assert_nonnull(fixture->error);
    g_assert_null(fixture->connected);
    link_connect(address, certificate, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->accepted && fixture->connected);
    exchange(fixture);
}

/* Knows our certificate, as everybody may, but has no key. */
static void test_tls_stranger(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GTlsCertificate) certificate = make_certificate(fixture);
    g_autofree char *pem = NULL;
    g_object_get(certificate, "certificate-pem", &pem, NULL);
    g_autoptr(GTlsCertificate) known = g_tls_certificate_new_from_pem(pem, -1, NULL);
    listen_at(fixture, "tcp:127.0.0.1:0", certificate);
    g_autofree char *address =
        g_strdup_printf("tcp:127.0.0.1:%u", link_listener_port(fixture->listener));
    link_connect(address, known, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->done == 1);
    if (fixture->connected) { /* TLS 1.3: our side is done before the peer has looked */
        struct side client = {0};
        side_open(&client, fixture->connected);
        SPIN_UNTIL(client.closed);
        side_close(&client);
    }
    g_assert_null(fixture->accepted);
}

/* Listens, takes the connection, and says nothing: whoever connects must not wait for ever. */
static void test_tls_mute(struct fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GTlsCertificate) certificate = make_certificate(fixture);
    g_autoptr(GSocketListener) mute = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(mute, NULL, NULL);
    g_autofree char *address = g_strdup_printf("tcp:127.0.0.1:%u", port);
    link_connect(address, certificate, NULL, on_done, fixture);
    SPIN_UNTIL(fixture->done == 1);
    g_assert_nonnull(fixture->error);
}

#define ADD(path, function)                                                                        \
    g_test_add("/link-socket/" path, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("unix", test_unix);
    ADD("stale", test_stale);
    ADD("refusals", test_refusals);
    ADD("tcp", test_tcp);
    ADD("tls", test_tls);
    ADD("tls-stranger", test_tls_stranger);
    ADD("tls-mute", test_tls_mute);
    return g_test_run();
}
