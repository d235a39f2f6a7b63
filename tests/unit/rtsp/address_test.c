#include "rtsp/headers.h"
#include "rtsp/url.h"
#include <string.h>

static const struct {
    const char *text, *user, *password, *raw, *host, *request;
    unsigned port;
} good[] = {
    {"rtsp://10.0.0.1/live", NULL, NULL, NULL, "10.0.0.1", "rtsp://10.0.0.1/live", 554},
    {"rtsp://u:p@h:8554/a?b=c@d", "u", "p", NULL, "h", "rtsp://h:8554/a?b=c@d", 8554},
    {"rtsp://u:p@ss:w?rd%@h/a", "u", "p@ss:w?rd%", NULL, "h", "rtsp://h/a", 554},
    {"rtsp://u:100%25@h/a", "u", "100%", "100%25", "h", "rtsp://h/a", 554},
    {"rtsp://u%40x:@h/a", "u@x", "", NULL, "h", "rtsp://h/a", 554},
    {"rtsp://u@h/a", "u", "", NULL, "h", "rtsp://h/a", 554},
    {"RTSPS://[fe80::1]:99/a b#f", NULL, NULL, NULL, "fe80::1", "rtsps://[fe80::1]:99/a%20b", 99},
    {"rtsps://h", NULL, NULL, NULL, "h", "rtsps://h/", 322},
    {"rtsph://h/a", NULL, NULL, NULL, "h", "rtsp://h/a", 80},
    {"rtspsh://u:p@h/a", "u", "p", NULL, "h", "rtsps://h/a", 443},
    {"rtspt://h/a", NULL, NULL, NULL, "h", "rtsp://h/a", 554},
    {"rtspsu://h/a", NULL, NULL, NULL, "h", "rtsps://h/a", 322},
    {"rtsp://u:a%3Ab%40c%3F%25@[::1]:8554/x", "u", "a:b@c?%", "a%3Ab%40c%3F%25", "::1",
     "rtsp://[::1]:8554/x", 8554},
    {"rtsp://[fe80::1%25eth0]/x", NULL, NULL, NULL, "fe80::1%eth0", "rtsp://[fe80::1%25eth0]/x",
     554},
    {"rtsp://h?x=1", NULL, NULL, NULL, "h", "rtsp://h/?x=1", 554},
};

static void test_good(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        struct rtsp_url url;
        g_autoptr(GError) error = NULL;
        g_assert_true(rtsp_url_parse(good[i].text, &url, &error));
        g_assert_cmpstr(url.user, ==, good[i].user);
        g_assert_cmpstr(url.password, ==, good[i].password);
        g_assert_cmpstr(url.password_raw, ==, good[i].raw);
        g_assert_cmpstr(url.host, ==, good[i].host);
        g_assert_cmpuint(url.port, ==, good[i].port);
        g_assert_cmpstr(url.request, ==, good[i].request);
        rtsp_url_clear(&url);
    }
}

static void test_bad(void)
{
    static const char *const bad[] = {"http://h/",
                                      "rtspx://h/",
                                      "rtsp//h/",
                                      "rtsp:/h",
                                      "rtsp://",
                                      "rtsp:///path",
                                      "rtsp://h:0/",
                                      "rtsp://h:70000/",
                                      "rtsp://h:x/",
                                      "rtsp://[fe80::",
                                      "rtsp://h/\r\nTEARDOWN",
                                      "rtsp://u:p@/x",
                                      "",
                                      "rtsp://[::1]x/"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct rtsp_url url;
        g_autoptr(GError) error = NULL;
        g_assert_false(rtsp_url_parse(bad[i], &url, &error));
        g_assert_nonnull(error);
        g_assert_null(strstr(error->message, "u:p"));
    }
}

