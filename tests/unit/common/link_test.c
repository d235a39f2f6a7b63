#include "common/link.h"
#include "common/loop.h"
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

/* Two links over one socket pair; what each got, in words. */
struct side {
    struct link *link;
    GString *seen;
    size_t data_bytes;
    guint messages;
    bool destroy_on_message, writable;
    char *closed;
};

struct pair {
    struct side a, b;
};

static void spin_until(bool (*done)(gpointer), gpointer user)
{
    gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (!done(user)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_main_context_iteration(NULL, TRUE);
    }
}

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
    (void)link;
    ((struct side *)user)->writable = true;
}

static void on_closed(struct link *link, const char *reason, gpointer user)
{
    struct side *side = user;
    g_assert_null(side->closed);
    side->closed = g_strdup(reason);
    link_destroy(link);
    side->link = NULL;
}

static const struct link_ops ops = {on_control, on_data, on_writable, on_closed};

static GIOStream *stream_of(int fd)
{
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, NULL);
    g_assert_nonnull(socket);
    return G_IO_STREAM(g_socket_connection_factory_create_connection(socket));
}

static void side_open(struct side *side, GIOStream *stream)
{
    side->seen = g_string_new(NULL);
    side->link = link_create(stream, NULL, &ops, side);
    g_object_unref(stream);
}

static void pair_open(struct pair *pair)
{
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    *pair = (struct pair){0};
    side_open(&pair->a, stream_of(fds[0]));
    side_open(&pair->b, stream_of(fds[1]));
}

static void side_close(struct side *side)
{
    link_destroy(side->link);
    g_string_free(side->seen, TRUE);
    g_free(side->closed);
}

static void pair_close(struct pair *pair)
{
    side_close(&pair->a);
    side_close(&pair->b);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static bool b_has_two(gpointer user)
{
    return ((struct pair *)user)->b.messages >= 2;
}

static GBytes *filled(size_t size, guint8 byte)
{
    guint8 *data = g_malloc(size);
    memset(data, byte, size);
    return g_bytes_new_take(data, size);
}

static void test_control_first(void)
{
    struct pair pair;
    pair_open(&pair);
    g_autoptr(GBytes) body = filled(300000, 7);
    uint8_t prefix[3] = {9, 8, 7};
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 5, prefix, sizeof(prefix), body));
    g_assert_true(link_send_control(pair.a.link, json_pack("{s:s}", "t", "hello")));
    g_assert_cmpuint(link_pending_bytes(pair.a.link), >, 300000);
    spin_until(b_has_two, &pair);
    g_assert_cmpstr(pair.b.seen->str, ==, "{\"t\":\"hello\"};2/5:300003:09;");
    g_assert_cmpuint(link_pending_bytes(pair.a.link), ==, 0);
    pair_close(&pair);
}

static void test_interleave(void)
{
    struct pair pair;
    pair_open(&pair);
    g_autoptr(GBytes) large = filled(1000000, 1);
    g_autoptr(GBytes) small = filled(10, 2);
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 1, NULL, 0, large));
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 2, NULL, 0, small));
    spin_until(b_has_two, &pair);
    g_assert_cmpstr(pair.b.seen->str, ==, "2/2:10:02;2/1:1000000:01;");
    pair_close(&pair);
}

static bool a_closed(gpointer user)
{
    return ((struct pair *)user)->a.closed != NULL;
}

static void test_destroy_inside(void)
{
    struct pair pair;
    pair_open(&pair);
    pair.b.destroy_on_message = true;
    g_autoptr(GBytes) body = filled(10, 2);
    for (int i = 0; i < 5; i++)
        g_assert_true(link_send(pair.a.link, WIRE_UNIT, 2, NULL, 0, body));
    spin_until(a_closed, &pair);
    g_assert_cmpuint(pair.b.messages, ==, 1);
    g_assert_null(pair.b.link);
    pair_close(&pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link/control-first", test_control_first);
    g_test_add_func("/link/interleave", test_interleave);
    g_test_add_func("/link/destroy-inside", test_destroy_inside);
    return g_test_run();
}
