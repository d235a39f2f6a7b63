/* What is remembered of a camera: how media came, and its certificate. */
#include "rtsp/manners.h"
#include "rtsp/trust.h"
#include <glib/gstdio.h>
#include <string.h>

static const char camera[] = "rtsp://h/a";

static void test_tcp_stays(void)
{
    struct manners *manners = manners_create(NULL);
    g_assert_false(manners_udp_first(manners, camera));
    manners_worked(manners, camera, false);
    manners_silent(manners, camera, false); /* a stall is no reason for UDP */
    g_assert_false(manners_udp_first(manners, camera));
    manners_destroy(manners);
}

static void test_there_and_back(void)
{
    struct manners *manners = manners_create(NULL);
    manners_silent(manners, camera, false); /* TCP was let in and brought nothing */
    g_assert_true(manners_udp_first(manners, camera));
    manners_worked(manners, camera, true);
    g_assert_true(manners_udp_first(manners, camera));
    g_assert_false(manners_udp_first(manners, "rtsp://h/b")); /* another one */
    manners_silent(manners, camera, true);
    g_assert_false(manners_udp_first(manners, camera));
    manners_silent(manners, camera, false);
    g_assert_true(manners_udp_first(manners, camera));
    manners_worked(manners, camera, false);
    g_assert_false(manners_udp_first(manners, camera));
    manners_destroy(manners);
}

static void test_bounded(void)
{
    struct manners *manners = manners_create(NULL);
    for (int i = 0; i < 50000; i++) {
        g_autofree char *address = g_strdup_printf("rtsp://h/%d", i);
        manners_worked(manners, address, true);
    }
    g_assert_false(manners_udp_first(manners, "rtsp://h/0"));
    g_assert_true(manners_udp_first(manners, "rtsp://h/49999"));
    manners_destroy(manners);
}

/* --- certificates */

/* made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 */
static const char first_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                "MIIBfTCCASOgAwIBAgIUAeS0oXIjKQfL2ywN/dhYghv7Q2EwCgYIKoZIzj0EAwIw\n"
                                "EzERMA8GA1UEAwwIY2FtZXJhLTEwIBcNMjYxMTIyMDcxNDU3WhgPMjEyNjEwMjkw\n"
                                "NzE0NTdaMBMxETAPBgNVBAMMCGNhbWVyYS0xMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
                                "AQcDQgAEf+Z5abj2iv/I6kxueic4MEf0KC48WlghSL1Ls6sl9Bhx7/mqpvY09Kf9\n"
                                "RV5EPK9OGmha64pJbud16WBPfNhjLKNTMFEwHQYDVR0OBBYEFHOaoIst5EJUm2AA\n"
                                "e2Sg7c2x/acvMB8GA1UdIwQYMBaAFHOaoIst5EJUm2AAe2Sg7c2x/acvMA8GA1Ud\n"
                                "EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgAQW2zCl/D6t5ToVnyJntve86\n"
                                "gBjMA6V6PbFf6zPv1XgCIQCXOv80jKdsCoPAcaVW8cyW99tTeK0EDCM2OZXlYj8K\n"
                                "uA==\n"
                                "-----END CERTIFICATE-----\n";
static const char second_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfTCCASOgAwIBAgIUNaFlipfufwEomDUMLIGqrmEVXQQwCgYIKoZIzj0EAwIw\n"
    "EzERMA8GA1UEAwwIY2FtZXJhLTIwIBcNMjYxMTIyMDcxNDU3WhgPMjEyNjEwMjkw\n"
    "NzE0NTdaMBMxETAPBgNVBAMMCGNhbWVyYS0yMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
    "AQcDQgAEOO8HmdVEyoalBd9mFVfuxDpg4wAuqlkv+95KW4CM3ULU/scc0LbQfqrG\n"
    "zr0jgcnrJCSQ07ynyOM7I1Zol908QaNTMFEwHQYDVR0OBBYEFJLNNhzfFl9ONMbT\n"
    "EJ+cXwv1Ty2rMB8GA1UdIwQYMBaAFJLNNhzfFl9ONMbTEJ+cXwv1Ty2rMA8GA1Ud\n"
    "EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAPgOgEYD9SFkzzs0B1sIGYiZ\n"
    "BsZj+JefSIhPDSy6qCTYAiB0pBr9GyO3GVnoRn1zUCK8TSDqaV5e8kmbTdF5Df1v\n"
    "Nw==\n"
    "-----END CERTIFICATE-----\n";

static GTlsCertificate *certificate(const char *pem)
{
    GTlsCertificate *made = g_tls_certificate_new_from_pem(pem, -1, NULL);
    g_assert_nonnull(made);
    return made;
}

static bool accepts(struct trust *trust, const char *place, GTlsCertificate *shown, char **why)
{
    g_autoptr(GError) error = NULL;
    bool accepted = trust_accepts(trust, place, shown, G_TLS_CERTIFICATE_UNKNOWN_CA, &error);
    g_assert_true(accepted == !error);
    *why = error ? g_strdup(error->message) : NULL;
    return accepted;
}

