#include "common/log.h"
#include "identity/internal.h"
#include <string.h>

struct person *person_new(void)
{
    struct person *person = g_new0(struct person, 1);
    person->grants = g_array_new(FALSE, TRUE, sizeof(struct grant));
    person->unit = g_strdup("");
    person->enabled = true;
    return person;
}

struct person *person_copy(const struct person *person)
{
    struct person *copy = g_new0(struct person, 1);
    *copy = *person;
    copy->id = g_strdup(person->id);
    copy->login = g_strdup(person->login);
    copy->name = g_strdup(person->name);
    copy->department = g_strdup(person->department);
    copy->unit = g_strdup(person->unit);
    copy->hash = g_strdup(person->hash);
    copy->grants = g_array_copy(person->grants);
    return copy;
}

void person_free(struct person *person)
{
    if (!person)
        return;
    g_free(person->id);
    g_free(person->login);
    g_free(person->name);
    g_free(person->department);
    g_free(person->unit);
    g_free(person->hash);
    g_array_unref(person->grants);
    g_free(person);
}

rights_t person_rights(const struct person *person)
{
    rights_t rights = 0;
    for (guint i = 0; i < person->grants->len; i++)
        rights |= g_array_index(person->grants, struct grant, i).role->rights;
    return rights;
}

const struct role *person_role(const struct person *person)
{
    const struct role *first = NULL;
    for (guint i = 0; i < person->grants->len; i++) {
        const struct role *role = g_array_index(person->grants, struct grant, i).role;
        if (!first || role < first)
            first = role;
    }
    return first;
}

json_t *person_grants_json(const struct person *person)
{
    json_t *grants = json_array();
    for (guint i = 0; i < person->grants->len; i++) {
        const struct grant *grant = &g_array_index(person->grants, struct grant, i);
        g_assert(grant->role);
        json_array_append_new(
            grants, json_pack("{s:s,s:s}", "role", grant->role->code, "area", grant->area));
    }
    return grants;
}

json_t *person_json(const struct person *person)
{
    const struct role *role = person_role(person);
    const char *code = role ? role->code : "";
    return json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s,s:b,s:o,s:I}", "id", person->id, "login",
                     person->login, "name", person->name, "role", code, "department",
                     person->department, "unit", person->unit, "enabled", person->enabled, "grants",
                     person_grants_json(person), "version", (json_int_t)person->version);
}

/* --- store */

static bool load_grants(struct store_tx *tx, GHashTable *by_id, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT user_id, role, area FROM role_grant ORDER BY role, area", "");
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct person *person = g_hash_table_lookup(by_id, store_text(rows, 0));
        struct grant grant = {.role = role_find(store_text(rows, 1))};
        if (!person || !grant.role) {
            log_warn("identity", "grant of unknown role %s is left out", store_text(rows, 1));
            continue;
        }
        g_strlcpy(grant.area, store_text(rows, 2), sizeof grant.area);
        g_array_append_val(person->grants, grant);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static struct person *person_of_row(struct store_rows *rows)
{
    struct person *person = person_new();
    person->id = store_text_dup(rows, 0);
    person->login = store_text_dup(rows, 1);
    person->name = store_text_dup(rows, 2);
    person->department = store_text_dup(rows, 3);
    g_free(person->unit);
    person->unit = store_text_dup(rows, 4);
    person->hash = store_text_dup(rows, 5);
    person->enabled = store_int(rows, 6) != 0;
    person->version = store_int(rows, 7);
    person->failures = (unsigned)store_int(rows, 8);
    person->locked_until_us = store_int(rows, 9);
    return person;
}

bool people_load(struct store_tx *tx, GPtrArray *people, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT u.id, u.login, u.name, u.department, COALESCE(d.name, u.unit, ''),"
                    " u.password_hash, u.enabled, u.version, u.failures, u.locked_until_us"
                    " FROM user_account u LEFT JOIN department d ON d.id = u.department",
                    "");
    if (!rows)
        return false;
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct person *person = person_of_row(rows);
        g_ptr_array_add(people, person);
        g_hash_table_insert(by_id, person->id, person);
    }
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    return load_grants(tx, by_id, error);
}

static bool write_grants(struct store_tx *tx, const struct person *person, GError **error)
{
    if (!store_exec(tx, error, "DELETE FROM role_grant WHERE user_id = ?", "s", person->id))
        return false;
    for (guint i = 0; i < person->grants->len; i++) {
        const struct grant *grant = &g_array_index(person->grants, struct grant, i);
        if (!store_exec(tx, error, "INSERT INTO role_grant (user_id, role, area) VALUES (?, ?, ?)",
                        "sss", person->id, grant->role->code, grant->area))
            return false;
    }
    return true;
}

static bool announce(struct store_tx *tx, const struct person *person, GError **error)
{
    json_t *body = person_json(person);
    g_autofree char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(body);
    return store_announce(tx, "user", person->id, text, error);
}

bool person_insert(struct store_tx *tx, const struct person *person, gint64 now_us, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO user_account (id, login, name, department, unit, password_hash,"
                      " password_us, enabled, version, created_us, updated_us)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssssssiiiii", person->id, person->login, person->name, person->department,
                      person->unit, person->hash, now_us, (gint64)person->enabled, person->version,
                      now_us, now_us) &&
           write_grants(tx, person, error) && announce(tx, person, error);
}

bool person_update(struct store_tx *tx, const struct person *person, gint64 now_us, GError **error)
{
    if (!store_exec(tx, error,
                    "UPDATE user_account SET name = ?, department = ?, unit = ?, enabled = ?,"
                    " password_us = CASE WHEN password_hash = ? THEN password_us ELSE ? END,"
                    " password_hash = ?, failures = ?, locked_until_us = ?, version = ?,"
                    " updated_us = ? WHERE id = ? AND version = ?",
                    "sssisisiiiisi", person->name, person->department, person->unit,
                    (gint64)person->enabled, person->hash, now_us, person->hash,
                    (gint64)person->failures, (gint64)person->locked_until_us, person->version,
                    now_us, person->id, person->version - 1))
        return false;
    if (store_changed(tx) != 1) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "user %s was changed meanwhile",
                    person->login);
        return false;
    }
    return write_grants(tx, person, error) && announce(tx, person, error);
}
