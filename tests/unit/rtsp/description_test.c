#include "rtsp/sdp.h"
#include <string.h>

static void parse(const char *text, struct sdp *sdp)
{
    g_autofree char *exact = g_memdup2(text, strlen(text));
    g_assert_true(sdp_parse(exact, strlen(text), 0, sdp));
}

static void test_ordinary(void)
{
    struct sdp sdp;
    parse("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\na=control:*\r\n"
          "m=audio 0 RTP/AVP 8\r\na=control:trackID=0\r\n"
          "m=video 0 RTP/AVP 96\r\na=control:trackID=1  \r\na=rtpmap:96 H264/90000 \r\n"
          "a=fmtp:96 profile-level-id=420029; packetization-mode=1;"
          " sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==,\r\n",
          &sdp);
    g_assert_cmpint(sdp.codec, ==, CODEC_H264);
    g_assert_cmpuint(sdp.payload_type, ==, 96);
    g_assert_cmpuint(sdp.clock_hz, ==, 90000);
    g_assert_cmpstr(sdp.control, ==, "trackID=1");
    g_assert_cmpstr(sdp.session_control, ==, "*");
    g_assert_cmpuint(sdp.sections, ==, 2);
    g_assert_cmpuint(sdp.parameters->len, ==, 4 + 21 + 4 + 4);
    g_assert_cmpint(sdp.parameters->data[4], ==, 0x67);
    sdp_clear(&sdp);
}

/* no o=, no rtpmap, a broken section before the good one, padding missing */
static void test_tolerant(void)
{
    struct sdp sdp;
    parse("v=0\nm=video 0/0\na=rtpmap:zz H264/90000\na=fmtp:\nm=video 0 RTP/AVP 97\n"
          "a=fmtp:97 sprop-vps=QAEMAf//AWAAAAMAAAMAAAMAAAMAlqwJ;sprop-sps=QgEBAWAAAAMAAA\n"
          "m=application/TP-LINK 0 RTP/AVP smart/1/90000\na=control:track3",
          &sdp);
    g_assert_cmpint(sdp.codec, ==, CODEC_H265);
    g_assert_cmpuint(sdp.payload_type, ==, 97);
    g_assert_cmpstr(sdp.control, ==, "");
    g_assert_cmpuint(sdp.sections, ==, 3);
    sdp_clear(&sdp);
}

static void test_nothing(void)
{
    struct sdp sdp;
    g_assert_false(sdp_parse("<html>no</html>", 15, 0, &sdp));
    sdp_clear(&sdp);
    parse("v=0\nm=audio 0 RTP/AVP 0\nm=video 0 RTP/AVP 26\na=rtpmap:26 JPEG/90000\n", &sdp);
    g_assert_cmpint(sdp.codec, ==, CODEC_NONE);
    sdp_clear(&sdp);
}

/* answers recorded from cameras, when they are there */
static void test_recorded(void)
{
    static const struct {
        const char *file;
        enum codec codec;
        const char *control;
    } recorded[] = {
        {"bunny_describe.txt", CODEC_H264, "trackID=2"},
        {"dahua_describe_h264_aac_onvif.txt", CODEC_H264, "trackID=0"},
        {"dahua_describe_h265_pcma.txt", CODEC_H265, "trackID=0"},
        {"hikvision_describe.txt", CODEC_H264,
         "rtsp://192.168.5.106:554/Streaming/Channels/101/"
         "trackID=1?transportmode=unicast&profile=Profile_1"},
        {"missing_content_type_describe.txt", CODEC_H264, "streamid=0"},
        {"reolink_describe.txt", CODEC_H264, "trackID=1"},
        {"tplink_sdp.txt", CODEC_H265, "track1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(recorded); i++) {
        g_autofree char *path =
            g_build_filename(TW_SOURCE_DIR, "..", "shared", "data", "rtsp", recorded[i].file, NULL);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
            continue;
        const char *body = strstr(text, "v=0");
        struct sdp sdp;
        parse(body, &sdp);
        g_assert_cmpint(sdp.codec, ==, recorded[i].codec);
        g_assert_cmpstr(sdp.control, ==, recorded[i].control);
        g_assert_nonnull(sdp.parameters);
        sdp_clear(&sdp);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sdp/ordinary", test_ordinary);
    g_test_add_func("/sdp/tolerant", test_tolerant);
    g_test_add_func("/sdp/nothing", test_nothing);
    g_test_add_func("/sdp/recorded", test_recorded);
    return g_test_run();
}
