/* What follows from agreements: the list of a mediator, judicial confirmation, performance. */
#include "accord/desk_private.h"
#include "accord/follow.h"
#include "common/clock.h"
#include "common/log.h"
#include <string.h>

enum { LIST = 200, NOTE_CHARS = 1000, AT_ONCE = 50 };

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

static const char *text_of(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text ? text : "";
}

/* --- list */

#define COLUMNS                                                                                    \
    "SELECT a.meeting, a.case_id, m.title, a.how, d.sha256, a.effective_us, a.court_due_us,"       \
    " a.court_state, a.court_us, a.perform_due_us, a.perform_state, a.perform_note, a.perform_us," \
    " a.case_state, a.case_why FROM meeting_agreement a JOIN meeting m ON m.id = a.meeting"        \
    " JOIN meeting_draft d ON d.meeting = a.meeting AND d.n = a.draft"
#define MINE                                                                                       \
    " EXISTS (SELECT 1 FROM meeting_seat s WHERE s.meeting = a.meeting AND s.user_id = ? AND"      \
    " s.role IN ('mediator', 'co_mediator') AND s.state <> 'removed')"

static json_t *row_json(struct store_rows *rows)
{
    json_t *json =
        json_pack("{s:s,s:s?,s:s,s:s,s:s,s:o,s:s,s:s?}", "meeting", store_text(rows, 0), "case",
                  store_text(rows, 1), "title", store_text(rows, 2), "how", store_text(rows, 3),
                  "sha256", store_text(rows, 4), "effective_us", time_json(store_int(rows, 5)),
                  "case_state", store_text(rows, 13), "case_why", store_text(rows, 14));
    json_object_set_new(json, "court",
                        json_pack("{s:o,s:s,s:o}", "due_us", time_json(store_int(rows, 6)), "state",
                                  store_text(rows, 7), "time_us", time_json(store_int(rows, 8))));
    json_object_set_new(
        json, "performance",
        store_int(rows, 9) ? json_pack("{s:o,s:s,s:s,s:o}", "due_us", time_json(store_int(rows, 9)),
                                       "state", store_text(rows, 10), "text", store_text(rows, 11),
                                       "time_us", time_json(store_int(rows, 12)))
                           : json_null());
    return json;
}

static bool read_list(struct store_tx *tx, gpointer data, GError **error)
{
    struct desk_ask *ask = data;
    GError *bad = NULL;
    bool all = strcmp(text_of(ask->body, "state"), "all") == 0;
    json_t *list = json_array();
    store_rows_auto rows = store_query(
        tx, error,
        COLUMNS " WHERE" MINE " AND (? = 1 OR a.court_state = 'open' OR a.case_state = 'waiting'"
                " OR (a.perform_due_us > 0 AND a.perform_state = 'open'))"
                " ORDER BY a.effective_us DESC, a.meeting LIMIT ?",
        "sii", ask->who, (gint64)all, (gint64)LIST);
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, row_json(rows));
    ask->result = json_pack("{s:o}", "agreements", list);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void get_list(struct net_request *request, gpointer user)
{
    struct accord_desk *desk = user;
    const char *state = net_request_query(request, "state");
    struct desk_ask *ask =
        desk_ask_new(desk, request, json_pack("{s:s}", "state", state ? state : "open"));
    store_read(desk->options.store, read_list, ask, desk_answered);
}

/* --- acts */

static bool do_court(struct store_tx *tx, struct desk_ask *ask,
                     const struct accord_meeting *meeting, json_t *details, GError **error)
{
    const char *result = text_of(ask->body, "result"), *text = text_of(ask->body, "text");
    const char *why = NULL;
    if (strcmp(result, "applied") != 0 && strcmp(result, "waived") != 0)
        return desk_refuse(ask, &DESK_BAD, error);
    if (!accord_court(tx, meeting->id, result, text, ask->now_us, error))
        return false;
    if (store_changed(tx) == 0)
        return desk_refuse(ask, &DESK_NOT_NOW, error);
    if (!follow_court(tx, &ask->desk->options.hooks.acts, meeting, result, text, ask->now_us, &why,
                      error))
        return false;
    if (why)
        json_object_set_new(details, "case_why", json_string(why));
    return true;
}

