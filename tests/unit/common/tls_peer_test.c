/* A peer that resets the connection before the handshake of TLS. The library leaves out what this
 * is about in programs that began with g_test_init(), so the handshake is made in another one: this
 * program again, with the name of a case. */
#include "common/tls_peer.h"
#include <string.h>
#include <sys/socket.h>

static char *self;

/* --- the other program */

static GSocket *listen_here(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    GSocket *listener =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
    g_assert_no_error(error);
    g_assert_true(g_socket_bind(listener, any, TRUE, NULL) && g_socket_listen(listener, NULL));
    return listener;
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    GSocketConnection **connection = user;
    *connection = g_socket_client_connect_finish(G_SOCKET_CLIENT(source), result, NULL);
    g_assert_nonnull(*connection);
}

static GSocketConnection *connect_to(GSocket *listener, bool watched)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(listener, NULL);
    GSocketConnection *connection = NULL;
    g_socket_client_set_enable_proxy(client, FALSE);
    if (watched)
        tls_peer_watch(client);
    g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(address), NULL, on_connected,
                                  &connection);
    while (!connection)
        g_main_context_iteration(NULL, TRUE);
    return connection;
}

/* Closed with what is to be sent thrown away. */
static void reset(GSocket *listener)
{
    const struct linger now = {.l_onoff = 1};
    g_autoptr(GSocket) peer = g_socket_accept(listener, NULL, NULL);
    g_assert_nonnull(peer);
    g_assert_cmpint(setsockopt(g_socket_get_fd(peer), SOL_SOCKET, SO_LINGER, &now, sizeof now), ==,
                    0);
    g_assert_true(g_socket_close(peer, NULL));
}

static int handshake(const char *how)
{
    g_autoptr(GError) error = NULL;
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
    g_autoptr(GSocket) listener = listen_here();
    g_autoptr(GSocketConnection) connection = connect_to(listener, strcmp(how, "watched") == 0);
    if (strcmp(how, "remembered") == 0)
        g_assert_true(tls_peer_remember(connection, NULL));
    reset(listener);
    GSocket *socket = g_socket_connection_get_socket(connection);
    g_assert_true(g_socket_condition_wait(socket, G_IO_HUP, NULL, NULL));
    if (strcmp(how, "late") == 0) {
        g_assert_false(tls_peer_remember(connection, &error));
        return error ? 0 : 1;
    }
    g_autoptr(GSocketConnectable) name = g_network_address_new("127.0.0.1", 1);
    g_autoptr(GIOStream) tls = g_tls_client_connection_new(G_IO_STREAM(connection), name, NULL);
    g_assert_false(g_tls_connection_handshake(G_TLS_CONNECTION(tls), NULL, &error));
    return error ? 0 : 1;
}

/* --- the cases */

static void test_reset(gconstpointer how)
{
    char *argv[] = {self, (char *)how, NULL};
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    int status;
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &said, &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, &error))
        g_error("%s: %s", error->message, said);
}

int main(int argc, char **argv)
{
    if (argc == 2 && argv[1][0] != '-')
        return handshake(argv[1]);
    self = argv[0];
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/tls-peer/watched", "watched", test_reset);
    g_test_add_data_func("/tls-peer/remembered", "remembered", test_reset);
    g_test_add_data_func("/tls-peer/late", "late", test_reset);
    return g_test_run();
}
