/* Whatever is posted about a person: it is refused with a reason, or what was taken keeps the
 * rules of docs/api.md. */
#include "identity/internal.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct person *person)
{
    rights_t audits = 1U << RIGHT_AUDIT_SEE, edits = 1U << RIGHT_USER_EDIT;
    rights_t rights = person_rights(person);
    g_assert_cmpuint(strlen(person->login), >=, 2);
    g_assert_cmpuint(strlen(person->login), <=, 64);
    g_assert_cmpuint(person->grants->len, >=, 1);
    g_assert_true(g_utf8_validate(person->name, -1, NULL));
    g_assert_false((rights & audits) && (rights & edits));
    for (guint i = 0; i < person->grants->len; i++)
        g_assert_cmpuint(strlen(g_array_index(person->grants, struct grant, i).area), <=, 15);
    json_t *shown = person_json(person);
    g_assert_nonnull(shown);
    g_assert_null(json_object_get(shown, "password"));
    json_decref(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *fields = json_loadb((const char *)data, size, 0, NULL);
    if (!fields)
        return 0;
    struct person *person = person_new();
    person->id = g_strdup("id");
    const struct problem *problem = person_read(person, fields);
    const char *password = json_string_value(json_object_get(fields, "password"));
    if (problem)
        g_assert_nonnull(problem->code);
    else if (!password_check(password, person->login))
        check(person);
    person_free(person);
    json_decref(fields);
    return 0;
}
