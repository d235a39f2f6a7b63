/* GET /api/v1/cases/ID: D of docs/cases.md. */
#include "cases/case_timer.h"
#include "cases/cases_private.h"
#include "files/attachments.h"
#include "identity/persons.h"

struct asked {
    struct cases *cases;
    struct net_request *request;
    struct case_who *who;
    const struct case_book *book;
    const struct vault *vault;
    char *id;
    gint64 now_us;
    struct case_row row;
    json_t *body;
    bool glance; /* nobody looks: an open page asks by itself */
};

static void asked_free(struct asked *asked)
{
    net_request_unref(asked->request);
    case_who_free(asked->who);
    case_row_clear(&asked->row);
    json_decref(asked->body);
    g_free(asked->id);
    g_free(asked);
}

/* --- the tables around a case */

struct table {
    const char *name, *sql;
    struct cases_field fields[20];
};
static const struct table tables[] = {
    {"orders",
     "SELECT id, department, COALESCE((SELECT name FROM department WHERE department.id ="
     " case_order.department), department), lead, state, item, standard, due_us, sent_us, seen_us,"
     " taken_us, taken_by, in_time, done_us, done_by, feedback, returned_us, return_reason"
     " FROM case_order WHERE case_id = ? ORDER BY sent_us, id",
     {{"id", 's'},
      {"department", 's'},
      {"name", 's'},
      {"lead", 'b'},
      {"state", 's'},
      {"item", 's'},
      {"standard", 's'},
      {"due_us", 't'},
      {"sent_us", 't'},
      {"seen_us", 't'},
      {"taken_us", 't'},
      {"taken_by", 's'},
      {"in_time", 'b'},
      {"done_us", 't'},
      {"done_by", 's'},
      {"feedback", 's'},
      {"returned_us", 't'},
      {"return_reason", 's'}}},
    {"pauses",
     "SELECT id, from_us, to_us, until_us, reason, asked_by, approved_by FROM case_pause"
     " WHERE case_id = ? ORDER BY from_us",
     {{"id", 's'},
      {"from_us", 't'},
      {"to_us", 't'},
      {"until_us", 't'},
      {"reason", 's'},
      {"asked_by", 's'},
      {"approved_by", 's'}}},
    {"tries",
     "SELECT id, level, n, time_us, user_id, name, result, note FROM case_attempt WHERE case_id = ?"
     " ORDER BY time_us, id",
     {{"id", 's'},
      {"level", 'i'},
      {"n", 'i'},
      {"time_us", 't'},
      {"user", 's'},
      {"name", 's'},
      {"result", 's'},
      {"text", 's'}}},
    {"calls",
     "SELECT id, kind, time_us, user_id, name, reached, result, note FROM case_call"
     " WHERE case_id = ? ORDER BY time_us, id",
     {{"id", 's'},
      {"kind", 's'},
      {"time_us", 't'},
      {"user", 's'},
      {"name", 's'},
      {"reached", 'b'},
      {"result", 's'},
      {"text", 's'}}},
    {"cards",
     "SELECT id, colour, department, time_us, name, note FROM case_card WHERE case_id = ?"
     " ORDER BY time_us, id",
     {{"id", 's'},
      {"colour", 's'},
      {"department", 's'},
      {"time_us", 't'},
      {"name", 's'},
      {"text", 's'}}},
    {"asks",
     "SELECT id, kind, reason, note, until_us, order_id, state, asked_us, asked_by, asked_name,"
     " ruled_us, ruled_name, timer FROM case_ask WHERE case_id = ? ORDER BY asked_us, id",
     {{"id", 's'},
      {"kind", 's'},
      {"reason", 's'},
      {"text", 's'},
      {"until_us", 't'},
      {"order", 's'},
      {"state", 's'},
      {"asked_us", 't'},
      {"asked_by", 's'},
      {"asked_name", 's'},
      {"ruled_us", 't'},
      {"ruled_name", 's'},
      {"timer", 's'}}},
    {"meetings",
     "SELECT id, kind, held_us, place, people, note, time_us, name FROM case_meeting"
     " WHERE case_id = ? ORDER BY held_us, id",
     {{"id", 's'},
      {"kind", 's'},
      {"held_us", 't'},
      {"place", 's'},
      {"people", 's'},
      {"text", 's'},
      {"time_us", 't'},
      {"name", 's'}}},
    {"items",
     "SELECT id, kind, meeting, department, text, due_us, time_us, name, done_us, done_name,"
     " done_note, over_us FROM case_item WHERE case_id = ? ORDER BY time_us, id",
     {{"id", 's'},
      {"kind", 's'},
      {"meeting", 's'},
      {"department", 's'},
      {"text", 's'},
      {"due_us", 't'},
      {"time_us", 't'},
      {"name", 's'},
      {"done_us", 't'},
      {"done_name", 's'},
      {"done_note", 's'},
      {"over_us", 't'}}},
    {"links",
     "SELECT id, kind, target, note, time_us, undone_us FROM case_tie WHERE case_id = ?"
     " ORDER BY time_us, id",
     {{"id", 's'},
      {"kind", 's'},
      {"to", 's'},
      {"text", 's'},
      {"time_us", 't'},
      {"undone_us", 't'}}},
    {"merged",
     "SELECT id, code, title, state FROM case_file WHERE merged_into = ? ORDER BY id",
     {{"id", 's'}, {"code", 's'}, {"title", 's'}, {"state", 's'}}},
    {"alerts",
     "SELECT alert, opened, time_us, undone_us FROM case_alert WHERE case_id = ? ORDER BY time_us",
     {{"alert", 's'}, {"opened", 'b'}, {"time_us", 't'}, {"undone_us", 't'}}},
};

