#include "bytes.h"
#include "rtsp/rtp.h"
#include <glib.h>

#define PARSE(bytes, rtp) rtp_parse((const uint8_t *)(bytes), sizeof(bytes) - 1, rtp)

static void test_rtp(void)
{
    struct rtp rtp;
    g_assert_true(PARSE("\x80\xe0\1\2\0\0\0\3\xaa\xbb\xcc\xdd"
                        "xyz",
                        &rtp));
    g_assert_true(rtp.marker);
    g_assert_cmpuint(rtp.type, ==, 96);
    g_assert_cmpuint(rtp.sequence, ==, 0x102);
    g_assert_cmpuint(rtp.timestamp, ==, 3);
    g_assert_cmphex(rtp.ssrc, ==, 0xaabbccdd);
    assert_bytes(rtp.payload, rtp.size, "xyz", 3);
    /* one source more, an extension of one word, two bytes of padding */
    g_assert_true(PARSE("\xb1\x60\0\0\0\0\0\0\0\0\0\0ssss\0\0\0\1eeeeAB\0\2", &rtp));
    assert_bytes(rtp.payload, rtp.size, "AB", 2);
}

static void test_rtp_lies(void)
{
    struct rtp rtp;
    g_assert_false(PARSE("\x80\x60\0\0\0\0\0\0\0\0\0", &rtp));           /* too short */
    g_assert_false(PARSE("\x40\x60\0\0\0\0\0\0\0\0\0\0x", &rtp));        /* version 1 */
    g_assert_false(PARSE("\x8f\x60\0\0\0\0\0\0\0\0\0\0xxxx", &rtp));     /* 15 sources */
    g_assert_false(PARSE("\x90\x60\0\0\0\0\0\0\0\0\0\0\0\0\1\0", &rtp)); /* long extension */
    g_assert_false(PARSE("\xa0\x60\0\0\0\0\0\0\0\0\0\0\x20", &rtp));     /* long padding */
    g_assert_false(PARSE("\xa0\x60\0\0\0\0\0\0\0\0\0\0\0", &rtp));       /* no padding */
}

static void test_sender_report(void)
{
    /* a receiver report first; NTP 3923078400 is 2024-04-26T00:00:00Z, half a second */
    static const char packet[] =
        "\x80\xc9\0\1rrrr"
        "\x80\xc8\0\6ssss\xe9\xd5\x18\x00\x80\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0";
    struct rtcp_sender_report report;
    g_assert_true(rtcp_find_sender_report((const uint8_t *)packet, sizeof packet - 1, &report));
    g_assert_cmpint(report.unix_us, ==, ((int64_t)0xe9d51800 - 2208988800) * 1000000 + 500000);
    g_assert_cmpuint(report.rtp_timestamp, ==, 7);
    /* a clock that was never set counts from when the camera was switched on */
    static const char unset[] = "\x80\xc8\0\6ssss\0\0\x18\x00\x80\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0";
    g_assert_false(rtcp_find_sender_report((const uint8_t *)unset, sizeof unset - 1, &report));
    g_assert_false(rtcp_find_sender_report((const uint8_t *)packet, 8, &report));
    g_assert_false(rtcp_find_sender_report((const uint8_t *)packet, sizeof packet - 2, &report));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/good", test_rtp);
    g_test_add_func("/rtp/lies", test_rtp_lies);
    g_test_add_func("/rtcp/sender-report", test_sender_report);
    return g_test_run();
}
