/* The pages' Content-Security-Policy: closed, but for the map service of the town. */
#include "net_fixture.h"
#include <string.h>

static char *policy_of(struct net_fixture *f, const char *path)
{
    struct peer *peer = peer_open(f);
    peer_print(peer, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", path,
               f->port);
    struct answer *answer = peer_answer(peer, false);
    g_assert_cmpuint(answer->status, ==, 200);
    char *policy = answer_header(answer, "Content-Security-Policy");
    answer_free(answer);
    peer_close(peer);
    return policy;
}

static void allow_map(struct net_fixture *f)
{
    for (int twice = 0; twice < 2; twice++) {
        net_allow_origin(f->net, "https://tiles.example:8080");
        net_allow_origin(f->net, "https://tiles.example");
    }
}

static void script(struct net_fixture *f)
{
    g_autofree char *path = g_build_filename(f->dir, "web", "index.html", NULL);
    g_assert_true(g_file_set_contents(path, "<!doctype html>town", -1, NULL));
    g_autofree char *closed = policy_of(f, "/");
    g_assert_nonnull(strstr(closed, "connect-src 'self';"));
    net_fixture_on_loop(f, allow_map);
    g_autofree char *open = policy_of(f, "/");
    g_assert_nonnull(strstr(
        open, "img-src 'self' blob: data: https://tiles.example:8080 https://tiles.example;"));
    g_assert_nonnull(
        strstr(open, "connect-src 'self' https://tiles.example:8080 https://tiles.example;"));
    g_assert_nonnull(strstr(open, "script-src 'self';"));
    g_autofree char *data = policy_of(f, "/healthz");
    g_assert_cmpstr(data, ==, "default-src 'none'; frame-ancestors 'none'");
}

static void map_service(void)
{
    struct net_fixture f = {0};
    net_fixture_start(&f, false);
    net_fixture_run(&f, script);
    net_fixture_stop(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/policy/map_service", map_service);
    return g_test_run();
}
