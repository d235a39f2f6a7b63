/* An act as a turn: what the person saw is compared, the correlator asked, everything written. */
#include "alerts/act_private.h"
#include "alerts/face.h"
#include "common/clock.h"
#include <string.h>

#define ACT_ERROR (g_quark_from_static_string("townwall-act"))
enum act_error {
    ACT_ERROR_ANSWERED, /* the request has its answer */
    ACT_ERROR_CONFLICT, /* somebody was first */
    ACT_ERROR_NOT_NOW,  /* makes no sense now */
};

static bool is(const struct act *act, const char *name)
{
    return strcmp(act->kind->name, name) == 0;
}

static void give_up(struct turn *turn, enum act_error code, const char *why)
{
    GError *error = g_error_new_literal(ACT_ERROR, (int)code, why);
    turn_end(turn, error);
    g_error_free(error);
}

/* --- the transaction */

static json_t *details_of(const struct act *act)
{
    json_t *details = json_object();
    if (act->reason)
        json_object_set_new(details, "reason", json_string(act->reason));
    if (act->minutes)
        json_object_set_new(details, "minutes", json_integer(act->minutes));
    if (act->to)
        json_object_set_new(details, "to", json_string(act->to));
    if (act->case_id)
        json_object_set_new(details, "case", json_string(act->case_id));
    if (act->undone.name)
        json_object_set_new(details, "undone", json_string(act->undone.name));
    if (act->step)
        json_object_set_new(details, "step", json_string(act->step));
    return details;
}

static bool takes_back_case(const struct act *act)
{
    return act->undone.id &&
           (strcmp(act->undone.name, "case") == 0 || strcmp(act->undone.name, "link_case") == 0);
}

static bool about_case(const struct act *act)
{
    return is(act, "case") || is(act, "link_case") || takes_back_case(act);
}

static bool write_case(struct store_tx *tx, struct act *act, struct turn *turn, GError **error)
{
    const struct alerts_cases *cases = act->alerts->options.cases;
    g_autofree char *reporter = NULL;
    bool fine = !about_case(act) || alerts_reporter(tx, act->alert, &reporter, error);
    act->seed.reporter = reporter;
    if (fine && is(act, "case"))
        fine = cases->open(tx, &act->seed, act->who, turn->now_us, &act->case_code, error);
    else if (fine && is(act, "link_case"))
        fine = cases->link(tx, act->case_id, act->alert, reporter, act->who, turn->now_us,
                           &act->case_code, error);
    else if (takes_back_case(act))
        return fine && cases->undo(tx, act->undone.target, act->alert, reporter, act->who,
                                   turn->now_us, &act->case_closed, error);
    if (fine && act->case_code) {
        struct alert_row *row = g_hash_table_lookup(turn->rows, act->alert);
        g_free(row->case_code);
        row->case_code = g_strdup(act->case_code);
    }
    return fine;
}

static bool write_assignment(struct store_tx *tx, struct act *act, struct turn *turn,
                             GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT name FROM user_account WHERE id = ? AND enabled = 1", "s", act->to);
    if (!rows)
        return false;
    if (!store_rows_next(rows, error)) {
        if (!*error)
            g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such person");
        return false;
    }
    struct alert_row *row = g_hash_table_lookup(turn->rows, act->alert);
    g_free(row->assigned_name);
    row->assigned_name = store_text_dup(rows, 0);
    return true;
}

static bool write_step(struct store_tx *tx, const struct act *act, gint64 now_us, GError **error)
{
    if (!act->done)
        return store_exec(tx, error, "DELETE FROM alert_step WHERE alert = ? AND step = ?", "ss",
                          act->alert, act->step);
    return store_exec(tx, error,
                      "INSERT INTO alert_step (alert, step, time_us, user_id, name)"
                      " VALUES (?, ?, ?, ?, ?) ON CONFLICT (alert, step) DO NOTHING",
                      "ssiss", act->alert, act->step, now_us, act->user_id, act->name);
}

