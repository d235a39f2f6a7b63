#include "link_pair.h"
#include <string.h>

static void test_control_first(void)
{
    struct pair pair;
    pair_open(&pair);
    g_autoptr(GBytes) body = filled(300000, 7);
    uint8_t prefix[3] = {9, 8, 7};
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 5, prefix, sizeof(prefix), body));
    g_assert_true(link_send_control(pair.a.link, json_pack("{s:s}", "t", "hello")));
    uint8_t credit[4] = {0, 0, 1, 0};
    g_assert_true(link_send(pair.a.link, WIRE_CREDIT, 5, credit, sizeof(credit), NULL));
    g_assert_cmpuint(link_pending_bytes(pair.a.link), ==, 300003 + 13 + 4);
    SPIN_UNTIL(pair.b.messages == 3);
    g_assert_cmpstr(pair.b.seen->str, ==, "{\"t\":\"hello\"};5/5:4:00;2/5:300003:09;");
    g_assert_cmpuint(link_pending_bytes(pair.a.link), ==, 0);
    pair_close(&pair);
}

static void test_interleave(void)
{
    struct pair pair;
    pair_open(&pair);
    g_autoptr(GBytes) large = filled(1000000, 1);
    g_autoptr(GBytes) middle = filled(100000, 2);
    g_autoptr(GBytes) small = filled(10, 3);
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 1, NULL, 0, large));
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 2, NULL, 0, middle));
    g_assert_true(link_send(pair.a.link, WIRE_UNIT, 2, NULL, 0, small));
    g_assert_true(link_send(pair.a.link, WIRE_SNAPSHOT, 1, NULL, 0, small));
    SPIN_UNTIL(pair.b.messages == 4);
    g_assert_cmpstr(pair.b.seen->str, ==, "4/1:10:03;2/2:100000:02;2/2:10:03;2/1:1000000:01;");
    pair_close(&pair);
}

/* Sizes around the cut, with a prefix that is itself cut. */
static void test_sizes(void)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
    struct pair pair;
    pair_open(&pair);
    g_autoptr(GString) expected = g_string_new(NULL);
    g_autofree uint8_t *prefix = g_malloc(70000);
    memset(prefix, 5, 70000);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) body = filled(sizes[i], 6);
        g_assert_true(link_send(pair.a.link, WIRE_UNIT, 1, NULL, 0, body));
        g_assert_true(link_send(pair.a.link, WIRE_UNIT, 1, prefix, 70000, body));
        g_string_append_printf(expected, "2/1:%zu:%02x;2/1:%zu:05;", sizes[i], sizes[i] ? 6U : 0U,
                               sizes[i] + 70000);
    }
    g_assert_true(link_send(pair.a.link, WIRE_SNAPSHOT, 9, NULL, 0, NULL));
    SPIN_UNTIL(pair.b.messages == 2 * G_N_ELEMENTS(sizes) + 1);
    g_assert_cmpuint(g_string_replace(pair.b.seen, "4/9:0:00;", "", 0), ==, 1);
    g_assert_cmpstr(pair.b.seen->str, ==, expected->str);
    pair_close(&pair);
}

static void test_destroy_inside(void)
{
    struct pair pair;
    pair_open(&pair);
    pair.b.destroy_on_message = true;
    g_autoptr(GBytes) body = filled(10, 2);
    for (int i = 0; i < 5; i++)
        g_assert_true(link_send(pair.a.link, WIRE_UNIT, 2, NULL, 0, body));
    SPIN_UNTIL(pair.a.closed);
    g_assert_cmpuint(pair.b.messages, ==, 1);
    g_assert_null(pair.b.link);
    pair_close(&pair);
}

/* The receiver is not read: the sender is told to stop, and told to go on when it is read. */
static void test_full(void)
{
    GIOStream *streams[2];
    stream_pair(streams);
    struct pair pair = {0};
    side_open(&pair.a, streams[0]);
    g_autoptr(GBytes) body = filled(1 << 20, 1);
    guint sent = 0;
    while (link_send(pair.a.link, WIRE_UNIT, sent % 3, NULL, 0, body)) {
        sent++;
        g_main_context_iteration(NULL, FALSE);
    }
    g_assert_cmpuint(sent, >=, 9);
    g_assert_cmpuint(link_pending_bytes(pair.a.link), >, 8U << 20);
    g_assert_cmpuint(link_pending_bytes(pair.a.link), <=, 9U << 20);
    g_assert_true(link_send_control(pair.a.link, json_object()));
    g_assert_cmpuint(pair.a.writable, ==, 0);
    side_open(&pair.b, streams[1]);
    SPIN_UNTIL(pair.b.messages == sent + 1);
    g_assert_cmpuint(pair.b.data_bytes, ==, (size_t)sent << 20);
    g_assert_cmpuint(pair.a.writable, ==, 1);
    g_object_unref(streams[0]);
    g_object_unref(streams[1]);
    pair_close(&pair);
}

