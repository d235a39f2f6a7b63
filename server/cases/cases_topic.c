/* Topic `cases`: what is open, and every change of it (docs/cases.md). */
#include "cases/cases_private.h"
#include <math.h>
#include <string.h>

enum { KEEP_DELTAS = 2048, SNAPSHOT_CASES = 2000 };

/* An announcement as it was told: {"case":C,"about"}. */
static struct case_seen seen_of(const json_t *told, char **departments)
{
    const json_t *c = json_object_get(told, "case");
    const json_t *list = json_object_get(c, "departments");
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(list); i++)
        g_string_append_printf(text, " %s ", json_string_value(json_array_get(list, i)));
    *departments = g_string_free(text, FALSE);
    const char *workflow = json_string_value(json_object_get(c, "workflow"));
    return (struct case_seen){
        .area = json_string_value(json_object_get(c, "area")),
        .first_user = json_string_value(json_object_get(json_object_get(c, "first"), "user")),
        .departments = *departments,
        .about = json_string_value(json_object_get(told, "about")),
        .workflow = workflow,
        .mediated = json_integer_value(json_object_get(c, "level")) > 0 ||
                    g_strcmp0(workflow, "mediation") == 0,
        .verified = json_is_string(json_object_get(c, "done_us")) ||
                    json_is_true(json_object_get(c, "on_spot"))};
}

static bool sees(const struct case_who *who, const json_t *told)
{
    g_autofree char *departments = NULL;
    if (!json_is_object(told))
        return false;
    const struct case_seen seen = seen_of(told, &departments);
    return case_who_sees(who, &seen);
}

static gint64 due_of(const json_t *told)
{
    const char *due = json_string_value(json_object_get(json_object_get(told, "case"), "due_us"));
    return due ? g_ascii_strtoll(due, NULL, 10) : G_MAXINT64;
}

static int by_due(gconstpointer a, gconstpointer b)
{
    gint64 x = due_of(*(const json_t *const *)a), y = due_of(*(const json_t *const *)b);
    return (x > y) - (x < y);
}

static json_t *snapshot(const struct net_session *session, gpointer user)
{
    struct cases *cases = user;
    struct case_who *who = case_who_new(cases->options.identity, session);
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, cases->open);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (sees(who, value))
            g_ptr_array_add(seen, value);
    }
    g_ptr_array_sort(seen, by_due);
    for (guint i = 0; i < MIN(seen->len, SNAPSHOT_CASES); i++)
        json_array_append(list, json_object_get(seen->pdata[i], "case"));
    case_who_free(who);
    return json_pack("{s:o,s:I}", "cases", list, "hidden",
                     (json_int_t)(seen->len - MIN(seen->len, SNAPSHOT_CASES)));
}

static bool sees_all(const struct net_session *session, gpointer user)
{
    (void)session;
    (void)user;
    return false;
}

/* A delta is {"id","now":announcement,"was":the one before or null,"open"}. */
static json_t *part(const json_t *delta, const struct net_session *session, gpointer user)
{
    struct cases *cases = user;
    struct case_who *who = case_who_new(cases->options.identity, session);
    const json_t *now = json_object_get(delta, "now");
    json_t *set = json_array(), *gone = json_array(), *changed = json_array();
    bool open = json_is_true(json_object_get(delta, "open"));
    bool seen = sees(who, now);
    if (seen && open)
        json_array_append(set, json_object_get(now, "case"));
    else if (sees(who, json_object_get(delta, "was")))
        json_array_append(gone, json_object_get(delta, "id"));
    if (seen)
        json_array_append_new(
            changed, json_pack("{s:O,s:O,s:O}", "id", json_object_get(delta, "id"), "version",
                               json_object_get(json_object_get(now, "case"), "version"), "state",
                               json_object_get(json_object_get(now, "case"), "state")));
    case_who_free(who);
    return json_pack("{s:o,s:o,s:o}", "set", set, "gone", gone, "changed", changed);
}

