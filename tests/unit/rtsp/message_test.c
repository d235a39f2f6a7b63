#include "rtsp/auth.h"
#include "rtsp/headers.h"
#include "rtsp/interleaved.h"
#include "rtsp/message.h"
#include "rtsp/sdp.h"
#include "rtsp/session.h"
#include "rtsp/url.h"
#include <string.h>

/* Cuts and parses exactly one message. */
static void take(const char *text, struct rtsp_message *message)
{
    struct cut cut;
    g_assert_cmpint(interleaved_cut((const uint8_t *)text, strlen(text), &cut), ==, CUT_MESSAGE);
    g_assert_cmpuint(cut.used, ==, strlen(text));
    g_assert_true(rtsp_message_parse(cut.data, cut.size, message));
}

static void assert_header(const struct rtsp_message *message, const char *name, unsigned nth,
                          const char *expected)
{
    g_autofree char *value = rtsp_message_header(message, name, nth);
    g_assert_cmpstr(value, ==, expected);
}

static void test_manners(void)
{
    struct rtsp_message message;
    take("RTSP/1.0  401  Unauthorized \r\ncseq :\t3 \r\nthis line is no header\r\n"
         "WWW-Authenticate: Digest realm=\"a\",\r\n  nonce=\"b\"\r\n"
         "WWW-AUTHENTICATE:Basic realm=\"c\"\r\nContent-Length : 3 \r\n\r\nabc",
         &message);
    g_assert_cmpuint(message.status, ==, 401);
    assert_header(&message, "CSeq", 0, "3");
    assert_header(&message, "www-authenticate", 0, "Digest realm=\"a\",    nonce=\"b\"");
    assert_header(&message, "WWW-Authenticate", 1, "Basic realm=\"c\"");
    assert_header(&message, "WWW-Authenticate", 2, NULL);
    assert_header(&message, "CSe", 0, NULL);
    g_assert_cmpuint(message.body_size, ==, 3);
    g_assert_cmpint(memcmp(message.body, "abc", 3), ==, 0);
    take("OPTIONS rtsp://h/ RTSP/1.0\nCSeq: 9\n\n", &message); /* bare line feeds */
    g_assert_cmpuint(message.status, ==, 0);
    g_assert_cmpstr(message.method, ==, "OPTIONS");
    assert_header(&message, "CSeq", 0, "9");
    take("RTSP/1.0 200\r\n\r\n", &message);
    g_assert_cmpuint(message.status, ==, 200);
    assert_header(&message, "CSeq", 0, NULL);
}

static void test_none(void)
{
    static const char *const bad[] = {"",
                                      "\r\n",
                                      "RTSP/1.0\r\n\r\n",
                                      "RTSP/1.0 99 x\r\n\r\n",
                                      "RTSP/1.0 2000 x\r\n\r\n",
                                      "RTSP/1.0 abc\r\n\r\n",
                                      "AMETHODWHOSENAMENEVERENDS rtsp://h/ RTSP/1.0\r\n\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct rtsp_message message;
        g_autofree uint8_t *exact = g_memdup2(bad[i], strlen(bad[i]));
        g_assert_false(rtsp_message_parse(exact, strlen(bad[i]), &message));
    }
}

