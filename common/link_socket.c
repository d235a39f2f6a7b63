/* Listening and connecting for the media link. */
#include "common/link.h"
#include "common/link_address.h"
#include "common/log.h"
#include "common/tls_peer.h"
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 16,
    CONNECT_TIMEOUT_S = 10,
    ACCEPTS_PER_TURN = 16,
    KEEP_ALIVE_S = 10, /* of silence; then three questions, as far apart */
    KEEP_ALIVE_TRIES = 3,
};

bool link_address_parse(const char *text, struct link_address *address, GError **error)
{
    *address = (struct link_address){0};
    if (g_str_has_prefix(text, "unix:") && text[5]) {
        if (strlen(text + 5) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        "%s: path of a Unix socket is longer than %zu bytes", text,
                        sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
            return false;
        }
        address->path = g_strdup(text + 5);
        return true;
    }
    const char *colon = g_str_has_prefix(text, "tcp:") ? strrchr(text + 4, ':') : NULL;
    guint64 port = 0;
    if (!colon || colon == text + 4 ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: expected unix:PATH or tcp:HOST:PORT", text);
        return false;
    }
    const char *host = text + 4;
    size_t size = (size_t)(colon - host);
    if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
        host++;
        size -= 2;
    }
    address->host = g_strndup(host, size);
    address->port = (guint16)port;
    return true;
}

void link_address_clear(struct link_address *address)
{
    g_clear_pointer(&address->path, g_free);
    g_clear_pointer(&address->host, g_free);
}

bool link_address_is_loopback(const struct link_address *address)
{
    if (g_strcmp0(address->host, "localhost") == 0)
        return true;
    g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address->host);
    return inet && g_inet_address_get_is_loopback(inet);
}

/* The peer shows the very certificate that we were given, or one that it signed. */
static gboolean on_peer_certificate(GTlsConnection *tls, GTlsCertificate *peer,
                                    GTlsCertificateFlags flags, gpointer user)
{
    (void)tls;
    (void)flags;
    GTlsCertificate *trust = user;
    return g_tls_certificate_is_same(peer, trust) ||
           g_tls_certificate_verify(peer, NULL, trust) == 0;
}

/* Lets `tls` accept only a peer that `trust` vouches for. Without a database every certificate is
 * unknown and comes to on_peer_certificate(); with the system's, any public one would pass by it.
 */
static void pin_peer(GIOStream *tls, GTlsCertificate *trust)
{
    g_tls_connection_set_database(G_TLS_CONNECTION(tls), NULL);
    g_object_set_data_full(G_OBJECT(tls), "trust", g_object_ref(trust), g_object_unref);
    g_signal_connect(tls, "accept-certificate", G_CALLBACK(on_peer_certificate), trust);
}

/* A machine that lost its power says no goodbye; over TCP the kernel finds out. Unix sockets take
 * none of these options and need none. */
static void watch_peer(GSocket *socket)
{
    if (g_socket_get_family(socket) == G_SOCKET_FAMILY_UNIX)
        return;
    g_socket_set_keepalive(socket, TRUE);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_S, NULL);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_S, NULL);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, KEEP_ALIVE_TRIES, NULL);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
                        1000 * KEEP_ALIVE_S * (1 + KEEP_ALIVE_TRIES), NULL);
}

/* --- listening */

struct link_listener {
    GSocket *socket;
    GSource *source;
    GMainContext *context;
    GTlsCertificate *certificate;
    GCancellable *cancel; /* of handshakes under way */
    char *path;           /* of our Unix socket, removed at the end */
    guint16 port;
    void (*accepted)(GIOStream *stream, gpointer user);
    gpointer user;
};

struct handshake {
    struct link_listener *listener; /* not valid once cancelled */
    GSource *deadline;
    GCancellable *cancel; /* this handshake's own */
    gulong chained;
    GCancellable *parent;
};

static void handshake_free(struct handshake *handshake)
{
    g_cancellable_disconnect(handshake->parent, handshake->chained);
    g_source_destroy(handshake->deadline);
    g_source_unref(handshake->deadline);
    g_object_unref(handshake->parent);
    g_object_unref(handshake->cancel);
    g_free(handshake);
}

static void on_handshake(GObject *object, GAsyncResult *result, gpointer user)
{
    struct handshake *handshake = user;
    g_autoptr(GError) error = NULL;
    bool ok = g_tls_connection_handshake_finish(G_TLS_CONNECTION(object), result, &error);
    if (g_cancellable_is_cancelled(handshake->parent)) {
        handshake_free(handshake);
        g_object_unref(object);
        return;
    }
    struct link_listener *listener = handshake->listener;
    handshake_free(handshake);
    if (ok)
        listener->accepted(G_IO_STREAM(object), listener->user);
    else
        log_warn("link", "TLS handshake failed: %s", error->message);
    g_object_unref(object);
}

static gboolean on_handshake_late(gpointer user)
{
    g_cancellable_cancel(user);
    return G_SOURCE_REMOVE;
}

static void on_parent_cancelled(GCancellable *parent, gpointer user)
{
    (void)parent;
    g_cancellable_cancel(user);
}