static guint fields_of(const struct table *table)
{
    guint count = 0;
    while (count < G_N_ELEMENTS(table->fields) && table->fields[count].name)
        count++;
    return count;
}

static bool read_tables(struct store_tx *tx, struct asked *asked, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        json_t *list = cases_rows_json(tx, tables[i].sql, asked->row.id, tables[i].fields,
                                       fields_of(&tables[i]), error);
        if (!list)
            return false;
        json_object_set_new(asked->body, tables[i].name, list);
    }
    json_t *timers = case_timers_json(tx, asked->row.id, error);
    json_t *log = timers ? case_log_json(tx, asked->row.id, error) : NULL;
    if (timers)
        json_object_set_new(asked->body, "timers", timers);
    if (log)
        json_object_set_new(asked->body, "log", log);
    return log != NULL;
}

/* --- what this person may do now */

static json_t *acts_json(const struct asked *asked, guint32 roles)
{
    const struct workflow *workflow = case_book_workflow(asked->book, asked->row.workflow);
    int state = workflow ? workflow_state_find(workflow, asked->row.state) : -1;
    json_t *list = json_array();
    for (int act = 0; workflow && act < CASE_ACT_COUNT; act++) {
        bool known;
        if (workflow_move(workflow, (enum case_act)act, state, NULL, roles, &known))
            json_array_append_new(list, json_string(case_act_info((enum case_act)act)->name));
    }
    return list;
}

/* R of docs/cases.md, null for whoever may not know. NULL: error. */
static json_t *reporter_json(struct store_tx *tx, const struct asked *asked, const char *person,
                             const char *about, guint32 roles, GError **error)
{
    GError *bad = NULL;
    struct person_known *known = NULL;
    if (person && *person && case_may_know_reporter(about, asked->who, roles))
        known = person_read(tx, asked->vault, person, PERSON_MASKED, &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return NULL;
    }
    json_t *reporter = person_known_json(known);
    person_known_free(known);
    return reporter;
}

/* Those who reported what was merged into it are called back with it. */
static bool read_reporters(struct store_tx *tx, struct asked *asked, guint32 roles, GError **error)
{
    json_t *reporter =
        reporter_json(tx, asked, asked->row.reporter, asked->row.about, roles, error);
    if (!reporter)
        return false;
    json_object_set_new(asked->body, "reporter", reporter);
    const json_t *merged = json_object_get(asked->body, "merged");
    for (size_t i = 0; i < json_array_size(merged); i++) {
        json_t *one = json_array_get(merged, i);
        case_row_auto row = {0};
        if (!case_row_load(tx, json_string_value(json_object_get(one, "id")), &row, error))
            return false;
        reporter = reporter_json(tx, asked, row.reporter, row.about, roles, error);
        if (!reporter)
            return false;
        json_object_set_new(one, "reporter", reporter);
    }
    return true;
}

/* Without the files that this person may not see, and without their captions on record. */
static void leave_out(const struct asked *asked, GHashTable *shown)
{
    json_t *files = json_object_get(asked->body, "files"), *one;
    const json_t *log = json_object_get(asked->body, "log");
    for (size_t i = json_array_size(files); i-- > 0;) {
        const char *id = json_string_value(json_object_get(json_array_get(files, i), "id"));
        if (!g_hash_table_contains(shown, id))
            json_array_remove(files, i);
    }
    for (size_t i = 0; i < json_array_size(log); i++) {
        one = json_array_get(log, i);
        const char *act = json_string_value(json_object_get(one, "action"));
        const char *id =
            json_string_value(json_object_get(json_object_get(one, "details"), "file"));
        if (g_strcmp0(act, "attach") == 0 && (!id || !g_hash_table_contains(shown, id)))
            json_object_set_new(one, "note", json_string(""));
    }
}

static bool read_files(struct store_tx *tx, const struct asked *asked, GError **error)
{
    const struct attachment_owner owner = {"case", asked->row.id};
    g_autoptr(GHashTable) shown = NULL;
    json_t *files = attachments_json(tx, asked->vault, &owner, error);
    if (!files)
        return false;
    json_object_set_new(asked->body, "files", files);
    if (!cases_files_shown(tx, &asked->row, asked->who, &shown, error))
        return false;
    if (shown)
        leave_out(asked, shown);
    return true;
}

