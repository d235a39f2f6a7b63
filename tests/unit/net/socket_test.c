/* The WebSocket and endless answers as a stranger's program sees them. */
#include "net_fixture.h"
#include <string.h>

enum { TEXT = 0x81, BINARY = 0x82, CLOSE = 0x88, PING = 0x89, PONG = 0x8a };

/* What the server's side of a test does; changed on the loop, or before it runs. */
static struct {
    gint opened, closed, pulled;
    guint pull_limit; /* messages left to be pulled */
    guint *sizes;     /* of the messages to be pulled, then 0; NULL: 60,000 each */
    guint64 sequence;
    struct net_client *client;
    struct net_client_stats stats;
    struct net_stream *stream;
    gint stream_closed, stream_drained;
} side;

static void on_opened(struct net_client *client, gpointer user)
{
    (void)user;
    g_assert_cmpstr(net_client_session(client)->login, ==, "wang");
    g_assert_cmpstr(net_client_address(client), ==, "127.0.0.1");
    g_assert_true(g_str_has_prefix(net_client_id(client), "s"));
    net_client_set_user(client, &side);
    side.client = client;
    net_client_send_json(client, json_pack("{s:s}", "t", "hello"));
    g_atomic_int_inc(&side.opened);
}

static void send_text(struct net_client *client, size_t size)
{
    char *data = g_malloc(size);
    memset(data, 'x', size);
    g_autoptr(GBytes) text = g_bytes_new_take(data, size);
    net_client_send(client, text);
}

static void on_text(struct net_client *client, json_t *message, gpointer user)
{
    struct net_fixture *f = user;
    const char *t = json_string_value(json_object_get(message, "t"));
    g_assert_true(net_client_user(client) == &side);
    if (strcmp(t, "pull") == 0) {
        side.pull_limit = (guint)json_integer_value(json_object_get(message, "count"));
        net_client_want_pull(client);
    } else if (strcmp(t, "flood") == 0) {
        for (int i = 0; i < 6000; i++)
            send_text(client, 1000);
    } else if (strcmp(t, "snapshot") == 0) {
        send_text(client, 9 << 20);
    } else if (strcmp(t, "end") == 0) {
        net_close_session(f->net, "session-1");
    } else {
        net_client_send_json(client, json_pack("{s:s, s:O}", "t", "echo", "of", message));
    }
}

static bool on_pull(struct net_client *client, struct net_frame *frame, gpointer user)
{
    (void)client, (void)user;
    if (!side.pull_limit)
        return false;
    side.pull_limit--;
    guint size = side.sizes ? *side.sizes++ : 60000;
    if (side.sizes && !size)
        return false;
    g_assert_cmpuint(net_frame_size(frame), ==, 0);
    memset(net_frame_reserve(frame, size / 2), (int)(side.sequence & 0xff), size / 2);
    g_autoptr(GByteArray) rest = g_byte_array_new();
    g_byte_array_set_size(rest, size);
    memset(rest->data, (int)(side.sequence & 0xff), size);
    net_frame_append(frame, rest->data, size - size / 2);
    g_assert_cmpuint(net_frame_size(frame), ==, size);
    if (size >= 8)
        memcpy(net_frame_data(frame), &side.sequence, 8);
    side.sequence++;
    g_atomic_int_inc(&side.pulled);
    return true;
}

static void on_closed(struct net_client *client, gpointer user)
{
    (void)user;
    net_client_stats(client, &side.stats);
    send_text(client, 10); /* may be called, does nothing */
    net_client_want_pull(client);
    g_atomic_int_inc(&side.closed);
}

static const struct net_client_ops ops = {on_opened, on_text, on_pull, on_closed};

static void with_net(bool tls, void (*script)(struct net_fixture *f))
{
    struct net_fixture f = {0};
    memset(&side, 0, sizeof side);
    net_fixture_start(&f, tls);
    net_set_client_ops(f.net, &ops, &f);
    net_fixture_run(&f, script);
    net_fixture_stop(&f);
    g_assert_cmpint(side.opened, ==, side.closed);
}

/* Waits, without sleeping, until the loop has done something. */
static void wait_for(gint *counter, gint value)
{
    gint64 until = g_get_monotonic_time() + (gint64)20 * G_USEC_PER_SEC;
    while (g_atomic_int_get(counter) < value && g_get_monotonic_time() < until)
        g_thread_yield();
    g_assert_cmpint(g_atomic_int_get(counter), >=, value);
}

