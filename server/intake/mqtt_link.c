#include "intake/mqtt_link.h"
#include "common/clock.h"
#include "common/tls_peer.h"
#include <gio/gio.h>
#include <string.h>

enum {
    READ_BYTES = 64 << 10,
    MOST_BYTES = 1 << 20, /* of one packet */
    CONNECT_S = 10,
    BACKOFF_MIN_MS = 500,
    BACKOFF_MAX_MS = 30000,
};

/* One connection; asynchronous calls of GIO hold it, so that what ends late finds nothing. */
struct wire {
    gatomicrefcount refs;
    struct mqtt_link *link; /* NULL: given up */
    GCancellable *cancel;
    GIOStream *stream; /* NULL: connecting */
    GByteArray *in, *out;
    guint8 *chunk;            /* being read into */
    GBytes *writing;          /* being written; NULL: nothing */
    bool reading;             /* a read is under way */
    size_t passing;           /* bytes left of a message that is too large; 0: none */
    struct mqtt_packet large; /* which one; its topic is ours */
    bool open;                /* subscribed */
    int64_t heard_us;         /* monotonic */
};

struct mqtt_link {
    struct loop *loop;
    struct mqtt_link_options options;
    char **filters;
    struct mqtt_link_face face;
    gpointer user;
    struct wire *wire; /* NULL: waits for the next try */
    GTlsDatabase *authorities;
    guint retry, beat;
    guint backoff_ms;
    bool paused;
};

static void wire_unref(struct wire *wire)
{
    if (!g_atomic_ref_count_dec(&wire->refs))
        return;
    g_clear_object(&wire->stream);
    g_object_unref(wire->cancel);
    g_byte_array_unref(wire->in);
    g_byte_array_unref(wire->out);
    g_clear_pointer(&wire->writing, g_bytes_unref);
    g_free((char *)wire->large.topic);
    g_free(wire->chunk);
    g_free(wire);
}

static struct wire *wire_ref(struct wire *wire)
{
    g_atomic_ref_count_inc(&wire->refs);
    return wire;
}

/* --- ending and beginning again */

static void begin(struct mqtt_link *link);

static gboolean again(gpointer user)
{
    struct mqtt_link *link = user;
    link->retry = 0;
    begin(link);
    return G_SOURCE_REMOVE;
}

static void let_go(struct mqtt_link *link)
{
    struct wire *wire = link->wire;
    link->wire = NULL;
    loop_cancel(link->loop, &link->beat);
    if (!wire)
        return;
    wire->link = NULL;
    g_cancellable_cancel(wire->cancel);
    if (wire->stream)
        g_io_stream_close_async(wire->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    wire_unref(wire);
}

static void fail(struct mqtt_link *link, const char *why)
{
    g_autofree char *kept = g_strdup(why);
    if (link->wire && link->wire->open)
        link->backoff_ms = BACKOFF_MIN_MS;
    let_go(link);
    guint wait_ms =
        (guint)g_random_int_range((gint32)link->backoff_ms / 2, (gint32)link->backoff_ms);
    link->backoff_ms = MIN(link->backoff_ms * 2, BACKOFF_MAX_MS);
    link->retry = loop_after(link->loop, wait_ms, again, link);
    link->face.state(kept, link->user);
}

/* --- writing */

static void write_on(struct wire *wire);

static void on_written(GObject *source, GAsyncResult *result, gpointer user)
{
    struct wire *wire = user;
    g_autoptr(GError) error = NULL;
    bool good = g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error);
    g_clear_pointer(&wire->writing, g_bytes_unref);
    if (wire->link && !good)
        fail(wire->link, error->message);
    else if (wire->link)
        write_on(wire);
    wire_unref(wire);
}

static void write_on(struct wire *wire)
{
    if (wire->writing || !wire->out->len || !wire->stream)
        return;
    wire->writing = g_byte_array_free_to_bytes(wire->out);
    wire->out = g_byte_array_new();
    gsize size;
    const void *data = g_bytes_get_data(wire->writing, &size);
    g_output_stream_write_all_async(g_io_stream_get_output_stream(wire->stream), data, size,
                                    G_PRIORITY_DEFAULT, wire->cancel, on_written, wire_ref(wire));
}

/* --- reading */

static void read_on(struct wire *wire);

static bool on_suback(struct mqtt_link *link, const struct mqtt_packet *packet)
{
    guint count = g_strv_length(link->filters);
    for (guint i = 0; i < count && i < packet->code_count; i++)
        if (packet->codes[i] > 1)
            link->face.refused(link->filters[i], link->user);
    link->wire->open = true;
    link->backoff_ms = BACKOFF_MIN_MS;
    link->face.state(NULL, link->user);
    return true;
}

/* false: the connection is gone. */
static bool take_packet(struct mqtt_link *link, const struct mqtt_packet *packet)
{
    if (packet->type == MQTT_CONNACK && packet->code != 0) {
        fail(link, mqtt_connack_words(packet->code));
        return false;
    }
    if (packet->type == MQTT_CONNACK) {
        link->face.welcome(packet->session, link->user);
        mqtt_write_subscribe(link->wire->out, 1, (const char *const *)link->filters);
    } else if (packet->type == MQTT_SUBACK)
        on_suback(link, packet);
    else if (packet->type == MQTT_PUBLISH)
        link->face.message(packet, link->user);
    return true;
}

