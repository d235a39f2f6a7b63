/* Signing as documented, times as they are written, secrets at rest. */
#include "intake/reporter.h"
#include "intake/secret.h"
#include "intake/signature.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)

static const struct signed_request example = {.method = "POST",
                                              .path = "/api/v1/events",
                                              .time = "1790000000.250",
                                              .body = "{}",
                                              .body_size = 2};

static void test_signature_is_openssl_s(void)
{
    static const char script[] =
        "sum=$(printf '{}' | openssl dgst -sha256 -r | cut -d ' ' -f 1); "
        "printf 'POST\\n/api/v1/events\\n1790000000.250\\n%s\\n' \"$sum\" | "
        "openssl dgst -sha256 -hmac 'the key' -r | cut -d ' ' -f 1";
    g_autoptr(GError) error = NULL;
    g_autofree char *hex = NULL;
    const char *argv[] = {"sh", "-c", script, NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &hex, NULL, NULL,
                 &error);
    g_assert_no_error(error);
    g_strchomp(hex);
    unsigned char signature[SIGNATURE_BYTES];
    g_assert_true(signature_check(&example, "the key", hex, signature));
    g_autofree char *upper = g_ascii_strup(hex, -1);
    g_assert_true(signature_check(&example, "the key", upper, signature));
    g_assert_false(signature_check(&example, "the key ", hex, signature));
    g_assert_false(signature_check(&example, NULL, hex, signature));
    hex[5] = hex[5] == 'a' ? 'b' : 'a';
    g_assert_false(signature_check(&example, "the key", hex, signature));
    hex[63] = '\0';
    g_assert_false(signature_check(&example, "the key", hex, signature));
    g_assert_false(signature_check(&example, "the key", "", signature));
}

static void test_everything_is_signed(void)
{
    unsigned char good[SIGNATURE_BYTES], other[SIGNATURE_BYTES];
    signature_make(&example, "k", good);
    struct signed_request changed[] = {example, example, example, example};
    changed[0].method = "PUT";
    changed[1].path = "/api/v1/event";
    changed[2].time = "1790000000.251";
    changed[3].body = "[]";
    for (guint i = 0; i < G_N_ELEMENTS(changed); i++) {
        signature_make(&changed[i], "k", other);
        g_assert_cmpint(memcmp(good, other, sizeof good), !=, 0);
    }
}

static void test_times(void)
{
    static const struct {
        const char *text;
        int64_t us; /* 0: refused */
    } cases[] = {
        {"1790000000", INT64_C(1790000000000000)},
        {"1790000000.25", INT64_C(1790000000250000)},
        {"1790000000.123456789", INT64_C(1790000000123456)},
        {"179000000", 0},
        {"1790000000.", 0},
        {"1790000000.1234567890", 0},
        {"-1790000000", 0},
        {"1790000000 ", 0},
        {"1.79e9", 0},
        {"", 0},
        {"99999999999", INT64_C(99999999999000000)},
        {"999999999999", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t us = 0;
        g_assert_cmpint(signature_time(cases[i].text, &us), ==, cases[i].us != 0);
        if (cases[i].us)
            g_assert_cmpint(us, ==, cases[i].us);
    }
}

static void test_secrets(void)
{
    g_autofree char *folder = g_dir_make_tmp("tw-secret-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "feeds.key", NULL);
    g_autoptr(GError) error = NULL;
    struct secret_box *box = secret_box_open(path, &error);
    g_assert_no_error(error);
    GStatBuf about;
    g_assert_cmpint(g_stat(path, &about), ==, 0);
    g_assert_cmpint(about.st_mode & 0777, ==, 0600);
    g_autoptr(GBytes) sealed = secret_seal(box, "a key");
    gsize size;
    const unsigned char *data = g_bytes_get_data(sealed, &size);
    g_assert_null(memmem(data, size, "a key", 5));
    secret_box_close(box);
    box = secret_box_open(path, &error);
    char *text = secret_unseal(box, data, size);
    g_assert_cmpstr(text, ==, "a key");
    secret_free(text);
    g_autofree unsigned char *bent = g_memdup2(data, size);
    bent[size - 1] ^= 1;
    g_assert_null(secret_unseal(box, bent, size));
    g_assert_null(secret_unseal(box, data, 8));
    g_assert_null(secret_unseal(box, NULL, 0));
    secret_box_close(box);
    g_assert_cmpint(g_chmod(path, 0640), ==, 0);
    g_assert_null(secret_box_open(path, &error));
    g_assert_nonnull(strstr(error->message, "0600"));
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(path, "short", -1, NULL));
    g_assert_null(secret_box_open(path, &error));
    g_assert_nonnull(error);
    char *a = secret_new(), *b = secret_new();
    g_assert_cmpuint(strlen(a), ==, 47);
    g_assert_cmpstr(a, !=, b);
    secret_free(a);
    secret_free(b);
    g_unlink(path);
    g_rmdir(folder);
}

static void test_reporters_change_with_the_day(void)
{
    g_autofree char *folder = g_dir_make_tmp("tw-reporter-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "day.key", NULL);
    const int64_t noon = INT64_C(1790000000) * G_USEC_PER_SEC;
    g_autoptr(GError) error = NULL;
    struct reporter *reporter = reporter_open(path, noon, &error);
    g_assert_no_error(error);
    g_autofree char *a = reporter_hash(reporter, "138 0013-8000", noon);
    g_autofree char *b = reporter_hash(reporter, "+86 13800138000", noon);
    g_autofree char *other = reporter_hash(reporter, "13800138001", noon);
    g_assert_cmpstr(a, ==, b);
    g_assert_cmpstr(a, !=, other);
    g_assert_cmpuint(strlen(a), ==, 32);
    reporter_close(reporter);
    reporter = reporter_open(path, noon, &error);
    g_autofree char *again = reporter_hash(reporter, "13800138000", noon);
    g_assert_cmpstr(a, ==, again);
    g_autofree char *before = NULL, *after = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &before, &size, NULL));
    g_autofree char *tomorrow = reporter_hash(reporter, "13800138000", noon + 24 * HOUR_US);
    g_assert_cmpstr(a, !=, tomorrow);
    g_assert_true(g_file_get_contents(path, &after, &size, NULL));
    g_assert_cmpint(memcmp(before, after, size), !=, 0);
    reporter_close(reporter);
    g_unlink(path);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/intake/signature/openssl", test_signature_is_openssl_s);
    g_test_add_func("/intake/signature/everything", test_everything_is_signed);
    g_test_add_func("/intake/signature/times", test_times);
    g_test_add_func("/intake/secret", test_secrets);
    g_test_add_func("/intake/reporter", test_reporters_change_with_the_day);
    return g_test_run();
}
