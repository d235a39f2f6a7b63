#include "cases/case_job.h"
#include "cases/case_form.h"
#include "cases/case_key.h"
#include "cases/case_search.h"
#include "cases/case_timer.h"
#include "common/failpoint.h"
#include "identity/persons.h"
#include <string.h>

void case_job_free(struct case_job *job)
{
    if (!job)
        return;
    g_free(job->case_id);
    g_free(job->key);
    json_decref(job->body);
    json_decref(job->details);
    json_decref(job->answer);
    json_decref(job->current);
    json_decref(job->by);
    case_who_free(job->who);
    case_row_clear(&job->row);
    g_free(job);
}

bool case_job_refuse(struct case_job *job, const char *code, const char *zh, const char *en,
                     GError **error)
{
    job->refusal = (struct case_refusal){code, zh, en};
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, en);
    return false;
}

const char *case_job_text(const struct case_job *job, const char *field)
{
    const char *text = json_string_value(json_object_get(job->body, field));
    return text && *text ? text : NULL;
}

gint64 case_job_time(const struct case_job *job, const char *field)
{
    const char *text = case_job_text(job, field);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* --- saving */

bool case_save(struct store_tx *tx, const struct case_book *book, struct case_row *row,
               const struct case_record *record, const struct identity_actor *who, gint64 now_us,
               GError **error)
{
    row->updated_us = now_us;
    if (!case_timers_fit(tx, book, row, now_us, error) || !case_row_update(tx, row, error))
        return false;
    failpoint("cases.row");
    gint64 seq;
    if (!case_log_add(tx, row->id, row->code, record, who, now_us, &seq, error))
        return false;
    failpoint("cases.log");
    if (!case_search_write(tx, row, record, error) ||
        !case_row_announce(tx, row, record->action, record->details, seq, error))
        return false;
    failpoint("cases.write");
    return true;
}

static gint64 last_seq(struct store_tx *tx, const char *case_id)
{
    gint64 seq = 0;
    bool found;
    store_query_int(tx, NULL, &seq, &found, "SELECT MAX(seq) FROM case_log WHERE case_id = ?", "s",
                    case_id);
    return seq;
}

/* --- was it asked before? */

static bool find_key(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct case_key key;
    case_key_init(&key, job->vault, job->who->actor->user, job->key, case_act_info(job->act)->name,
                  job->body);
    bool fine = case_key_find(tx, &key, error);
    if (fine && key.case_id) {
        job->again = true;
        job->seq = key.seq;
        if (g_strcmp0(key.case_id, job->row.id) != 0)
            fine = case_job_refuse(job, "key_used", "这个操作编号已用于另一个案件",
                                   "the key was used for another case", error);
        else if (!key.same)
            fine = case_job_refuse(job, "key_used", "这个操作编号已用于另一个操作",
                                   "the key was used for another act", error);
    }
    case_key_clear(&key);
    return fine;
}

static bool write_key(struct store_tx *tx, struct case_job *job, GError **error)
{
    struct case_key key;
    case_key_init(&key, job->vault, job->who->actor->user, job->key, case_act_info(job->act)->name,
                  job->body);
    bool fine = case_key_write(tx, &key, job->row.id, job->seq, job->now_us, error);
    case_key_clear(&key);
    return fine;
}

/* --- may it be done? */

static bool somebody_was_faster(struct store_tx *tx, struct case_job *job, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT login, action, time_us, details FROM case_log WHERE case_id = ?"
                    " ORDER BY seq DESC LIMIT 1",
                    "s", job->row.id);
    if (rows && store_rows_next(rows, &bad)) {
        json_t *details = json_loads(store_text(rows, 3), 0, NULL);
        const char *name = json_string_value(json_object_get(details, "name"));
        job->by = json_pack(
            "{s:o,s:o,s:o}", "name", case_json_text(name ? name : store_text(rows, 0)), "act",
            case_json_text(store_text(rows, 1)), "time_us", case_json_time(store_int(rows, 2)));
        json_decref(details);
    }
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    job->current = case_row_json(&job->row);
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_CONFLICT, "somebody was faster");
    return false;
}

static const struct workflow *workflow_of(const struct case_job *job)
{
    return case_book_workflow(job->book, job->row.workflow);
}

static const struct workflow_move *find_move(struct case_job *job, GError **error)
{
    const struct workflow *workflow = workflow_of(job);
    int state = workflow ? workflow_state_find(workflow, job->row.state) : -1;
    bool known = false;
    const struct workflow_move *move =
        workflow ? workflow_move(workflow, job->act, state, job->outcome, job->roles, &known)
                 : NULL;
    if (!move && job->row.merged_into)
        case_job_refuse(job, "merged", "本案已并案，请在并入的案件中办理",
                        "the case was merged: work on the one that it went into", error);
    else if (!move && known)
        case_job_refuse(job, "no_right", "您的角色不能这样处理这个案件",
                        "your role may not do this to the case", error);
    else if (!move)
        case_job_refuse(job, "not_now", "案件现在的状态不能这样处理",
                        "the case cannot be treated so in its state", error);
    if (move)
        job->roles &= move->roles;
    return move;
}