static void begin_passing(struct wire *wire, const struct mqtt_packet *packet)
{
    wire->passing = packet->size;
    wire->large = *packet;
    wire->large.topic = g_strndup(packet->topic, packet->topic_size);
}

/* Passes over what is there of it. Returned: how many bytes. */
static size_t pass(struct wire *wire, size_t there)
{
    size_t passed = MIN(there, wire->passing);
    wire->passing -= passed;
    if (wire->passing)
        return passed;
    g_autofree char *topic = (char *)wire->large.topic;
    wire->large.topic = NULL;
    struct mqtt_packet packet = wire->large;
    packet.topic = topic;
    wire->link->face.too_large(&packet, wire->link->user);
    return passed;
}

/* Everything that is there, unless somebody says pause. */
static void take_all(struct wire *wire)
{
    size_t at = 0;
    const char *why = NULL;
    enum mqtt_result result = MQTT_MORE;
    while (wire->link && !wire->link->paused) {
        struct mqtt_packet packet;
        if (wire->passing) {
            at += pass(wire, wire->in->len - at);
            if (wire->passing)
                break;
            continue;
        }
        result = mqtt_read(wire->in->data + at, wire->in->len - at, MOST_BYTES, &packet, &why);
        if (result == MQTT_LARGE) {
            begin_passing(wire, &packet);
            continue;
        }
        if (result != MQTT_PACKET)
            break;
        if (!take_packet(wire->link, &packet))
            return;
        at += packet.size;
    }
    if (!wire->link)
        return;
    if (result == MQTT_BAD) {
        fail(wire->link, why);
        return;
    }
    g_byte_array_remove_range(wire->in, 0, (guint)at);
    write_on(wire);
}

static void on_read(GObject *source, GAsyncResult *result, gpointer user)
{
    struct wire *wire = user;
    g_autoptr(GError) error = NULL;
    gssize size = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);
    wire->reading = false;
    if (wire->link && size <= 0) {
        fail(wire->link, error ? error->message : "the broker closed the connection");
    } else if (wire->link) {
        wire->heard_us = clock_mono_us();
        g_byte_array_append(wire->in, wire->chunk, (guint)size);
        take_all(wire);
        if (wire->link)
            read_on(wire);
    }
    wire_unref(wire);
}

static void read_on(struct wire *wire)
{
    if (wire->reading || wire->link->paused || !wire->stream)
        return;
    wire->reading = true;
    g_input_stream_read_async(g_io_stream_get_input_stream(wire->stream), wire->chunk, READ_BYTES,
                              G_PRIORITY_DEFAULT, wire->cancel, on_read, wire_ref(wire));
}

/* --- connecting */

static gboolean on_beat(gpointer user)
{
    struct mqtt_link *link = user;
    struct wire *wire = link->wire;
    int64_t silent_us = clock_mono_us() - wire->heard_us;
    /* paused, we hear nothing because we do not listen */
    if (!link->paused && silent_us > (int64_t)link->options.keepalive_s * 1500000) {
        fail(link, wire->open ? "the broker is silent" : "the broker does not answer");
        return G_SOURCE_REMOVE;
    }
    if (wire->open)
        mqtt_write_pingreq(wire->out);
    write_on(wire);
    return G_SOURCE_CONTINUE;
}

/* Is this the broker, for the authorities of this link? The handshake asks too, but not when it
 * takes up a session that another link, with other authorities, began with the same broker: TLS
 * sessions are shared by the process. */
static bool is_trusted(const struct mqtt_link *link, GSocketConnection *connection, GError **error)
{
    GIOStream *tls =
        g_tcp_wrapper_connection_get_base_io_stream(G_TCP_WRAPPER_CONNECTION(connection));
    GTlsCertificate *broker = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(tls));
    g_autoptr(GTlsDatabase) usual =
        link->authorities ? NULL : g_tls_backend_get_default_database(g_tls_backend_get_default());
    g_autoptr(GSocketConnectable) name =
        g_network_address_new(link->options.host, link->options.port);
    GTlsCertificateFlags faults =
        broker ? g_tls_database_verify_chain(link->authorities ? link->authorities : usual, broker,
                                             G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, name, NULL,
                                             G_TLS_DATABASE_VERIFY_NONE, NULL, error)
               : G_TLS_CERTIFICATE_GENERIC_ERROR;
    if (faults && error && !*error)
        g_set_error(error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                    "Unacceptable TLS certificate");
    return !faults;
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    struct wire *wire = user;
    struct mqtt_link *link = wire->link;
    g_autoptr(GError) error = NULL;
    GSocketConnection *connection =
        g_socket_client_connect_to_host_finish(G_SOCKET_CLIENT(source), result, &error);
    if (!link) {
        g_clear_object(&connection);
    } else if (!connection) {
        fail(link, error->message);
    } else if (link->options.tls && !is_trusted(link, connection, &error)) {
        g_clear_object(&connection);
        fail(link, error->message);
    } else {
        const struct mqtt_hello hello = {.client_id = link->options.client_id,
                                         .user = link->options.user,
                                         .password = link->options.password,
                                         .keepalive_s = (uint16_t)link->options.keepalive_s};
        wire->stream = G_IO_STREAM(connection);
        g_socket_set_timeout(g_socket_connection_get_socket(connection), 0); /* on_beat() looks */
        wire->heard_us = clock_mono_us();
        mqtt_write_connect(wire->out, &hello);
        write_on(wire);
        read_on(wire);
        link->beat = loop_every(link->loop, link->options.keepalive_s * 500, on_beat, link);
    }
    wire_unref(wire);
}

