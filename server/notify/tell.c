/* Who is told of one thing, and through which gateways: rows of one transaction. */
#include "notify/notify_private.h"
#include <string.h>

static const struct {
    guint group;
    const char *role;
} by_role[] = {
    {TO_OPERATORS, "operator"}, {TO_SUPERVISORS, "supervisor"}, {TO_VERIFIERS, "verifier"},
    {TO_MEDIATORS, "mediator"}, {TO_LEADERS, "leader"},
};

json_t *notify_time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

gint64 notify_time_of(const json_t *value)
{
    const char *text = json_string_value(value);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* --- people */

static json_t *about_json(const struct telling *telling, const struct told_case *about,
                          const struct tell *tell)
{
    g_autofree char *item = telling->notify->options.cases->item(about->file);
    return json_pack("{s:s,s:s?,s:s?,s:s?,s:o,s:s?}", "code", about->code, "department",
                     tell->department, "name", roster_name(telling->roster, tell->department),
                     "item", item, "due_us", notify_time_json(tell->due_us), "timer", tell->timer);
}

static bool announce(struct store_tx *tx, const char *user, const char *id, json_t *shown,
                     GError **error)
{
    json_t *json = json_pack("{s:s,s:o}", "user", user, "n", shown);
    char *text = json_dumps(json, JSON_COMPACT);
    bool fine = store_announce(tx, "notification", id, text, error);
    free(text);
    json_decref(json);
    return fine;
}

static bool tell_user(struct store_tx *tx, const struct telling *telling,
                      const struct told_case *about, const struct tell *tell, const char *user,
                      json_t *details, GError **error)
{
    g_autofree char *id = store_id_new();
    char *text = json_dumps(details, JSON_COMPACT | JSON_SORT_KEYS);
    bool fine = store_exec(tx, error,
                           "INSERT INTO notification (id, user_id, kind, case_id, object, about,"
                           " once, time_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                           " ON CONFLICT (user_id, once) DO NOTHING",
                           "sssssssi", id, user, tell->kind, about->id, tell->object, text,
                           tell->once, telling->now_us);
    free(text);
    if (!fine || store_changed(tx) == 0)
        return fine;
    json_t *shown = json_copy(details);
    json_object_set_new(shown, "id", json_string(id));
    json_object_set_new(shown, "kind", json_string(tell->kind));
    json_object_set_new(shown, "case", json_string(about->id));
    json_object_set_new(shown, "object", *tell->object ? json_string(tell->object) : json_null());
    json_object_set_new(shown, "time_us", notify_time_json(telling->now_us));
    json_object_set_new(shown, "read_us", json_null());
    return announce(tx, user, id, shown, error);
}

/* --- gateways */

static json_t *facts_json(const struct telling *telling, const struct told_case *about,
                          const struct tell *tell, const char *department)
{
    const struct notify_kind *kind = notify_kind(tell->kind);
    g_autofree char *item = telling->notify->options.cases->item(about->file);
    g_autofree char *due = telling->notify->options.cases->clock(tell->due_us);
    g_autofree char *link = g_strdup_printf("%s/cases/%s", telling->notify->url, about->id);
    const char *name = roster_name(telling->roster, department);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "code", about->code, "kind",
                     kind ? kind->zh : tell->kind, "what", tell->kind, "department",
                     name ? name : "", "item", item, "due", due, "link", link, "due_us",
                     notify_time_json(tell->due_us), "time_us", notify_time_json(telling->now_us));
}

static bool queue_one(struct store_tx *tx, const struct telling *telling,
                      const struct told_case *about, const struct tell *tell,
                      const struct channel *channel, const char *of, const char *department,
                      GError **error)
{
    g_autofree char *id = store_id_new();
    g_autofree char *once = g_strdup_printf("%s/%s/%s", channel->id, of, tell->once);
    json_t *facts = facts_json(telling, about, tell, department);
    char *text = json_dumps(facts, JSON_COMPACT);
    bool fine = store_exec(tx, error,
                           "INSERT INTO delivery (id, channel, kind, case_id, object, department,"
                           " facts, once, state, time_us, next_us)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)"
                           " ON CONFLICT (once) DO NOTHING",
                           "ssssssssii", id, channel->id, tell->kind, about->id, tell->object, of,
                           text, once, telling->now_us, telling->now_us);
    free(text);
    json_decref(facts);
    return fine;
}

