#include "rtsp/auth.h"
#include <string.h>

#define DIGEST  RTSP_AUTH_DIGEST
#define NOTHING RTSP_AUTH_NONE, G_CHECKSUM_MD5, false, false

/* The strongest of several challenges, however they are written. */
static void test_choice(void)
{
    static const struct {
        const char *value, *realm, *nonce;
        enum rtsp_auth_kind kind;
        GChecksumType hash;
        bool stale, qop;
    } cases[] = {
        {"Digest realm=\"a\", nonce=\"b\"", "a", "b", DIGEST, G_CHECKSUM_MD5, false, false},
        {"digest  realm = \"a,b\" ,nonce=\"x=y\",stale=TRUE", "a,b", "x=y", DIGEST, G_CHECKSUM_MD5,
         true, false},
        {"Basic realm=\"cam\"", "cam", NULL, RTSP_AUTH_BASIC, G_CHECKSUM_MD5, false, false},
        {"Basic realm=\"c\", Digest realm=\"d\", nonce=\"n\"", "d", "n", DIGEST, G_CHECKSUM_MD5,
         false, false},
        {"Digest realm=\"m\", nonce=\"1\", algorithm=MD5, Digest realm=\"s\", nonce=\"2\", "
         "algorithm=SHA-256, qop=\"auth,auth-int\", Basic realm=\"b\"",
         "s", "2", DIGEST, G_CHECKSUM_SHA256, false, true},
        {"Digest realm=\"s\", nonce=\"2\", algorithm=\"SHA-256\", Digest realm=m, nonce=1", "s",
         "2", DIGEST, G_CHECKSUM_SHA256, false, false},
        {"Digest realm=\"Say \\\"hi\\\"\", nonce=\"n\"", "Say \"hi\"", "n", DIGEST, G_CHECKSUM_MD5,
         false, false},
        {"Digest realm=\"a\", nonce=\"b\", algorithm=SHA-512-256", NULL, NULL, NOTHING},
        {"Digest realm=\"no nonce\"", NULL, NULL, NOTHING},
        {"Negotiate", NULL, NULL, NOTHING},
        {"", NULL, NULL, NOTHING},
        {"Digest realm=\"open", NULL, NULL, NOTHING},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rtsp_challenge found = {0};
        rtsp_challenge_read(cases[i].value, &found);
        g_assert_cmpint(found.kind, ==, cases[i].kind);
        g_assert_cmpint(found.hash, ==, cases[i].hash);
        g_assert_cmpstr(found.realm, ==, cases[i].realm);
        g_assert_cmpstr(found.nonce, ==, cases[i].nonce);
        g_assert_true(found.stale == cases[i].stale && found.qop == cases[i].qop);
        rtsp_challenge_clear(&found);
    }
}

/* RFC 7616 §3.9.1 in both hashes; its URI and method are of HTTP. */
static void test_vectors(void)
{
    static const char rest[] = " realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
                               "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
                               "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
    static const char *const expected[][2] = {
        {"Digest algorithm=MD5,", "response=\"8ca523f5e9506fed4657c9700eebdbec\""},
        {"Digest algorithm=SHA-256,",
         "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""}};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        struct rtsp_auth auth = {.user = g_strdup("Mufasa"),
                                 .password = g_strdup("Circle of Life")};
        g_autofree char *value = g_strconcat(expected[i][0], rest, NULL);
        rtsp_challenge_read(value, &auth.challenge);
        g_strlcpy(auth.cnonce, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", sizeof auth.cnonce);
        g_autofree char *header = rtsp_auth_header(&auth, "GET", "/dir/index.html");
        g_assert_nonnull(strstr(header, "nc=00000001"));
        g_assert_nonnull(strstr(header, "cnonce=\"f2/wE4q74E6zIJEt"));
        g_assert_nonnull(strstr(header, "opaque=\"FQhe/"));
        g_assert_true(g_str_has_suffix(header, "\r\n"));
        g_assert_nonnull(strstr(header, expected[i][1]));
        rtsp_auth_clear(&auth);
    }
}

/* Without qop, as nearly every camera asks (RFC 2617 §3.2.2.1), and MD5-sess; figures by another
 * implementation. */
static void test_plain_digest(void)
{
    static const char *const cases[][3] = {
        {"", "response=\"5b2b58f59c6512751f7551f18718a6cb\"", "Digest MD5"},
        {", algorithm=SHA-256",
         "response=\"28a44ee6822035f53a4ff75cc900df85e6e730228262807219d1091205ba251a\"",
         "Digest SHA-256"},
        {", algorithm=MD5-sess", "response=\"8874c9d8cf5f4f872b02a87621386603\"", "Digest MD5"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rtsp_auth auth = {.user = g_strdup("admin"), .password = g_strdup("secret")};
        g_strlcpy(auth.cnonce, "0011223344556677", sizeof auth.cnonce);
        g_autofree char *value = g_strconcat(
            "Digest realm=\"Surveillance Server\", nonce=\"98481030\"", cases[i][0], NULL);
        rtsp_challenge_read(value, &auth.challenge);
        g_autofree char *header = rtsp_auth_header(&auth, "DESCRIBE", "rtsp://192.168.5.106/live");
        g_assert_nonnull(strstr(header, cases[i][1]));
        g_assert_null(strstr(header, "qop"));
        g_assert_cmpstr(rtsp_auth_name(&auth), ==, cases[i][2]);
        rtsp_auth_clear(&auth);
    }
}

static void test_basic(void)
{
    struct rtsp_auth auth = {.user = g_strdup("admin"), .password = g_strdup("p@ss:w?rd%")};
    g_autofree char *none = rtsp_auth_header(&auth, "OPTIONS", "rtsp://h/");
    g_assert_cmpstr(none, ==, "");
    g_assert_cmpstr(rtsp_auth_name(&auth), ==, "no password");
    rtsp_challenge_read("Basic realm=\"x\"", &auth.challenge);
    g_autofree char *header = rtsp_auth_header(&auth, "OPTIONS", "rtsp://h/");
    g_assert_cmpstr(header, ==, "Authorization: Basic YWRtaW46cEBzczp3P3JkJQ==\r\n");
    rtsp_auth_clear(&auth);
}

/* A percent-encoded password cannot write a header of its own. */
static void test_injection(void)
{
    struct rtsp_auth auth = {.user = g_strdup("a\r\nTEARDOWN \"\\"), .password = g_strdup("\r\n")};
    rtsp_challenge_read("Digest realm=\"r\", nonce=\"n\"", &auth.challenge);
    g_autofree char *header = rtsp_auth_header(&auth, "OPTIONS", "rtsp://h/");
    g_assert_true(strstr(header, "\r\n") == header + strlen(header) - 2);
    g_assert_nonnull(strstr(header, "username=\"aTEARDOWN \\\"\\\\\""));
    rtsp_auth_clear(&auth);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/auth/choice", test_choice);
    g_test_add_func("/auth/vectors", test_vectors);
    g_test_add_func("/auth/plain-digest", test_plain_digest);
    g_test_add_func("/auth/basic", test_basic);
    g_test_add_func("/auth/injection", test_injection);
    return g_test_run();
}
