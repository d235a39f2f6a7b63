#include "broker.h"
#include <string.h>

static void write_on(struct broker *broker);

static void on_written(GObject *source, GAsyncResult *result, gpointer user)
{
    struct broker *broker = user;
    bool good = g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
    broker->writing = false;
    if (good)
        write_on(broker);
}

/* Later: the reader turns in the same loop. */
static void write_on(struct broker *broker)
{
    if (broker->writing || !broker->out->len || !broker->peer)
        return;
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(broker->out);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    broker->out = g_byte_array_new();
    broker->writing = true;
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(broker->peer));
    g_object_set_data_full(G_OBJECT(out), "bytes", g_steal_pointer(&bytes),
                           (GDestroyNotify)g_bytes_unref);
    g_output_stream_write_all_async(out, data, size, G_PRIORITY_DEFAULT, NULL, on_written, broker);
}

static void send_bytes(struct broker *broker, const void *data, gsize size)
{
    g_byte_array_append(broker->out, data, (guint)size);
    write_on(broker);
}

static void on_subscribe(struct broker *broker, const guint8 *body, gsize size)
{
    guint8 answer[64] = {0x90, 2, body[0], body[1]};
    for (gsize at = 2; at + 2 < size; at += 3 + (gsize)(body[at] << 8 | body[at + 1]))
        answer[2 + answer[1]++] = broker->granted;
    broker->subscriptions++;
    send_bytes(broker, answer, 2U + answer[1]);
}

static void take_packet(struct broker *broker, guint8 head, const guint8 *body, gsize size)
{
    const guint8 connack[] = {0x20, 2, broker->session, 0}, pong[] = {0xd0, 0};
    uint16_t packet = (uint16_t)(size >= 2 ? body[0] << 8 | body[1] : 0);
    switch (head >> 4) {
    case 1:
        send_bytes(broker, connack, sizeof connack);
        break;
    case 4:
        g_array_append_val(broker->acknowledged, packet);
        break;
    case 8:
        on_subscribe(broker, body, size);
        break;
    case 12:
        send_bytes(broker, pong, sizeof pong);
        break;
    default:
        break;
    }
}

static void read_on(struct broker *broker);

static void on_read(GObject *source, GAsyncResult *result, gpointer user)
{
    gssize size = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);
    struct broker *broker = user;
    if (size <= 0 || !broker->peer ||
        source != G_OBJECT(g_io_stream_get_input_stream(G_IO_STREAM(broker->peer))))
        return; /* one of us left */
    g_byte_array_append(broker->in, broker->chunk, (guint)size);
    while (broker->peer && broker->in->len >= 2 && broker->in->len >= 2U + broker->in->data[1]) {
        g_assert_cmpuint(broker->in->data[1], <, 128);
        guint whole = 2U + broker->in->data[1];
        take_packet(broker, broker->in->data[0], broker->in->data + 2, whole - 2);
        g_byte_array_remove_range(broker->in, 0, whole);
    }
    read_on(broker);
}

static void read_on(struct broker *broker)
{
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(broker->peer)),
                              broker->chunk, sizeof broker->chunk, G_PRIORITY_DEFAULT, NULL,
                              on_read, broker);
}

void broker_hang_up(struct broker *broker)
{
    if (!broker->peer)
        return;
    g_socket_shutdown(g_socket_connection_get_socket(broker->peer), TRUE, TRUE, NULL);
    g_clear_object(&broker->peer);
    g_byte_array_set_size(broker->in, 0);
    g_byte_array_set_size(broker->out, 0);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer user)
{
    struct broker *broker = user;
    (void)service;
    (void)source;
    broker_hang_up(broker);
    broker->peer = g_object_ref(connection);
    broker->connections++;
    read_on(broker);
    return TRUE;
}

void broker_open(struct broker *broker)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    *broker = (struct broker){.service = g_socket_service_new(),
                              .in = g_byte_array_new(),
                              .out = g_byte_array_new(),
                              .granted = 1,
                              .acknowledged = g_array_new(FALSE, FALSE, sizeof(uint16_t))};
    g_socket_listener_add_address(G_SOCKET_LISTENER(broker->service), any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
    g_assert_no_error(error);
    broker->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_signal_connect(broker->service, "incoming", G_CALLBACK(on_incoming), broker);
}

void broker_close(struct broker *broker)
{
    g_socket_service_stop(broker->service);
    g_socket_listener_close(G_SOCKET_LISTENER(broker->service));
    g_object_unref(broker->service);
    broker_hang_up(broker);
    while (broker->writing || g_main_context_pending(NULL))
        g_main_context_iteration(NULL, TRUE);
    g_byte_array_unref(broker->in);
    g_byte_array_unref(broker->out);
    g_array_unref(broker->acknowledged);
}

void broker_publish(struct broker *broker, const char *topic, uint16_t packet, bool again,
                    const char *payload, gsize size)
{
    gsize topic_size = strlen(topic), left = 2 + topic_size + (packet ? 2 : 0) + size;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 head[8] = {(guint8)(0x30 | (packet ? 2 : 0) | (again ? 8 : 0))};
    guint count = 1;
    do {
        head[count++] = (guint8)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
        left >>= 7;
    } while (left);
    head[count++] = (guint8)(topic_size >> 8);
    head[count++] = (guint8)topic_size;
    g_byte_array_append(bytes, head, count);
    g_byte_array_append(bytes, (const guint8 *)topic, (guint)topic_size);
    const guint8 number[] = {(guint8)(packet >> 8), (guint8)packet};
    g_byte_array_append(bytes, number, packet ? 2 : 0);
    g_byte_array_append(bytes, (const guint8 *)payload, (guint)size);
    send_bytes(broker, bytes->data, bytes->len);
}