/* Who gave the case away by that very act, and got no answer, is answered as long as nothing
 * happened to it since. */
static bool was_just_given_away(struct store_tx *tx, const struct case_job *job, bool *just,
                                GError **error)
{
    gint64 seq = 0;
    *just = false;
    if (!job->again)
        return true;
    if (!store_query_int(tx, error, &seq, NULL, "SELECT MAX(seq) FROM case_log WHERE case_id = ?",
                         "s", job->row.id))
        return false;
    *just = seq == job->seq;
    return true;
}

static bool begin(struct store_tx *tx, struct case_job *job, GError **error)
{
    bool just = false;
    case_row_clear(&job->row);
    if (!case_row_load(tx, job->case_id, &job->row, error))
        return false;
    struct case_seen seen = case_seen_of(&job->row);
    bool sees = case_who_sees(job->who, &seen);
    job->roles = case_who_roles(job->who, &seen);
    if (!find_key(tx, job, error) || (!sees && !was_just_given_away(tx, job, &just, error))) {
        if (sees || !g_error_matches(*error, STORE_ERROR, STORE_ERROR_REFUSED))
            return false;
        g_clear_error(error); /* not even that the key was used */
        job->refusal = (struct case_refusal){0};
    }
    if (!sees && !just) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
        return false;
    }
    bool versioned = !case_act_info(job->act)->free;
    if (!job->again && versioned && job->version != job->row.version)
        return somebody_was_faster(tx, job, error);
    return true;
}

/* --- doing it */

bool case_job_check_department(struct store_tx *tx, struct case_job *job, const char *department,
                               GError **error)
{
    gint64 one;
    bool found = !department || strcmp(department, CASE_GRID) == 0;
    if (department && g_strcmp0(department, job->row.about) == 0)
        return case_job_refuse(job, "conflict_of_interest", "不得交给被投诉的部门",
                               "it is a complaint about that department", error);
    if (!found &&
        !store_query_int(tx, error, &one, &found,
                         "SELECT 1 FROM department WHERE id = ? AND enabled = 1", "s", department))
        return false;
    return found || case_job_refuse(job, "no_department", "没有这个部门，或已停用",
                                    "there is no such department, or it is disabled", error);
}