/* Who may not know the reporter of a complaint reads nothing that the reporter said: not what was
 * noted of calls, nor by who took it. */
static void hide_words(const struct asked *asked, guint32 roles)
{
    size_t i;
    json_t *one;
    if (case_may_know_reporter(asked->row.about, asked->who, roles))
        return;
    json_array_foreach(json_object_get(asked->body, "calls"), i, one)
        json_object_set_new(one, "text", json_null());
    json_array_foreach(json_object_get(asked->body, "log"), i, one)
    {
        const char *act = json_string_value(json_object_get(one, "action"));
        const char *user = json_string_value(json_object_get(one, "user"));
        bool own = g_strcmp0(user, asked->who->actor->user) == 0;
        bool said = g_strcmp0(act, "call") == 0 || g_strcmp0(act, "verify") == 0 ||
                    (g_strcmp0(act, "comment") == 0 && !g_strcmp0(user, asked->row.first_user));
        if (said && !own)
            json_object_set_new(one, "note", json_string(""));
    }
}

static bool read_case(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    GError *bad = NULL;
    gint64 broken;
    if (!case_row_load(tx, asked->id, &asked->row, error))
        return false;
    struct case_seen seen = case_seen_of(&asked->row);
    guint32 roles = case_who_roles(asked->who, &seen);
    if (!case_who_sees(asked->who, &seen)) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
        return false;
    }
    json_t *file = case_row_json(&asked->row);
    json_object_set_new(file, "text", case_json_text(asked->row.body));
    asked->body = json_pack("{s:o,s:o,s:o}", "case", file, "about",
                            case_json_text(asked->row.about), "acts", acts_json(asked, roles));
    if (!read_tables(tx, asked, error) || !read_files(tx, asked, error) ||
        !read_reporters(tx, asked, roles, error))
        return false;
    hide_words(asked, roles);
    case_log_verify(tx, asked->row.id, &broken, &bad);
    json_object_set_new(asked->body, "broken", broken ? json_integer(broken) : json_null());
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* --- the order was seen */

struct sighting {
    char *order;
    gint64 now_us;
};

static bool write_seen(struct store_tx *tx, gpointer job, GError **error)
{
    const struct sighting *seen = job;
    return case_order_seen(tx, seen->order, seen->now_us, error);
}

static void seen_written(gpointer job, const GError *error)
{
    struct sighting *seen = job;
    (void)error; /* the next look writes it */
    g_free(seen->order);
    g_free(seen);
}

static void note_seen(const struct asked *asked)
{
    const json_t *orders = json_object_get(asked->body, "orders");
    for (size_t i = 0; i < json_array_size(orders); i++) {
        const json_t *order = json_array_get(orders, i);
        const char *department = json_string_value(json_object_get(order, "department"));
        if (!json_is_null(json_object_get(order, "seen_us")) ||
            !case_who_is_for(asked->who, department, asked->row.area))
            continue;
        struct sighting *seen = g_new0(struct sighting, 1);
        *seen = (struct sighting){g_strdup(json_string_value(json_object_get(order, "id"))),
                                  asked->now_us};
        store_write(asked->cases->options.store, write_seen, seen, seen_written);
    }
}

/* Whoever has no right to see persons there is told that there is somebody, no more. */
static void hide(json_t *reporter)
{
    static const char *const known[] = {"name", "phone", "id_number", "area"};
    for (size_t i = 0; json_is_object(reporter) && i < G_N_ELEMENTS(known); i++)
        json_object_set_new(reporter, known[i], json_null());
}

static void hide_reporters(const struct asked *asked)
{
    if (person_mask_for(net_request_session(asked->request), asked->row.area) != PERSON_HIDDEN)
        return;
    hide(json_object_get(asked->body, "reporter"));
    const json_t *merged = json_object_get(asked->body, "merged");
    for (size_t i = 0; i < json_array_size(merged); i++)
        hide(json_object_get(json_array_get(merged, i), "reporter"));
}

static void case_read(gpointer job, const GError *error)
{
    struct asked *asked = job;
    if (error) {
        cases_reply_error(asked->request, error);
    } else {
        if (!asked->glance)
            note_seen(asked);
        hide_reporters(asked);
        net_reply_json(asked->request, 200, json_incref(asked->body));
    }
    asked_free(asked);
}

static void get_case(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    struct asked *asked = g_new0(struct asked, 1);
    asked->cases = cases;
    asked->request = net_request_ref(request);
    asked->who = case_who_new(cases->options.identity, net_request_session(request));
    asked->book = cases->book;
    asked->vault = identity_vault(cases->options.identity);
    asked->id = g_strdup(net_request_param(request, "id"));
    asked->now_us = cases_now(cases);
    asked->glance = net_request_query(request, "glance") != NULL;
    store_read(cases->options.store, read_case, asked, case_read);
}

void cases_detail_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cases/:id", "case.own", get_case, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
