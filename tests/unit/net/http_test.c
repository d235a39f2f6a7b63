#include "net/http.h"
#include <string.h>

static bool cookie(const char *text, char *out)
{
    return http_cookie(text, strlen(text), "tw_session", out, 16);
}

static void test_cookies(void)
{
    const char *text =
        "tw_meet=x; tw_meet_a=1;tw_meet_=2; tw_meet_b=; tw_meet_c d=3; tw_meet_e=4 5;"
        " other_a=6; tw_meet_f=7";
    size_t size = strlen(text);
    char rest[8], value[8];
    g_assert_true(
        http_cookie_next(&text, &size, "tw_meet_", rest, sizeof rest, value, sizeof value));
    g_assert_cmpstr(rest, ==, "a");
    g_assert_cmpstr(value, ==, "1");
    g_assert_true(
        http_cookie_next(&text, &size, "tw_meet_", rest, sizeof rest, value, sizeof value));
    g_assert_cmpstr(rest, ==, "f");
    g_assert_false(
        http_cookie_next(&text, &size, "tw_meet_", rest, sizeof rest, value, sizeof value));
}

static void test_cookie(void)
{
    char out[16];
    g_assert_true(cookie("tw_session=abc_-9", out));
    g_assert_cmpstr(out, ==, "abc_-9");
    g_assert_true(cookie("a=b;  tw_session=x ; c=d", out));
    g_assert_cmpstr(out, ==, "x");
    g_assert_true(cookie("tw_session=first; tw_session=second", out));
    g_assert_cmpstr(out, ==, "first");
    g_assert_false(cookie("", out));
    g_assert_false(cookie("tw_session", out));
    g_assert_false(cookie("tw_session=", out));
    g_assert_false(cookie("xtw_session=a", out));
    g_assert_false(cookie("tw_session=a b", out));
    g_assert_false(cookie("tw_session=\"a\"", out));
    g_assert_false(cookie("tw_session=1234567890123456", out));
}

