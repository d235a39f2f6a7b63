/* What an announcement of a case means for people: what it does not say is looked up. */
#include "notify/notify_private.h"
#include <string.h>

enum { MOST_TOLD = 4, MOST_WAITING = 5000 };

/* One row of texts and times that a telling needs; owned. */
struct found {
    char *department, *person, *object;
    gint64 due_us;
};

static void found_clear(struct found *found)
{
    g_free(found->department);
    g_free(found->person);
    g_free(found->object);
}
#define found_auto __attribute__((cleanup(found_clear))) struct found

/* `sql`: department, person, object, due by one `?`. No row: nothing is found. */
static bool look_up(struct store_tx *tx, const char *sql, const char *key, struct found *found,
                    GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "s", key);
    if (rows && store_rows_next(rows, &bad)) {
        found->department = store_text_dup(rows, 0);
        found->person = store_text_dup(rows, 1);
        found->object = store_text_dup(rows, 2);
        found->due_us = store_int(rows, 3);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* When an order is due: as a person set it, else by the last of its timers that run. */
#define ORDER_DUE                                                                                  \
    "CASE WHEN o.due_us > 0 THEN o.due_us ELSE COALESCE((SELECT MAX(t.due_us) FROM case_timer t"   \
    " WHERE t.order_id = o.id AND t.ended_us = 0), 0) END"

static const struct source {
    const char *kind, *by; /* `by`: the field of the details that names it */
    const char *sql;
} sources[] = {
    {"overdue", "item", "SELECT department, '', id, due_us FROM case_item WHERE id = ?"},
    {"overdue", "order", "SELECT o.department, '', o.id, 0 FROM case_order o WHERE o.id = ?"},
    {"reminder", "order", "SELECT o.department, '', o.id, 0 FROM case_order o WHERE o.id = ?"},
    {"returned", "order",
     "SELECT o.department, o.sent_by, o.id, 0 FROM case_order o WHERE o.id = ?"},
    {"ruling", "order", "SELECT o.department, '', o.id, 0 FROM case_order o WHERE o.id = ?"},
    {"undelivered", "order",
     "SELECT o.department, '', o.id, " ORDER_DUE " FROM case_order o WHERE o.id = ?"},
    {"instruction", "item", "SELECT department, '', id, due_us FROM case_item WHERE id = ?"},
    {"resolution", "item", "SELECT department, '', id, due_us FROM case_item WHERE id = ?"},
    {"meeting", "meeting", "SELECT '', '', id, held_us FROM case_meeting WHERE id = ?"},
    {"ruled", "to", "SELECT '', asked_by, id, until_us FROM case_ask WHERE id = ?"},
    {"ask", "ask", "SELECT '', '', id, 0 FROM case_ask WHERE id = ?"},
    {"card", "card", "SELECT department, '', id, 0 FROM case_card WHERE id = ?"},
};

static bool find(struct store_tx *tx, const char *kind, const json_t *details, struct found *found,
                 GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        const char *key = json_string_value(json_object_get(details, sources[i].by));
        if (key && strcmp(sources[i].kind, kind) == 0)
            return look_up(tx, sources[i].sql, key, found, error);
    }
    return true;
}

/* --- orders */

/* "order/ID": of orders in that state; `sql`: id, department, due, sent_by by one `?`. */
static bool tell_orders(struct store_tx *tx, const struct telling *telling,
                        const struct told_case *about, const char *kind, const char *state,
                        const char *actor, GError **error)
{
    GError *bad = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT o.id, o.department, " ORDER_DUE
                                       " FROM case_order o WHERE o.case_id = ? AND o.state = ?"
                                       " ORDER BY o.sent_us, o.id",
                                       "ss", about->id, state);
    while (rows && store_rows_next(rows, &bad)) {
        g_ptr_array_add(list, store_text_dup(rows, 0));
        g_ptr_array_add(list, store_text_dup(rows, 1));
        g_ptr_array_add(list, g_strdup_printf("%" G_GINT64_FORMAT, store_int(rows, 2)));
    }
    if (bad)
        g_propagate_error(error, bad);
    bool fine = rows && !bad;
    g_clear_pointer(&rows, store_rows_end);
    for (guint i = 0; fine && i < list->len; i += 3) {
        g_autofree char *once = g_strdup_printf("%s/%s", kind, (char *)list->pdata[i]);
        const struct tell tell = {.kind = kind,
                                  .groups = TO_DEPARTMENT,
                                  .department = list->pdata[i + 1],
                                  .object = list->pdata[i],
                                  .actor = actor,
                                  .due_us = g_ascii_strtoll(list->pdata[i + 2], NULL, 10),
                                  .once = once};
        fine = tell_people(tx, telling, about, &tell, error);
    }
    return fine;
}

/* --- acts */

struct act {
    const char *name, *outcome;
    const json_t *details;
    gint64 seq;         /* of its record; 0: none */
    char *actor, *from; /* owned */
};