static void expect_text(struct peer *peer, const char *text)
{
    guint8 first = 0;
    g_autoptr(GByteArray) frame = peer_next(peer, &first);
    g_assert_nonnull(frame);
    g_assert_cmpuint(first, ==, TEXT);
    g_autofree char *got = g_strndup((char *)frame->data, frame->len);
    g_assert_cmpstr(got, ==, text);
}

static void expect_error(struct peer *peer)
{
    guint8 first = 0;
    g_autoptr(GByteArray) frame = peer_next(peer, &first);
    g_assert_nonnull(frame);
    g_assert_nonnull(g_strstr_len((char *)frame->data, frame->len, "\"code\":\"bad_message\""));
}

/* Reads until the close frame. */
static void expect_close(struct peer *peer, guint code)
{
    guint8 first = 0;
    guint got = 0;
    while (first != CLOSE) {
        g_autoptr(GByteArray) frame = peer_next(peer, &first);
        g_assert_nonnull(frame);
        if (first == CLOSE && frame->len >= 2)
            got = (guint)frame->data[0] << 8 | frame->data[1];
    }
    g_assert_cmpuint(got, ==, code);
}

static struct peer *open_client(struct net_fixture *f)
{
    guint status;
    struct peer *peer = peer_upgrade(f, &status);
    g_assert_cmpuint(status, ==, 101);
    expect_text(peer, "{\"t\":\"hello\"}");
    return peer;
}

/* --- upgrade */

#define KEY                                                                                        \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
#define TW1 "Sec-WebSocket-Protocol: other, townwall.1\r\n"
#define ME  "Cookie: tw_session=good\r\n"

static void expect_refusal(struct net_fixture *f, const char *line, const char *headers,
                           guint status, const char *code)
{
    struct answer *answer = ask(f, line, headers, NULL);
    g_test_message("%s → %u", code, answer->status);
    g_assert_cmpuint(answer->status, ==, status);
    g_assert_true(answer_has_code(answer, code));
    answer_free(answer);
}

