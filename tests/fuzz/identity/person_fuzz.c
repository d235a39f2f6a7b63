/* Whatever is posted about a person: it is refused with a reason, or what was taken keeps the
 * rules of docs/api.md. */
#include "identity/internal.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct account *account)
{
    rights_t audits = right_bit(RIGHT_AUDIT_SEE), edits = right_bit(RIGHT_USER_EDIT);
    rights_t rights = account_rights(account);
    g_assert_cmpuint(strlen(account->login), >=, 2);
    g_assert_cmpuint(strlen(account->login), <=, 64);
    g_assert_cmpuint(account->grants->len, >=, 1);
    g_assert_true(g_utf8_validate(account->name, -1, NULL));
    g_assert_false((rights & audits) && (rights & edits));
    for (guint i = 0; i < account->grants->len; i++)
        g_assert_cmpuint(strlen(g_array_index(account->grants, struct grant, i).area), <=, 15);
    json_t *shown = account_json(account);
    g_assert_nonnull(shown);
    g_assert_null(json_object_get(shown, "password"));
    json_decref(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *fields = json_loadb((const char *)data, size, 0, NULL);
    if (!fields)
        return 0;
    struct account *account = account_new();
    account->id = g_strdup("id");
    const struct problem *problem = account_read(account, fields, 1);
    const char *password = json_string_value(json_object_get(fields, "password"));
    if (problem)
        g_assert_nonnull(problem->code);
    else if (!password_check(password, account->login))
        check(account);
    account_free(account);
    json_decref(fields);
    return 0;
}
