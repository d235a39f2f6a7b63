/* TLS over a connection that was just made. */
#pragma once
#include <gio/gio.h>
#include <stdbool.h>

/* Before the handshake of a connection that a GSocketClient made asynchronously: asks who the peer
 * is, so that the socket remembers it. glib-networking (2.74) asks again when the handshake begins,
 * and lets go of the answer without looking whether there is one: there is none when the peer has
 * reset the connection meanwhile. false + error: it is gone already, no handshake. Any thread. */
bool tls_peer_remember(GSocketConnection *connection, GError **error);

/* The same for a client that makes TLS itself: handles its signal "event". `client` is borrowed. */
void tls_peer_watch(GSocketClient *client);
