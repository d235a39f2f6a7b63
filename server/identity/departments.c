#include "identity/departments.h"
#include "identity/internal.h"
#include <string.h>

void department_free(gpointer data)
{
    struct department *department = data;
    if (!department)
        return;
    g_free(department->id);
    g_free(department->name);
    g_free(department->name_en);
    g_free(department->kind);
    g_free(department->parent);
    g_free(department->area);
    g_free(department->leader);
    g_free(department);
}

struct department *department_copy(const struct department *department)
{
    struct department *copy = g_new(struct department, 1);
    *copy = *department;
    copy->id = g_strdup(department->id);
    copy->name = g_strdup(department->name);
    copy->name_en = g_strdup(department->name_en);
    copy->kind = g_strdup(department->kind);
    copy->parent = g_strdup(department->parent);
    copy->area = g_strdup(department->area);
    copy->leader = g_strdup(department->leader);
    return copy;
}

json_t *department_json(const struct department *department)
{
    return json_pack("{s:s,s:s,s:s?,s:s,s:s?,s:s?,s:b,s:b,s:I}", "id", department->id, "name",
                     department->name, "name_en", department->name_en, "kind", department->kind,
                     "parent", department->parent, "area", department->area, "leader",
                     department->leader != NULL, "enabled", department->enabled, "version",
                     (json_int_t)department->version);
}

/* --- store */

static struct department *department_of_row(struct store_rows *rows)
{
    struct department *department = g_new0(struct department, 1);
    department->id = store_text_dup(rows, 0);
    department->name = store_text_dup(rows, 1);
    department->name_en = store_text_dup(rows, 2);
    department->kind = store_text_dup(rows, 3);
    department->parent = store_text_dup(rows, 4);
    department->area = store_text_dup(rows, 5);
    department->leader = store_text_dup(rows, 6);
    department->enabled = store_int(rows, 7) != 0;
    department->version = store_int(rows, 8);
    return department;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    GHashTable *departments = job;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT id, name, name_en, kind, parent, area, leader, enabled, version FROM department",
        "");
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct department *department = department_of_row(rows);
        g_hash_table_replace(departments, department->id, department);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

bool departments_load(struct identity *identity, GError **error)
{
    return store_read_now(identity->store, load, identity->departments, error);
}

static bool announce(struct store_tx *tx, const struct department *department, GError **error)
{
    json_t *body = department_json(department);
    g_autofree char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(body);
    return store_announce(tx, "department", department->id, text, error);
}

bool department_insert(struct store_tx *tx, const struct department *department, gint64 now_us,
                       GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO department (id, name, name_en, kind, parent, area, leader,"
                      " enabled, version, updated_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "sssssssiii", department->id, department->name, department->name_en,
                      department->kind, department->parent, department->area, department->leader,
                      (gint64)department->enabled, department->version, now_us) &&
           announce(tx, department, error);
}

bool department_update(struct store_tx *tx, const struct department *department, gint64 now_us,
                       GError **error)
{
    if (!store_exec(tx, error,
                    "UPDATE department SET name = ?, name_en = ?, kind = ?, parent = ?, area = ?,"
                    " leader = ?, enabled = ?, version = ?, updated_us = ?"
                    " WHERE id = ? AND version = ?",
                    "ssssssiiisi", department->name, department->name_en, department->kind,
                    department->parent, department->area, department->leader,
                    (gint64)department->enabled, department->version, now_us, department->id,
                    department->version - 1))
        return false;
    if (store_changed(tx) != 1) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "department %s was changed meanwhile",
                    department->id);
        return false;
    }
    return announce(tx, department, error);
}

bool department_exists(struct store_tx *tx, const char *id, bool *found, GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, found, "SELECT 1 FROM department WHERE id = ?", "s",
                           id);
}

/* --- asking */

const struct department *department_get(struct identity *identity, const char *id)
{
    return id ? g_hash_table_lookup(identity->departments, id) : NULL;
}

static int by_id(gconstpointer a, gconstpointer b)
{
    const struct department *const *first = a, *const *second = b;
    return strcmp((*first)->id, (*second)->id);
}

GPtrArray *department_list(struct identity *identity)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer department;
    g_hash_table_iter_init(&iter, identity->departments);
    while (g_hash_table_iter_next(&iter, NULL, &department))
        g_ptr_array_add(list, department);
    g_ptr_array_sort(list, by_id);
    return list;
}

static bool holds_role(const struct account *account, const char *role)
{
    for (guint i = 0; role && i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant->state == GRANT_HOLDS && strcmp(grant->role->code, role) == 0)
            return true;
    }
    return !role;
}

GPtrArray *department_users(struct identity *identity, const char *id, const char *role)
{
    GPtrArray *users = g_ptr_array_new();
    g_autoptr(GPtrArray) accounts = identity_people(identity);
    for (guint i = 0; i < accounts->len; i++) {
        struct account *account = accounts->pdata[i];
        if (account->enabled && g_strcmp0(account->department, id) == 0 &&
            holds_role(account, role))
            g_ptr_array_add(users, &account->shown);
    }
    return users;
}

void identity_each_grant(struct identity *identity,
                         void (*fn)(const struct identity_user *user, const char *role,
                                    const char *area, gpointer data),
                         gpointer data)
{
    g_autoptr(GPtrArray) accounts = identity_people(identity);
    for (guint i = 0; i < accounts->len; i++) {
        const struct account *account = accounts->pdata[i];
        for (guint g = 0; account->enabled && g < account->grants->len; g++) {
            const struct grant *grant = &g_array_index(account->grants, struct grant, g);
            if (grant->state == GRANT_HOLDS)
                fn(&account->shown, grant->role->code, grant->area, data);
        }
    }
}

bool department_within(struct identity *identity, const char *id, const char *above)
{
    /* as deep as a town's departments go; a ring cannot be saved */
    for (int depth = 0; id && depth < 16; depth++) {
        if (strcmp(id, above) == 0)
            return true;
        const struct department *department = department_get(identity, id);
        id = department ? department->parent : NULL;
    }
    return false;
}