static bool write_record(struct store_tx *tx, const struct act *act, gint64 now_us, GError **error)
{
    g_autofree char *before = act->before ? json_dumps(act->before, JSON_COMPACT) : NULL;
    const char *body = act->step ? (act->done ? "done" : "open") : act->text;
    const char *target = act->step ? act->step : act->case_id ? act->case_id : act->to;
    if (act->undone.name)
        body = act->undone.name;
    if (act->undone.id)
        target = act->undone.id;
    if (!store_exec(tx, error,
                    "INSERT INTO alert_act (id, alert, time_us, user_id, name, act, minutes,"
                    " reason, body, target, before)"
                    " VALUES (?, ?, ?, ?, ?, ?, NULLIF(?, 0), ?, ?, ?, ?)",
                    "ssisssissss", act->id, act->alert, now_us, act->user_id, act->name,
                    act->kind->name, act->minutes, act->reason, body, target, before))
        return false;
    return !act->undone.id ||
           store_exec(tx, error, "UPDATE alert_act SET undone_us = ? WHERE id = ?", "is", now_us,
                      act->undone.id);
}

static bool write_act(struct store_tx *tx, struct turn *turn, GError **error)
{
    struct act *act = turn->user;
    if (!write_case(tx, act, turn, error) ||
        (is(act, "assign") && !write_assignment(tx, act, turn, error)) ||
        (is(act, "check") && !write_step(tx, act, turn->now_us, error)) ||
        !write_record(tx, act, turn->now_us, error))
        return false;
    g_autofree char *action = g_strconcat("alert.", act->kind->name, NULL);
    json_t *details = details_of(act);
    bool fine = identity_audit(tx, act->who, action, act->alert, details, turn->now_us, error);
    json_decref(details);
    return fine;
}

/* --- asking the model */

static void set_by(struct turn *turn, struct act *act)
{
    struct alert_row *row = turn_row(turn, act->alert);
    row->counted = false;
    if (!act->kind->versioned)
        return;
    row->version++;
    g_free(row->by_name);
    g_free(row->by_act);
    row->by_name = g_strdup(act->name);
    row->by_act = g_strdup(act->kind->name);
    row->by_us = turn->now_us;
}

static void set_assigned(struct alert_row *row, const char *user, const char *name)
{
    g_free(row->assigned);
    g_free(row->assigned_name);
    row->assigned = g_strdup(user);
    row->assigned_name = g_strdup(name);
}

/* What the correlator does not bring back. */
static void restore(struct turn *turn, const struct act *act)
{
    struct alert_row *row = turn_row(turn, act->alert);
    const json_t *before = act->undone.before;
    if (strcmp(act->undone.name, "assign") == 0)
        set_assigned(row, json_string_value(json_object_get(before, "assigned")),
                     json_string_value(json_object_get(before, "assigned_name")));
    g_free(row->case_code);
    row->case_code = g_strdup(json_string_value(json_object_get(before, "case_code")));
}

static json_t *before_of(const struct alert_row *row)
{
    return json_pack("{s:o,s:o,s:o}", "assigned", json_of_text(row->assigned), "assigned_name",
                     json_of_text(row->assigned_name), "case_code", json_of_text(row->case_code));
}

static void seed_case(struct act *act, const struct alert_row *row)
{
    const struct alert *a = &row->alert;
    act->seed = (struct alerts_case){.id = act->case_id,
                                     .form = act->form,
                                     .by = act->name,
                                     .vault = identity_vault(act->alerts->options.identity),
                                     .alert = act->alert,
                                     .dimension = a->dimension,
                                     .type = a->type,
                                     .title = a->title,
                                     .text = a->text,
                                     .address = a->address,
                                     .area = a->area,
                                     .lon = a->lon,
                                     .lat = a->lat,
                                     .priority = a->priority,
                                     .exercise = (a->marks & (EVENT_EXERCISE | EVENT_TEST)) != 0};
}

/* What goes to the correlator as text. */
static const char *model_text(const struct act *act)
{
    if (is(act, "case") || is(act, "link_case"))
        return act->case_id;
    if (is(act, "merge"))
        return act->to;
    if (!is(act, "undo"))
        return act->reason;
    return strcmp(act->undone.name, "link_case") == 0 ? alert_act_name(ACT_CASE) : act->undone.name;
}

static bool asks_model(const struct act *act)
{
    return act->kind->model >= 0 && !(act->undone.name && strcmp(act->undone.name, "assign") == 0);
}

