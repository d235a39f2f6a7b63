/* How a case ends: on the spot, call back, score, refusal, reopening. */
#include "cases/case_job.h"
#include "identity/persons.h"
#include <string.h>

enum { MOST_UNREACHED = 3 };

static bool spot(struct store_tx *tx, struct case_job *job, GError **error)
{
    (void)tx;
    if (g_strcmp0(job->row.first_user, job->who->actor->user) != 0)
        return case_job_refuse(job, "not_first", "只有首问责任人可以当场办结",
                               "only who took it first resolves it on the spot", error);
    job->row.on_spot = 1;
    job->row.done_us = job->now_us;
    return true;
}

/* --- call back */

bool case_job_handled(struct store_tx *tx, const struct case_job *job, bool *handled,
                      GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, handled,
                           "SELECT 1 FROM case_handler WHERE case_id = ? AND user_id = ?", "ss",
                           job->row.id, job->who->actor->user);
}

/* Nor one of the department that did it. */
static bool may_verify(struct store_tx *tx, struct case_job *job, GError **error)
{
    gint64 one;
    bool handled, theirs = false;
    const char *department = job->who->department;
    if (!case_job_handled(tx, job, &handled, error) ||
        (department && !store_query_int(tx, error, &one, &theirs,
                                        "SELECT 1 FROM case_order WHERE case_id = ?"
                                        " AND department = ? AND state = 'DONE'",
                                        "ss", job->row.id, department)))
        return false;
    handled = handled || theirs;
    return !handled || case_job_refuse(job, "verifier_is_handler", "办理人不能回访自己办理的案件",
                                       "nobody verifies what they handled", error);
}

static bool has_evidence(struct store_tx *tx, struct case_job *job, GError **error)
{
    gint64 done;
    if (!store_query_int(tx, error, &done, NULL,
                         "SELECT COUNT(*) FROM case_order WHERE case_id = ? AND state = 'DONE'"
                         " AND feedback IS NOT NULL",
                         "s", job->row.id))
        return false;
    return done || job->row.on_spot || job->row.agreed_us ||
           case_job_refuse(job, "no_evidence", "没有办理依据，不能办结",
                           "nothing shows that it is done", error);
}

static bool write_call(struct store_tx *tx, const struct case_job *job, const char *kind,
                       bool reached, const char *result, GError **error)
{
    const char *note = case_job_text(job, "text");
    g_autofree char *id = store_id_new();
    return store_exec(tx, error,
                      "INSERT INTO case_call (id, case_id, kind, time_us, user_id, name, reached,"
                      " result, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "sssississ", id, job->row.id, kind, job->now_us, job->who->actor->user,
                      job->who->name, (gint64)reached, result, note ? note : "");
}

static bool unreached(struct case_job *job)
{
    job->row.unreached++;
    job->outcome = "unreached";
    if (job->row.unreached >= MOST_UNREACHED) {
        job->outcome = "unverified";
        case_row_set(&job->row.satisfaction, "unverified");
    }
    return true;
}

static bool verify(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *result = case_job_text(job, "result");
    bool missed = strcmp(result, "unreached") == 0, none = strcmp(result, "unverified") == 0;
    if (!may_verify(tx, job, error) || !has_evidence(tx, job, error) ||
        (!none && !write_call(tx, job, "back", !missed, result, error)))
        return false;
    if (missed)
        return unreached(job);
    if (none && !job->row.on_spot)
        return case_job_refuse(job, "call_first", "须先回访，三次未联系上才可记为未核实",
                               "call back first: three times in vain is unverified", error);
    case_row_set(&job->row.satisfaction, result);
    job->row.unreached = 0;
    job->outcome = none                                  ? "unverified"
                   : strcmp(result, "dissatisfied") == 0 ? "dissatisfied"
                                                         : "content";
    if (strcmp(job->outcome, "dissatisfied") == 0) {
        job->row.reopened++;
        job->row.done_us = job->row.on_spot = 0;
    }
    return true;
}

static bool score(struct store_tx *tx, struct case_job *job, GError **error)
{
    (void)tx;
    (void)error;
    job->row.points = json_integer_value(json_object_get(job->body, "points"));
    return true;
}

static bool reopen(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct case_row *row = &job->row;
    row->reopened++;
    row->done_us = row->on_spot = row->unreached = row->agreed_us = row->court_us = 0;
    return !row->reporter ||
           person_link(tx, row->reporter, "case", row->id, "reporter", job->now_us, error);
}

/* An act that ends the case ends its orders. */
static bool stop(struct store_tx *tx, struct case_job *job, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE case_order SET state = 'WITHDRAWN' WHERE case_id = ?"
                      " AND state IN ('SENT', 'TAKEN')",
                      "s", job->row.id);
}

/* From now the retention of what is known of its persons runs. */
static bool archive(struct store_tx *tx, struct case_job *job, GError **error)
{
    return person_release(tx, "case", job->row.id, job->now_us, error);
}

static bool call(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *direction = case_job_text(job, "direction");
    if (strcmp(direction, "in") != 0 && strcmp(direction, "out") != 0)
        return case_job_refuse(job, "bad_direction", "通话方向须为呼入或呼出",
                               "a call is in or out", error);
    return write_call(tx, job, direction, json_is_true(json_object_get(job->body, "reached")), NULL,
                      error);
}

case_effect_fn case_effect_verify(enum case_act act)
{
    switch (act) {
    case CASE_SPOT:
        return spot;
    case CASE_VERIFY:
        return verify;
    case CASE_SCORE:
        return score;
    case CASE_REOPEN:
        return reopen;
    case CASE_REFUSE:
    case CASE_TRANSFER:
    case CASE_TERMINATE:
        return stop;
    case CASE_ARCHIVE:
        return archive;
    case CASE_CALL:
        return call;
    default:
        return NULL;
    }
}