static void test_resolve(void)
{
    static const struct {
        const char *base, *control, *expected;
    } cases[] = {
        {"rtsp://h/a/", "trackID=1", "rtsp://h/a/trackID=1"},
        {"rtsp://h/a", "trackID=1", "rtsp://h/a/trackID=1"},
        {"rtsp://h/a", "*", "rtsp://h/a"},
        {"rtsp://h/a", "", "rtsp://h/a"},
        {"rtsp://h/a", "rtsp://h/a/t?x=1", "rtsp://h/a/t?x=1"},
        {"rtsp://h/c?channel=1&subtype=1/", "trackID=0",
         "rtsp://h/c?channel=1&subtype=1/trackID=0"},
        {"rtsp://h/a", "/t", "rtsp://h/a/t"},
        {"rtsp://h/a?x=1", "trackID=1", "rtsp://h/a?x=1/trackID=1"},
        {"rtsp://h/a", "?track=video", "rtsp://h/a?track=video"},
        {"rtsp://h/a/", "t?next=rtsp://other/", "rtsp://h/a/t?next=rtsp://other/"},
        {"rtsp://h/a", "RTSP://h/a/t", "RTSP://h/a/t"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *uri = rtsp_url_resolve(cases[i].base, cases[i].control);
        g_assert_cmpstr(uri, ==, cases[i].expected);
    }
}

static void test_schemes(void)
{
    static const struct {
        const char *text;
        bool tls, tunnel;
        enum rtsp_lower lower;
    } cases[] = {
        {"rtsp://h", false, false, RTSP_LOWER_AUTO}, {"rtspu://h", false, false, RTSP_LOWER_UDP},
        {"rtspt://h", false, false, RTSP_LOWER_TCP}, {"rtsph://h", false, true, RTSP_LOWER_TCP},
        {"RTSPS://h", true, false, RTSP_LOWER_TCP},  {"rtspsh://h", true, true, RTSP_LOWER_TCP},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rtsp_url url;
        g_assert_true(rtsp_url_is(cases[i].text) && rtsp_url_parse(cases[i].text, &url, NULL));
        g_assert_true(url.tls == cases[i].tls && url.tunnel == cases[i].tunnel);
        g_assert_cmpint(url.lower, ==, cases[i].lower);
        rtsp_url_clear(&url);
    }
    g_assert_false(rtsp_url_is("http://h") || rtsp_url_is("rtsp:") || rtsp_url_is("rtspxy://h"));
}

/* Where a redirect leads, and whether the password goes along. */
static void test_redirect(void)
{
    static const struct {
        const char *from, *location, *request, *user;
    } cases[] = {
        {"rtsp://u:p@h/a", "rtsp://h:8554/b", "rtsp://h:8554/b", "u"},
        {"rtsp://u:p@h/a", "rtsp://H/b", "rtsp://H/b", "u"},
        {"rtsp://u:p@h/a", "rtsp://other/b", "rtsp://other/b", NULL},
        {"rtsp://u:p@h/a", "rtsps://h/b", "rtsps://h/b", "u"},
        {"rtsps://u:p@h/a", "rtsp://h/b", "rtsp://h/b", NULL},
        {"rtsp://u:p@h:99/a?x=1", "/b?y=2", "rtsp://h:99/b?y=2", "u"},
        {"rtsp://u:p@h/a", "rtsp://v:q@other/b", "rtsp://other/b", "v"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rtsp_url from, to;
        g_assert_true(rtsp_url_parse(cases[i].from, &from, NULL));
        g_assert_true(rtsp_url_redirect(&from, cases[i].location, &to, NULL));
        g_assert_cmpstr(to.request, ==, cases[i].request);
        g_assert_cmpstr(to.user, ==, cases[i].user);
        g_assert_true(!to.user == !to.password);
        rtsp_url_clear(&to);
        g_assert_false(rtsp_url_redirect(&from, "http://h/x", &to, NULL));
        g_assert_false(rtsp_url_redirect(&from, "", &to, NULL));
        rtsp_url_clear(&from);
    }
    struct rtsp_url from, to;
    g_assert_true(rtsp_url_parse("rtsph://h:8080/a", &from, NULL));
    g_assert_true(rtsp_url_redirect(&from, "rtsp://h:554/b", &to, NULL));
    g_assert_true(to.tunnel);
    g_assert_cmpuint(to.port, ==, 8080);
    rtsp_url_clear(&from);
    rtsp_url_clear(&to);
}

static void test_transport(void)
{
    struct rtsp_transport transport;
    g_assert_true(rtsp_transport_parse(
        " RTP/AVP/TCP;unicast; ssrc = 4cacc3d1 ;interleaved= 2-3;mode=\"play\";", &transport));
    g_assert_true(transport.tcp && transport.interleaved && transport.ssrc_known);
    g_assert_cmpuint(transport.rtp_channel, ==, 2);
    g_assert_cmpuint(transport.rtcp_channel, ==, 3);
    g_assert_cmphex(transport.ssrc, ==, 0x4cacc3d1);
    g_assert_true(rtsp_transport_parse("ssrc=zz;RTP/AVP/UDP;unicast;source=10.0.0.9;"
                                       "client_port=5000-5001;server_port=6000-6001",
                                       &transport));
    g_assert_false(transport.tcp || transport.ssrc_known);
    g_assert_cmpuint(transport.server_rtcp_port, ==, 6001);
    g_assert_cmpstr(transport.source, ==, "10.0.0.9");
    g_assert_true(rtsp_transport_parse("RTP/AVP/TCP;interleaved=4", &transport));
    g_assert_cmpuint(transport.rtcp_channel, ==, 5);
    g_assert_false(rtsp_transport_parse("", &transport));
}

static void test_session(void)
{
    char id[16];
    unsigned timeout_s = 60;
    g_assert_true(rtsp_session_parse("        708345999;timeout=30", id, sizeof id, &timeout_s));
    g_assert_cmpstr(id, ==, "708345999");
    g_assert_cmpuint(timeout_s, ==, 30);
    g_assert_true(rtsp_session_parse("abc ; Timeout = 90 ", id, sizeof id, &timeout_s));
    g_assert_cmpstr(id, ==, "abc");
    g_assert_cmpuint(timeout_s, ==, 90);
    g_assert_true(rtsp_session_parse("x;timeout=0", id, sizeof id, &timeout_s));
    g_assert_cmpuint(timeout_s, ==, 90);
    g_assert_false(rtsp_session_parse("  ", id, sizeof id, &timeout_s));
    g_assert_true(rtsp_session_parse("0123456789012345678", id, sizeof id, &timeout_s));
    g_assert_cmpuint(strlen(id), ==, 15);
}

static void test_list(void)
{
    g_assert_true(rtsp_list_has("OPTIONS, DESCRIBE,GET_PARAMETER ", "GET_PARAMETER"));
    g_assert_false(rtsp_list_has("OPTIONS, SET_PARAMETER", "GET_PARAMETER"));
    g_assert_cmpuint(rtsp_retry_after_s("120"), ==, 120);
    g_assert_cmpuint(rtsp_retry_after_s(" 18000 ;duration=3600"), ==, 18000);
    g_assert_cmpuint(rtsp_retry_after_s("99999999999999999999999"), ==, 86400);
    g_assert_cmpuint(rtsp_retry_after_s("Sun, 9 Jan 1972 00:00:00 GMT"), ==, 0);
    g_assert_cmpuint(rtsp_retry_after_s("12x"), ==, 0);
    g_assert_cmpuint(rtsp_retry_after_s(""), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/good", test_good);
    g_test_add_func("/address/bad", test_bad);
    g_test_add_func("/address/schemes", test_schemes);
    g_test_add_func("/address/redirect", test_redirect);
    g_test_add_func("/address/resolve", test_resolve);
    g_test_add_func("/headers/transport", test_transport);
    g_test_add_func("/headers/session", test_session);
    g_test_add_func("/headers/list", test_list);
    return g_test_run();
}
