#include "rtsp/peer.h"
#include "common/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum { READ_BYTES = 16 << 10, MAX_BUFFER_BYTES = 256 << 10, GOODBYE_US = 500000 };

struct peer {
    struct peer_options options;
    char *place;         /* HOST:PORT */
    GIOStream *in, *out; /* the same but in a tunnel */
    GSocket *in_socket;  /* of `in`, borrowed */
    bool base64;
    GByteArray *buffer; /* read */
    guint used;         /* of it */
    int64_t until_us;
    char *certificate;
    GError *distrust; /* why the certificate is not believed */
};

G_DEFINE_QUARK(rtsp - reason - error - quark, rtsp_reason_error)

struct peer *peer_create(const struct peer_options *options)
{
    struct peer *peer = g_new0(struct peer, 1);
    peer->options = *options;
    bool brackets = strchr(options->url->host, ':');
    peer->place =
        g_strdup_printf(brackets ? "[%s]:%u" : "%s:%u", options->url->host, options->url->port);
    peer->buffer = g_byte_array_new();
    return peer;
}

static void close_stream(GIOStream **stream)
{
    if (*stream)
        g_io_stream_close(*stream, NULL, NULL);
    g_clear_object(stream);
}

void peer_destroy(struct peer *peer)
{
    if (!peer)
        return;
    close_stream(&peer->out);
    close_stream(&peer->in);
    g_byte_array_unref(peer->buffer);
    g_clear_error(&peer->distrust);
    g_free(peer->certificate);
    g_free(peer->place);
    g_free(peer);
}

/* --- connecting */

static gboolean on_certificate(GTlsConnection *connection, GTlsCertificate *certificate,
                               GTlsCertificateFlags flags, gpointer user)
{
    (void)connection;
    struct peer *peer = user;
    g_clear_error(&peer->distrust);
    return trust_accepts(peer->options.trust, peer->place, certificate, flags, &peer->distrust);
}

static void note_certificate(struct peer *peer, GTlsConnection *tls)
{
    GTlsCertificate *certificate = g_tls_connection_get_peer_certificate(tls);
    if (!certificate || peer->certificate)
        return;
    g_autofree char *fingerprint = trust_fingerprint(certificate);
    peer->certificate = g_strdup_printf("TLS, certificate SHA-256 %s", fingerprint);
    rtsp_trace_note(peer->options.trace, "tls", true, "certificate SHA-256 %s", fingerprint);
}

/* Takes `base`. */
static GIOStream *encrypt(struct peer *peer, GSocketConnection *base, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GSocketConnectable) identity =
        g_network_address_new(peer->options.url->host, peer->options.url->port);
    GIOStream *tls = g_tls_client_connection_new(G_IO_STREAM(base), identity, &why);
    g_object_unref(base);
    if (!tls) {
        g_set_error(error, RTSP_REASON_ERROR, REASON_PROTOCOL, "no TLS here: %s", why->message);
        return NULL;
    }
    g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(tls), FALSE);
    gulong id = g_signal_connect(tls, "accept-certificate", G_CALLBACK(on_certificate), peer);
    bool done = g_tls_connection_handshake(G_TLS_CONNECTION(tls), peer->options.cancel, &why);
    g_signal_handler_disconnect(tls, id);
    if (done) {
        note_certificate(peer, G_TLS_CONNECTION(tls));
        return tls;
    }
    if (peer->distrust)
        g_set_error_literal(error, RTSP_REASON_ERROR, REASON_WRONG_CERTIFICATE,
                            peer->distrust->message);
    else
        g_set_error(error, RTSP_REASON_ERROR, REASON_PROTOCOL,
                    "%s speaks no TLS that is understood: %s", peer->place, why->message);
    rtsp_trace_note(peer->options.trace, "tls", false, "%s", error ? (*error)->message : "");
    g_object_unref(tls);
    return NULL;
}

