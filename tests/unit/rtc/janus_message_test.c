#include "rtc/janus_message.h"
#include <string.h>

static struct janus_message read_text(const char *text)
{
    struct janus_message message;
    g_assert_true(janus_message_read(text, strlen(text), &message));
    return message;
}

static void test_answers(void)
{
    struct janus_message m = read_text(
        "{\"janus\":\"success\",\"transaction\":\"1\",\"data\":{\"id\":4574061985075210}}");
    g_assert_cmpint(m.kind, ==, JANUS_SUCCESS);
    g_assert_cmpstr(m.transaction, ==, "1");
    g_assert_cmpuint(m.id, ==, 4574061985075210u);
    janus_message_clear(&m);
    m = read_text("{\"janus\":\"error\",\"error\":{\"code\":403,\"reason\":\"no\"}}");
    g_assert_cmpint(m.kind, ==, JANUS_ERROR);
    g_assert_cmpint(m.code, ==, 403);
    g_assert_cmpstr(m.why, ==, "no");
    janus_message_clear(&m);
    m = read_text("{\"janus\":\"error\"}");
    g_assert_cmpint(m.code, ==, 1);
    g_assert_nonnull(m.why);
    janus_message_clear(&m);
    m = read_text(
        "{\"janus\":\"event\",\"sender\":2,\"plugindata\":{\"data\":{\"videoroom\":\"event\","
        "\"error_code\":428,\"error\":\"No such feed\"}}}");
    g_assert_cmpint(m.kind, ==, JANUS_EVENT);
    g_assert_cmpint(m.code, ==, 428);
    g_assert_cmpuint(m.sender, ==, 2);
    janus_message_clear(&m);
    g_assert_false(janus_message_read("[1]", 3, &m));
    g_assert_false(janus_message_read("{", 1, &m));
}

static void test_publishers(void)
{
    struct janus_message m = read_text(
        "{\"janus\":\"event\",\"plugindata\":{\"data\":{\"videoroom\":\"joined\",\"publishers\":["
        "{\"id\":8,\"streams\":[{\"mid\":\"0\",\"description\":\"mic\"},{\"mid\":\"1\","
        "\"description\":"
        "\"camera\",\"disabled\":true},{\"mid\":\"2\",\"description\":\"secret\"},{\"mid\":"
        "\"01234567890123456789\",\"description\":\"screen\"}]},{\"id\":-1}]}}}");
    g_autoptr(GArray) feeds = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GArray) streams = janus_publishers(m.data, feeds);
    g_assert_cmpuint(feeds->len, ==, 1);
    g_assert_cmpuint(streams->len, ==, 1);
    const struct janus_stream *mic = &g_array_index(streams, struct janus_stream, 0);
    g_assert_cmpuint(mic->feed, ==, 8);
    g_assert_cmpint(mic->kind, ==, RTC_MIC);
    g_assert_cmpstr(mic->mid, ==, "0");
    janus_message_clear(&m);
}

static void test_lines(void)
{
    struct janus_message m = read_text(
        "{\"janus\":\"event\",\"plugindata\":{\"data\":{\"streams\":[{\"mid\":\"0\",\"active\":"
        "true,\"feed_id\":8,\"feed_mid\":\"1\",\"feed_description\":\"camera\"},"
        "{\"mid\":\"1\",\"active\":false}],\"unpublished\":8}}}");
    g_autoptr(GArray) lines = janus_lines(m.data);
    g_assert_cmpuint(lines->len, ==, 2);
    const struct janus_stream *line = &g_array_index(lines, struct janus_stream, 0);
    g_assert_true(line[0].active && line[0].feed == 8 && line[0].kind == RTC_CAMERA);
    g_assert_cmpstr(line[0].feed_mid, ==, "1");
    g_assert_false(line[1].active);
    g_assert_cmpuint(janus_gone_feed(m.data), ==, 8);
    janus_message_clear(&m);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtc/message/answers", test_answers);
    g_test_add_func("/rtc/message/publishers", test_publishers);
    g_test_add_func("/rtc/message/lines", test_lines);
    return g_test_run();
}