bool case_departments_show(struct store_tx *tx, struct case_row *row, GError **error)
{
    GError *bad = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT department FROM case_order WHERE case_id = ? AND state <> 'WITHDRAWN'"
        " AND state <> 'RETURNED'"
        " UNION SELECT department FROM case_item WHERE case_id = ? AND department IS NOT NULL"
        " UNION SELECT o.department FROM case_order o JOIN case_file f ON f.id = o.case_id"
        " WHERE f.merged_into = ? AND o.state IN ('SENT', 'TAKEN') ORDER BY department",
        "sss", row->id, row->id, row->id);
    while (rows && store_rows_next(rows, &bad))
        g_string_append_printf(text, " %s ", store_text(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    case_row_set(&row->departments, text->str);
    return rows && !bad;
}

/* A case lies in an area of the town; where the town has none, anywhere. */
static bool check_area(struct store_tx *tx, struct case_job *job, GError **error)
{
    bool known = false;
    return case_form_area_known(tx, json_object_get(job->body, "form"), &known, error) &&
           (known ||
            case_job_refuse(job, "no_area", "没有这个区域", "there is no such area", error));
}

static void move_case(struct case_job *job, const struct workflow_move *move)
{
    const struct workflow *workflow = workflow_of(job);
    struct case_row *row = &job->row;
    if (move->to == WORKFLOW_STAY)
        return;
    int now = workflow_state_find(workflow, row->state);
    int to = move->to;
    g_auto(GStrv) before = g_strsplit(row->before ? row->before : "", "/", 2);
    if (to == WORKFLOW_BEFORE)
        to = MAX(workflow_state_find(workflow, before[0]), 0);
    const struct workflow_state *target = workflow_state(workflow, to);
    bool rests = target->pause || target->end == END_MERGED;
    if (rests && move->to != WORKFLOW_BEFORE) {
        g_autofree char *path =
            g_strjoin("/", workflow_state(workflow, now)->id, row->before, NULL);
        case_row_set(&row->before, path);
    } else {
        case_row_set(&row->before, rests && before[0] ? before[1] : NULL);
    }
    if (to != now)
        row->state_us = job->now_us;
    case_row_set(&row->state, target->id);
    if (!target->end)
        row->closed_us = 0;
    else if (!row->closed_us)
        row->closed_us = job->now_us;
    job->moved = true;
}

/* A case that ends while it is suspended does not rest any more when it is opened again. */
static bool end_pause(struct store_tx *tx, const struct case_job *job, const char *from,
                      GError **error)
{
    const struct workflow *workflow = workflow_of(job);
    int was = workflow_state_find(workflow, from),
        is = workflow_state_find(workflow, job->row.state);
    if (was == is || !workflow_state(workflow, was)->pause ||
        workflow_state(workflow, is)->end == END_MERGED)
        return true;
    return store_exec(tx, error, "UPDATE case_pause SET to_us = ? WHERE case_id = ? AND to_us = 0",
                      "is", MAX(job->now_us, 1), job->row.id);
}

static bool note_handler(struct store_tx *tx, const struct case_job *job, GError **error)
{
    return !case_act_info(job->act)->handles ||
           store_exec(tx, error,
                      "INSERT INTO case_handler (case_id, user_id) VALUES (?, ?)"
                      " ON CONFLICT (case_id, user_id) DO NOTHING",
                      "ss", job->row.id, job->who->actor->user);
}

/* What the record says: the fields of the act without persons and without its text. */
static void add_details(struct case_job *job)
{
    static const char *const hidden[] = {"act", "version", "key", "text", NULL};
    const char *name;
    json_t *value;
    json_object_foreach(job->body, name, value)
    {
        if (!g_strv_contains(hidden, name) && !json_is_null(value))
            json_object_set_new(job->details, name, json_deep_copy(value));
    }
    json_t *form = json_object_get(job->details, "form");
    if (json_object_get(form, "reporter"))
        json_object_set_new(form, "reporter", json_true());
    json_object_set_new(job->details, "name", case_json_text(job->who->name));
    json_object_set_new(job->details, "role", json_string(case_role_name(job->roles)));
}

/* From the end on the retention of what is known of its persons runs; a case that is done may come
 * back until it is archived. */
static bool release_persons(struct store_tx *tx, const struct case_job *job, GError **error)
{
    const struct workflow *workflow = workflow_of(job);
    int state = workflow_state_find(workflow, job->row.state);
    enum workflow_end end = workflow_state(workflow, state)->end;
    return !job->moved || (end != END_REFUSED && end != END_ENDED) ||
           person_release(tx, "case", job->row.id, job->now_us, error);
}

/* What is over is signed: nothing that was done before can be taken out afterwards. */
static bool sign_end(struct store_tx *tx, const struct case_job *job, GError **error)
{
    const struct workflow *workflow = workflow_of(job);
    int state = workflow_state_find(workflow, job->row.state);
    if (!job->moved || !job->vault || workflow_state(workflow, state)->end == END_NONE)
        return true;
    return case_log_sign(tx, job->vault, job->row.id, job->now_us, error);
}

static bool finish(struct store_tx *tx, struct case_job *job, const char *from, GError **error)
{
    const char *text = case_job_text(job, "text");
    add_details(job);
    if (job->outcome)
        json_object_set_new(job->details, "outcome", json_string(job->outcome));
    const struct case_record record = {.action = case_act_info(job->act)->name,
                                       .from_state = from,
                                       .to_state = job->row.state,
                                       .note = text ? text : "",
                                       .details = job->details};
    if (!case_act_info(job->act)->free)
        job->row.version++;
    if (!note_handler(tx, job, error) || !end_pause(tx, job, from, error) ||
        !case_save(tx, job->book, &job->row, &record, job->who->actor, job->now_us, error))
        return false;
    job->seq = last_seq(tx, job->row.id);
    return write_key(tx, job, error) && release_persons(tx, job, error) && sign_end(tx, job, error);
}

bool case_job_try(struct store_tx *tx, gpointer data, GError **error)
{
    struct case_job *job = data;
    return begin(tx, job, error) && (job->again || find_move(job, error));
}

bool case_job_run(struct store_tx *tx, gpointer data, GError **error)
{
    struct case_job *job = data;
    if (!begin(tx, job, error))
        return false;
    if (job->again) {
        job->answer = case_row_json(&job->row);
        return true;
    }
    g_autofree char *from = g_strdup(job->row.state);
    guint32 roles = job->roles;
    const struct workflow_move *move = find_move(job, error);
    case_effect_fn effect = case_effect(job->act);
    if (!move || !case_files_check(tx, job, error) || !check_area(tx, job, error) ||
        (effect && !effect(tx, job, error)))
        return false;
    job->roles = roles;
    move = find_move(job, error); /* now that the outcome is known */
    if (!move)
        return false;
    move_case(job, move);
    if (!finish(tx, job, from, error))
        return false;
    job->answer = case_row_json(&job->row);
    return true;
}

case_effect_fn case_effect(enum case_act act)
{
    static case_effect_fn (*const files[])(enum case_act) = {
        case_effect_order, case_effect_mediation, case_effect_ask, case_effect_verify,
        case_effect_merge, case_effect_note,      case_effect_file};
    case_effect_fn effect = NULL;
    for (size_t i = 0; !effect && i < G_N_ELEMENTS(files); i++)
        effect = files[i](act);
    return effect;
}
