/* REST of legal holds, and of what the retention deleted. Whoever audits places and lifts them:
 * who could delete cannot clear the way. */
#include "identity/answer.h"
#include "identity/identity_face.h"
#include "identity/retention.h"
#include <string.h>

enum { TEXT_MAX_CHARS = 200, REASON_MIN_CHARS = 2, RUNS_MAX = 200 };

struct hold_job {
    struct answer *answer;
    struct identity_actor *actor;
    char *name, *id, *kind, *object, *reason;
    const char *find; /* how the object is found (hold_kind_find()) */
    gint64 now_us;
    const struct problem *problem;
    json_t *result;
};

static const struct problem NO_HOLD = {404, "not_found", NULL, "没有这项保全，或已解除",
                                       "there is no such hold, or it was lifted"};
static const struct problem BAD_HOLD = {
    400, "invalid_hold", "kind",
    "须给出已有的种类（如 person、case、camera）和对象编号，* 表示全部",
    "a hold names a kind that there is and an object, * for all of them"};

static const struct problem NO_OBJECT = {
    404, "no_object", "object", "没有这个对象：请核对编号（案件可用案号）",
    "there is no such thing: check its number (a case also by its code)"};

static void job_done(gpointer data, const GError *error)
{
    struct hold_job *job = data;
    struct net_request *request = job->answer->request;
    bool added = g_str_equal(net_request_method(request), "POST") && job->kind;
    if (job->problem)
        reply_problem(request, job->problem);
    else if (error)
        reply_problem(request, problem_saving(error));
    else
        net_reply_json(request, added ? 201 : 200, g_steal_pointer(&job->result));
    answer_free(job->answer);
    identity_actor_free(job->actor);
    g_free(job->name);
    g_free(job->id);
    g_free(job->kind);
    g_free(job->object);
    g_free(job->reason);
    json_decref(job->result);
    g_free(job);
}

static struct hold_job *job_new(struct net_request *request, struct identity *identity)
{
    struct hold_job *job = g_new0(struct hold_job, 1);
    const struct net_session *session = net_request_session(request);
    job->answer = answer_new(request, identity);
    job->actor = identity_actor_new(session);
    job->name = g_strdup(session->name);
    job->now_us = identity_now(identity);
    return job;
}

static json_t *text_or_null(struct store_rows *rows, int column)
{
    const char *text = store_text(rows, column);
    return text ? json_string(text) : json_null();
}

static json_t *hold_json(struct store_rows *rows)
{
    gint64 lifted_us = store_int(rows, 9);
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", text_or_null(rows, 0), "kind",
                     text_or_null(rows, 1), "object", text_or_null(rows, 2), "reason",
                     text_or_null(rows, 3), "placed_name", text_or_null(rows, 5), "placed_us",
                     text_us(store_int(rows, 6)), "lifted_name", text_or_null(rows, 7),
                     "lifted_reason", text_or_null(rows, 8), "lifted_us",
                     lifted_us ? text_us(lifted_us) : json_null());
}

static bool read_holds(struct store_tx *tx, gpointer data, GError **error)
{
    struct hold_job *job = data;
    json_t *list = json_array();
    job->result = json_pack("{s:o}", "holds", list);
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, kind, object, reason, placed_by, placed_name, placed_us,"
                    " lifted_name, lifted_reason, lifted_us FROM legal_hold"
                    " ORDER BY CASE WHEN lifted_us = 0 THEN 0 ELSE 1 END, id DESC LIMIT 1000",
                    "");
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, hold_json(rows));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void get_holds(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    store_read(identity->store, read_holds, job_new(request, identity), job_done);
}

/* --- placing and lifting */

static bool record(struct store_tx *tx, const struct hold_job *job, const char *action,
                   GError **error)
{
    json_t *details = json_pack("{s:s*,s:s*,s:s}", "kind", job->kind, "object", job->object,
                                "reason", job->reason);
    bool fine = identity_audit(tx, job->actor, action, job->id, details, job->now_us, error);
    json_decref(details);
    return fine;
}

