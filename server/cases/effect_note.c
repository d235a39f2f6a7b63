/* What is put on record beside the way of a case: supervision, corrections, links, meetings with
 * resolutions, instructions. */
#include "cases/case_form.h"
#include "cases/case_job.h"
#include <string.h>

static bool urge(struct store_tx *tx, struct case_job *job, GError **error)
{
    (void)tx;
    (void)error;
    job->row.urged++;
    return true;
}

static bool card(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *colour = case_job_text(job, "colour");
    const char *department = case_job_text(job, "department");
    gint64 *count = *colour == 'y'   ? &job->row.yellow
                    : *colour == 'r' ? &job->row.red
                                     : &job->row.black;
    if (!case_job_check_department(tx, job, department, error))
        return false;
    (*count)++;
    g_autofree char *id = store_id_new();
    json_object_set_new(job->details, "card", json_string(id));
    return store_exec(tx, error,
                      "INSERT INTO case_card (id, case_id, colour, department, time_us, user_id,"
                      " name, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssssisss", id, job->row.id, colour, department ? department : job->row.lead,
                      job->now_us, job->who->actor->user, job->who->name,
                      case_job_text(job, "text"));
}

/* What was merged is about the same department (effect_merge.c), and stays so. */
static bool about_is_free(struct store_tx *tx, struct case_job *job, const json_t *form,
                          GError **error)
{
    const json_t *about = json_object_get(form, "about");
    const char *text = json_string_value(about);
    gint64 merged;
    if (!about || g_strcmp0(text && *text ? text : NULL, job->row.about) == 0)
        return true;
    return store_query_int(tx, error, &merged, NULL,
                           "SELECT COUNT(*) FROM case_file WHERE merged_into = ?", "s",
                           job->row.id) &&
           (!merged ||
            case_job_refuse(job, "has_merged", "已有案件并入此案，请先撤销",
                            "cases were merged into this one: take them apart first", error));
}

static bool edit(struct store_tx *tx, struct case_job *job, GError **error)
{
    const json_t *form = json_object_get(job->body, "form");
    const char *about = json_string_value(json_object_get(form, "about"));
    if (!about_is_free(tx, job, form, error))
        return false;
    if (about && case_row_has_department(&job->row, about))
        return case_job_refuse(job, "conflict_of_interest", "被投诉的部门已有任务，请先改派",
                               "that department has an order: dispatch it to another one first",
                               error);
    g_autofree char *area = g_strdup(job->row.area);
    bool moved = false;
    case_form_apply(&job->row, form, false);
    if (g_strcmp0(area, job->row.area) != 0 && !case_order_move_grid(tx, job, &moved, error))
        return false;
    if (moved) /* who is told that the order is withdrawn */
        json_object_set_new(job->details, "grid_from", json_string(area ? area : ""));
    return case_reporter_write(tx, job->vault, &job->row, form, job->now_us, error);
}

/* --- links */

static bool target_exists(struct store_tx *tx, struct case_job *job, GError **error)
{
    static const struct {
        const char *kind, *sql;
    } kinds[] = {{"case", "SELECT 1 FROM case_file WHERE id = ?"},
                 {"alert", "SELECT 1 FROM alert WHERE id = ?"},
                 {"situation", "SELECT 1 FROM situation WHERE id = ?"},
                 {"camera", "SELECT 1 FROM camera WHERE id = ?"}};
    const char *kind = case_job_text(job, "kind");
    gint64 one;
    bool found = false;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0 &&
            !store_query_int(tx, error, &one, &found, kinds[i].sql, "s", case_job_text(job, "to")))
            return false;
    }
    return found || case_job_refuse(job, "no_target", "没有要关联的对象",
                                    "there is nothing like that to link", error);
}

static bool link_to(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *note = case_job_text(job, "text");
    g_autofree char *id = store_id_new();
    return target_exists(tx, job, error) &&
           store_exec(tx, error,
                      "INSERT INTO case_tie (id, case_id, kind, target, note, time_us, user_id)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?)",
                      "sssssis", id, job->row.id, case_job_text(job, "kind"),
                      case_job_text(job, "to"), note ? note : "", job->now_us,
                      job->who->actor->user);
}