static void start_handshake(struct link_listener *listener, GIOStream *plain)
{
    g_autoptr(GError) error = NULL;
    GIOStream *tls = g_tls_server_connection_new(plain, listener->certificate, &error);
    if (!tls) {
        log_error("link", "no TLS: %s", error->message);
        return;
    }
    g_object_set(tls, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
    pin_peer(tls, listener->certificate);
    struct handshake *handshake = g_new0(struct handshake, 1);
    handshake->listener = listener;
    handshake->cancel = g_cancellable_new();
    handshake->parent = g_object_ref(listener->cancel);
    handshake->chained = g_cancellable_connect(listener->cancel, G_CALLBACK(on_parent_cancelled),
                                               handshake->cancel, NULL);
    handshake->deadline = g_timeout_source_new_seconds(CONNECT_TIMEOUT_S);
    g_source_set_callback(handshake->deadline, on_handshake_late, handshake->cancel, NULL);
    g_source_attach(handshake->deadline, listener->context);
    g_main_context_push_thread_default(listener->context);
    g_tls_connection_handshake_async(G_TLS_CONNECTION(tls), G_PRIORITY_DEFAULT, handshake->cancel,
                                     on_handshake, handshake);
    g_main_context_pop_thread_default(listener->context);
}

static gboolean on_connection(GSocket *socket, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct link_listener *listener = user;
    g_autoptr(GCancellable) cancel = g_object_ref(listener->cancel);
    for (int i = 0; i < ACCEPTS_PER_TURN && !g_cancellable_is_cancelled(cancel); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GSocket) peer = g_socket_accept(socket, NULL, &error);
        if (!peer) {
            if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
                log_warn("link", "cannot accept: %s", error->message);
            break;
        }
        g_socket_set_blocking(peer, FALSE);
        watch_peer(peer);
        g_autoptr(GSocketConnection) connection =
            g_socket_connection_factory_create_connection(peer);
        if (listener->certificate)
            start_handshake(listener, G_IO_STREAM(connection));
        else
            listener->accepted(G_IO_STREAM(connection), listener->user);
    }
    return G_SOURCE_CONTINUE;
}

/* A socket file whose program is gone may be replaced; anything else may not. */
static bool clear_stale(const char *path, GError **error)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return true;
    if (!S_ISSOCK(found.st_mode)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s exists and is not a socket", path);
        return false;
    }
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocket) probe =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
    if (!probe)
        return false;
    g_socket_set_blocking(probe, FALSE);
    g_autoptr(GError) refused = NULL;
    if (!g_socket_connect(probe, address, NULL, &refused) &&
        g_error_matches(refused, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
        g_unlink(path);
        return true;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
                "%s: another program listens there already", path);
    return false;
}

static GSocketAddress *resolve(const struct link_address *address, GError **error)
{
    if (address->path)
        return g_unix_socket_address_new(address->path);
    GSocketAddress *inet = g_inet_socket_address_new_from_string(address->host, address->port);
    if (inet)
        return inet;
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    GList *found = g_resolver_lookup_by_name(resolver, address->host, NULL, error);
    if (!found)
        return NULL;
    inet = g_inet_socket_address_new(found->data, address->port);
    g_resolver_free_addresses(found);
    return inet;
}

/* The file gets its mode between bind and listen: until then a connect is refused. */
static bool start_listening(struct link_listener *listener, const struct link_address *address,
                            GError **error)
{
    g_autoptr(GSocketAddress) local = resolve(address, error);
    if (!local || (address->path && !clear_stale(address->path, error)))
        return false;
    listener->socket = g_socket_new(g_socket_address_get_family(local), G_SOCKET_TYPE_STREAM,
                                    G_SOCKET_PROTOCOL_DEFAULT, error);
    if (!listener->socket)
        return false;
    g_socket_set_blocking(listener->socket, FALSE);
    g_socket_set_listen_backlog(listener->socket, BACKLOG);
    if (!g_socket_bind(listener->socket, local, TRUE, error))
        return false;
    if (address->path) {
        listener->path = g_strdup(address->path);
        if (g_chmod(address->path, 0600) != 0) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot set the mode of %s",
                        address->path);
            return false;
        }
    }
    if (!g_socket_listen(listener->socket, error))
        return false;
    if (!address->path) {
        g_autoptr(GSocketAddress) bound = g_socket_get_local_address(listener->socket, error);
        if (!bound)
            return false;
        listener->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    }
    return true;
}

struct link_listener *link_listen(const char *text, GTlsCertificate *certificate,
                                  GMainContext *context,
                                  void (*accepted)(GIOStream *stream, gpointer user), gpointer user,
                                  GError **error)
{
    struct link_address address;
    if (!link_address_parse(text, &address, error))
        return NULL;
    struct link_listener *listener = g_new0(struct link_listener, 1);
    listener->context = g_main_context_ref(context ? context : g_main_context_default());
    listener->cancel = g_cancellable_new();
    listener->certificate = certificate && !address.path ? g_object_ref(certificate) : NULL;
    listener->accepted = accepted;
    listener->user = user;
    if (!address.path && !certificate && !link_address_is_loopback(&address)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: a certificate is needed on anything but loopback", text);
        goto fail;
    }
    if (!start_listening(listener, &address, error))
        goto fail;
    listener->source = g_socket_create_source(listener->socket, G_IO_IN, NULL);
    g_source_set_callback(listener->source, G_SOURCE_FUNC(on_connection), listener, NULL);
    g_source_attach(listener->source, listener->context);
    link_address_clear(&address);
    return listener;
fail:
    g_prefix_error(error, "media link: ");
    link_address_clear(&address);
    link_listener_destroy(listener);
    return NULL;
}

