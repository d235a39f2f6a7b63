#include "common/log.h"
#include "identity/internal.h"
#include <string.h>

struct account *account_new(void)
{
    struct account *account = g_new0(struct account, 1);
    account->grants = g_array_new(FALSE, TRUE, sizeof(struct grant));
    account->unit = g_strdup("");
    account->enabled = true;
    return account;
}

struct account *account_copy(const struct account *account)
{
    struct account *copy = g_new0(struct account, 1);
    *copy = *account;
    copy->id = g_strdup(account->id);
    copy->login = g_strdup(account->login);
    copy->name = g_strdup(account->name);
    copy->department = g_strdup(account->department);
    copy->unit = g_strdup(account->unit);
    copy->hash = g_strdup(account->hash);
    copy->person = g_strdup(account->person);
    copy->totp = account->totp ? g_bytes_ref(account->totp) : NULL;
    copy->grants = g_array_copy(account->grants);
    return copy;
}

void account_free(struct account *account)
{
    if (!account)
        return;
    g_free(account->id);
    g_free(account->login);
    g_free(account->name);
    g_free(account->department);
    g_free(account->unit);
    g_free(account->hash);
    g_free(account->person);
    g_clear_pointer(&account->totp, g_bytes_unref);
    g_array_unref(account->grants);
    g_free(account);
}

rights_t account_rights(const struct account *account)
{
    rights_t rights = 0;
    for (guint i = 0; i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant->state == GRANT_HOLDS)
            rights |= role_rights_in(grant->role, grant->area);
    }
    return rights;
}

rights_t account_rights_ever(const struct account *account)
{
    rights_t rights = 0;
    for (guint i = 0; i < account->grants->len; i++)
        rights |= g_array_index(account->grants, struct grant, i).role->rights;
    return rights;
}

const struct role *account_role(const struct account *account)
{
    const struct role *first = NULL;
    for (guint i = 0; i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant->state == GRANT_HOLDS && (!first || grant->role < first))
            first = grant->role;
    }
    return first;
}

/* 0: null */
static json_t *time_json(gint64 time_us)
{
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

json_t *account_grants_json(const struct account *account)
{
    json_t *grants = json_array();
    for (guint i = 0; i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        g_assert(grant->role);
        json_array_append_new(
            grants, json_pack("{s:s,s:s,s:o,s:o,s:s}", "role", grant->role->code, "area",
                              grant->area, "from_us", time_json(grant->from_us), "until_us",
                              time_json(grant->until_us), "state", grant_state_name(grant->state)));
    }
    return grants;
}

json_t *account_grants_record(const struct account *account)
{
    json_t *grants = json_array();
    for (guint i = 0; i < account->grants->len; i++)
        json_array_append_new(grants,
                              grant_record_json(&g_array_index(account->grants, struct grant, i)));
    return grants;
}

json_t *account_json(const struct account *account)
{
    const struct role *role = account_role(account);
    const char *code = role ? role->code : "";
    return json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s,s:b,s:b,s:b,s:o,s:o,s:I}", "id", account->id,
                     "login", account->login, "name", account->name, "role", code, "department",
                     account->department, "unit", account->unit, "enabled", account->enabled,
                     "totp", account->totp_us != 0, "phone", account->person != NULL,
                     "locked_until_us", time_json(account->locked_until_us), "grants",
                     account_grants_json(account), "version", (json_int_t)account->version);
}

/* --- store */

static bool load_grants(struct store_tx *tx, GHashTable *by_id, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT user_id, role, area, from_us, until_us, told FROM role_grant ORDER BY role, area",
        "");
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct account *account = g_hash_table_lookup(by_id, store_text(rows, 0));
        struct grant grant = {.role = role_find(store_text(rows, 1))};
        if (!account || !grant.role) {
            log_warn("identity", "grant of unknown role %s is left out", store_text(rows, 1));
            continue;
        }
        g_strlcpy(grant.area, store_text(rows, 2), sizeof grant.area);
        grant.from_us = store_int(rows, 3);
        grant.until_us = store_int(rows, 4);
        grant.state = grant.told = (enum grant_state)CLAMP(store_int(rows, 5), 0, GRANT_OVER);
        g_array_append_val(account->grants, grant);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static struct account *person_of_row(struct store_rows *rows)
{
    struct account *account = account_new();
    account->id = store_text_dup(rows, 0);
    account->login = store_text_dup(rows, 1);
    account->name = store_text_dup(rows, 2);
    account->department = store_text_dup(rows, 3);
    g_free(account->unit);
    account->unit = store_text_dup(rows, 4);
    account->hash = store_text_dup(rows, 5);
    account->enabled = store_int(rows, 6) != 0;
    account->version = store_int(rows, 7);
    account->failures = (unsigned)store_int(rows, 8);
    account->locked_until_us = store_int(rows, 9);
    account->person = store_text_dup(rows, 10);
    size_t size;
    const void *totp = store_blob(rows, 11, &size);
    account->totp = totp && size ? g_bytes_new(totp, size) : NULL;
    account->totp_us = store_int(rows, 12);
    account->totp_step = store_int(rows, 13);
    return account;
}

bool accounts_load(struct store_tx *tx, GPtrArray *people, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT u.id, u.login, u.name, u.department, COALESCE(d.name, u.unit, ''),"
        " u.password_hash, u.enabled, u.version, u.failures, u.locked_until_us, u.person,"
        " u.totp_enc, u.totp_us, u.totp_step"
        " FROM user_account u LEFT JOIN department d ON d.id = u.department",
        "");
    if (!rows)
        return false;
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct account *account = person_of_row(rows);
        g_ptr_array_add(people, account);
        g_hash_table_insert(by_id, account->id, account);
    }
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    return load_grants(tx, by_id, error);
}

static bool announce(struct store_tx *tx, const struct account *account, GError **error)
{
    json_t *body = account_json(account);
    g_autofree char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(body);
    return store_announce(tx, "user", account->id, text, error);
}

bool account_insert(struct store_tx *tx, const struct account *account, gint64 now_us,
                    GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO user_account (id, login, name, department, unit, password_hash,"
                      " password_us, enabled, version, created_us, updated_us, person)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssssssiiiiis", account->id, account->login, account->name,
                      account->department, account->unit, account->hash, now_us,
                      (gint64)account->enabled, account->version, now_us, now_us,
                      account->person) &&
           announce(tx, account, error);
}

bool account_update(struct store_tx *tx, const struct account *account, gint64 now_us,
                    GError **error)
{
    if (!store_exec(tx, error,
                    "UPDATE user_account SET name = ?, department = ?, unit = ?, enabled = ?,"
                    " password_us = CASE WHEN password_hash = ? THEN password_us ELSE ? END,"
                    " password_hash = ?, failures = ?, locked_until_us = ?, version = ?,"
                    " updated_us = ?, person = ? WHERE id = ? AND version = ?",
                    "sssisisiiiissi", account->name, account->department, account->unit,
                    (gint64)account->enabled, account->hash, now_us, account->hash,
                    (gint64)account->failures, (gint64)account->locked_until_us, account->version,
                    now_us, account->person, account->id, account->version - 1))
        return false;
    if (store_changed(tx) != 1) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "user %s was changed meanwhile",
                    account->login);
        return false;
    }
    return announce(tx, account, error);
}