/* What a server asks in mid-stream is answered, whatever it is. */
static void test_requests(void)
{
    static const struct {
        const char *request, *begins;
    } cases[] = {
        {"OPTIONS * RTSP/1.0\r\nCSeq: 7\r\nSession: 5;timeout=60\r\n\r\n",
         "RTSP/1.0 200 OK\r\nCSeq: 7\r\nSession: 5;timeout=60\r\nPublic: "},
        {"ANNOUNCE rtsp://h/ RTSP/1.0\r\nCSeq: 8\r\nContent-Length: 4\r\n\r\nv=0\n",
         "RTSP/1.0 200 OK\r\nCSeq: 8\r\n\r\n"},
        {"REDIRECT rtsp://h/ RTSP/1.0\r\nCSeq: 9\r\n\r\n", "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"},
        {"PLAY_NOTIFY rtsp://h/ RTSP/2.0\r\nCSeq: 1\r\n\r\n",
         "RTSP/1.0 501 Not Implemented\r\nCSeq: 1\r\n\r\n"},
        {"SET_PARAMETER rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nRequire: magic\r\n\r\n",
         "RTSP/1.0 551 Option Not Supported\r\nCSeq: 1\r\nUnsupported: magic\r\n\r\n"},
        {"OPTIONS * RTSP/1.0\r\n\r\n", "RTSP/1.0 200 OK\r\nPublic: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rtsp_message message;
        take(cases[i].request, &message);
        g_autofree char *answer = rtsp_session_answer(&message);
        g_assert_true(g_str_has_prefix(answer, cases[i].begins));
        g_assert_true(g_str_has_suffix(answer, "\r\n\r\n"));
    }
}

/* A keep-alive is answered 401 because its nonce has grown old: asked again with the new one, once
 * for each nonce. */
static void test_new_nonce(void)
{
    struct rtsp_session *session = rtsp_session_create();
    struct rtsp_message message;
    session->uri = g_strdup("rtsp://h/");
    session->auth.user = g_strdup("u");
    session->auth.password = g_strdup("p");
    take("RTSP/1.0 401 x\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"new\"\r\n\r\n", &message);
    g_assert_false(rtsp_session_new_nonce(session, &message)); /* no password was asked for */
    rtsp_challenge_read("Digest realm=\"r\", nonce=\"old\"", &session->auth.challenge);
    g_assert_true(rtsp_session_new_nonce(session, &message));
    g_autofree char *text = rtsp_session_request(session, "OPTIONS");
    g_assert_nonnull(strstr(text, "nonce=\"new\""));
    g_assert_false(rtsp_session_new_nonce(session, &message)); /* it is not that */
    rtsp_session_destroy(session);
}

/* --- answers recorded from cameras, when they are there */

static char *recorded(const char *file)
{
    g_autofree char *path =
        g_build_filename(TW_SOURCE_DIR, "..", "shared", "data", "rtsp", file, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void assert_describe(const char *file, const char *request, const char *setup,
                            const char *presentation, enum codec codec)
{
    g_autofree char *text = recorded(file);
    if (!text)
        return;
    struct rtsp_message message;
    struct sdp sdp;
    take(text, &message);
    g_assert_cmpuint(message.status, ==, 200);
    g_assert_true(sdp_parse(message.body, message.body_size, 0, &sdp));
    g_assert_cmpint(sdp.codec, ==, codec);
    g_assert_cmpuint(sdp.videos, ==, 1);
    g_assert_nonnull(sdp.parameters);
    g_autofree char *base = rtsp_message_header(&message, "Content-Base", 0);
    g_autofree char *uri = rtsp_url_resolve(base ? base : request, sdp.control);
    g_autofree char *whole = rtsp_url_resolve(base ? base : request, sdp.session_control);
    g_assert_cmpstr(uri, ==, setup);
    g_assert_cmpstr(whole, ==, presentation);
    sdp_clear(&sdp);
}

static void test_recorded_describe(void)
{
    assert_describe("bunny_describe.txt", "rtsp://h/",
                    "rtsp://wowzaec2demo.streamlock.net/vod/mp4:BigBuckBunny_115k.mov/trackID=2",
                    "rtsp://wowzaec2demo.streamlock.net/vod/mp4:BigBuckBunny_115k.mov/",
                    CODEC_H264);
    assert_describe("dahua_describe_h264_aac_onvif.txt", "rtsp://h/",
                    "rtsp://192.168.5.111:554/cam/"
                    "realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/trackID=0",
                    "rtsp://192.168.5.111:554/cam/"
                    "realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/",
                    CODEC_H264);
    assert_describe("dahua_describe_h265_pcma.txt", "rtsp://h/",
                    "rtsp://cam-driveway/cam/realmonitor?channel=1&subtype=2/trackID=0",
                    "rtsp://cam-driveway/cam/realmonitor?channel=1&subtype=2/", CODEC_H265);
    assert_describe("hikvision_describe.txt", "rtsp://h/",
                    "rtsp://192.168.5.106:554/Streaming/Channels/101/"
                    "trackID=1?transportmode=unicast&profile=Profile_1",
                    "rtsp://192.168.5.106:554/Streaming/Channels/101/"
                    "?transportmode=unicast&profile=Profile_1",
                    CODEC_H264);
    assert_describe("missing_content_type_describe.txt", "rtsp://192.168.1.101/live/test",
                    "rtsp://192.168.1.101/live/test/streamid=0", "rtsp://192.168.1.101/live/test",
                    CODEC_H264);
    assert_describe("reolink_describe.txt", "rtsp://h/",
                    "rtsp://192.168.5.206/h264Preview_01_main/trackID=1",
                    "rtsp://192.168.5.206/h264Preview_01_main/", CODEC_H264);
}

static void test_recorded_setup(void)
{
    static const struct {
        const char *file, *id;
        bool ssrc_known;
        uint32_t ssrc;
    } cases[] = {{"bunny_setup.txt", "1642021126", false, 0},
                 {"dahua_setup.txt", "634214675641", true, 0x30a98ee7},
                 {"hikvision_setup.txt", "708345999", true, 0x4cacc3d1},
                 {"reolink_setup.txt", "F8F8E425", false, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = recorded(cases[i].file);
        if (!text)
            continue;
        struct rtsp_message message;
        struct rtsp_transport transport;
        char id[64];
        unsigned timeout_s = 60;
        take(text, &message);
        g_autofree char *value = rtsp_message_header(&message, "Transport", 0);
        g_autofree char *session = rtsp_message_header(&message, "Session", 0);
        g_assert_true(rtsp_transport_parse(value, &transport));
        g_assert_true(rtsp_session_parse(session, id, sizeof id, &timeout_s));
        g_assert_cmpstr(id, ==, cases[i].id);
        g_assert_cmpuint(timeout_s, ==, 60);
        g_assert_true(transport.tcp && transport.interleaved);
        g_assert_cmpuint(transport.rtp_channel, ==, 0);
        g_assert_true(transport.ssrc_known == cases[i].ssrc_known);
        g_assert_cmphex(transport.ssrc, ==, cases[i].ssrc);
    }
}

static void test_recorded_rest(void)
{
    static const char *const played[] = {"bunny_play.txt",     "dahua_play.txt",
                                         "hikvision_play.txt", "reolink_play.txt",
                                         "dahua_options.txt",  "reolink_teardown.txt"};
    for (size_t i = 0; i < G_N_ELEMENTS(played); i++) {
        g_autofree char *text = recorded(played[i]);
        struct rtsp_message message;
        if (!text)
            continue;
        take(text, &message);
        g_assert_cmpuint(message.status, ==, 200);
        g_assert_cmpuint(message.body_size, ==, 0);
        g_autofree char *methods = rtsp_message_header(&message, "Public", 0);
        g_assert_true(!methods || rtsp_list_has(methods, "GET_PARAMETER"));
    }
    g_autofree char *text = recorded("longse_unauthorized.txt");
    if (!text)
        return;
    struct rtsp_message message;
    struct rtsp_challenge asked = {0};
    take(text, &message);
    g_assert_cmpuint(message.status, ==, 401);
    g_autofree char *value = rtsp_message_header(&message, "WWW-Authenticate", 0);
    rtsp_challenge_read(value, &asked);
    g_assert_cmpint(asked.kind, ==, RTSP_AUTH_DIGEST);
    g_assert_cmpstr(asked.realm, ==, "Surveillance Server");
    g_assert_cmpstr(asked.nonce, ==, "98481030");
    rtsp_challenge_clear(&asked);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/manners", test_manners);
    g_test_add_func("/message/none", test_none);
    g_test_add_func("/message/requests", test_requests);
    g_test_add_func("/message/new-nonce", test_new_nonce);
    g_test_add_func("/message/recorded/describe", test_recorded_describe);
    g_test_add_func("/message/recorded/setup", test_recorded_setup);
    g_test_add_func("/message/recorded/rest", test_recorded_rest);
    return g_test_run();
}