static void on_tls(GSocketClient *client, GSocketClientEvent event, GSocketConnectable *to,
                   GIOStream *stream, gpointer user)
{
    (void)client;
    (void)to;
    GTlsDatabase *authorities = user;
    if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
        g_tls_connection_set_database(G_TLS_CONNECTION(stream), authorities);
}

static void unref_late(gpointer object, GClosure *closure)
{
    (void)closure;
    g_object_unref(object);
}

static void begin(struct mqtt_link *link)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GError) error = NULL;
    if (link->options.ca && !link->authorities) {
        link->authorities = g_tls_file_database_new(link->options.ca, &error);
        if (!link->authorities) {
            fail(link, error->message);
            return;
        }
    }
    g_socket_client_set_timeout(client, CONNECT_S);
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_tls(client, link->options.tls);
    if (link->options.tls)
        tls_peer_watch(client);
    if (link->authorities) /* they outlive a link that goes away while it connects */
        g_signal_connect_data(client, "event", G_CALLBACK(on_tls), g_object_ref(link->authorities),
                              unref_late, 0);
    struct wire *wire = g_new0(struct wire, 1);
    g_atomic_ref_count_init(&wire->refs);
    wire->link = link;
    wire->cancel = g_cancellable_new();
    wire->in = g_byte_array_new();
    wire->out = g_byte_array_new();
    wire->chunk = g_malloc(READ_BYTES);
    link->wire = wire;
    g_socket_client_connect_to_host_async(client, link->options.host, link->options.port,
                                          wire->cancel, on_connected, wire_ref(wire));
}

/* --- the link */

struct mqtt_link *mqtt_link_create(struct loop *loop, const struct mqtt_link_options *options,
                                   const struct mqtt_link_face *face, gpointer user)
{
    struct mqtt_link *link = g_new0(struct mqtt_link, 1);
    link->loop = loop;
    link->options = *options;
    link->options.host = g_strdup(options->host);
    link->options.ca = g_strdup(options->ca);
    link->options.client_id = g_strdup(options->client_id);
    link->options.user = g_strdup(options->user);
    link->options.password = g_strdup(options->password);
    link->filters = g_strdupv((char **)options->filters);
    link->face = *face;
    link->user = user;
    link->backoff_ms = BACKOFF_MIN_MS;
    begin(link);
    return link;
}

/* A last word without waiting: the stream is closed right after. */
static void say_goodbye(struct wire *wire)
{
    if (!wire->stream || wire->writing || !G_IS_SOCKET_CONNECTION(wire->stream) ||
        G_IS_TCP_WRAPPER_CONNECTION(wire->stream))
        return;
    GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(wire->stream));
    mqtt_write_disconnect(wire->out);
    g_socket_send_with_blocking(socket, (const char *)wire->out->data, wire->out->len, FALSE, NULL,
                                NULL);
}

void mqtt_link_destroy(struct mqtt_link *link)
{
    if (!link)
        return;
    if (link->wire)
        say_goodbye(link->wire);
    let_go(link);
    loop_cancel(link->loop, &link->retry);
    g_clear_object(&link->authorities);
    g_free((char *)link->options.host);
    g_free((char *)link->options.ca);
    g_free((char *)link->options.client_id);
    g_free((char *)link->options.user);
    g_free((char *)link->options.password);
    g_strfreev(link->filters);
    g_free(link);
}

void mqtt_link_ack(struct mqtt_link *link, uint16_t packet)
{
    if (!link->wire)
        return;
    mqtt_write_puback(link->wire->out, packet);
    write_on(link->wire);
}

static gboolean resume(gpointer user)
{
    struct wire *wire = user;
    if (wire->link) {
        take_all(wire);
        if (wire->link)
            read_on(wire);
    }
    return G_SOURCE_REMOVE;
}

void mqtt_link_pause(struct mqtt_link *link, bool paused)
{
    bool was = link->paused;
    link->paused = paused;
    if (!was || paused || !link->wire)
        return;
    link->wire->heard_us = clock_mono_us();
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, resume, wire_ref(link->wire), (GDestroyNotify)wire_unref);
    g_source_attach(source, loop_context(link->loop));
}
