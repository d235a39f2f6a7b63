/* Orders to departments: triage, dispatch, take, return, feedback, review. */
#include "cases/case_form.h"
#include "cases/case_job.h"
#include <string.h>

static bool triage(struct store_tx *tx, struct case_job *job, GError **error)
{
    const json_t *form = json_object_get(job->body, "form");
    case_form_apply(&job->row, form, false);
    if (!case_reporter_write(tx, job->vault, &job->row, form, job->now_us, error))
        return false;
    if (!job->row.category || !job->row.grade)
        return case_job_refuse(job, "incomplete", "研判须确定类别和办理等级",
                               "category and grade have to be known", error);
    return true;
}

/* --- dispatch */

/* Has it an order that it works on? `*live`: the number. */
static bool count_live(struct store_tx *tx, const struct case_job *job, const char *department,
                       gint64 *live, GError **error)
{
    return store_query_int(tx, error, live, NULL,
                           "SELECT COUNT(*) FROM case_order WHERE case_id = ? AND department = ?"
                           " AND state IN ('SENT', 'TAKEN')",
                           "ss", job->row.id, department);
}

static bool send(struct store_tx *tx, struct case_job *job, const char *department, bool lead,
                 GError **error)
{
    const char *item = case_job_text(job, "item"), *standard = case_job_text(job, "standard");
    gint64 due_us = case_job_time(job, "due_us"), live;
    if (!case_job_check_department(tx, job, department, error))
        return false;
    if (!count_live(tx, job, department, &live, error))
        return false;
    if (live)
        return case_job_refuse(job, "has_order", "该部门已有这个案件的任务",
                               "the department has an order for it already", error);
    g_autofree char *id = store_id_new();
    return store_exec(tx, error,
                      "INSERT INTO case_order (id, case_id, department, lead, state, item,"
                      " standard, due_us, sent_us, sent_by)"
                      " VALUES (?, ?, ?, ?, 'SENT', ?, ?, ?, ?, ?)",
                      "sssissiis", id, job->row.id, department, (gint64)lead,
                      item ? item : job->row.title, standard ? standard : "", due_us, job->now_us,
                      job->who->actor->user);
}

bool case_order_move_grid(struct store_tx *tx, struct case_job *job, bool *moved, GError **error)
{
    g_autofree char *id = store_id_new();
    if (!store_exec(tx, error,
                    "INSERT INTO case_order (id, case_id, department, lead, state, item, standard,"
                    " due_us, sent_us, sent_by) SELECT ?, case_id, department, lead, 'NEW', item,"
                    " standard, due_us, ?, ? FROM case_order WHERE case_id = ? AND department = ?"
                    " AND state IN ('SENT', 'TAKEN') ORDER BY lead DESC, id LIMIT 1",
                    "sisss", id, job->now_us, job->who->actor->user, job->row.id, CASE_GRID))
        return false;
    *moved = store_changed(tx) > 0;
    return !*moved ||
           (store_exec(tx, error,
                       "UPDATE case_order SET state = 'WITHDRAWN' WHERE case_id = ?"
                       " AND department = ? AND state IN ('SENT', 'TAKEN')",
                       "ss", job->row.id, CASE_GRID) &&
            store_exec(tx, error, "UPDATE case_order SET state = 'SENT' WHERE id = ?", "s", id));
}

/* Another lead comes; where it helped until now, its new order takes the place of the old one. */
static bool withdraw_lead(struct store_tx *tx, const struct case_job *job, const char *lead,
                          GError **error)
{
    return store_exec(tx, error,
                      "UPDATE case_order SET state = 'WITHDRAWN' WHERE case_id = ?"
                      " AND (lead = 1 OR department = ?) AND state IN ('SENT', 'TAKEN')",
                      "ss", job->row.id, lead);
}

/* Beside a new lead, who helps already goes on; asked for once more by itself it is refused. */
static bool send_co(struct store_tx *tx, struct case_job *job, const char *department,
                    const char *lead, GError **error)
{
    gint64 live = 0;
    bool again = lead && g_strcmp0(department, lead) != 0;
    if (again && !count_live(tx, job, department, &live, error))
        return false;
    return live > 0 || send(tx, job, department, false, error);
}

/* 交办清单: item, standard, deadline (DOMAIN.md §4), where the workflow asks for them. */
static bool is_full(const struct case_job *job)
{
    const struct workflow *workflow = case_book_workflow(job->book, job->row.workflow);
    const char *item = case_job_text(job, "item"), *standard = case_job_text(job, "standard");
    return !workflow->full_orders ||
           (item && *item && standard && *standard && case_job_time(job, "due_us"));
}

static bool dispatch(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *lead = case_job_text(job, "lead");
    const json_t *co = json_object_get(job->body, "co");
    struct case_row *row = &job->row;
    static const char *const opened[] = {"DISPATCHED", "WORKING", "JOINT", NULL}; /* has a lead */
    if (!lead && (!g_strv_contains(opened, row->state) || json_array_size(co) == 0))
        return case_job_refuse(job, "no_lead", "须指定责任部门", "a lead is needed", error);
    if (case_job_time(job, "due_us") && case_job_time(job, "due_us") <= job->now_us)
        return case_job_refuse(job, "past", "时间已过", "that time is over", error);
    if (!is_full(job))
        return case_job_refuse(job, "incomplete_order", "交办要写明事项、办理标准和期限",
                               "an order needs item, standard and time limit", error);
    if (lead && (!withdraw_lead(tx, job, lead, error) || !send(tx, job, lead, true, error)))
        return false;
    for (size_t i = 0; i < json_array_size(co); i++) {
        if (!send_co(tx, job, json_string_value(json_array_get(co, i)), lead, error))
            return false;
    }
    if (lead)
        case_row_set(&row->lead, lead);
    if (!row->dispatched_us)
        row->dispatched_us = job->now_us;
    row->done_us = 0;
    return case_departments_show(tx, &job->row, error);
}

