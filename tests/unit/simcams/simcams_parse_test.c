/* What comes from outside: requests, passwords, the camera list, the control socket. */
#include "simcams/auth.h"
#include "simcams/control_request.h"
#include "simcams/roster.h"
#include "simcams/rtsp_message.h"
#include <glib.h>
#include <string.h>

static long parse(const char *text, struct rtsp_input *input)
{
    return rtsp_input_parse(text, strlen(text), input);
}

static void test_request(void)
{
    static const char text[] =
        "SETUP rtsp://h:1/cam/12/main/trackID=0?x RTSP/1.0\r\n"
        "CSeq: 3 \r\ntransport : RTP/AVP;unicast;client_port=7000-7001\r\n\r\n"
        "OPTIONS";
    struct rtsp_input input;
    g_assert_cmpint(parse(text, &input), ==, (long)strlen(text) - 7);
    g_assert_cmpint(input.kind, ==, RTSP_INPUT_REQUEST);
    g_assert_true(span_is(input.method, "SETUP"));
    g_assert_true(span_is(rtsp_header(&input, "cseq"), "3"));
    g_assert_true(
        span_is(rtsp_header(&input, "Transport"), "RTP/AVP;unicast;client_port=7000-7001"));
    g_assert_cmpuint(rtsp_header(&input, "Session").size_bytes, ==, 0);
    struct rtsp_target target;
    g_assert_true(rtsp_target_parse(input.url, &target));
    g_assert_cmpuint(target.camera, ==, 12);
    g_assert_true(target.main);
}

static void test_pieces(void)
{
    static const char text[] = "\r\nSET_PARAMETER * RTSP/1.0\r\nContent-Length: 4\r\n\r\nabcd";
    struct rtsp_input input;
    for (size_t size = 0; size + 1 < sizeof text; size++)
        g_assert_cmpint(rtsp_input_parse(text, size, &input), ==, 0);
    g_assert_cmpint(parse(text, &input), ==, (long)strlen(text));
    g_assert_true(span_is(input.body, "abcd"));
    static const char frame[] = {'$', 1, 0, 3, 'a', 'b', 'c', 'X'};
    for (size_t size = 0; size < 7; size++)
        g_assert_cmpint(rtsp_input_parse(frame, size, &input), ==, 0);
    g_assert_cmpint(rtsp_input_parse(frame, sizeof frame, &input), ==, 7);
    g_assert_cmpint(input.kind, ==, RTSP_INPUT_INTERLEAVED);
    g_assert_cmpuint(input.payload.size_bytes, ==, 3);
}

static void test_nonsense(void)
{
    struct rtsp_input input;
    g_assert_cmpint(parse("\x16\x03\x01 not RTSP", &input), ==, -1);
    g_assert_cmpint(parse("GET / HTTP/1.1\r\n\r\n", &input), ==, -1);
    g_assert_cmpint(parse("PLAY x RTSP/1.0\r\nContent-Length: -1\r\n\r\n", &input), ==, -1);
    struct rtsp_target target;
    static const char *const urls[] = {"rtsp://h/", "rtsp://h/cam/0/sub", "rtsp://h/cam/x/sub",
                                       "rtsp://h/cam/1/other", "rtsp://h/cam/99999999999/sub"};
    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++)
        g_assert_false(rtsp_target_parse((struct span){urls[i], strlen(urls[i])}, &target));
}

static void test_transport(void)
{
    static const char text[] = "RTP/AVP;multicast, RTP/AVP/TCP;unicast;interleaved=4-5";
    const struct rtsp_transport tcp = rtsp_transport_parse((struct span){text, strlen(text)});
    g_assert_cmpint(tcp.kind, ==, TRANSPORT_TCP);
    g_assert_cmpuint(tcp.channel, ==, 4);
    static const char none[] = "RTP/SAVP;unicast";
    g_assert_cmpint(rtsp_transport_parse((struct span){none, strlen(none)}).kind, ==,
                    TRANSPORT_NONE);
}

static void test_basic(void)
{
    static const char header[] = "Basic dG93bjpwQHM6cz8="; /* town:p@s:s? */
    const struct span span = {header, strlen(header)}, method = {"PLAY", 4};
    g_assert_true(auth_check(AUTH_BASIC, span, method, "town", "p@s:s?", NULL));
    g_assert_false(auth_check(AUTH_BASIC, span, method, "town", "other", NULL));
    g_assert_false(auth_check(AUTH_BASIC, (struct span){"", 0}, method, "town", "p@s:s?", NULL));
}

