/* Who reports something, sealed for its way: what is kept, and that it opens for that event alone.
 */
#include "identity/contact.h"
#include <string.h>

static void check(const char *who, const char *name, const char *want_name, const char *want_phone)
{
    struct vault *vault = vault_new();
    struct contact contact = {NULL, NULL};
    g_autofree char *sealed = contact_seal(vault, "line", "7", who, name);
    if (!want_name && !want_phone) {
        g_assert_null(sealed);
    } else {
        g_assert_nonnull(sealed);
        g_assert_cmpuint(strlen(sealed), <=, 1024);
        g_assert_true(contact_open(vault, "line", "7", sealed, &contact));
        g_assert_cmpstr(contact.name, ==, want_name);
        g_assert_cmpstr(contact.phone, ==, want_phone);
    }
    contact_clear(&contact);
    vault_close(vault);
}

static void test_kept(void)
{
    check("138-0013-8000", NULL, NULL, "138-0013-8000");
    check("+86 13800138000", "赵铁柱", "赵铁柱", "+86 13800138000");
    check("赵铁柱", NULL, "赵铁柱", NULL);
    check("赵铁柱", "钱小楼", "钱小楼", NULL);
    check(NULL, "Li Si", "Li Si", NULL);
    check("", "赵铁柱", "赵铁柱", NULL);
    check("wx_8821", NULL, NULL, NULL);                  /* an account */
    check("0f9a3c51e8aa01d2bb7c0f9a", NULL, NULL, NULL); /* a digest */
    check("12", NULL, NULL, NULL);
    check(NULL, NULL, NULL, NULL);
    check(NULL, "", NULL, NULL);
    check(NULL, "\xff\xfe", NULL, NULL);
    check("赵\xff", NULL, NULL, NULL);
    check("赵\n铁柱", NULL, NULL, NULL);
}

static void test_long(void)
{
    g_autofree char *name = g_strnfill(100, '"'); /* each is two bytes in JSON */
    check("13800138000", name, name, "13800138000");
    g_autofree char *longer = g_strnfill(101, 'a');
    check("13800138000", longer, NULL, "13800138000");
    GString *blanks = g_string_new("13800138000");
    for (int i = 0; i < 4000; i++)
        g_string_append_c(blanks, ' ');
    check(blanks->str, NULL, NULL, NULL);
    g_string_free(blanks, TRUE);
}

static void test_bound(void)
{
    struct vault *vault = vault_new(), *other = vault_new();
    struct contact contact;
    g_autofree char *sealed = contact_seal(vault, "line", "7", "13800138000", NULL);
    g_autofree char *again = contact_seal(vault, "line", "7", "13800138000", NULL);
    g_assert_cmpstr(sealed, !=, again); /* nobody sees that it is the same caller */
    g_assert_null(strstr(sealed, "138"));
    g_assert_false(contact_open(vault, "line", "8", sealed, &contact));
    g_assert_false(contact_open(vault, "mine", "7", sealed, &contact));
    g_assert_false(contact_open(other, "line", "7", sealed, &contact));
    g_assert_false(contact_open(vault, "line", "7", "", &contact));
    g_assert_false(contact_open(vault, "line", "7", "AAAA", &contact));
    sealed[20] = sealed[20] == 'A' ? 'B' : 'A';
    g_assert_false(contact_open(vault, "line", "7", sealed, &contact));
    g_assert_null(contact.phone);
    vault_close(vault);
    vault_close(other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/contact/kept", test_kept);
    g_test_add_func("/contact/long", test_long);
    g_test_add_func("/contact/bound", test_bound);
    return g_test_run();
}