guint16 link_listener_port(const struct link_listener *listener)
{
    return listener->port;
}

void link_listener_destroy(struct link_listener *listener)
{
    if (!listener)
        return;
    g_cancellable_cancel(listener->cancel);
    g_object_unref(listener->cancel);
    if (listener->source) {
        g_source_destroy(listener->source);
        g_source_unref(listener->source);
    }
    g_clear_object(&listener->socket);
    if (listener->path)
        g_unlink(listener->path);
    g_free(listener->path);
    g_clear_object(&listener->certificate);
    g_main_context_unref(listener->context);
    g_free(listener);
}

/* --- connecting */

struct connecting {
    GError *refused;
    GTlsCertificate *trust;
    GCancellable *cancel;
    GSocket *socket; /* of the handshake */
    void (*done)(GIOStream *stream, const GError *error, gpointer user);
    gpointer user;
};

static void connecting_finish(struct connecting *connecting, GIOStream *stream, const GError *error)
{
    if (connecting
            ->socket) /* it bounded connecting and the handshake; silence is fine from now on */
        g_socket_set_timeout(connecting->socket, 0);
    g_clear_object(&connecting->socket);
    connecting->done(stream, error, connecting->user);
    g_clear_object(&connecting->trust);
    g_clear_object(&connecting->cancel);
    g_free(connecting);
}

static void on_client_handshake(GObject *object, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    bool ok = g_tls_connection_handshake_finish(G_TLS_CONNECTION(object), result, &error);
    connecting_finish(user, ok ? G_IO_STREAM(object) : NULL, error);
    g_object_unref(object);
}

static void on_connected(GObject *object, GAsyncResult *result, gpointer user)
{
    struct connecting *connecting = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(object), result, &error);
    if (!connection) {
        connecting_finish(connecting, NULL, error);
        return;
    }
    connecting->socket = g_object_ref(g_socket_connection_get_socket(connection));
    watch_peer(connecting->socket);
    if (!connecting->trust) {
        connecting_finish(connecting, G_IO_STREAM(connection), NULL);
        return;
    }
    GIOStream *tls = tls_peer_remember(connection, &error)
                         ? g_tls_client_connection_new(G_IO_STREAM(connection), NULL, &error)
                         : NULL;
    if (!tls) {
        connecting_finish(connecting, NULL, error);
        return;
    }
    pin_peer(tls, connecting->trust);
    g_autofree char *key = NULL;
    g_object_get(connecting->trust, "private-key-pem", &key, NULL);
    if (key)
        g_tls_connection_set_certificate(G_TLS_CONNECTION(tls), connecting->trust);
    g_tls_connection_handshake_async(G_TLS_CONNECTION(tls), G_PRIORITY_DEFAULT, connecting->cancel,
                                     on_client_handshake, connecting);
}

/* Errors found at once are told from the loop too: `done` never runs inside link_connect(). */
static gboolean on_refused(gpointer user)
{
    struct connecting *connecting = user;
    g_autoptr(GError) error = g_steal_pointer(&connecting->refused);
    connecting_finish(connecting, NULL, error);
    return G_SOURCE_REMOVE;
}

/* Takes `error`. */
static void refuse(struct connecting *connecting, GError *error)
{
    connecting->refused = error;
    g_autoptr(GSource) source = g_timeout_source_new(0);
    g_source_set_callback(source, on_refused, connecting, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
}

void link_connect(const char *text, GTlsCertificate *trust, GCancellable *cancel,
                  void (*done)(GIOStream *stream, const GError *error, gpointer user),
                  gpointer user)
{
    struct connecting *connecting = g_new0(struct connecting, 1);
    connecting->cancel = cancel ? g_object_ref(cancel) : NULL;
    connecting->done = done;
    connecting->user = user;
    GError *error = NULL;
    struct link_address address;
    if (!link_address_parse(text, &address, &error)) {
        refuse(connecting, error);
        return;
    }
    if (!address.path && !trust && !link_address_is_loopback(&address)) {
        refuse(connecting,
               g_error_new(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "%s: a trusted certificate is needed on anything but loopback", text));
        link_address_clear(&address);
        return;
    }
    connecting->trust = trust && !address.path ? g_object_ref(trust) : NULL;
    g_autoptr(GSocketConnectable) target =
        address.path ? G_SOCKET_CONNECTABLE(g_unix_socket_address_new(address.path))
                     : g_network_address_new(address.host, address.port);
    link_address_clear(&address);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, CONNECT_TIMEOUT_S);
    g_socket_client_connect_async(client, target, cancel, on_connected, connecting);
}
