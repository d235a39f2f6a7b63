/* Mediation: levels 1 to 4, attempts counted, escalation (People's Mediation Law art. 17, 26). */
#include "cases/case_job.h"
#include <string.h>

void case_next_level(struct case_row *row, bool *few)
{
    *few = row->attempts < CASE_ATTEMPTS;
    row->level = MIN(row->level + 1, CASE_LEVELS);
    row->attempts = 0;
}

static bool mediate(struct store_tx *tx, struct case_job *job, GError **error)
{
    (void)tx;
    (void)error;
    job->row.level = 1;
    job->row.attempts = 0;
    case_row_set(&job->row.mediation, NULL);
    return true;
}

static bool write_attempt(struct store_tx *tx, const struct case_job *job, GError **error)
{
    g_autofree char *id = store_id_new();
    return store_exec(tx, error,
                      "INSERT INTO case_attempt (id, case_id, level, n, time_us, user_id, name,"
                      " result, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssiiissss", id, job->row.id, job->row.level, job->row.attempts, job->now_us,
                      job->who->actor->user, job->who->name, case_job_text(job, "result"),
                      case_job_text(job, "text"));
}

/* What was agreed is what the departments had to bring about. */
static bool agree(struct store_tx *tx, struct case_job *job, GError **error)
{
    job->row.agreed_us = job->row.done_us = job->now_us;
    job->row.court_us = 0;
    return store_exec(tx, error,
                      "UPDATE case_order SET state = 'DONE', done_us = ?, done_by = ?,"
                      " feedback = ? WHERE case_id = ? AND state IN ('SENT', 'TAKEN')",
                      "isss", job->now_us, job->who->name, case_job_text(job, "text"), job->row.id);
}

static bool attempt(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct case_row *row = &job->row;
    const char *result = case_job_text(job, "result");
    bool few;
    if (row->level == 0)
        row->level = 1;
    row->attempts++;
    if (!write_attempt(tx, job, error))
        return false;
    json_object_set_new(job->details, "level", json_integer(row->level));
    json_object_set_new(job->details, "n", json_integer(row->attempts));
    job->outcome = strcmp(result, "agreed") == 0    ? "agreed"
                   : strcmp(result, "refused") == 0 ? "refused"
                                                    : "failed";
    if (strcmp(job->outcome, "failed") != 0) {
        case_row_set(&row->mediation, job->outcome);
        return strcmp(job->outcome, "agreed") != 0 || agree(tx, job, error);
    }
    if (row->attempts < CASE_ATTEMPTS)
        return true;
    if (row->level == CASE_LEVELS) {
        case_row_set(&row->mediation, "failed");
        job->outcome = "last";
        return true;
    }
    case_next_level(row, &few);
    json_object_set_new(job->details, "escalated_to", json_integer(row->level));
    return true;
}

static bool escalate(struct store_tx *tx, struct case_job *job, GError **error)
{
    bool few;
    (void)tx;
    if (job->row.level >= CASE_LEVELS)
        return case_job_refuse(job, "last_level", "已是最高调解层级",
                               "it is the last level already", error);
    case_next_level(&job->row, &few);
    json_object_set_new(job->details, "escalated_to", json_integer(job->row.level));
    json_object_set_new(job->details, "few_attempts", json_boolean(few));
    return true;
}

/* What the parties did about judicial confirmation, within 30 days of the agreement (People's
 * Mediation Law art. 33): its term ends. */
static bool court(struct store_tx *tx, struct case_job *job, GError **error)
{
    (void)tx;
    if (!job->row.agreed_us)
        return case_job_refuse(job, "no_agreement", "本案没有达成协议",
                               "nothing was agreed in this case", error);
    if (job->row.court_us)
        return case_job_refuse(job, "done_already", "司法确认的情况已经登记",
                               "what became of its confirmation is on record already", error);
    job->row.court_us = job->now_us;
    return true;
}

case_effect_fn case_effect_mediation(enum case_act act)
{
    switch (act) {
    case CASE_MEDIATE:
        return mediate;
    case CASE_ATTEMPT:
        return attempt;
    case CASE_ESCALATE:
        return escalate;
    case CASE_COURT:
        return court;
    default:
        return NULL;
    }
}