static bool is_open(const json_t *told)
{
    return json_is_null(json_object_get(json_object_get(told, "case"), "closed_us"));
}

static gint64 time_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Others only have to know when a case begins and ends. */
static void tell_course(struct cases *cases, const json_t *told, bool was_open, bool open)
{
    const json_t *c = json_object_get(told, "case");
    bool of_alert = g_strcmp0(json_string_value(json_object_get(c, "channel")), "alert") == 0 &&
                    json_integer_value(json_object_get(c, "version")) == 1;
    if (!cases->course || was_open == open || (open && of_alert))
        return;
#define TEXT(key) json_string_value(json_object_get(c, key))
    const struct case_about about = {.id = TEXT("id"),
                                     .code = TEXT("code"),
                                     .state = TEXT("state"),
                                     .dimension = TEXT("dimension"),
                                     .type = TEXT("type"),
                                     .title = TEXT("title"),
                                     .area = TEXT("area"),
                                     .lon = number_of(c, "lon"),
                                     .lat = number_of(c, "lat"),
                                     .opened_us = time_of(c, "created_us"),
                                     .closed_us = time_of(c, "closed_us"),
                                     .exercise = json_is_true(json_object_get(c, "exercise"))};
#undef TEXT
    cases->course(&about, cases->course_user);
}

void cases_on_course(struct cases *cases, void (*fn)(const struct case_about *about, gpointer user),
                     gpointer user)
{
    cases->course = fn;
    cases->course_user = user;
}

static void on_change(const struct store_change *change, gpointer user)
{
    struct cases *cases = user;
    if (strcmp(change->topic, "case") != 0)
        return;
    if (cases->clock)
        case_clock_look(cases->clock); /* whoever wrote it: a timer may be due sooner */
    json_t *told = json_loads(change->json, 0, NULL);
    if (!json_is_object(json_object_get(told, "case"))) {
        json_decref(told);
        return;
    }
    json_t *was = json_incref(g_hash_table_lookup(cases->open, change->id));
    bool open = is_open(told);
    if (open)
        g_hash_table_replace(cases->open, g_strdup(change->id), json_incref(told));
    else
        g_hash_table_remove(cases->open, change->id);
    topic_publish(cases->topic, json_pack("{s:s,s:O,s:o,s:b}", "id", change->id, "now", told, "was",
                                          was ? json_incref(was) : json_null(), "open", (int)open));
    tell_course(cases, told, was != NULL, open);
    if (cases->clock)
        case_clock_look(cases->clock);
    json_decref(was);
    json_decref(told);
}

/* --- life */

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct cases *cases = job;
    GError *bad = NULL;
    g_autofree char *sql =
        g_strdup_printf("SELECT %s FROM case_file WHERE closed_us = 0", case_row_columns());
    store_rows_auto rows = store_query(tx, error, sql, "");
    while (rows && store_rows_next(rows, &bad)) {
        case_row_auto row = {0};
        case_row_read(&row, rows, 0);
        g_hash_table_replace(cases->open, g_strdup(row.id),
                             json_pack("{s:o,s:o}", "case", case_row_json(&row), "about",
                                       case_json_text(row.about)));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void forget(gpointer told)
{
    json_decref(told);
}

bool cases_topic_open(struct cases *cases, GError **error)
{
    static const struct topic_ops ops = {.snapshot = snapshot, .sees_all = sees_all, .part = part};
    cases->open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, forget);
    cases->topic = topic_create("cases", cases->boot, KEEP_DELTAS, &ops, cases);
    if (!store_read_now(cases->options.store, load, cases, error))
        return false;
    cases->changes = store_on_change(cases->options.store, on_change, cases);
    return true;
}

void cases_topic_close(struct cases *cases)
{
    if (cases->changes)
        store_off_change(cases->options.store, cases->changes);
    topic_destroy(cases->topic);
    if (cases->open)
        g_hash_table_unref(cases->open);
}
