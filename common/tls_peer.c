#include "common/tls_peer.h"

bool tls_peer_remember(GSocketConnection *connection, GError **error)
{
    g_autoptr(GSocketAddress) peer = g_socket_connection_get_remote_address(connection, error);
    return peer != NULL;
}

static void on_event(GSocketClient *client, GSocketClientEvent event, GSocketConnectable *to,
                     GIOStream *stream, gpointer user)
{
    (void)client;
    (void)to;
    (void)user;
    if (event == G_SOCKET_CLIENT_CONNECTED)
        tls_peer_remember(G_SOCKET_CONNECTION(stream), NULL);
}

void tls_peer_watch(GSocketClient *client)
{
    g_signal_connect(client, "event", G_CALLBACK(on_event), NULL);
}