static void test_digest(void)
{
    /* responses computed with Python's hashlib */
    static const char md5[] =
        "Digest username=\"u\", realm=\"simcams\", nonce=\"abc\", uri=\"rtsp://h/cam/1/sub\", "
        "response=\"a8683604c2cc7b1adec09b2f574d3643\"";
    static const char sha256[] =
        "Digest username=\"u\",realm=\"simcams\",nonce=\"abc\",uri=\"rtsp://h/cam/1/sub\",qop=auth,"
        "nc=00000001,cnonce=\"xyz\",algorithm=SHA-256,"
        "response=\"e0f5f82bda4b57f4cacbae43f5b36b10b1f693b10ee141be7f584d462ec1e264\"";
    const struct span method = {"DESCRIBE", 8}, other = {"PLAY", 4};
    static const char *const headers[] = {md5, sha256};
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        const struct span span = {headers[i], strlen(headers[i])};
        g_assert_true(auth_check(AUTH_DIGEST, span, method, "u", "p", "abc"));
        g_assert_false(auth_check(AUTH_DIGEST, span, other, "u", "p", "abc"));
        g_assert_false(auth_check(AUTH_DIGEST, span, method, "u", "p", "abd"));
        g_assert_false(auth_check(AUTH_DIGEST, span, method, "u", "q", "abc"));
    }
}

static void test_roster(void)
{
    static const char text[] = "\xef\xbb\xbfid,number,scene,codec,file\r\n"
                               "\"cam, \"\"one\"\"\",1,street,h265,\r\n\r\n"
                               "two,2,,,\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = roster_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    g_assert_cmpuint(rows->len, ==, 2);
    const struct roster_row *one = rows->pdata[0], *two = rows->pdata[1];
    g_assert_cmpstr(one->id, ==, "cam, \"one\"");
    g_assert_cmpstr(one->scene, ==, "street");
    g_assert_true(one->has_codec && one->codec == CODEC_H265 && !one->file);
    g_assert_true(!two->has_codec && !two->scene && two->number == 2);
}

static void test_roster_errors(void)
{
    static const struct {
        const char *text, *place;
    } cases[] = {{"id,scene\na,b\n", "line 1"},
                 {"number\n1\n0\n", "line 3"},
                 {"number,codec\n1,h264\n2,mpeg\n", "line 3"},
                 {"", "line 1"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(roster_parse(cases[i].text, strlen(cases[i].text), &error));
        g_assert_nonnull(strstr(error->message, cases[i].place));
    }
}

static void test_control(void)
{
    static const char line[] =
        "{\"cmd\":\"fault\",\"kind\":\"loss\",\"value\":0.2,\"cameras\":[3,4],\"seconds\":1.5}";
    struct control_request request;
    g_assert_true(control_request_parse(line, strlen(line), &request, NULL));
    g_assert_cmpint(request.command, ==, CONTROL_FAULT);
    g_assert_cmpint(request.kind, ==, FAULT_LOSS);
    g_assert_cmpuint(request.cameras->len, ==, 2);
    g_assert_cmpfloat(request.seconds, ==, 1.5);
    control_request_clear(&request);
    static const char *const wrong[] = {
        "",
        "[]",
        "{",
        "{\"cmd\":\"no\"}",
        "{\"cmd\":\"fault\",\"kind\":\"loss\"}",
        "{\"cmd\":\"fault\",\"kind\":\"no\",\"all\":true}",
        "{\"cmd\":\"fault\",\"kind\":\"loss\",\"value\":2,\"all\":true}",
        "{\"cmd\":\"clear\",\"cameras\":[0]}",
        "{\"cmd\":\"stats\",\"share\":2}"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(control_request_parse(wrong[i], strlen(wrong[i]), &request, &error));
        g_assert_nonnull(error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp/request", test_request);
    g_test_add_func("/rtsp/pieces", test_pieces);
    g_test_add_func("/rtsp/nonsense", test_nonsense);
    g_test_add_func("/rtsp/transport", test_transport);
    g_test_add_func("/auth/basic", test_basic);
    g_test_add_func("/auth/digest", test_digest);
    g_test_add_func("/roster/rows", test_roster);
    g_test_add_func("/roster/errors", test_roster_errors);
    g_test_add_func("/control/request", test_control);
    return g_test_run();
}
