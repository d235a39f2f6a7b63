#include "common/log.h"
#include <string.h>
#include <unistd.h>

static const struct {
    const char *text, *shown;
} lines[] = {
    {"", ""},
    {"nothing to hide at 10:20", "nothing to hide at 10:20"},
    {"rtsp://admin:geheim@10.0.0.1:554/s1", "rtsp://***@10.0.0.1:554/s1"},
    {"open rtsp://admin:p@ss:w?rd%21@10.0.0.1/s1: refused", "open rtsp://***@10.0.0.1/s1: refused"},
    {"rtsp://admin:pa/ss@10.0.0.1/s1", "rtsp://***@10.0.0.1/s1"},
    {"\"rtsp://admin:a@10.0.0.1/\" failed", "\"rtsp://***@10.0.0.1/\" failed"},
    {"https://token@host/x", "https://***@host/x"},
    {"rtsp://10.0.0.1/stream@main", "rtsp://10.0.0.1/stream@main"},
    {"rtsp://10.0.0.1:554/stream", "rtsp://10.0.0.1:554/stream"},
    {"rtsp://[fe80::1]:554/a@b", "rtsp://[fe80::1]:554/a@b"},
    {"redis://:geheim@h/0 and gb28181://u:p@h", "redis://***@h/0 and gb28181://***@h"},
    {"sip:34020000001320000001@host", "sip:34020000001320000001@host"},
    {"http://h/x?user=admin&password=geheim&ch=1", "http://h/x?user=admin&password=***&ch=1"},
    {"http://h/x?pwd=geheim", "http://h/x?pwd=***"},
    {"db_password = \"ge heim\", next", "db_password = \"***\", next"},
    {"{\"password\": \"ge\\\"heim\", \"n\": 1}", "{\"password\": \"***\", \"n\": 1}"},
    {"Password:geheim", "Password:***"},
    {"wrong password: 401 Unauthorized", "wrong password: 401 Unauthorized"},
    {"GET /\r\nAuthorization: Basic YTpi\r\nHost: h", "GET /\r\nAuthorization: ***\r\nHost: h"},
    {"Proxy-Authorization: Digest username=\"a\", response=\"00\"", "Proxy-Authorization: ***"},
    {"Cookie: tw_session=abc; x=1\nA: b", "Cookie: ***\nA: b"},
    {"Digest username=\"a\", response=\"0011\"", "Digest username=\"a\", response=\"***\""},
    {"<wsse:Password Type=\"http://x#PasswordDigest\">Z2g=</wsse:Password>",
     "<wsse:Password Type=\"http://x#PasswordDigest\">***</wsse:Password>"},
    {"<Password>geheim</Password><Nonce>abc</Nonce>", "<Password>***</Password><Nonce>***</Nonce>"},
    {"token=abc secret=def", "token=*** secret=***"},
    {"response=404 nonce=7", "response=404 nonce=7"},
    {"rtspsrc user-id=admin user-pw=geheim", "rtspsrc user-id=admin user-pw=***"},
    {"sent Basic dXNlcjpwYXNz and Bearer 0123456789abcdef.", "sent Basic *** and Bearer ***"},
    {"needs Basic authentication", "needs Basic authentication"},
    {"passwords are bad", "passwords are bad"},
    {"石桥 rtsp://管理:密码@主机/流", "石桥 rtsp://***@主机/流"},
};

static void test_redact(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *shown = log_redact(lines[i].text);
        g_assert_cmpstr(shown, ==, lines[i].shown);
        g_autofree char *again = log_redact(shown);
        g_assert_cmpstr(again, ==, shown);
    }
}

static void test_levels(void)
{
    enum log_level level = LOG_LEVEL_DEBUG;
    g_assert_true(log_level_parse("error", &level));
    g_assert_cmpint(level, ==, LOG_LEVEL_ERROR);
    g_assert_false(log_level_parse("loud", &level));
    g_assert_false(log_level_parse(NULL, &level));
    g_assert_cmpint(level, ==, LOG_LEVEL_ERROR);
}

/* Child of test_lines(): what a program writes. */
static void speak(void)
{
    log_init("speaker", LOG_LEVEL_INFO);
    log_warn("camera:c0007", "cannot open %s\nsecond line", "rtsp://a:b@h/");
    log_debug("net", "not shown");
    g_log_structured("GStreamer", G_LOG_LEVEL_WARNING, "MESSAGE", "password=%s", "x");
}

static void expect_lines(const char *pattern)
{
    g_test_trap_subprocess("/log/lines/subprocess", 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(pattern);
    g_test_trap_assert_stderr_unmatched("*not shown*");
}

static void test_lines(void)
{
    g_unsetenv("JOURNAL_STREAM");
    expect_lines("*20*-*T*:*:*.*Z WARN camera:c0007 cannot open rtsp://***@h/\\nsecond "
                 "line\n20*-*Z WARN GStreamer password=***\n*");
    g_setenv("JOURNAL_STREAM", "8:1", TRUE);
    expect_lines("*<4>WARN camera:c0007 cannot*\n<4>WARN GStreamer password=***\n*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/redact", test_redact);
    g_test_add_func("/log/levels", test_levels);
    g_test_add_func("/log/lines", test_lines);
    g_test_add_func("/log/lines/subprocess", speak); /* run by test_lines() only */
    return g_test_run();
}
