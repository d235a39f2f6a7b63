#include "identity/totp.h"
#include <string.h>

static const uint8_t rfc_key[] = "12345678901234567890";

/* RFC 6238 appendix B, SHA-1. */
static void test_vectors(void)
{
    static const struct {
        gint64 time_s;
        uint32_t code;
    } vectors[] = {
        {59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
        {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++)
        g_assert_cmpuint(totp_code(rfc_key, 20, (guint64)vectors[i].time_s / 30, 8), ==,
                         vectors[i].code);
}

/* RFC 4226 appendix D: the counters 0 to 9. */
static void test_counters(void)
{
    static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314,
                                     254676, 287922, 162583, 399871, 520489};
    for (guint64 i = 0; i < G_N_ELEMENTS(codes); i++)
        g_assert_cmpuint(totp_code(rfc_key, 20, i, 6), ==, codes[i]);
}

static bool check(const char *code, gint64 step, gint64 last, gint64 *found)
{
    return totp_check(rfc_key, 20, code, step * TOTP_STEP_US + 5, last, found);
}

static void test_check(void)
{
    gint64 step = -1;
    g_assert_true(check("338314", 4, 0, &step));
    g_assert_cmpint(step, ==, 4);
    g_assert_true(check(" 338 314", 5, 0, &step)); /* a clock that is behind */
    g_assert_true(check("338314", 3, 0, &step));   /* one ahead */
    g_assert_cmpint(step, ==, 4);
    g_assert_false(check("338314", 6, 0, NULL));
    g_assert_false(check("338314", 2, 0, NULL));
    g_assert_false(check("338314", 4, 4, NULL)); /* once */
    g_assert_false(check("33831", 4, 0, NULL));
    g_assert_false(check("3383144", 4, 0, NULL));
    g_assert_false(check("33831x", 4, 0, NULL));
    g_assert_false(check("", 4, 0, NULL));
    g_assert_false(check(NULL, 4, 0, NULL));
}

/* RFC 4648 section 10, and back. */
static void test_base32(void)
{
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "MY"},
                                             {"fo", "MZXQ"},
                                             {"foo", "MZXW6"},
                                             {"foob", "MZXW6YQ"},
                                             {"fooba", "MZXW6YTB"},
                                             {"foobar", "MZXW6YTBOI"}};
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autofree char *text = totp_base32((const uint8_t *)vectors[i][0], strlen(vectors[i][0]));
        g_assert_cmpstr(text, ==, vectors[i][1]);
    }
    uint8_t back[TOTP_KEY_BYTES];
    g_autofree char *text = totp_base32(rfc_key, 20);
    g_assert_true(totp_key_of(text, back));
    g_assert_true(memcmp(back, rfc_key, 20) == 0);
    g_assert_false(totp_key_of("MZXW6", back));
    g_assert_false(totp_key_of("1", back));
    g_autofree char *longer = g_strconcat(text, text, NULL);
    g_assert_false(totp_key_of(longer, back));
    g_autofree char *uri = totp_uri("石桥", "li.si", "MZXW");
    g_assert_cmpstr(uri, ==,
                    "otpauth://totp/%E7%9F%B3%E6%A1%A5:li.si?secret=MZXW&issuer="
                    "%E7%9F%B3%E6%A1%A5&digits=6&period=30");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/totp/vectors", test_vectors);
    g_test_add_func("/identity/totp/counters", test_counters);
    g_test_add_func("/identity/totp/check", test_check);
    g_test_add_func("/identity/totp/base32", test_base32);
    return g_test_run();
}