static void script_upgrade(struct net_fixture *f)
{
    g_autofree char *ours = g_strdup_printf("Origin: http://127.0.0.1:%u\r\n", f->port);
    g_autofree char *good = g_strconcat(KEY V13 TW1 ME, ours, NULL);
    g_autofree char *no_session = g_strconcat(KEY V13 TW1, ours, NULL);
    g_autofree char *no_protocol = g_strconcat(KEY V13 ME, ours, NULL);
    g_autofree char *other_protocol =
        g_strconcat(KEY V13 ME "Sec-WebSocket-Protocol: townwall.9\r\n", ours, NULL);
    g_autofree char *old_version =
        g_strconcat(KEY TW1 ME "Sec-WebSocket-Version: 8\r\n", ours, NULL);
    expect_refusal(f, "GET /elsewhere", good, 404, "not_found");
    expect_refusal(f, "GET /ws", no_session, 401, "no_session");
    expect_refusal(f, "GET /ws", no_protocol, 400, "bad_protocol");
    expect_refusal(f, "GET /ws", other_protocol, 400, "bad_protocol");
    expect_refusal(f, "GET /ws", old_version, 426, "bad_version");
    expect_refusal(f, "GET /ws", KEY V13 TW1 ME, 403, "bad_origin");
    expect_refusal(f, "GET /ws", KEY V13 TW1 ME "Origin: http://evil.example\r\n", 403,
                   "bad_origin");
    f->retry_after_s = 3;
    expect_refusal(f, "GET /ws", good, 429, "too_many");
    g_assert_cmpint(side.opened, ==, 0);
    f->retry_after_s = 0;
    struct answer *answer = ask(f, "GET /ws", good, NULL);
    g_assert_cmpuint(answer->status, ==, 101);
    g_autofree char *accept = answer_header(answer, "Sec-WebSocket-Accept");
    g_autofree char *protocol = answer_header(answer, "Sec-WebSocket-Protocol");
    g_assert_cmpstr(accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    g_assert_cmpstr(protocol, ==, "townwall.1");
    answer_free(answer);
    wait_for(&side.closed, 1);
}

static void test_upgrade(void)
{
    with_net(false, script_upgrade);
}

/* --- messages */

static void script_messages(struct net_fixture *f)
{
    struct peer *peer = open_client(f);
    peer_text(peer, "{\"t\":\"a\"}");
    expect_text(peer, "{\"t\":\"echo\",\"of\":{\"t\":\"a\"}}");
    peer_frame(peer, 0x01, "{\"t\":", 5); /* in fragments, with a ping between */
    peer_frame(peer, PING, "xy", 2);
    guint8 first;
    g_autoptr(GByteArray) pong = peer_next(peer, &first);
    g_assert_cmpuint(first, ==, PONG);
    g_assert_cmpuint(pong->len, ==, 2);
    peer_frame(peer, 0x80, "\"b\"}", 4);
    expect_text(peer, "{\"t\":\"echo\",\"of\":{\"t\":\"b\"}}");
    static const char *const bad[] = {"", "{", "[]", "{\"t\":7}", "{\"a\":1}", "{\"t\":\"\xff\"}"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        peer_text(peer, bad[i]);
        expect_error(peer);
    }
    peer_frame(peer, BINARY, "{\"t\":\"a\"}", 9);
    expect_error(peer);
    /* as long as allowed, and one more */
    g_autoptr(GString) message = g_string_new("{\"t\":\"pull\",\"count\":0}");
    while (message->len < NET_MESSAGE_BYTES)
        g_string_append_c(message, ' ');
    peer_text(peer, message->str);
    peer_text(peer, "{\"t\":\"c\"}");
    expect_text(peer, "{\"t\":\"echo\",\"of\":{\"t\":\"c\"}}");
    g_string_append_c(message, ' ');
    peer_text(peer, message->str);
    expect_close(peer, NET_CLOSE_POLICY);
    peer_close(peer);
    wait_for(&side.closed, 1);
    g_assert_cmpuint(side.stats.received_messages, ==, 11);
    g_assert_cmpuint(side.stats.binary_messages, ==, 0);
}

static void test_messages(void)
{
    with_net(false, script_messages);
}

static void test_messages_tls(void)
{
    with_net(true, script_messages);
}

static void script_rate(struct net_fixture *f)
{
    struct peer *peer = open_client(f);
    for (int i = 0; i < 3 * NET_MESSAGES_A_S; i++)
        peer_text(peer, "{\"t\":\"a\"}");
    expect_close(peer, NET_CLOSE_POLICY);
    peer_close(peer);
}

static void test_rate(void)
{
    with_net(false, script_rate);
}

/* --- pictures */

static void script_pull(struct net_fixture *f)
{
    static guint sizes[] = {1,     2,      125,    126,   127,     4000,     65535, 65536, 200000,
                            30000, 300000, 125000, 65534, 5 << 20, 16 << 20, 40,    0};
    side.sizes = sizes;
    struct peer *peer = open_client(f);
    peer_text(peer, "{\"t\":\"pull\",\"count\":1000}");
    for (guint i = 0; i + 1 < G_N_ELEMENTS(sizes); i++) {
        guint8 first;
        g_autoptr(GByteArray) frame = peer_next(peer, &first);
        g_assert_cmpuint(first, ==, BINARY);
        g_assert_cmpuint(frame->len, ==, sizes[i]);
        for (guint k = 8; k < frame->len; k++)
            if (frame->data[k] != (guint8)i)
                g_error("byte %u of message %u is wrong", k, i);
    }
    /* text goes before pictures that wait */
    peer_text(peer, "{\"t\":\"a\"}");
    expect_text(peer, "{\"t\":\"echo\",\"of\":{\"t\":\"a\"}}");
    peer_close(peer);
    wait_for(&side.closed, 1);
    g_assert_cmpuint(side.stats.binary_messages, ==, G_N_ELEMENTS(sizes) - 1);
}

static void test_pull(void)
{
    with_net(false, script_pull);
}

static void test_pull_tls(void)
{
    with_net(true, script_pull);
}

/* Who does not read is not pulled for, and holds nobody up. */
static void script_slow_pictures(struct net_fixture *f)
{
    struct peer *slow = open_client(f);
    struct peer *fast = open_client(f);
    peer_text(slow, "{\"t\":\"pull\",\"count\":100000}"); /* 6 GB, if one took them */
    for (int i = 0; i < 100; i++) {
        peer_text(fast, "{\"t\":\"a\"}");
        expect_text(fast, "{\"t\":\"echo\",\"of\":{\"t\":\"a\"}}");
    }
    g_assert_cmpint(g_atomic_int_get(&side.pulled), >, 0);
    g_assert_cmpint(g_atomic_int_get(&side.pulled), <, 2000);
    peer_close(fast);
    peer_close(slow);
    wait_for(&side.closed, 2);
}

static void test_slow_pictures(void)
{
    with_net(false, script_slow_pictures);
}

/* --- closing */

static void script_resync(struct net_fixture *f)
{
    struct peer *peer = open_client(f);
    peer_text(peer, "{\"t\":\"snapshot\"}"); /* one long message passes */
    guint8 first;
    g_autoptr(GByteArray) frame = peer_next(peer, &first);
    g_assert_cmpuint(frame->len, ==, 9 << 20);
    peer_text(peer, "{\"t\":\"flood\"}");
    expect_close(peer, NET_CLOSE_RESYNC);
    peer_close(peer);
    wait_for(&side.closed, 1);
}

static void test_resync(void)
{
    with_net(false, script_resync);
}

static void test_resync_tls(void)
{
    with_net(true, script_resync);
}

static void script_session(struct net_fixture *f)
{
    struct peer *one = open_client(f);
    struct peer *two = open_client(f);
    peer_text(one, "{\"t\":\"end\"}");
    expect_close(one, NET_CLOSE_SESSION_ENDED);
    expect_close(two, NET_CLOSE_SESSION_ENDED);
    peer_close(one);
    peer_close(two);
    wait_for(&side.closed, 2);
}

static void test_session(void)
{
    with_net(false, script_session);
}

static void quicken(struct net_fixture *f)
{
    net_set_pace(f->net, 1, 2);
}

/* One client answers pings, one reads nothing although pictures wait, one is silent. */
static void script_stall(struct net_fixture *f)
{
    net_fixture_on_loop(f, quicken);
    struct peer *silent = open_client(f);
    struct peer *full = open_client(f);
    struct peer *well = open_client(f);
    peer_text(full, "{\"t\":\"pull\",\"count\":1000}");
    gint pings = 0;
    while (pings < 5) {
        guint8 first;
        g_autoptr(GByteArray) frame = peer_next(well, &first);
        g_assert_nonnull(frame);
        if (first == PING) {
            peer_frame(well, PONG, frame->data, frame->len);
            pings++;
        }
    }
    expect_close(silent, NET_CLOSE_STALLED);
    peer_text(well, "{\"t\":\"a\"}");
    guint8 first = 0;
    while (first != TEXT) {
        GByteArray *frame = peer_next(well, &first);
        g_assert_nonnull(frame);
        g_byte_array_unref(frame);
    }
    peer_close(silent);
    expect_close(full, NET_CLOSE_STALLED);
    peer_close(full);
    peer_close(well);
    wait_for(&side.closed, 3);
}

static void test_stall(void)
{
    with_net(false, script_stall);
}

/* Clients that are still there when the net goes are told about above. */
static void script_left_open(struct net_fixture *f)
{
    for (int i = 0; i < 5; i++) {
        struct peer *peer = open_client(f);
        f->user = g_list_prepend(f->user, peer);
    }
}

static void test_destroy(void)
{
    struct net_fixture f = {0};
    memset(&side, 0, sizeof side);
    net_fixture_start(&f, false);
    net_set_client_ops(f.net, &ops, &f);
    net_fixture_run(&f, script_left_open);
    g_assert_cmpint(side.closed, ==, 0);
    net_fixture_stop(&f);
    g_assert_cmpint(side.closed, ==, 5);
    g_list_free_full(f.user, (GDestroyNotify)peer_close);
}

static void script_random(struct net_fixture *f)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int i = 0; i < 60; i++) {
        struct peer *peer = open_client(f);
        guint8 junk[300];
        for (guint k = 0; k < sizeof junk; k++)
            junk[k] = (guint8)g_rand_int(rand);
        peer_write(peer, junk, sizeof junk);
        peer_close(peer);
    }
    wait_for(&side.closed, 60);
    struct peer *peer = open_client(f);
    peer_close(peer);
}

