/* Pauses and more time: asked by one person, granted by another. */
#include "cases/case_job.h"
#include "cases/case_timer.h"
#include <string.h>

struct asked {
    char *kind, *reason, *by, *order, *timer;
    gint64 until_us;
};

static void asked_clear(struct asked *asked)
{
    g_free(asked->kind);
    g_free(asked->reason);
    g_free(asked->by);
    g_free(asked->order);
    g_free(asked->timer);
}

/* The open order of the asker's department, g_free(); NULL: they have none, and ask for all. */
static bool own_order(struct store_tx *tx, const struct case_job *job, char **order, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT id, department FROM case_order WHERE case_id = ?"
                                       " AND state IN ('SENT', 'TAKEN') ORDER BY lead DESC, id",
                                       "s", job->row.id);
    while (rows && !*order && store_rows_next(rows, &bad))
        if (case_who_is_for(job->who, store_text(rows, 1), job->row.area))
            *order = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool ask(struct store_tx *tx, struct case_job *job, const char *kind, const char *order,
                GError **error)
{
    gint64 open;
    gint64 until_us = case_job_time(job, "until_us");
    const char *note = case_job_text(job, "text");
    if (until_us && until_us <= job->now_us)
        return case_job_refuse(job, "past", "时间已过", "that time is over", error);
    if (!store_query_int(tx, error, &open, NULL,
                         "SELECT COUNT(*) FROM case_ask WHERE case_id = ? AND kind = ?"
                         " AND state = 'open'",
                         "ss", job->row.id, kind))
        return false;
    if (open)
        return case_job_refuse(job, "asked_already", "已有未批复的申请", "it is asked already",
                               error);
    g_autofree char *id = store_id_new();
    json_object_set_new(job->details, "ask", json_string(id));
    return store_exec(tx, error,
                      "INSERT INTO case_ask (id, case_id, order_id, timer, kind, reason, note,"
                      " until_us, state, asked_us, asked_by, asked_name)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)",
                      "sssssssiiss", id, job->row.id, order, case_job_text(job, "timer"), kind,
                      case_job_text(job, "reason"), note ? note : "", until_us, job->now_us,
                      job->who->actor->user, job->who->name);
}

static bool ask_pause(struct store_tx *tx, struct case_job *job, GError **error)
{
    return ask(tx, job, "pause", NULL, error);
}

/* More time for a limit of the case itself: once, not longer than the workflow says, with written
 * reasons (Petition Regulations 2022, art. 34: 30 days at most). */
static bool may_extend(struct store_tx *tx, struct case_job *job, const char *timer, GError **error)
{
    gint64 most_us, granted;
    bool over;
    if (!case_timer_most(tx, job->book, &job->row, timer, job->now_us, &most_us, &over, error) ||
        !store_query_int(tx, error, &granted, NULL,
                         "SELECT COUNT(*) FROM case_ask WHERE case_id = ? AND timer = ?"
                         " AND state = 'granted'",
                         "ss", job->row.id, timer))
        return false;
    if (granted)
        return case_job_refuse(job, "extended_already", "该期限已经延长过一次",
                               "that limit was extended once already", error);
    if (over)
        return case_job_refuse(job, "too_late", "该期限已过，不能再延长", "that limit is over",
                               error);
    if (!most_us)
        return case_job_refuse(job, "no_limit", "案件现在没有可以延长的这个期限",
                               "the case has no such limit to be extended now", error);
    if (case_job_time(job, "until_us") > most_us)
        return case_job_refuse(job, "too_long", "超过了最长的延长期限",
                               "that is longer than it may be extended", error);
    return case_job_text(job, "text") || case_job_refuse(job, "no_reason", "须书面说明延期理由",
                                                         "written reasons are needed", error);
}

static bool ask_extension(struct store_tx *tx, struct case_job *job, GError **error)
{
    g_autofree char *order = NULL;
    const char *timer = case_job_text(job, "timer");
    if (timer)
        return may_extend(tx, job, timer, error) && ask(tx, job, "extension", NULL, error);
    return own_order(tx, job, &order, error) && ask(tx, job, "extension", order, error);
}

static bool read_asked(struct store_tx *tx, struct case_job *job, struct asked *asked,
                       GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT kind, reason, asked_by, order_id, until_us, timer FROM case_ask"
                    " WHERE id = ? AND case_id = ? AND state = 'open'",
                    "ss", case_job_text(job, "to"), job->row.id);
    bool found = rows && store_rows_next(rows, &bad);
    if (found)
        *asked = (struct asked){.kind = store_text_dup(rows, 0),
                                .reason = store_text_dup(rows, 1),
                                .by = store_text_dup(rows, 2),
                                .order = store_text_dup(rows, 3),
                                .until_us = store_int(rows, 4),
                                .timer = store_text_dup(rows, 5)};
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    if (!found)
        return case_job_refuse(job, "not_asked", "没有这个待批申请", "nothing like that is asked",
                               error);
    return g_strcmp0(asked->by, job->who->actor->user) != 0 ||
           case_job_refuse(job, "own_request", "不能批准本人的申请",
                           "nobody grants what they asked for", error);
}

static bool rule(struct store_tx *tx, const struct case_job *job, const char *state, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE case_ask SET state = ?, ruled_us = ?, ruled_by = ?, ruled_name = ?"
                      " WHERE id = ?",
                      "sisss", state, job->now_us, job->who->actor->user, job->who->name,
                      case_job_text(job, "to"));
}

static bool begin_pause(struct store_tx *tx, struct case_job *job, const struct asked *asked,
                        GError **error)
{
    g_autofree char *id = store_id_new();
    return store_exec(tx, error,
                      "INSERT INTO case_pause (id, case_id, from_us, until_us, reason, asked_by,"
                      " approved_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                      "ssiisss", id, job->row.id, job->now_us, asked->until_us, asked->reason,
                      asked->by, job->who->actor->user) &&
           case_timers_pause(tx, &job->row, error);
}

static bool grant(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct asked asked = {0};
    bool fine = read_asked(tx, job, &asked, error) && rule(tx, job, "granted", error);
    if (fine && g_strcmp0(asked.kind, "pause") == 0) {
        job->outcome = "pause";
        fine = begin_pause(tx, job, &asked, error);
    } else if (fine) {
        job->outcome = "extension";
        fine = asked.timer ? case_timer_extend(tx, job->book, &job->row, asked.timer,
                                               asked.until_us, job->now_us, error)
                           : case_timers_extend(tx, job->book, &job->row, asked.order,
                                                asked.until_us, job->now_us, error);
    }
    asked_clear(&asked);
    return fine;
}

static bool deny(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct asked asked = {0};
    bool fine = read_asked(tx, job, &asked, error) && rule(tx, job, "denied", error);
    asked_clear(&asked);
    return fine;
}

static bool resume(struct store_tx *tx, struct case_job *job, GError **error)
{
    return store_exec(tx, error, "UPDATE case_pause SET to_us = ? WHERE case_id = ? AND to_us = 0",
                      "is", MAX(job->now_us, 1), job->row.id) &&
           case_timers_resume(tx, job->book, &job->row, job->now_us, error);
}

case_effect_fn case_effect_ask(enum case_act act)
{
    switch (act) {
    case CASE_ASK_PAUSE:
        return ask_pause;
    case CASE_ASK_EXTENSION:
        return ask_extension;
    case CASE_GRANT:
        return grant;
    case CASE_DENY:
        return deny;
    case CASE_RESUME:
        return resume;
    default:
        return NULL;
    }
}