static bool do_performed(struct store_tx *tx, struct desk_ask *ask,
                         const struct accord_meeting *meeting, json_t *details, GError **error)
{
    static const char *const results[] = {"performed", "partly", "not", NULL};
    const char *result = text_of(ask->body, "result");
    if (!g_strv_contains(results, result))
        return desk_refuse(ask, &DESK_BAD, error);
    bool whole = strcmp(result, "performed") == 0, found;
    const char *text = text_of(ask->body, "text"), *why = NULL;
    gint64 due_us = 0;
    if (!store_exec(tx, error,
                    "UPDATE meeting_agreement SET perform_state = ?, perform_note = ?,"
                    " perform_us = ?, perform_next_us = CASE WHEN ? = 1 THEN 0 ELSE perform_next_us"
                    " END WHERE meeting = ? AND perform_state <> 'performed'",
                    "ssiis", result, text, ask->now_us, (gint64)whole, ask->meeting))
        return false;
    if (store_changed(tx) == 0)
        return desk_refuse(ask, &DESK_NOT_NOW, error);
    if (!whole)
        return true;
    if (!store_query_int(tx, error, &due_us, &found,
                         "SELECT perform_due_us FROM meeting_agreement WHERE meeting = ?", "s",
                         ask->meeting) ||
        !follow_performed(tx, &ask->desk->options.hooks.acts, meeting, text, due_us, ask->now_us,
                          &why, error))
        return false;
    if (why)
        json_object_set_new(details, "case_why", json_string(why));
    return true;
}

static bool act_on(struct store_tx *tx, const struct accord_meeting *meeting,
                   const struct accord_seat *seat, gpointer data, GError **error)
{
    struct desk_ask *ask = data;
    const struct accord_desk_hooks *hooks = &ask->desk->options.hooks;
    const char *act = text_of(ask->body, "act"), *text = text_of(ask->body, "text");
    json_t *details = json_pack("{s:s}", "result", text_of(ask->body, "result"));
    bool fine;
    if (!seat->leads)
        fine = desk_refuse(ask, &DESK_NOT_FOUND, error);
    else if (*text && !template_text_good(text, NOTE_CHARS, true))
        fine = desk_refuse(ask, &DESK_BAD, error);
    else if (strcmp(act, "court") == 0)
        fine = do_court(tx, ask, meeting, details, error);
    else if (strcmp(act, "performed") == 0)
        fine = do_performed(tx, ask, meeting, details, error);
    else if (strcmp(act, "outcome") == 0)
        fine = follow_again(tx, &hooks->acts, meeting, ask->now_us, error);
    else
        fine = desk_refuse(ask, &DESK_BAD, error);
    fine = fine && hooks->note(tx, meeting->id, seat->id, ask->actor, act, details, ask->now_us,
                               hooks->user, error);
    json_decref(details);
    if (!fine)
        return false;
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, COLUMNS " WHERE a.meeting = ?", "s", meeting->id);
    if (rows && store_rows_next(rows, &bad))
        ask->result = json_pack("{s:o}", "agreement", row_json(rows));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad && (ask->result || desk_refuse(ask, &DESK_NOT_FOUND, error));
}

static bool run_act(struct store_tx *tx, gpointer data, GError **error)
{
    struct desk_ask *ask = data;
    const struct accord_desk_hooks *hooks = &ask->desk->options.hooks;
    return hooks->look(tx, ask->meeting, ask->who, act_on, ask, hooks->user, error);
}

static void acted(gpointer data, const GError *error)
{
    struct desk_ask *ask = data;
    const struct accord_desk_hooks *hooks = &ask->desk->options.hooks;
    if (!error)
        hooks->changed(ask->meeting, hooks->user);
    desk_answered(ask, error);
}

static void post_act(struct net_request *request, gpointer user)
{
    struct accord_desk *desk = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    struct desk_ask *ask = desk_ask_new(desk, request, body);
    ask->meeting = g_strdup(net_request_param(request, "meeting"));
    store_write(desk->options.store, run_act, ask, acted);
}

void desk_follow_routes(struct accord_desk *desk)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/agreements", "meeting.host", get_list, 0},
        {"POST", "/api/v1/agreements/:meeting/acts", "meeting.host", post_act, 0},
    };
    net_add_routes(desk->options.net, routes, G_N_ELEMENTS(routes), desk);
}

/* --- reminders */

