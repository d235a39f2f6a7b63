/* Asking a workflow. */
#include "cases/workflow.h"
#include <string.h>

int workflow_state_find(const struct workflow *workflow, const char *id)
{
    for (guint i = 0; id && i < workflow->states->len; i++) {
        if (strcmp(g_array_index(workflow->states, struct workflow_state, i).id, id) == 0)
            return (int)i;
    }
    return -1;
}

const struct workflow_state *workflow_state(const struct workflow *workflow, int state)
{
    return &g_array_index(workflow->states, struct workflow_state, (guint)state);
}

const struct workflow_move *workflow_move(const struct workflow *workflow, enum case_act act,
                                          int state, const char *outcome, guint32 roles,
                                          bool *known)
{
    *known = false;
    for (guint i = 0; state >= 0 && i < workflow->moves->len; i++) {
        const struct workflow_move *move = &g_array_index(workflow->moves, struct workflow_move, i);
        if (move->act != act || !(move->from & (1U << state)) ||
            (outcome && move->when && strcmp(move->when, outcome) != 0))
            continue;
        *known = true;
        if (move->roles & roles)
            return move;
    }
    return NULL;
}

const struct due_limit *workflow_limit(const struct workflow_timer *timer, const char *grade,
                                       int level)
{
    char number[12];
    g_snprintf(number, sizeof number, "%d", level);
    const char *key = timer->by == BY_GRADE ? grade : timer->by == BY_LEVEL ? number : "*";
    const struct due_limit *others = NULL;
    for (guint i = 0; i < timer->limits->len; i++) {
        const struct workflow_limit *one = &g_array_index(timer->limits, struct workflow_limit, i);
        if (key && strcmp(one->key, key) == 0)
            return &one->limit;
        if (strcmp(one->key, "*") == 0)
            others = &one->limit;
    }
    return others;
}

guint32 workflow_role_bit(const char *code)
{
    const struct role *all = roles();
    for (guint i = 0; code && all[i].code && i < 32; i++) {
        if (strcmp(all[i].code, code) == 0)
            return 1U << i;
    }
    return 0;
}

static json_t *role_names(guint32 mask)
{
    json_t *list = json_array();
    const struct role *all = roles();
    for (guint i = 0; all[i].code && i < 32; i++) {
        if (mask & (1U << i))
            json_array_append_new(list, json_string(all[i].code));
    }
    return list;
}

static json_t *target_json(const struct workflow *workflow, int to)
{
    if (to == WORKFLOW_STAY)
        return json_null();
    return json_string(to == WORKFLOW_BEFORE ? "@before" : workflow_state(workflow, to)->id);
}

json_t *workflow_json(const struct workflow *workflow)
{
    json_t *table = json_array();
    for (guint i = 0; i < workflow->moves->len; i++) {
        const struct workflow_move *move = &g_array_index(workflow->moves, struct workflow_move, i);
        const struct case_act_info *info = case_act_info(move->act);
        for (guint s = 0; s < workflow->states->len; s++) {
            if (move->from & (1U << s))
                json_array_append_new(table, json_pack("{s:s,s:s,s:s?,s:o,s:o}", "state",
                                                       workflow_state(workflow, (int)s)->id, "act",
                                                       info->name, "when", move->when, "to",
                                                       target_json(workflow, move->to), "roles",
                                                       role_names(move->roles)));
        }
    }
    json_t *file = json_copy(workflow->file);
    json_object_set_new(file, "table", table);
    return file;
}

static void state_clear(gpointer data)
{
    struct workflow_state *state = data;
    g_free(state->id);
    g_free(state->zh);
    g_free(state->en);
}

static void timer_clear(gpointer data)
{
    struct workflow_timer *timer = data;
    g_free(timer->id);
    g_free(timer->zh);
    g_free(timer->en);
    g_strfreev(timer->channels);
    g_array_unref(timer->limits);
}

void workflow_destroy(struct workflow *workflow)
{
    if (!workflow)
        return;
    g_free(workflow->id);
    g_free(workflow->zh);
    g_free(workflow->en);
    g_array_set_clear_func(workflow->states, state_clear);
    g_array_set_clear_func(workflow->timers, timer_clear);
    g_array_unref(workflow->states);
    g_array_unref(workflow->moves);
    g_array_unref(workflow->timers);
    json_decref(workflow->file);
    g_free(workflow);
}