static void test_random(void)
{
    with_net(false, script_random);
}

/* --- endless answers */

static void on_drained(gpointer user)
{
    (void)user;
    g_atomic_int_inc(&side.stream_drained);
}

static void on_stream_closed(gpointer user)
{
    (void)user;
    net_stream_end(side.stream);
    side.stream = NULL;
    g_atomic_int_inc(&side.stream_closed);
}

static void get_live(struct net_request *request, gpointer user)
{
    (void)user;
    side.stream = net_stream_begin(request, "video/mp4", on_drained, on_stream_closed, NULL);
    if (!side.stream)
        return;
    g_autoptr(GBytes) piece = g_bytes_new_static("0123456789", 10);
    g_assert_true(net_stream_write(side.stream, piece));
    g_assert_cmpuint(net_stream_pending_bytes(side.stream), ==, 10);
}

static const struct net_route live = {"GET", "/live.mp4", NULL, get_live, 0};

static void add_live(struct net_fixture *f)
{
    net_add_routes(f->net, &live, 1, f);
}

static void write_more(struct net_fixture *f)
{
    (void)f;
    g_autoptr(GBytes) piece = g_bytes_new_take(g_malloc0(1 << 20), 1 << 20);
    g_assert_true(net_stream_write(side.stream, piece));
    net_stream_end(side.stream);
}