static void test_kept(void)
{
    g_autofree char *dir = g_dir_make_tmp("townwall-manners-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "cameras-over-udp", NULL);
    struct manners *manners = manners_create(path);
    manners_save(manners);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS)); /* nothing to say */
    manners_worked(manners, camera, true);
    manners_worked(manners, "rtsp://h/b", false);
    manners_save(manners);
    manners_destroy(manners);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "rtsp://h/a\n");

    manners = manners_create(path);
    g_assert_true(manners_udp_first(manners, camera));
    g_assert_false(manners_udp_first(manners, "rtsp://h/b"));
    manners_worked(manners, camera, false);
    manners_save(manners);
    manners_destroy(manners);
    manners = manners_create(path);
    g_assert_false(manners_udp_first(manners, camera));
    manners_destroy(manners);
    g_remove(path);
    g_rmdir(dir);
}

/* What is no address, has no end or says more than is kept. */
static void test_odd_file(void)
{
    struct manners *manners = manners_create(NULL);
    static const char text[] = "\n\nhello\nrtsp://h/a b\nrtsp\nrtsps://h/c\r\n\xff\xfe\nrtsp://h/d";
    manners_read(manners, text, sizeof text - 1);
    g_assert_false(manners_udp_first(manners, "rtsp://h/a b"));
    g_assert_false(manners_udp_first(manners, "hello"));
    g_assert_true(manners_udp_first(manners, "rtsp://h/d"));
    g_autofree char *longest = g_strnfill(5000, 'a');
    g_autofree char *line = g_strdup_printf("rtsp://%s\n", longest);
    manners_read(manners, line, strlen(line));
    g_assert_false(manners_udp_first(manners, g_strchomp(line)));
    manners_destroy(manners);
}

static void test_first_use(void)
{
    g_autofree char *dir = g_dir_make_tmp("trust-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "certificates", NULL);
    g_autoptr(GTlsCertificate) first = certificate(first_pem), second = certificate(second_pem);
    g_autofree char *why = NULL, *shown = trust_fingerprint(second);
    struct trust *trust = trust_create(TRUST_FIRST_USE, path);
    g_assert_true(accepts(trust, "h:322", first, &why));
    g_assert_true(accepts(trust, "h:322", first, &why));
    g_assert_true(accepts(trust, "other:322", second, &why));
    trust_destroy(trust);

    trust = trust_create(TRUST_FIRST_USE, path); /* the next start */
    g_assert_false(accepts(trust, "h:322", second, &why));
    g_assert_nonnull(strstr(why, shown));
    g_assert_nonnull(strstr(why, "take its line out of certificates"));
    g_clear_pointer(&why, g_free);
    g_assert_true(accepts(trust, "h:322", first, &why));
    /* somebody accepts the new one */
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_file_set_contents(path, strchr(text, '\n') + 1, -1, NULL));
    g_assert_true(accepts(trust, "h:322", second, &why));
    trust_destroy(trust);
    g_unlink(path);
    g_rmdir(dir);
}

static void test_policies(void)
{
    g_autoptr(GTlsCertificate) first = certificate(first_pem), second = certificate(second_pem);
    g_autofree char *why = NULL;
    struct trust *any = trust_create(TRUST_ANY, NULL);
    g_assert_true(accepts(any, "h:322", first, &why) && accepts(any, "h:322", second, &why));
    trust_destroy(any);
    struct trust *memory = trust_create(TRUST_FIRST_USE, NULL);
    g_assert_true(accepts(memory, "h:322", first, &why));
    g_assert_false(accepts(memory, "h:322", second, &why));
    g_clear_pointer(&why, g_free);
    trust_destroy(memory);
    struct trust *ca = trust_create(TRUST_CA, NULL);
    g_assert_false(accepts(ca, "h:322", first, &why));
    g_assert_nonnull(strstr(why, "no authority"));
    trust_destroy(ca);
}

static void test_file(void)
{
#define AB "AB:AB:AB:AB:AB:AB:AB:AB:"
    static const char text[] = "# comment\nh:1 " AB AB AB "AB:AB:AB:AB:AB:AB:AB:ab 2026-01-01\r\n"
                               "h:2 AB:CD\n\n  [::1]:322\t" AB AB AB "AB:AB:AB:AB:AB:AB:AB:AB\n"
                               "h:3\nh:4 " AB AB AB "AB:AB:AB:AB:AB:AB:AB-AB";
    GHashTable *known = trust_parse(text, sizeof text - 1);
    g_assert_cmpuint(g_hash_table_size(known), ==, 2);
    g_assert_cmpstr(g_hash_table_lookup(known, "h:1"), ==, AB AB AB "AB:AB:AB:AB:AB:AB:AB:AB");
    g_assert_nonnull(g_hash_table_lookup(known, "[::1]:322"));
    g_hash_table_unref(known);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/manners/tcp-stays", test_tcp_stays);
    g_test_add_func("/manners/there-and-back", test_there_and_back);
    g_test_add_func("/manners/bounded", test_bounded);
    g_test_add_func("/manners/kept", test_kept);
    g_test_add_func("/manners/odd-file", test_odd_file);
    g_test_add_func("/trust/first-use", test_first_use);
    g_test_add_func("/trust/policies", test_policies);
    g_test_add_func("/trust/file", test_file);
    return g_test_run();
}