static void test_cancel(void)
{
    struct pair pair;
    pair_open(&pair);
    g_autoptr(GBytes) body = filled(1 << 20, 1);
    g_autoptr(GBytes) small = filled(10, 2);
    for (int i = 0; i < 2; i++) {
        g_assert_true(link_send(pair.a.link, WIRE_UNIT, 1, NULL, 0, body));
        g_assert_true(link_send(pair.a.link, WIRE_UNIT, 2, NULL, 0, body));
    }
    g_main_context_iteration(NULL, FALSE); /* the first of both have begun */
    link_cancel(pair.a.link, WIRE_UNIT, 1);
    link_cancel(pair.a.link, WIRE_UNIT, 3);
    link_cancel(pair.a.link, WIRE_SNAPSHOT, 2);
    g_assert_true(link_send(pair.a.link, WIRE_SNAPSHOT, 4, NULL, 0, small));
    link_cancel(pair.a.link, WIRE_SNAPSHOT, 4); /* not begun: goes whole */
    g_assert_true(link_send(pair.a.link, WIRE_THUMBS, 5, NULL, 0, small));
    SPIN_UNTIL(link_pending_bytes(pair.a.link) == 0);
    SPIN_UNTIL(pair.b.messages == 4);
    g_assert_cmpstr(pair.b.seen->str, ==,
                    "3/5:10:02;2/1:1048576:01;2/2:1048576:01;2/2:1048576:01;");
    pair_close(&pair);
}

static void test_control_bound(void)
{
    GIOStream *streams[2];
    stream_pair(streams);
    struct side side = {0};
    side_open(&side, streams[0]);
    g_autofree char *text = g_strnfill(1 << 20, 'x');
    guint sent = 0;
    while (link_send_control(side.link, json_pack("{s:s}", "t", text)))
        sent++;
    g_assert_cmpuint(sent, ==, 63);
    g_assert_null(side.closed); /* never inside a call */
    SPIN_UNTIL(side.closed);
    g_assert_nonnull(strstr(side.closed, "64 MiB of control"));
    g_object_unref(streams[0]);
    g_object_unref(streams[1]);
    side_close(&side);
}

/* What a broken peer sends, and how the connection ends. */
static void expect_end(const void *bytes, size_t size, const char *reason)
{
    GIOStream *streams[2];
    stream_pair(streams);
    struct side side = {0};
    side_open(&side, streams[0]);
    GOutputStream *out = g_io_stream_get_output_stream(streams[1]);
    g_assert_true(g_output_stream_write_all(out, bytes, size, NULL, NULL, NULL));
    g_io_stream_close(streams[1], NULL, NULL);
    SPIN_UNTIL(side.closed);
    g_assert_nonnull(strstr(side.closed, reason));
    g_object_unref(streams[0]);
    g_object_unref(streams[1]);
    side_close(&side);
}

static void test_broken_peer(void)
{
    expect_end("", 0, "the peer closed the connection");
    expect_end("GET / HTTP/1.1\r\n\r\n", 18, "a frame header is not valid");
    expect_end("\1\0\0\0\2\0\0\0\7\0\0\0x", 13, "goes on that never began");
    expect_end("\3\0\0\0\5\2\0\0\7\0\0\0xxx", 15, "credit is not one number");
    expect_end("\2\0\0\0\1\2\0\0\0\0\0\0[]", 14, "not a JSON object");
    expect_end("\2\0\0\0\1\2\0\0\0\0\0\0{x", 14, "not a JSON object");
    expect_end("\0\0\0\0\1\2\0\0\0\0\0\0", 12, "not a JSON object");
    expect_end("\1\0\0\0\2\3\0\0\7\0\0\0x\1\0\0\0\2\2\0\0\7\0\0\0x", 26, "inside another");
}

/* A message that grows and grows. */
static void test_message_bound(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree guint8 *payload = g_malloc0(WIRE_FRAME_MAX_BYTES);
    for (unsigned i = 0; i <= 512; i++) {
        uint8_t header[WIRE_FRAME_HEADER_BYTES];
        struct wire_frame frame = {.size_bytes = WIRE_FRAME_MAX_BYTES,
                                   .kind = WIRE_UNIT,
                                   .flags = i == 0 ? WIRE_MORE | WIRE_FIRST : WIRE_MORE};
        wire_frame_write(header, &frame);
        g_byte_array_append(bytes, header, sizeof(header));
        g_byte_array_append(bytes, payload, WIRE_FRAME_MAX_BYTES);
    }
    GIOStream *streams[2];
    stream_pair(streams);
    struct side side = {0};
    side_open(&side, streams[0]);
    GPollableOutputStream *out =
        G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(streams[1]));
    for (gsize done = 0; done < bytes->len && !side.closed;) {
        gssize n = g_pollable_output_stream_write_nonblocking(out, bytes->data + done,
                                                              bytes->len - done, NULL, NULL);
        done += n > 0 ? (gsize)n : 0;
        g_main_context_iteration(NULL, FALSE);
    }
    SPIN_UNTIL(side.closed);
    g_assert_nonnull(strstr(side.closed, "larger than 32 MiB"));
    g_object_unref(streams[0]);
    g_object_unref(streams[1]);
    side_close(&side);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link/control-first", test_control_first);
    g_test_add_func("/link/interleave", test_interleave);
    g_test_add_func("/link/sizes", test_sizes);
    g_test_add_func("/link/destroy-inside", test_destroy_inside);
    g_test_add_func("/link/full", test_full);
    g_test_add_func("/link/cancel", test_cancel);
    g_test_add_func("/link/control-bound", test_control_bound);
    g_test_add_func("/link/broken-peer", test_broken_peer);
    g_test_add_func("/link/message-bound", test_message_bound);
    return g_test_run();
}