static void fill_stream(struct net_fixture *f)
{
    (void)f;
    g_autoptr(GBytes) piece = g_bytes_new_take(g_malloc0(1 << 20), 1 << 20);
    guint taken = 0;
    while (net_stream_write(side.stream, piece))
        taken++;
    g_assert_cmpuint(taken, ==, NET_STREAM_BYTES >> 20);
}

static void close_session(struct net_fixture *f)
{
    net_close_session(f->net, "session-1");
}

static struct peer *open_live(struct net_fixture *f)
{
    struct peer *peer = peer_open(f);
    char block[10];
    gint drained = g_atomic_int_get(&side.stream_drained);
    peer_print(peer, "GET /live.mp4 HTTP/1.1\r\nHost: x\r\n" ME "\r\n");
    struct answer *answer = peer_answer(peer, true);
    g_assert_cmpuint(answer->status, ==, 200);
    answer_free(answer);
    g_assert_true(peer_read(peer, block, 10));
    g_assert_cmpint(memcmp(block, "0123456789", 10), ==, 0);
    wait_for(&side.stream_drained, drained + 1);
    return peer;
}

static void script_stream(struct net_fixture *f)
{
    net_fixture_on_loop(f, add_live);
    /* ended by the server: all of it comes, then the end */
    struct peer *peer = open_live(f);
    net_fixture_on_loop(f, write_more);
    g_autofree char *block = g_malloc(1 << 20);
    g_assert_true(peer_read(peer, block, 1 << 20));
    g_assert_true(peer_at_end(peer));
    peer_close(peer);
    g_assert_cmpint(side.stream_closed, ==, 0);
    /* left by the client, with much waiting, and with nothing waiting */
    peer = open_live(f);
    net_fixture_on_loop(f, fill_stream);
    peer_close(peer);
    wait_for(&side.stream_closed, 1);
    peer = open_live(f);
    peer_close(peer);
    wait_for(&side.stream_closed, 2);
    /* its session ended */
    peer = open_live(f);
    net_fixture_on_loop(f, close_session);
    g_assert_true(peer_at_end(peer));
    wait_for(&side.stream_closed, 3);
    peer_close(peer);
    struct answer *answer = ask(f, "HEAD /live.mp4", ME, NULL);
    g_assert_cmpuint(answer->status, ==, 200);
    answer_free(answer);
}

static void test_stream(void)
{
    with_net(false, script_stream);
}

static void test_stream_tls(void)
{
    with_net(true, script_stream);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/socket/upgrade", test_upgrade);
    g_test_add_func("/net/socket/messages", test_messages);
    g_test_add_func("/net/socket/messages-tls", test_messages_tls);
    g_test_add_func("/net/socket/rate", test_rate);
    g_test_add_func("/net/socket/pull", test_pull);
    g_test_add_func("/net/socket/pull-tls", test_pull_tls);
    g_test_add_func("/net/socket/slow-pictures", test_slow_pictures);
    g_test_add_func("/net/socket/resync", test_resync);
    g_test_add_func("/net/socket/resync-tls", test_resync_tls);
    g_test_add_func("/net/socket/session", test_session);
    g_test_add_func("/net/socket/stall", test_stall);
    g_test_add_func("/net/socket/destroy", test_destroy);
    g_test_add_func("/net/socket/random", test_random);
    g_test_add_func("/net/socket/stream", test_stream);
    g_test_add_func("/net/socket/stream-tls", test_stream_tls);
    return g_test_run();
}