static void apply(struct turn *turn)
{
    struct act *act = turn->user;
    struct alerts *alerts = act->alerts;
    const struct alert_row *row = g_hash_table_lookup(alerts->rows, act->alert);
    act->id = store_id_new();
    if (act->kind->undoable)
        act->before = before_of(row);
    if (is(act, "case"))
        act->case_id = store_id_new();
    else if (is(act, "link_case"))
        act->case_id = g_strdup(act->to);
    if (asks_model(act)) {
        g_autoptr(GError) wrong = NULL;
        gint64 until_us = turn->now_us + act->minutes * 60 * G_USEC_PER_SEC;
        const GArray *decisions =
            correlator_act(alerts->correlator, act->alert, (enum alert_act)act->kind->model,
                           model_text(act), until_us, act->name, turn->now_us, &wrong);
        if (!decisions) {
            give_up(turn, ACT_ERROR_NOT_NOW, wrong->message);
            return;
        }
        turn_take(turn, decisions, NULL, true);
    }
    set_by(turn, act);
    if (is(act, "case"))
        seed_case(act, row);
    if (is(act, "assign"))
        set_assigned(turn_row(turn, act->alert), act->to, NULL);
    if (act->undone.name)
        restore(turn, act);
    turn->write = write_act;
    turn_write(turn);
}

/* --- undo: which act */

static json_t *by_json(const char *name, const char *act, gint64 time_us)
{
    return json_pack("{s:o,s:o,s:o}", "name", json_of_text(name), "act", json_of_text(act),
                     "time_us", json_of_time(time_us));
}

static bool find_undone(struct store_tx *tx, gpointer job, GError **error)
{
    struct turn *turn = job;
    struct act *act = turn->user;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, act, target, before, user_id, name, time_us FROM alert_act"
                    " WHERE alert = ? AND undone_us = 0 AND before IS NOT NULL"
                    " ORDER BY time_us DESC, id DESC LIMIT 1",
                    "s", act->alert);
    if (!rows)
        return false;
    GError *bad = NULL;
    if (store_rows_next(rows, &bad)) {
        act->undone.id = store_text_dup(rows, 0);
        act->undone.name = store_text_dup(rows, 1);
        act->undone.target = store_text_dup(rows, 2);
        act->undone.before = json_loads(store_text(rows, 3), 0, NULL);
        act->undone.user_id = store_text_dup(rows, 4);
        act->undone.by = store_text_dup(rows, 5);
        act->undone.time_us = store_int(rows, 6);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* Everybody takes back what they did, and nothing that others did since. */
static void undone_found(gpointer job, const GError *error)
{
    struct turn *turn = job;
    struct act *act = turn->user;
    const struct act_undone *undone = &act->undone;
    if (error) {
        turn_end(turn, error);
    } else if (act->exact && g_strcmp0(undone->id, act->to) != 0) {
        give_up(turn, ACT_ERROR_CONFLICT, "somebody acted since");
    } else if (!undone->name) {
        give_up(turn, ACT_ERROR_NOT_NOW, "there is nothing to undo");
    } else if (g_strcmp0(undone->user_id, act->user_id) != 0) {
        act->first = by_json(undone->by, undone->name, undone->time_us);
        give_up(turn, ACT_ERROR_CONFLICT, "it is another person's act");
    } else {
        apply(turn);
    }
}

static void begin_undo(struct turn *turn)
{
    struct act *act = turn->user;
    if (act->text) { /* a decision of the machine */
        act->undone.name = g_strdup(act->text);
        const struct alert_row *row = g_hash_table_lookup(act->alerts->rows, act->alert);
        act->undone.before = before_of(row);
        apply(turn);
        return;
    }
    store_read(act->alerts->options.store, find_undone, turn, undone_found);
}

/* --- before it */

/* An alert that the model has forgotten is there to be read, not to be acted on. */
static bool look_for(struct store_tx *tx, gpointer job, GError **error)
{
    struct turn *turn = job;
    const struct act *act = turn->user;
    gint64 one;
    bool found;
    if (!store_query_int(tx, error, &one, &found, "SELECT 1 FROM alert WHERE id = ?", "s",
                         act->alert))
        return false;
    if (found)
        g_set_error(error, ACT_ERROR, ACT_ERROR_NOT_NOW, "the alert has been over for long");
    else
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such alert");
    return false;
}

static void looked_for(gpointer job, const GError *error)
{
    turn_end(job, error);
}

/* May it belong there? An exercise goes into the case of an exercise, what is real into no such. */
static bool case_fits(const struct act *act)
{
    const struct alerts *alerts = act->alerts;
    const struct alert_row *row = g_hash_table_lookup(alerts->rows, act->alert);
    bool drill = row->alert.marks & (EVENT_EXERCISE | EVENT_TEST);
    return g_hash_table_contains(drill ? alerts->drills : alerts->case_codes, act->to);
}

/* Is there what `to` names? */
static bool target_fits(const struct act *act)
{
    const struct alerts *alerts = act->alerts;
    if (is(act, "merge")) {
        const struct alert_row *other = g_hash_table_lookup(alerts->rows, act->to);
        return other && strcmp(act->to, act->alert) != 0 &&
               alerts_may_handle(net_request_session(act->request), other->alert.area);
    }
    return !is(act, "link_case") || case_fits(act);
}

static void begin(struct turn *turn)
{
    struct act *act = turn->user;
    const struct alert_row *row = g_hash_table_lookup(act->alerts->rows, act->alert);
    if (!row)
        store_read(act->alerts->options.store, look_for, turn, looked_for);
    else if (!act_may(act, row))
        give_up(turn, ACT_ERROR_ANSWERED, "");
    else if (act->kind->versioned && !act->exact && act->version != row->version)
        give_up(turn, ACT_ERROR_CONFLICT, "somebody was first");
    else if (!target_fits(act))
        give_up(turn, ACT_ERROR_NOT_NOW, "there is no such case or alert to join it with");
    else if ((is(act, "case") || is(act, "link_case")) && !act->alerts->options.cases)
        give_up(turn, ACT_ERROR_NOT_NOW, "there are no cases here");
    else if (is(act, "undo"))
        begin_undo(turn);
    else
        apply(turn);
}

/* --- after it */

static void reply_conflict(const struct act *act)
{
    const struct alert_row *row = g_hash_table_lookup(act->alerts->rows, act->alert);
    json_t *body = face_error_json("conflict", "已有人先处理，请看最新情况",
                                   "somebody was first; look at it as it is now");
    if (row) {
        json_object_set_new(body, "current", alert_row_json(row));
        json_t *by = act->first     ? json_incref(act->first)
                     : row->by_name ? by_json(row->by_name, row->by_act, row->by_us)
                                    : json_null();
        json_object_set_new(body, "by", by);
    }
    net_reply_json(act->request, 409, body);
}

static void reply_error(const struct act *act, const GError *error)
{
    if (g_error_matches(error, ACT_ERROR, ACT_ERROR_ANSWERED))
        return;
    if (g_error_matches(error, ACT_ERROR, ACT_ERROR_CONFLICT) ||
        g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT))
        reply_conflict(act);
    else if (error->domain == ACT_ERROR)
        net_reply_error(act->request, 409, "not_now", "现在不能这样处置这条警情", error->message);
    else
        face_reply_store(act->request, error);
}