static GIOStream *open_stream(struct peer *peer, GSocket **socket, GError **error)
{
    const struct peer_options *options = &peer->options;
    g_autoptr(GError) why = NULL;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, (guint)((options->answer_us + 999999) / 1000000));
    rtsp_trace_watch(options->trace, client);
    GSocketConnection *connection = g_socket_client_connect_to_host(
        client, options->url->host, options->url->port, options->cancel, &why);
    if (!connection) {
        g_set_error(error, RTSP_REASON_ERROR, REASON_UNREACHABLE, "%s port %u: %s",
                    options->url->host, options->url->port, why->message);
        return NULL;
    }
    *socket = g_socket_connection_get_socket(connection);
    g_socket_set_option(*socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    return options->url->tls ? encrypt(peer, connection, error) : G_IO_STREAM(connection);
}

bool peer_connect(struct peer *peer, GError **error)
{
    close_stream(&peer->out);
    close_stream(&peer->in);
    g_byte_array_set_size(peer->buffer, 0);
    peer->used = 0;
    peer->base64 = false;
    peer->in = open_stream(peer, &peer->in_socket, error);
    if (peer->in)
        peer->out = g_object_ref(peer->in);
    return peer->in;
}

bool peer_connect_writing(struct peer *peer, GError **error)
{
    GSocket *socket;
    GIOStream *out = open_stream(peer, &socket, error);
    if (!out)
        return false;
    g_object_unref(peer->out);
    peer->out = out;
    return true;
}

void peer_begin_tunnel(struct peer *peer)
{
    peer->base64 = true;
}

bool peer_is_ipv6(const struct peer *peer)
{
    return g_socket_get_family(peer->in_socket) == G_SOCKET_FAMILY_IPV6;
}

const char *peer_certificate(const struct peer *peer)
{
    return peer->certificate;
}

/* --- sending and receiving */

static bool send_all(struct peer *peer, const char *text, GCancellable *cancel, GError **error)
{
    g_autofree char *coded =
        peer->base64 ? g_base64_encode((const guchar *)text, strlen(text)) : NULL;
    const char *bytes = coded ? coded : text;
    return g_output_stream_write_all(g_io_stream_get_output_stream(peer->out), bytes, strlen(bytes),
                                     NULL, cancel, error);
}

bool peer_send(struct peer *peer, const char *text, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (send_all(peer, text, peer->options.cancel, &why))
        return true;
    g_set_error(error, RTSP_REASON_ERROR, REASON_PROTOCOL, "the connection broke: %s",
                why->message);
    return false;
}

void peer_begin_wait(struct peer *peer)
{
    peer->until_us = clock_mono_us() + peer->options.answer_us;
}