/* What was typed becomes the id that deletion asks for. */
static bool find_object(struct store_tx *tx, struct hold_job *job, GError **error)
{
    GError *bad = NULL;
    if (strcmp(job->object, "*") == 0)
        return true;
    store_rows_auto rows = store_query(tx, error, job->find, "ss", job->object, job->object);
    if (rows && store_rows_next(rows, &bad)) {
        g_free(job->object);
        job->object = store_text_dup(rows, 0);
    } else {
        job->problem = &NO_OBJECT;
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool write_hold(struct store_tx *tx, gpointer data, GError **error)
{
    struct hold_job *job = data;
    if (!find_object(tx, job, error) || job->problem)
        return job->problem != NULL;
    if (!store_exec(tx, error,
                    "INSERT INTO legal_hold (id, kind, object, reason, placed_by, placed_name,"
                    " placed_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    "ssssssi", job->id, job->kind, job->object, job->reason, job->actor->user,
                    job->name, job->now_us))
        return false;
    job->result = json_pack("{s:s}", "id", job->id);
    return record(tx, job, "hold.place", error);
}

static bool lift_hold(struct store_tx *tx, gpointer data, GError **error)
{
    struct hold_job *job = data;
    if (!store_exec(tx, error,
                    "UPDATE legal_hold SET lifted_by = ?, lifted_name = ?, lifted_reason = ?,"
                    " lifted_us = ? WHERE id = ? AND lifted_us = 0",
                    "sssis", job->actor->user, job->name, job->reason, job->now_us, job->id))
        return false;
    if (store_changed(tx) != 1) {
        job->problem = &NO_HOLD;
        return true;
    }
    job->result = json_pack("{s:s}", "id", job->id);
    return record(tx, job, "hold.lift", error);
}

/* Returned: the text without outer spaces; NULL: too short or too long. */
static char *text_of(const json_t *body, const char *field, glong min)
{
    g_autofree char *text = g_strdup(json_string_value(json_object_get(body, field)));
    if (!text)
        return NULL;
    g_strstrip(text);
    glong length = g_utf8_strlen(text, -1);
    return length >= min && length <= TEXT_MAX_CHARS ? g_steal_pointer(&text) : NULL;
}

static void post_hold(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    struct hold_job *job = job_new(request, identity);
    job->id = store_id_new();
    job->kind = text_of(body, "kind", 1);
    job->object = text_of(body, "object", 1);
    job->reason = text_of(body, "reason", REASON_MIN_CHARS);
    json_decref(body);
    if (!job->reason)
        job->problem = &PROBLEM_REASON;
    else if (!job->kind || !job->object || !(job->find = hold_kind_find(identity, job->kind)))
        job->problem = &BAD_HOLD;
    if (job->problem)
        job_done(job, NULL);
    else
        store_write(identity->store, write_hold, job, job_done);
}

static void post_lift(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    struct hold_job *job = job_new(request, identity);
    job->id = g_strdup(net_request_param(request, "id"));
    job->reason = text_of(body, "reason", REASON_MIN_CHARS);
    json_decref(body);
    if (!job->reason) {
        job->problem = &PROBLEM_REASON;
        job_done(job, NULL);
        return;
    }
    store_write(identity->store, lift_hold, job, job_done);
}

/* --- what was deleted */

static bool read_runs(struct store_tx *tx, gpointer data, GError **error)
{
    struct hold_job *job = data;
    json_t *list = json_array();
    json_object_set_new(job->result, "runs", list);
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT kind, time_us, before_us, deleted, held FROM retention_run"
                    " ORDER BY id DESC LIMIT ?",
                    "i", (gint64)RUNS_MAX);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(
            list, json_pack("{s:o,s:o,s:o,s:I,s:I}", "kind", text_or_null(rows, 0), "time_us",
                            text_us(store_int(rows, 1)), "before_us", text_us(store_int(rows, 2)),
                            "deleted", (json_int_t)store_int(rows, 3), "held",
                            (json_int_t)store_int(rows, 4)));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void get_retention(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    struct hold_job *job = job_new(request, identity);
    job->result = json_pack("{s:o}", "days", retention_days_json(identity));
    store_read(identity->store, read_runs, job, job_done);
}

void identity_add_hold_routes(struct identity *identity, struct net *net)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/holds", "user.see", get_holds, 0},
        {"POST", "/api/v1/holds", "hold.edit", post_hold, 4096},
        {"POST", "/api/v1/holds/:id/lift", "hold.edit", post_lift, 4096},
        {"GET", "/api/v1/retention", "config.see", get_retention, 0},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), identity);
}