/* --- one's own order */

struct own_order {
    char *id;
    bool lead;
    gint64 sent_us;
};

static void own_order_clear(struct own_order *order)
{
    g_free(order->id);
}

/* The order of one's department in that state; refused when there is none. */
static bool find_own(struct store_tx *tx, struct case_job *job, const char *state,
                     const char *other, struct own_order *own, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, department, lead, sent_us FROM case_order WHERE case_id = ?"
                    " AND (state = ? OR state = ?) ORDER BY lead DESC, id",
                    "sss", job->row.id, state, other);
    while (rows && !own->id && store_rows_next(rows, &bad)) {
        if (!case_who_is_for(job->who, store_text(rows, 1), job->row.area))
            continue;
        own->id = store_text_dup(rows, 0);
        own->lead = store_int(rows, 2) != 0;
        own->sent_us = store_int(rows, 3);
    }
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    return own->id || case_job_refuse(job, "no_order", "您的部门没有这样的任务",
                                      "your department has no such order", error);
}

/* Is an order's timer still within its time? A year that is not known counts as in time. */
static bool in_time(struct store_tx *tx, const struct case_job *job, const char *order,
                    const char *timer, bool *fine, GError **error)
{
    gint64 due_us = 0;
    bool found;
    if (!store_query_int(tx, error, &due_us, &found,
                         "SELECT due_us FROM case_timer WHERE order_id = ? AND timer = ?"
                         " ORDER BY start_us DESC LIMIT 1",
                         "ss", order, timer))
        return false;
    *fine = !found || !due_us || job->now_us <= due_us;
    return true;
}

static bool take(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct own_order own = {0};
    bool soon = false;
    bool fine =
        find_own(tx, job, "SENT", "SENT", &own, error) &&
        in_time(tx, job, own.id, "take", &soon, error) &&
        store_exec(tx, error,
                   "UPDATE case_order SET state = 'TAKEN', taken_us = ?, taken_by = ?,"
                   " in_time = ? WHERE id = ?",
                   "isis", job->now_us, job->who->name, (gint64)soon, own.id) &&
        store_exec(tx, error, "UPDATE case_order SET seen_us = ? WHERE id = ? AND seen_us = 0",
                   "is", job->now_us, own.id);
    if (fine)
        json_object_set_new(job->details, "order", json_string(own.id));
    own_order_clear(&own);
    return fine;
}

static bool give_back(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct own_order own = {0};
    bool soon = false;
    bool fine = find_own(tx, job, "SENT", "TAKEN", &own, error) &&
                in_time(tx, job, own.id, "give_back", &soon, error);
    if (fine && !soon)
        fine = case_job_refuse(job, "too_late", "已超过退单期限", "it is too late to give it back",
                               error);
    fine = fine &&
           store_exec(tx, error,
                      "UPDATE case_order SET state = 'RETURNED', returned_us = ?,"
                      " return_reason = ? WHERE id = ?",
                      "iss", job->now_us, case_job_text(job, "text"), own.id) &&
           case_departments_show(tx, &job->row, error);
    if (fine) {
        json_object_set_new(job->details, "order", json_string(own.id));
        job->outcome = !own.lead ? "co" : job->row.returned ? "again" : "first";
        job->row.returned += own.lead;
    }
    own_order_clear(&own);
    return fine;
}

static bool feedback(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct own_order own = {0};
    gint64 open = 0;
    bool fine =
        find_own(tx, job, "TAKEN", "TAKEN", &own, error) &&
        store_exec(tx, error,
                   "UPDATE case_order SET state = 'DONE', done_us = ?, done_by = ?,"
                   " feedback = ? WHERE id = ?",
                   "isss", job->now_us, job->who->name, case_job_text(job, "text"), own.id) &&
        store_query_int(tx, error, &open, NULL,
                        "SELECT COUNT(*) FROM case_order WHERE case_id = ?"
                        " AND state IN ('SENT', 'TAKEN')",
                        "s", job->row.id);
    if (fine) {
        json_object_set_new(job->details, "order", json_string(own.id));
        job->outcome = open ? "part" : "all";
        job->row.done_us = open ? 0 : job->now_us;
    }
    own_order_clear(&own);
    return fine;
}

static bool review(struct store_tx *tx, struct case_job *job, GError **error)
{
    job->outcome = strcmp(case_job_text(job, "result"), "pass") == 0 ? "pass" : "back";
    bool handled;
    if (!case_job_handled(tx, job, &handled, error))
        return false;
    if (strcmp(job->outcome, "pass") == 0)
        return !handled || case_job_refuse(job, "reviewer_is_handler", "办理人不能审核自己的反馈",
                                           "nobody passes their own feedback", error);
    job->row.done_us = 0;
    return store_exec(tx, error,
                      "UPDATE case_order SET state = 'TAKEN', done_us = 0 WHERE case_id = ?"
                      " AND lead = 1 AND state = 'DONE'",
                      "s", job->row.id);
}

case_effect_fn case_effect_order(enum case_act act)
{
    switch (act) {
    case CASE_TRIAGE:
        return triage;
    case CASE_DISPATCH:
        return dispatch;
    case CASE_TAKE:
        return take;
    case CASE_RETURN:
        return give_back;
    case CASE_FEEDBACK:
        return feedback;
    case CASE_REVIEW:
        return review;
    default:
        return NULL;
    }
}
