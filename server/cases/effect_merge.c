/* 并案: a case goes into another one, and comes back where it was. */
#include "cases/case_job.h"
#include "cases/case_timer.h"

/* The other case's record tells of it too. */
static bool tell_other(struct store_tx *tx, struct case_job *job, struct case_row *other,
                       const char *action, GError **error)
{
    json_t *details = json_pack("{s:s,s:s,s:s,s:s}", "case", job->row.id, "code", job->row.code,
                                "name", job->who->name, "role", case_role_name(job->roles));
    const struct case_record record = {.action = action,
                                       .from_state = other->state,
                                       .to_state = other->state,
                                       .note = "",
                                       .details = details};
    other->version++;
    bool fine = case_save(tx, job->book, other, &record, job->who->actor, job->now_us, error);
    json_decref(details);
    return fine;
}

static bool may_take(struct case_job *job, const struct case_row *other, GError **error)
{
    struct case_seen seen = case_seen_of(other);
    if (!case_who_roles(job->who, &seen)) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
        return false;
    }
    bool same = g_strcmp0(other->id, job->row.id) == 0;
    if (g_strcmp0(other->about, job->row.about) != 0)
        return case_job_refuse(job, "conflict_of_interest", "投诉件只能与投诉同一部门的案件合并",
                               "a complaint is merged with one about the same department only",
                               error);
    return (!same && !other->closed_us) ||
           case_job_refuse(job, "bad_target", "只能并入另一个未办结的案件",
                           "it goes into another open case only", error);
}

/* What is merged rests, and the interval counts in no limit; what rests already goes on so. */
static bool begin_rest(struct store_tx *tx, const struct case_job *job, GError **error)
{
    gint64 rests;
    g_autofree char *id = store_id_new();
    if (!store_query_int(tx, error, &rests, NULL,
                         "SELECT COUNT(*) FROM case_pause WHERE case_id = ? AND to_us = 0", "s",
                         job->row.id))
        return false;
    return rests || (store_exec(tx, error,
                                "INSERT INTO case_pause (id, case_id, from_us, reason, asked_by,"
                                " approved_by) VALUES (?, ?, ?, 'merged', ?, ?)",
                                "ssiss", id, job->row.id, job->now_us, job->who->actor->user,
                                job->who->actor->user) &&
                     case_timers_pause(tx, &job->row, error));
}

/* One that was suspended before is suspended again. */
static bool end_rest(struct store_tx *tx, struct case_job *job, GError **error)
{
    gint64 rests;
    if (!store_exec(tx, error,
                    "UPDATE case_pause SET to_us = ? WHERE case_id = ? AND to_us = 0"
                    " AND reason = 'merged'",
                    "is", MAX(job->now_us, 1), job->row.id) ||
        !store_query_int(tx, error, &rests, NULL,
                         "SELECT COUNT(*) FROM case_pause WHERE case_id = ? AND to_us = 0", "s",
                         job->row.id))
        return false;
    return rests || case_timers_resume(tx, job->book, &job->row, job->now_us, error);
}

/* Who works on the one sees the other, as long as it is in it. */
static bool put_into(struct store_tx *tx, struct case_job *job, struct case_row *other,
                     const char *into, GError **error)
{
    case_row_set(&job->row.merged_into, into);
    return store_exec(tx, error, "UPDATE case_file SET merged_into = ? WHERE id = ?", "ss", into,
                      job->row.id) &&
           case_departments_show(tx, other, error);
}

static bool merge(struct store_tx *tx, struct case_job *job, GError **error)
{
    case_row_auto other = {0};
    gint64 children = 0;
    if (!case_row_load(tx, case_job_text(job, "to"), &other, error) ||
        !may_take(job, &other, error) ||
        !store_query_int(tx, error, &children, NULL,
                         "SELECT COUNT(*) FROM case_file WHERE merged_into = ?", "s", job->row.id))
        return false;
    if (children)
        return case_job_refuse(job, "has_merged", "已有案件并入此案，请先撤销",
                               "cases were merged into this one: take them apart first", error);
    json_object_set_new(job->details, "code", json_string(other.code));
    return begin_rest(tx, job, error) && put_into(tx, job, &other, other.id, error) &&
           tell_other(tx, job, &other, "merged_in", error);
}

static bool unmerge(struct store_tx *tx, struct case_job *job, GError **error)
{
    case_row_auto other = {0};
    if (!case_row_load(tx, job->row.merged_into ? job->row.merged_into : "", &other, error))
        return false;
    return end_rest(tx, job, error) && put_into(tx, job, &other, NULL, error) &&
           tell_other(tx, job, &other, "merged_out", error);
}

case_effect_fn case_effect_merge(enum case_act act)
{
    return act == CASE_MERGE ? merge : act == CASE_UNMERGE ? unmerge : NULL;
}