/* Who did it and where the case came from: of its record. */
static bool read_record(struct store_tx *tx, const char *case_id, struct act *act, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT user_id, from_state FROM case_log WHERE case_id = ? AND seq = ?", "si",
        case_id, act->seq);
    if (rows && store_rows_next(rows, &bad)) {
        act->actor = store_text_dup(rows, 0);
        act->from = store_text_dup(rows, 1);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool tell_one(struct store_tx *tx, const struct telling *telling,
                     const struct told_case *about, const struct act *act,
                     const struct notify_told *told, const char *number, GError **error)
{
    found_auto found = {0};
    const char *timer = json_string_value(json_object_get(act->details, "timer"));
    if (!find(tx, told->kind, act->details, &found, error))
        return false;
    bool named = found.department && *found.department;
    guint groups = told->groups;
    if (named && strcmp(told->kind, "instruction") == 0)
        groups &= ~(guint)TO_OPERATORS;
    if (g_strcmp0(timer, "delivery") == 0)
        groups |= TO_OPERATORS;
    /* what a seat opened is in its hands already */
    if (strcmp(told->kind, "open") == 0 &&
        roster_has(telling->roster, act->actor, "operator", about->area))
        return true;
    gint64 due_us = notify_time_of(json_object_get(act->details, "due_us"));
    bool undelivered = strcmp(told->kind, "undelivered") == 0;
    g_autofree char *once = undelivered ? g_strdup_printf("undelivered/%s", found.object)
                                        : g_strdup_printf("%s/%s", number, told->kind);
    const struct tell tell = {.kind = told->kind,
                              .groups = groups,
                              .department = named ? found.department : NULL,
                              .person = found.person,
                              .object = found.object ? found.object : "",
                              .actor = act->actor,
                              .timer = timer,
                              .due_us = found.due_us ? found.due_us : due_us,
                              .once = once};
    return tell_people(tx, telling, about, &tell, error);
}

static bool tell_act(struct store_tx *tx, const struct telling *telling,
                     const struct told_case *about, struct act *act, const char *number,
                     GError **error)
{
    struct notify_told told[MOST_TOLD];
    const char *state = json_string_value(json_object_get(about->file, "state"));
    if (!read_record(tx, about->id, act, error))
        return false;
    const struct notify_seen seen = {act->name, act->outcome, state, act->from};
    guint count = notify_tell(&seen, told, MOST_TOLD);
    const char *from = json_string_value(json_object_get(act->details, "grid_from"));
    struct told_case before = *about; /* an order of the grid is withdrawn where the case was */
    before.area = from ? from : about->area;
    bool fine = (!from && strcmp(act->name, "dispatch") != 0) ||
                (tell_orders(tx, telling, about, "order", "SENT", act->actor, error) &&
                 tell_orders(tx, telling, &before, "withdrawn", "WITHDRAWN", act->actor, error));
    for (guint i = 0; fine && i < count; i++)
        fine = tell_one(tx, telling, about, act, &told[i], number, error);
    return fine;
}

static struct told_case case_of(const json_t *change)
{
    const json_t *file = json_object_get(change, "case");
    return (struct told_case){.file = file,
                              .id = json_string_value(json_object_get(file, "id")),
                              .code = json_string_value(json_object_get(file, "code")),
                              .area = json_string_value(json_object_get(file, "area")),
                              .about = json_string_value(json_object_get(change, "about"))};
}

bool tell_change(struct store_tx *tx, const struct telling *telling, const char *change_json,
                 const char *number, GError **error)
{
    json_t *change = json_loads(change_json, 0, NULL);
    const struct told_case about = case_of(change);
    const json_t *details = json_object_get(change, "details");
    struct act act = {.name = json_string_value(json_object_get(change, "act")),
                      .outcome = json_string_value(json_object_get(details, "outcome")),
                      .details = details,
                      .seq = json_integer_value(json_object_get(change, "seq"))};
    bool fine =
        !about.id || !about.code || !act.name || tell_act(tx, telling, &about, &act, number, error);
    g_free(act.actor);
    g_free(act.from);
    json_decref(change);
    return fine;
}

/* --- what waits */

/* As an announcement would have it, as far as it is needed here. */
static json_t *waiting_file(struct store_rows *rows)
{
    return json_pack("{s:s,s:{s:s,s:s,s:s,s:s?,s:s?,s:s?,s:[]},s:s?}", "act", "dispatch", "case",
                     "id", store_text(rows, 0), "code", store_text(rows, 1), "state",
                     store_text(rows, 2), "area", store_text(rows, 3), "category",
                     store_text(rows, 4), "grade", store_text(rows, 5), "departments", "about",
                     store_text(rows, 6));
}

bool tell_waiting(struct store_tx *tx, const struct telling *telling, GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array();
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT DISTINCT f.id, f.code, f.state, f.area, f.category, f.grade, f.about"
                    " FROM case_file f JOIN case_order o ON o.case_id = f.id"
                    " WHERE o.state = 'SENT' AND o.seen_us = 0 AND f.closed_us = 0"
                    " ORDER BY f.id DESC LIMIT ?",
                    "i", (gint64)MOST_WAITING);
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, waiting_file(rows));
    if (bad)
        g_propagate_error(error, bad);
    bool fine = rows && !bad;
    g_clear_pointer(&rows, store_rows_end);
    for (size_t i = 0; fine && i < json_array_size(list); i++) {
        const struct told_case about = case_of(json_array_get(list, i));
        fine = tell_orders(tx, telling, &about, "order", "SENT", NULL, error);
    }
    json_decref(list);
    return fine;
}