/* One message for each channel that wants it, for a department or for a role. */
static bool queue(struct store_tx *tx, const struct telling *telling, const struct told_case *about,
                  const struct tell *tell, const char *department, const char *role, GError **error)
{
    const GPtrArray *channels = telling->notify->plan->channels;
    for (guint i = 0; i < channels->len; i++) {
        const struct channel *channel = channels->pdata[i];
        if (channel_takes(channel, tell->kind, department, role) &&
            !queue_one(tx, telling, about, tell, channel, department ? department : role,
                       department ? department : tell->department, error))
            return false;
    }
    return true;
}

/* --- both */

/* Departments that the telling goes to: of the order, or of all orders that hold. */
static GPtrArray *departments_of(const struct told_case *about, const struct tell *tell)
{
    GPtrArray *list = g_ptr_array_new();
    const json_t *held = json_object_get(about->file, "departments");
    if ((tell->groups & TO_DEPARTMENT) && tell->department)
        g_ptr_array_add(list, (gpointer)tell->department);
    for (size_t i = 0; (tell->groups & TO_WORKING) && i < json_array_size(held); i++)
        g_ptr_array_add(list, (gpointer)json_string_value(json_array_get(held, i)));
    for (guint i = list->len; i-- > 0;) { /* a complaint never goes to whom it is about */
        if (about->about && g_strcmp0(list->pdata[i], about->about) == 0)
            g_ptr_array_remove_index(list, i);
    }
    return list;
}

static bool queue_all(struct store_tx *tx, const struct telling *telling,
                      const struct told_case *about, const struct tell *tell,
                      const GPtrArray *departments, GError **error)
{
    for (guint i = 0; i < departments->len; i++) {
        if (!queue(tx, telling, about, tell, departments->pdata[i], NULL, error))
            return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(by_role); i++) {
        if ((tell->groups & by_role[i].group) &&
            !queue(tx, telling, about, tell, NULL, by_role[i].role, error))
            return false;
    }
    return true;
}

bool tell_people(struct store_tx *tx, const struct telling *telling, const struct told_case *about,
                 const struct tell *tell, GError **error)
{
    g_autoptr(GHashTable) users = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) departments = departments_of(about, tell);
    const char *first =
        json_string_value(json_object_get(json_object_get(about->file, "first"), "user"));
    for (guint i = 0; i < departments->len; i++)
        roster_department(telling->roster, departments->pdata[i], about->area, users);
    for (gsize i = 0; i < G_N_ELEMENTS(by_role); i++) {
        if (tell->groups & by_role[i].group & ~(guint)TO_LEADERS)
            roster_role(telling->roster, by_role[i].role, about->area, users);
    }
    if (tell->groups & TO_LEADERS)
        roster_leaders(telling->roster, about->area, users);
    if ((tell->groups & TO_FIRST) && first && *first)
        g_hash_table_add(users, (gpointer)first);
    if (tell->person && *tell->person)
        g_hash_table_add(users, (gpointer)tell->person);
    roster_spare(telling->roster, about->about, about->area, users);
    if (tell->actor)
        g_hash_table_remove(users, tell->actor);
    json_t *details = about_json(telling, about, tell);
    GHashTableIter iter;
    gpointer user;
    bool fine = details != NULL;
    g_hash_table_iter_init(&iter, users);
    while (fine && g_hash_table_iter_next(&iter, &user, NULL))
        fine = tell_user(tx, telling, about, tell, user, details, error);
    json_decref(details);
    return fine && queue_all(tx, telling, about, tell, departments, error);
}