static bool unlink_from(struct store_tx *tx, struct case_job *job, GError **error)
{
    if (!store_exec(tx, error,
                    "UPDATE case_tie SET undone_us = ? WHERE case_id = ? AND kind = ?"
                    " AND target = ? AND undone_us = 0",
                    "isss", job->now_us, job->row.id, case_job_text(job, "kind"),
                    case_job_text(job, "to")))
        return false;
    return store_changed(tx) > 0 ||
           case_job_refuse(job, "no_target", "没有这个关联", "it is not linked", error);
}

/* --- meetings, instructions, items */

static bool meet(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *place = case_job_text(job, "place"), *people = case_job_text(job, "people");
    const char *note = case_job_text(job, "text");
    g_autofree char *id = store_id_new();
    json_object_set_new(job->details, "meeting", json_string(id));
    return store_exec(tx, error,
                      "INSERT INTO case_meeting (id, case_id, kind, held_us, place, people, note,"
                      " time_us, user_id, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "sssisssiss", id, job->row.id, case_job_text(job, "kind"),
                      case_job_time(job, "time_us"), place ? place : "", people ? people : "",
                      note ? note : "", job->now_us, job->who->actor->user, job->who->name);
}

static bool add_item(struct store_tx *tx, struct case_job *job, const char *kind, GError **error)
{
    const char *meeting = case_job_text(job, "meeting");
    const char *department = case_job_text(job, "department");
    gint64 one;
    bool found = true;
    if (!case_job_check_department(tx, job, department, error))
        return false;
    if (case_job_time(job, "due_us") && case_job_time(job, "due_us") <= job->now_us)
        return case_job_refuse(job, "past", "时间已过", "that time is over", error);
    if (meeting && !store_query_int(tx, error, &one, &found,
                                    "SELECT 1 FROM case_meeting WHERE id = ? AND case_id = ?", "ss",
                                    meeting, job->row.id))
        return false;
    if (!found)
        return case_job_refuse(job, "no_target", "没有这次会议", "there is no such meeting", error);
    g_autofree char *id = store_id_new();
    json_object_set_new(job->details, "item", json_string(id));
    return store_exec(tx, error,
                      "INSERT INTO case_item (id, case_id, kind, meeting, department, text, due_us,"
                      " time_us, user_id, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssssssiiss", id, job->row.id, kind, meeting, department,
                      case_job_text(job, "text"), case_job_time(job, "due_us"), job->now_us,
                      job->who->actor->user, job->who->name) &&
           (!department || case_departments_show(tx, &job->row, error));
}

static bool resolve(struct store_tx *tx, struct case_job *job, GError **error)
{
    return add_item(tx, job, "resolution", error);
}

static bool instruct(struct store_tx *tx, struct case_job *job, GError **error)
{
    return add_item(tx, job, "instruction", error);
}

static bool item_done(struct store_tx *tx, struct case_job *job, GError **error)
{
    const char *kind = job->act == CASE_RESOLVE_DONE ? "resolution" : "instruction";
    if (!store_exec(tx, error,
                    "UPDATE case_item SET done_us = ?, done_name = ?, done_note = ?"
                    " WHERE id = ? AND case_id = ? AND kind = ? AND done_us = 0",
                    "isssss", job->now_us, job->who->name, case_job_text(job, "text"),
                    case_job_text(job, "to"), job->row.id, kind))
        return false;
    return store_changed(tx) > 0 || case_job_refuse(job, "no_target", "没有这个未办结的事项",
                                                    "there is no such open item", error);
}

case_effect_fn case_effect_note(enum case_act act)
{
    static const struct {
        enum case_act act;
        case_effect_fn effect;
    } effects[] = {{CASE_URGE, urge},
                   {CASE_CARD, card},
                   {CASE_EDIT, edit},
                   {CASE_LINK, link_to},
                   {CASE_UNLINK, unlink_from},
                   {CASE_MEET, meet},
                   {CASE_RESOLVE, resolve},
                   {CASE_INSTRUCT, instruct},
                   {CASE_RESOLVE_DONE, item_done},
                   {CASE_INSTRUCT_DONE, item_done}};
    for (size_t i = 0; i < G_N_ELEMENTS(effects); i++) {
        if (effects[i].act == act)
            return effects[i].effect;
    }
    return NULL;
}
