#include "common/clock.h"
#include "identity/departments.h"
#include "notify/notify_private.h"
#include <string.h>

#define GRID "grid" /* orders to it are for the grid workers of the case's cell */

static void grant_clear(gpointer data)
{
    struct roster_grant *grant = data;
    g_free(grant->user);
    g_free(grant->department);
    g_free(grant->role);
    g_free(grant->area);
}

static void add_grant(const struct identity_user *user, const char *role, const char *area,
                      gpointer data)
{
    struct roster *roster = data;
    const struct roster_grant grant = {.user = g_strdup(user->id),
                                       .department = g_strdup(user->department),
                                       .role = g_strdup(role),
                                       .area = g_strdup(area)};
    g_array_append_val(roster->grants, grant);
}

#define LEADER "leader" /* role, and who leads a shift (docs/duty.md) */

static GHashTable *leading(const struct notify_options *options)
{
    GHashTable *users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const json_t *people = options->on_duty ? options->on_duty(options->user) : NULL;
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)people, i, one)
    {
        const char *role = json_string_value(json_object_get(one, "role"));
        const char *user = json_string_value(json_object_get(one, "user"));
        if (user && g_strcmp0(role, LEADER) == 0)
            g_hash_table_add(users, g_strdup(user));
    }
    return users;
}

struct roster *roster_new(const struct notify_options *options)
{
    struct identity *identity = options->identity;
    struct roster *roster = g_new0(struct roster, 1);
    roster->grants = g_array_new(FALSE, FALSE, sizeof(struct roster_grant));
    g_array_set_clear_func(roster->grants, grant_clear);
    roster->departments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    roster->leading = leading(options);
    roster->made_us = clock_mono_us();
    identity_each_grant(identity, add_grant, roster);
    g_autoptr(GPtrArray) list = department_list(identity);
    for (guint i = 0; i < list->len; i++) {
        const struct department *one = list->pdata[i];
        g_hash_table_replace(roster->departments, g_strdup(one->id), g_strdup(one->name));
    }
    return roster;
}

void roster_free(struct roster *roster)
{
    if (!roster)
        return;
    g_array_unref(roster->grants);
    g_hash_table_unref(roster->departments);
    g_hash_table_unref(roster->leading);
    g_free(roster);
}

/* An unknown place is everybody's. */
static bool reaches(const struct roster_grant *grant, const char *area)
{
    return !area || !*area || area_within(grant->area, area);
}

void roster_department(const struct roster *roster, const char *department, const char *area,
                       GHashTable *users)
{
    bool grid = g_strcmp0(department, GRID) == 0;
    for (guint i = 0; department && i < roster->grants->len; i++) {
        const struct roster_grant *grant = &g_array_index(roster->grants, struct roster_grant, i);
        bool own = g_strcmp0(grant->department, department) == 0 &&
                   (strcmp(grant->role, "department_handler") == 0 ||
                    strcmp(grant->role, "mediator") == 0);
        bool worker = strcmp(grant->role, "grid_worker") == 0 && reaches(grant, area);
        if (grid ? worker : own)
            g_hash_table_add(users, grant->user);
    }
}

void roster_role(const struct roster *roster, const char *role, const char *area, GHashTable *users)
{
    for (guint i = 0; i < roster->grants->len; i++) {
        const struct roster_grant *grant = &g_array_index(roster->grants, struct roster_grant, i);
        if (strcmp(grant->role, role) == 0 && reaches(grant, area))
            g_hash_table_add(users, grant->user);
    }
}

void roster_leaders(const struct roster *roster, const char *area, GHashTable *users)
{
    GHashTableIter iter;
    gpointer user;
    if (g_hash_table_size(roster->leading) == 0)
        roster_role(roster, LEADER, area, users);
    g_hash_table_iter_init(&iter, roster->leading);
    while (g_hash_table_iter_next(&iter, &user, NULL))
        g_hash_table_add(users, user);
}

bool roster_has(const struct roster *roster, const char *user, const char *role, const char *area)
{
    for (guint i = 0; user && i < roster->grants->len; i++) {
        const struct roster_grant *grant = &g_array_index(roster->grants, struct roster_grant, i);
        if (strcmp(grant->user, user) == 0 && strcmp(grant->role, role) == 0 &&
            reaches(grant, area))
            return true;
    }
    return false;
}

/* As who sees cases (server/cases/case_who.c): of the department complained about only those who
 * supervise there. */
void roster_spare(const struct roster *roster, const char *about, const char *area,
                  GHashTable *users)
{
    static const char *const watchers[] = {"supervisor", "leader", "operator", NULL};
    g_autoptr(GHashTable) accused = g_hash_table_new(g_str_hash, g_str_equal);
    if (!about || !*about)
        return;
    for (guint i = 0; i < roster->grants->len; i++) {
        const struct roster_grant *grant = &g_array_index(roster->grants, struct roster_grant, i);
        if (g_strcmp0(grant->department, about) == 0)
            g_hash_table_add(accused, grant->user);
    }
    for (guint i = 0; i < roster->grants->len; i++) {
        const struct roster_grant *grant = &g_array_index(roster->grants, struct roster_grant, i);
        if (g_strv_contains(watchers, grant->role) && reaches(grant, area))
            g_hash_table_remove(accused, grant->user);
    }
    GHashTableIter iter;
    gpointer user;
    g_hash_table_iter_init(&iter, accused);
    while (g_hash_table_iter_next(&iter, &user, NULL))
        g_hash_table_remove(users, user);
}

const char *roster_name(const struct roster *roster, const char *department)
{
    if (g_strcmp0(department, GRID) == 0)
        return "网格";
    const char *name = department ? g_hash_table_lookup(roster->departments, department) : NULL;
    return name ? name : department;
}
