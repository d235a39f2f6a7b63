/* Reading a `play` command. */
#include "wall/play.h"
#include <glib.h>

static bool parse(const char *text, struct play_request *request, json_t **keep)
{
    const char *zh, *en;
    *keep = json_loads(text, 0, NULL);
    g_assert_nonnull(*keep);
    return play_request_read(*keep, request, &zh, &en);
}

static void good(void)
{
    struct play_request request;
    json_t *keep;
    g_assert_true(
        parse("{\"t\":\"play\",\"stream\":5,\"camera\":\"c1\",\"profile\":\"main\",\"rung\":"
              "\"live\",\"format\":\"fmp4\",\"codecs\":[\"h264\",\"h265\"]}",
              &request, &keep));
    g_assert_cmpuint(request.stream, ==, 5);
    g_assert_cmpstr(request.camera, ==, "c1");
    g_assert_cmpstr(request.profile, ==, "main");
    g_assert_true(request.h265);
    json_decref(keep);
}

static void bad(void)
{
    static const char *const texts[] = {
        "{\"stream\":0,\"camera\":\"c\",\"profile\":\"sub\",\"rung\":\"live\",\"format\":\"fmp4\"}",
        "{\"stream\":65536,\"camera\":\"c\",\"profile\":\"sub\",\"rung\":\"live\",\"format\":"
        "\"fmp4\"}",
        "{\"stream\":1,\"profile\":\"sub\",\"rung\":\"live\",\"format\":\"fmp4\"}",
        "{\"stream\":1,\"camera\":\"c\",\"profile\":\"best\",\"rung\":\"live\",\"format\":"
        "\"fmp4\"}",
        "{\"stream\":1,\"camera\":\"c\",\"profile\":\"sub\",\"rung\":\"live\",\"format\":7}",
        "{\"stream\":\"1\",\"camera\":\"c\",\"profile\":\"sub\",\"rung\":\"live\",\"format\":"
        "\"fmp4\"}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct play_request request;
        json_t *keep;
        g_assert_false(parse(texts[i], &request, &keep));
        json_decref(keep);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/play/good", good);
    g_test_add_func("/play/bad", bad);
    return g_test_run();
}