struct round {
    struct accord_desk *desk;
    gint64 now_us;
    GPtrArray *told; /* meetings, owned texts */
};
/* The two terms of an agreement that people are reminded of. */
struct term {
    const char *name, *letter; /* of the record; of the message to persons */
    const char *due, *update;  /* SQL: those that are due (now, limit); its next time */
    const char *over;          /* SQL: nobody is reminded any more; NULL: nothing follows */
    gint64 (*next)(gint64 due_us, gint64 reminded);
};
static const struct term terms[] = {
    {"court", "court_soon",
     "SELECT meeting, court_due_us, reminded FROM meeting_agreement WHERE next_us > 0 AND"
     " next_us <= ? ORDER BY next_us, meeting LIMIT ?",
     "UPDATE meeting_agreement SET next_us = ?, reminded = ? WHERE meeting = ?",
     "UPDATE meeting_agreement SET court_state = 'over' WHERE meeting = ?", accord_next_us},
    {"performance", "perform_soon",
     "SELECT meeting, perform_due_us, perform_reminded FROM meeting_agreement WHERE"
     " perform_next_us > 0 AND perform_next_us <= ? ORDER BY perform_next_us, meeting LIMIT ?",
     "UPDATE meeting_agreement SET perform_next_us = ?, perform_reminded = ? WHERE meeting = ?",
     NULL, accord_perform_next_us},
};

struct due {
    char *meeting;
    gint64 due_us, reminded;
};

static void due_free(gpointer data)
{
    struct due *due = data;
    g_free(due->meeting);
    g_free(due);
}

static bool remind_one(struct store_tx *tx, struct round *round, const struct term *term,
                       const struct due *due, GError **error)
{
    const struct accord_desk_hooks *hooks = &round->desk->options.hooks;
    gint64 reminded = due->reminded, next_us = 0;
    while ((next_us = term->next(due->due_us, reminded)) && next_us <= round->now_us)
        reminded++;
    bool over = next_us == 0;
    json_t *details = json_pack("{s:s,s:o}", "term", term->name, "due_us", time_json(due->due_us));
    g_autofree char *once =
        g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, term->letter, due->meeting, reminded);
    bool fine = store_exec(tx, error, term->update, "iis", next_us, reminded, due->meeting) &&
                (!over || !term->over || store_exec(tx, error, term->over, "s", due->meeting)) &&
                hooks->note(tx, due->meeting, NULL, NULL, over ? "term_over" : "remind", details,
                            round->now_us, hooks->user, error) &&
                (over || !hooks->write_to_sides ||
                 hooks->write_to_sides(tx, due->meeting, term->letter, once, due->due_us,
                                       round->now_us, hooks->user, error));
    json_decref(details);
    g_ptr_array_add(round->told, g_strdup(due->meeting));
    return fine;
}

static bool remind_term(struct store_tx *tx, struct round *round, const struct term *term,
                        GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(due_free);
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, term->due, "ii", round->now_us, (gint64)AT_ONCE);
    while (rows && store_rows_next(rows, &bad)) {
        struct due *due = g_new0(struct due, 1);
        due->meeting = store_text_dup(rows, 0);
        due->due_us = store_int(rows, 1);
        due->reminded = store_int(rows, 2);
        g_ptr_array_add(list, due);
    }
    if (bad)
        g_propagate_error(error, bad);
    bool fine = rows && !bad;
    for (guint i = 0; fine && i < list->len; i++)
        fine = remind_one(tx, round, term, list->pdata[i], error);
    return fine;
}

static bool remind_all(struct store_tx *tx, gpointer data, GError **error)
{
    struct round *round = data;
    const struct accord_desk_hooks *hooks = &round->desk->options.hooks;
    if (hooks->catch_up && !hooks->catch_up(tx, round->told, hooks->user, error))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(terms); i++)
        if (!remind_term(tx, data, &terms[i], error))
            return false;
    return true;
}

static void reminded(gpointer data, const GError *error)
{
    struct round *round = data;
    const struct accord_desk_hooks *hooks = &round->desk->options.hooks;
    round->desk->reminding = false;
    if (error)
        log_warn("accord", "reminders could not be written: %s", error->message);
    for (guint i = 0; !error && i < round->told->len; i++)
        hooks->changed(round->told->pdata[i], hooks->user);
    g_ptr_array_unref(round->told);
    g_free(round);
}

gboolean desk_remind(gpointer user)
{
    struct accord_desk *desk = user;
    desk_file(desk);
    if (desk->reminding)
        return G_SOURCE_CONTINUE;
    struct round *round = g_new0(struct round, 1);
    *round = (struct round){desk, clock_wall_us(), g_ptr_array_new_with_free_func(g_free)};
    desk->reminding = true;
    store_write(desk->options.store, remind_all, round, reminded);
    return G_SOURCE_CONTINUE;
}