static void test_range(void)
{
    static const struct {
        const char *text;
        uint64_t total;
        enum http_range found;
        uint64_t first, last;
    } cases[] = {
        {"bytes=0-0", 10, HTTP_RANGE_OK, 0, 0},
        {"bytes=2-5", 10, HTTP_RANGE_OK, 2, 5},
        {"BYTES= 2-", 10, HTTP_RANGE_OK, 2, 9},
        {"bytes=-3", 10, HTTP_RANGE_OK, 7, 9},
        {"bytes=-30", 10, HTTP_RANGE_OK, 0, 9},
        {"bytes=5-99", 10, HTTP_RANGE_OK, 5, 9},
        {"bytes=10-", 10, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=-0", 10, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=0-", 0, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=-1", 0, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=5-2", 10, HTTP_RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", 10, HTTP_RANGE_NONE, 0, 0},
        {"bytes=-", 10, HTTP_RANGE_NONE, 0, 0},
        {"bytes=", 10, HTTP_RANGE_NONE, 0, 0},
        {"items=0-1", 10, HTTP_RANGE_NONE, 0, 0},
        {"bytes=0-99999999999999999999", 10, HTTP_RANGE_NONE, 0, 0},
        {"", 10, HTTP_RANGE_NONE, 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t first = 0, last = 0;
        g_test_message("%s of %u", cases[i].text, (guint)cases[i].total);
        g_assert_cmpint(
            http_range(cases[i].text, strlen(cases[i].text), cases[i].total, &first, &last), ==,
            cases[i].found);
        g_assert_cmpuint(first, ==, cases[i].first);
        g_assert_cmpuint(last, ==, cases[i].last);
    }
}

static void test_path(void)
{
    static const char *const good[] = {"/", "/a", "/assets/x-1.js", "/石桥/05", "/a/"};
    static const char *const bad[] = {"",      "a",       "//",     "/a//b", "/.env",
                                      "/../x", "/a/../b", "/a\\b",  "/a\nb", "/\xff",
                                      "/a/.",  "/\x7f",   "/.git/a"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(http_path_is_safe(good[i], strlen(good[i])));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(http_path_is_safe(bad[i], strlen(bad[i])));
    g_assert_false(http_path_is_safe("/a\0b", 4));
    g_autofree char *longest = g_strnfill(513, 'a');
    longest[0] = '/';
    g_assert_false(http_path_is_safe(longest, 513));
    g_assert_true(http_path_is_safe(longest, 512));
}

static bool accepts(const char *text, const char *coding)
{
    return http_accepts(text, strlen(text), coding);
}

static void test_accepts(void)
{
    g_assert_true(accepts("gzip, deflate, br", "br"));
    g_assert_true(accepts("GZIP", "gzip"));
    g_assert_true(accepts("br;q=0.5, gzip; q=1.0", "br"));
    g_assert_false(accepts("br;q=0, gzip;q=0.0", "br"));
    g_assert_false(accepts("gzip;q=0.000", "gzip"));
    g_assert_false(accepts("xbr", "br"));
    g_assert_false(accepts("", "br"));
}

static bool listed(const char *text)
{
    return http_etag_listed(text, strlen(text), "\"abc\"");
}

static void test_etag(void)
{
    g_assert_true(listed("\"abc\""));
    g_assert_true(listed("\"x\", W/\"abc\""));
    g_assert_true(listed("*"));
    g_assert_false(listed("\"ab\""));
    g_assert_false(listed("abc"));
}

static void test_origin(void)
{
    g_assert_true(http_same_origin("https://wall.town:8443", "wall.town:8443", true));
    g_assert_true(http_same_origin("https://WALL.town", "wall.town", true));
    g_assert_true(http_same_origin("https://wall.town", "wall.town:443", true));
    g_assert_true(http_same_origin("http://[::1]:80", "[::1]", false));
    g_assert_false(http_same_origin("http://wall.town", "wall.town", true));
    g_assert_false(http_same_origin("https://wall.town:8443", "wall.town", true));
    g_assert_false(http_same_origin("https://wall.town.evil.example", "wall.town", true));
    g_assert_false(http_same_origin("https://evil.example", "wall.town", true));
    g_assert_false(http_same_origin("null", "wall.town", true));
    g_assert_false(http_same_origin("https://", "", true));
    g_assert_false(http_same_origin(NULL, "wall.town", true));
    g_assert_false(http_same_origin("https://wall.town", NULL, true));
}

static void test_token(void)
{
    const char *text = "keep-alive, Upgrade";
    g_assert_true(http_has_token(text, strlen(text), "upgrade"));
    g_assert_false(http_has_token(text, strlen(text), "keep"));
}

static void test_length(void)
{
    uint64_t length;
    g_assert_true(http_content_length(" 42 ", 4, &length));
    g_assert_cmpuint(length, ==, 42);
    g_assert_false(http_content_length("-1", 2, &length));
    g_assert_false(http_content_length("1,1", 3, &length));
    g_assert_false(http_content_length("", 0, &length));
    g_assert_false(http_content_length("9999999999999999999", 19, &length));
}

static void test_query(void)
{
    char with[] = "q=a=b", without[] = "all";
    g_assert_cmpstr(http_query_value(with), ==, "a=b");
    g_assert_cmpstr(with, ==, "q");
    g_assert_cmpstr(http_query_value(without), ==, "");
    g_assert_cmpstr(without, ==, "all");
}

static bool is(const char *text, size_t size, const char *expected)
{
    return size == strlen(expected) && memcmp(text, expected, size) == 0;
}

static void test_route(void)
{
    struct http_param params[HTTP_PARAMS];
    g_assert_cmpint(http_route_match("/a/b", "/a/b", params), ==, 0);
    g_assert_cmpint(http_route_match("/a/b", "/a/b/", params), ==, -1);
    g_assert_cmpint(http_route_match("/a/:id", "/a/", params), ==, -1);
    g_assert_cmpint(http_route_match("/a/:id", "/a/7/x", params), ==, -1);
    g_assert_cmpint(http_route_match("/a/:id/x", "/a/7", params), ==, -1);
    g_assert_cmpint(http_route_match("/t/:z/:x", "/t/12/c0007", params), ==, 2);
    g_assert_true(is(params[0].name, params[0].name_size, "z"));
    g_assert_true(is(params[0].value, params[0].value_size, "12"));
    g_assert_true(is(params[1].name, params[1].name_size, "x"));
    g_assert_true(is(params[1].value, params[1].value_size, "c0007"));
    g_assert_cmpint(http_route_match("/:a/:b/:c/:d/:e", "/1/2/3/4/5", params), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/http/cookie", test_cookie);
    g_test_add_func("/net/http/cookies", test_cookies);
    g_test_add_func("/net/http/range", test_range);
    g_test_add_func("/net/http/path", test_path);
    g_test_add_func("/net/http/accepts", test_accepts);
    g_test_add_func("/net/http/etag", test_etag);
    g_test_add_func("/net/http/origin", test_origin);
    g_test_add_func("/net/http/token", test_token);
    g_test_add_func("/net/http/length", test_length);
    g_test_add_func("/net/http/query", test_query);
    g_test_add_func("/net/http/route", test_route);
    return g_test_run();
}