/* More bytes into the buffer. Returned: how many, 0 at the end, -1 with `why`. */
static gssize read_more(struct peer *peer, GCancellable *cancel, GError **why)
{
    uint8_t bytes[READ_BYTES];
    GPollableInputStream *in = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(peer->in));
    for (;;) {
        gssize count =
            g_pollable_input_stream_read_nonblocking(in, bytes, sizeof bytes, cancel, why);
        if (count > 0)
            g_byte_array_append(peer->buffer, bytes, (guint)count);
        if (count >= 0 || !g_error_matches(*why, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            return count;
        g_clear_error(why);
        int64_t left_us = peer->until_us - clock_mono_us();
        if (left_us <= 0) {
            g_set_error_literal(why, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "time is over");
            return -1;
        }
        if (!g_socket_condition_timed_wait(peer->in_socket, G_IO_IN, left_us, cancel, why))
            return -1;
    }
}

static bool fail_read(struct peer *peer, gssize count, const GError *why, const char *question,
                      GError **error)
{
    if (count == 0)
        g_set_error(error, RTSP_REASON_ERROR, REASON_PROTOCOL,
                    "the connection was closed instead of answering %s", question);
    else if (g_cancellable_is_cancelled(peer->options.cancel))
        g_set_error(error, RTSP_REASON_ERROR, REASON_NO_DATA, "%s took too long", question);
    else if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        g_set_error(error, RTSP_REASON_ERROR, REASON_NO_DATA, "%s was not answered for %d s",
                    question, (int)(peer->options.answer_us / 1000000));
    else
        g_set_error(error, RTSP_REASON_ERROR, REASON_PROTOCOL, "%s: %s", question, why->message);
    return false;
}

bool peer_receive(struct peer *peer, struct cut *cut, enum cut_kind *kind, const char *question,
                  GError **error)
{
    for (;;) {
        *kind =
            interleaved_cut(peer->buffer->data + peer->used, peer->buffer->len - peer->used, cut);
        if (*kind == CUT_FRAME || *kind == CUT_MESSAGE || *kind == CUT_SKIP)
            peer->used += (guint)cut->used;
        if (*kind == CUT_FRAME || *kind == CUT_MESSAGE)
            return true;
        if (*kind == CUT_SKIP)
            continue;
        if (*kind == CUT_DESYNC || peer->buffer->len > MAX_BUFFER_BYTES) {
            g_set_error(error, RTSP_REASON_ERROR, REASON_PROTOCOL,
                        "%s was answered with something that is not RTSP", question);
            return false;
        }
        g_byte_array_remove_range(peer->buffer, 0, peer->used);
        peer->used = 0;
        g_autoptr(GError) why = NULL;
        gssize count = read_more(peer, peer->options.cancel, &why);
        if (count <= 0)
            return fail_read(peer, count, why, question, error);
    }
}

GByteArray *peer_receive_rest(struct peer *peer, size_t most_bytes, int64_t quiet_us, bool *ended)
{
    int64_t until_us = peer->until_us;
    g_autoptr(GError) why = NULL;
    *ended = false;
    while (peer->buffer->len - peer->used <= most_bytes) {
        peer->until_us = MIN(until_us, clock_mono_us() + quiet_us);
        gssize count = read_more(peer, peer->options.cancel, &why);
        if (count <= 0) {
            *ended = !g_error_matches(why, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
            break;
        }
    }
    peer->until_us = until_us;
    GByteArray *rest = g_byte_array_new();
    g_byte_array_append(rest, peer->buffer->data + peer->used, peer->buffer->len - peer->used);
    g_byte_array_set_size(peer->buffer, 0);
    peer->used = 0;
    return rest;
}

void peer_say_goodbye(struct peer *peer, const char *text)
{
    if (!peer->in || !send_all(peer, text, NULL, NULL))
        return;
    peer->until_us = clock_mono_us() + GOODBYE_US;
    g_autoptr(GError) why = NULL;
    while (read_more(peer, NULL, &why) > 0) {
        static const char answer[] = "RTSP/1.0 ";
        if (memmem(peer->buffer->data, peer->buffer->len, answer, sizeof answer - 1))
            return;
        g_byte_array_set_size(peer->buffer, 0);
    }
}

/* --- handing over */

static int own_descriptor(GSocket *socket)
{
    int fd = fcntl(g_socket_get_fd(socket), F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return -1;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return fd;
}

static GSocket *socket_of(GIOStream *stream)
{
    g_autoptr(GIOStream) base = NULL;
    if (G_IS_TLS_CONNECTION(stream))
        g_object_get(stream, "base-io-stream", &base, NULL);
    return g_socket_connection_get_socket(G_SOCKET_CONNECTION(base ? base : stream));
}

bool peer_hand_over(struct peer *peer, struct rtsp_session *session, GError **error)
{
    bool tunnel = peer->out != peer->in;
    session->base64 = peer->base64;
    session->fd = own_descriptor(peer->in_socket);
    if (tunnel && session->fd >= 0)
        session->write_fd = own_descriptor(socket_of(peer->out));
    if (session->fd < 0 || (tunnel && session->write_fd < 0)) {
        g_set_error_literal(error, RTSP_REASON_ERROR, REASON_REFUSED, "no free file descriptor");
        return false;
    }
    if (peer->options.url->tls) {
        g_socket_set_timeout(peer->in_socket, 0);
        session->tls = g_object_ref(peer->in);
        session->tls_write = g_object_ref(peer->out);
        g_clear_object(&peer->in);
        g_clear_object(&peer->out);
    }
    if (peer->buffer->len > peer->used) {
        g_byte_array_remove_range(peer->buffer, 0, peer->used);
        session->pending = g_byte_array_ref(peer->buffer);
    }
    return true;
}