/* Whatever follows from a case that was opened here, or closed again. One of an exercise is offered
 * to nobody. */
static void tell_case(struct act *act, gint64 now_us)
{
    if (!act->case_code && !act->case_closed)
        return;
    const struct alert_row *row = g_hash_table_lookup(act->alerts->rows, act->alert);
    if (is(act, "case") && act->seed.exercise) {
        model_set_drill(act->alerts, act->case_id);
    } else if (is(act, "case")) {
        const struct open_case opened = {.id = act->case_id,
                                         .code = act->case_code,
                                         .dimension = row->alert.dimension,
                                         .type = row->alert.type,
                                         .area = row->alert.area,
                                         .lon = row->alert.lon,
                                         .lat = row->alert.lat,
                                         .opened_us = now_us};
        model_set_case(act->alerts, &opened);
    } else if (act->case_closed) {
        model_close_case(act->alerts, act->undone.target, now_us);
    }
}

static void end(struct turn *turn, const GError *error)
{
    struct act *act = turn->user;
    if (error) {
        reply_error(act, error);
    } else {
        tell_case(act, turn->now_us);
        const struct alert_row *row = g_hash_table_lookup(act->alerts->rows, act->alert);
        net_reply_json(act->request, 200,
                       json_pack("{s:o,s:s}", "alert", alert_row_json(row), "act_id", act->id));
    }
    act_free(act);
}

void act_run(struct act *act)
{
    turn_add(act->alerts, begin, end, act);
}
