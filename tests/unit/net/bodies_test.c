/* Bodies of requests: whose are kept, and how much of them all at once. */
#include "net_fixture.h"
#include <string.h>

#define MOST 300000
#define SIZE 200000

static void post_size(struct net_request *request, gpointer user)
{
    (void)user;
    gsize size = g_bytes_get_size(net_request_body(request));
    net_reply_json(request, 201, json_pack("{s:I}", "size", (json_int_t)size));
}

static void guard(struct net_request *request, gpointer user)
{
    (void)user;
    if (!net_request_header(request, "x-townwall-feed"))
        net_reply_error(request, 401, "no_signature", "缺少签名", "There is no signature");
}

static struct peer *begin(struct net_fixture *f, const char *path, const char *headers, guint size)
{
    struct peer *peer = peer_open(f);
    peer_print(peer,
               "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
               "Content-Length: %u\r\n%s\r\n",
               path, f->port, size, headers);
    return peer;
}

static void send_part(struct peer *peer, guint size)
{
    g_autofree char *part = g_strnfill(size, 'x');
    peer_write(peer, part, size);
}

static void expect(struct peer *peer, guint status)
{
    struct answer *answer = peer_answer(peer, false);
    g_assert_cmpuint(answer->status, ==, status);
    answer_free(answer);
}

/* Asks whether its body may come. Returned: the connection when the answer is `status` (100: yes),
 * else NULL. */
static struct peer *ask_first(struct net_fixture *f, guint status)
{
    struct peer *peer = begin(f, "/api/v1/any", "Expect: 100-continue\r\n", SIZE);
    struct answer *answer = peer_answer(peer, true);
    guint said = answer->status;
    answer_free(answer);
    if (said == status)
        return peer;
    peer_close(peer);
    return NULL;
}

/* What was sent or closed before is seen sooner or later. */
static struct peer *until(struct net_fixture *f, guint status)
{
    struct peer *peer;
    while (!(peer = ask_first(f, status)))
        ;
    return peer;
}

static void guarded(struct net_fixture *f)
{
    struct peer *stranger = begin(f, "/api/v1/known", "", SIZE);
    expect(stranger, 401);     /* nothing of its body was sent */
    send_part(stranger, SIZE); /* it is thrown away */
    peer_print(stranger, "GET /api/v1/none HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    expect(stranger, 0); /* and nothing follows */
    peer_close(stranger);
    struct peer *known = begin(f, "/api/v1/known", "X-Townwall-Feed: a\r\n", SIZE);
    send_part(known, SIZE);
    expect(known, 201);
    peer_close(known);
}

/* A client that does not wait for its answers: a body behind another request is refused.
 * libwebsockets 4.1 would read it for ever. */
static void sent_together(struct net_fixture *f)
{
    static const char *const FIRST[] = {
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /api/v1/none HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "POST /api/v1/any HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}",
    };
    static const char *const SECOND[] = {
        "POST /api/v1/any HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\n{",
        "POST /api/v1/any HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 400\r\n\r\n{",
        "POST /api/v1/known HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300\r\n\r\n{}{}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(FIRST); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(SECOND); k++) {
            struct peer *peer = peer_open(f);
            g_autofree char *both = g_strconcat(FIRST[i], SECOND[k], NULL);
            peer_write(peer, both, strlen(both));
            answer_free(peer_answer(peer, false));
            expect(peer, 400);
            expect(peer, 0);
            peer_close(peer);
            struct answer *alive = ask(f, "GET /healthz", "", NULL);
            g_assert_cmpuint(alive->status, ==, 200);
            answer_free(alive);
        }
    }
    struct peer *peer = peer_open(f); /* without bodies they are answered one after the other */
    g_autofree char *both = g_strconcat(FIRST[0], FIRST[0], NULL);
    peer_write(peer, both, strlen(both));
    expect(peer, 200);
    expect(peer, 200);
    peer_close(peer);
}

static void bounded(struct net_fixture *f)
{
    struct peer *one = until(f, 100), *two = until(f, 100);
    send_part(one, SIZE - 1);
    struct peer *three = until(f, 503); /* it does not begin */
    send_part(two, SIZE);
    expect(two, 503); /* it does not go on */
    const char *mine = "Cookie: tw_session=good\r\nX-CSRF-Token: csrf-1\r\n";
    struct peer *four = begin(f, "/api/v1/mine", mine, SIZE);
    send_part(four, SIZE);
    expect(four, 201); /* who is logged in is counted apart */
    send_part(one, 1);
    expect(one, 201);
    struct peer *peers[] = {one, two, three, four};
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++)
        peer_close(peers[i]);
    struct peer *left = until(f, 100);
    send_part(left, SIZE - 1);
    peer_close(until(f, 503)); /* it was read: what is closed now was counted */
    peer_close(left);
    for (guint i = 0; i < 4; i++) { /* nothing stays counted */
        struct peer *peer = until(f, 100);
        send_part(peer, SIZE);
        expect(peer, 201);
        peer_close(peer);
    }
}

static void run(void (*script)(struct net_fixture *f))
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/known", NET_PUBLIC, post_size, SIZE},
        {"POST", "/api/v1/any", NET_PUBLIC, post_size, SIZE},
        {"POST", "/api/v1/mine", NULL, post_size, SIZE},
    };
    struct net_fixture f = {0};
    net_fixture_start(&f, false);
    net_add_routes(f.net, routes, G_N_ELEMENTS(routes), &f);
    net_guard_route(f.net, "POST", "/api/v1/known", guard);
    net_set_bodies(f.net, MOST);
    net_fixture_run(&f, script);
    net_fixture_stop(&f);
}

static void test_guarded(void)
{
    run(guarded);
}

static void test_sent_together(void)
{
    run(sent_together);
}

static void test_bounded(void)
{
    run(bounded);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/bodies/guarded", test_guarded);
    g_test_add_func("/net/bodies/sent-together", test_sent_together);
    g_test_add_func("/net/bodies/bounded", test_bounded);
    return g_test_run();
}
