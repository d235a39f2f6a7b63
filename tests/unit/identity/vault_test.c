/* The key file and what is sealed with it; masks and normal forms. */
#include "identity/mask.h"
#include "identity/vault.h"
#include <glib/gstdio.h>
#include <string.h>

struct place {
    char *folder, *path;
};

static struct place place_new(void)
{
    struct place place = {.folder = g_dir_make_tmp("tw-vault-XXXXXX", NULL)};
    place.path = g_build_filename(place.folder, "identity.key", NULL);
    return place;
}

static void place_clear(struct place *place)
{
    g_unlink(place->path);
    g_rmdir(place->folder);
    g_free(place->path);
    g_free(place->folder);
}

static void assert_refused(const char *path, const char *id, const char *why)
{
    GError *error = NULL;
    g_assert_null(vault_open(path, id, &error));
    g_assert_nonnull(strstr(error->message, why));
    g_error_free(error);
}

static void test_key_file(void)
{
    struct place place = place_new();
    GError *error = NULL;
    assert_refused(place.path, "0123456789abcdef", "is missing");
    struct vault *vault = vault_open(place.path, NULL, &error);
    g_assert_no_error(error);
    GStatBuf about;
    g_assert_cmpint(g_stat(place.path, &about), ==, 0);
    g_assert_cmpuint(about.st_mode & 0777, ==, 0600);
    g_autofree char *id = g_strdup(vault_id(vault));
    g_assert_cmpuint(strlen(id), ==, 16);
    vault_close(vault);
    vault = vault_open(place.path, id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(vault_id(vault), ==, id);
    vault_close(vault);
    assert_refused(place.path, "0123456789abcdef", "is not the one");
    g_chmod(place.path, 0640);
    assert_refused(place.path, id, "0600");
    g_chmod(place.path, 0600);
    g_assert_true(g_file_set_contents(place.path, "short", -1, NULL));
    g_chmod(place.path, 0600);
    assert_refused(place.path, id, "32 bytes");
    place_clear(&place);
    vault_close(NULL);
}

static void test_sealing(void)
{
    struct vault *vault = vault_new(), *other = vault_new();
    uint8_t key[VAULT_KEY_BYTES], back[VAULT_KEY_BYTES];
    vault_new_key(key);
    g_autoptr(GBytes) wrapped = vault_wrap(vault, "p1", key);
    gsize size;
    const void *data = g_bytes_get_data(wrapped, &size);
    g_assert_true(vault_unwrap(vault, "p1", data, size, back));
    g_assert_true(memcmp(back, key, sizeof key) == 0);
    g_assert_false(vault_unwrap(vault, "p2", data, size, back));
    g_assert_false(vault_unwrap(other, "p1", data, size, back));
    g_assert_false(vault_unwrap(vault, "p1", data, size - 1, back));

    g_autoptr(GBytes) sealed = vault_seal(key, "p1/name", "张小明");
    data = g_bytes_get_data(sealed, &size);
    g_autofree char *text = vault_unseal(key, "p1/name", data, size);
    g_assert_cmpstr(text, ==, "张小明");
    g_assert_null(vault_unseal(key, "p1/phone", data, size));
    g_autofree uint8_t *broken = g_memdup2(data, size);
    broken[size - 1] ^= 1;
    g_assert_null(vault_unseal(key, "p1/name", broken, size));
    g_assert_null(vault_unseal(key, "p1/name", data, 10));
    g_autoptr(GBytes) again = vault_seal(key, "p1/name", "张小明");
    g_assert_false(g_bytes_equal(sealed, again)); /* equal texts do not look equal */
    vault_close(vault);
    vault_close(other);
}

static void test_tokens_and_signatures(void)
{
    struct vault *vault = vault_new(), *other = vault_new();
    uint8_t a[VAULT_TOKEN_BYTES], b[VAULT_TOKEN_BYTES];
    vault_token(vault, "phone", "13812345678", a);
    vault_token(vault, "phone", "13812345678", b);
    g_assert_true(memcmp(a, b, sizeof a) == 0);
    vault_token(vault, "id_number", "13812345678", b);
    g_assert_true(memcmp(a, b, sizeof a) != 0);
    vault_token(other, "phone", "13812345678", b);
    g_assert_true(memcmp(a, b, sizeof a) != 0);

    uint8_t public[VAULT_PUBLIC_BYTES], signature[VAULT_SIGNATURE_BYTES];
    vault_public(vault, public);
    vault_sign(vault, "head", 4, signature);
    g_assert_true(vault_verify(public, "head", 4, signature));
    g_assert_false(vault_verify(public, "heat", 4, signature));
    vault_public(other, public);
    g_assert_false(vault_verify(public, "head", 4, signature));
    vault_close(vault);
    vault_close(other);
}

static void test_masks(void)
{
    static const struct {
        char *(*mask)(const char *text);
        const char *text, *shown;
    } cases[] = {
        {mask_name, "张小明", "张*明"},
        {mask_name, "张明", "张*"},
        {mask_name, "张", "*"},
        {mask_name, "", ""},
        {mask_name, "欧阳小明", "欧**明"},
        {mask_name, "买买提·艾力", "买***力"},
        {mask_phone, "13812345678", "138****5678"},
        {mask_phone, "057188886666", "057*****6666"},
        {mask_phone, "88886666", "******66"},
        {mask_phone, "12345", "*****"},
        {mask_id_number, "330106199001011234", "3301**********1234"},
        {mask_id_number, "E12345678", "E********"},
        {mask_id_number, "", ""},
        {mask_address, "石桥镇东村3组12号", "石桥镇东村***"},
        {mask_address, "石桥镇阳光社区2幢", "石桥镇阳光社区***"},
        {mask_address, "建设路12号", "***"},
        {mask_address, "", ""},
        {mask_name, NULL, NULL},
        {mask_phone, NULL, NULL},
        {mask_id_number, NULL, NULL},
        {mask_address, NULL, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = cases[i].mask(cases[i].text);
        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
}

static void test_normal_forms(void)
{
    static const struct {
        char *(*normal)(const char *text);
        const char *text, *form;
    } cases[] = {
        {normal_phone, "138 1234-5678", "13812345678"},
        {normal_phone, "+86 138 1234 5678", "13812345678"},
        {normal_phone, "0086-13812345678", "13812345678"},
        {normal_phone, "(0571)88886666", "057188886666"},
        {normal_phone, "86123456", "86123456"}, /* a number of the town, no country */
        {normal_phone, "1234", NULL},
        {normal_phone, "138x2345678", NULL},
        {normal_phone, "", NULL},
        {normal_phone, NULL, NULL},
        {normal_id_number, "11010519491231002x", "11010519491231002X"}, /* the standard's example */
        {normal_id_number, "110105194912310021", NULL},
        {normal_id_number, "11010519491231 002X", "11010519491231002X"},
        {normal_id_number, "1101051949123100X2", NULL},
        {normal_id_number, "E12345678", "E12345678"},
        {normal_id_number, "E-1234", NULL},
        {normal_name, " 张 小明 ", "张小明"},
        {normal_name, "John Smith", "johnsmith"},
        {normal_name, "  ", NULL},
        {normal_name, "a\nb", "ab"},
        {normal_name, "a\x01", NULL},
        {normal_name, "\xff", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *form = cases[i].normal(cases[i].text);
        g_assert_cmpstr(form, ==, cases[i].form);
    }
    g_autoptr(GPtrArray) grams = normal_grams("张张明");
    g_autofree char *all = NULL;
    g_ptr_array_add(grams, NULL);
    all = g_strjoinv(" ", (char **)grams->pdata);
    g_assert_cmpstr(all, ==, "张 张张 张明 明");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/vault/file", test_key_file);
    g_test_add_func("/identity/vault/sealing", test_sealing);
    g_test_add_func("/identity/vault/tokens", test_tokens_and_signatures);
    g_test_add_func("/identity/vault/masks", test_masks);
    g_test_add_func("/identity/vault/normal", test_normal_forms);
    return g_test_run();
}
