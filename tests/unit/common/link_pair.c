#include "link_pair.h"
#include <string.h>
#include <sys/socket.h>

static void on_control(struct link *link, json_t *message, gpointer user)
{
    struct side *side = user;
    side->messages++;
    char *text = json_dumps(message, JSON_COMPACT);
    g_string_append_printf(side->seen, "%s;", text);
    free(text);
    if (side->destroy_on_message) {
        link_destroy(link);
        side->link = NULL;
    }
}

static void on_data(struct link *link, enum wire_kind kind, uint32_t channel, GBytes *data,
                    gpointer user)
{
    struct side *side = user;
    side->messages++;
    side->data_bytes += g_bytes_get_size(data);
    const guint8 *bytes = g_bytes_get_data(data, NULL);
    g_string_append_printf(side->seen, "%d/%u:%zu:%02x;", kind, channel, g_bytes_get_size(data),
                           bytes ? bytes[0] : 0U);
    if (side->destroy_on_message) {
        link_destroy(link);
        side->link = NULL;
    }
}

static void on_writable(struct link *link, gpointer user)
{
    struct side *side = user;
    g_assert_true(link == side->link);
    side->writable++;
}

static void on_closed(struct link *link, const char *reason, gpointer user)
{
    struct side *side = user;
    g_assert_null(side->closed);
    side->closed = g_strdup(reason);
    g_assert_false(link_send_control(link, json_object()));
    link_destroy(link);
    side->link = NULL;
}

static const struct link_ops ops = {on_control, on_data, on_writable, on_closed};

void stream_pair(GIOStream *streams[2])
{
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GSocket) socket = g_socket_new_from_fd(fds[i], NULL);
        g_assert_nonnull(socket);
        streams[i] = G_IO_STREAM(g_socket_connection_factory_create_connection(socket));
    }
}

void side_open(struct side *side, GIOStream *stream)
{
    side->seen = g_string_new(NULL);
    side->link = link_create(stream, NULL, &ops, side);
}

void pair_open(struct pair *pair)
{
    GIOStream *streams[2];
    stream_pair(streams);
    *pair = (struct pair){0};
    side_open(&pair->a, streams[0]);
    side_open(&pair->b, streams[1]);
    g_object_unref(streams[0]);
    g_object_unref(streams[1]);
}

void side_close(struct side *side)
{
    link_destroy(side->link);
    g_string_free(side->seen, TRUE);
    g_free(side->closed);
    *side = (struct side){0};
}

void pair_close(struct pair *pair)
{
    side_close(&pair->a);
    side_close(&pair->b);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

GBytes *filled(size_t size, guint8 byte)
{
    guint8 *data = g_malloc0(size + 1); /* memset wants a place even for nothing */
    memset(data, byte, size);
    return g_bytes_new_take(data, size);
}
