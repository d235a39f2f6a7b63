/* What a workflow must not do: leave somebody stuck, close what nobody verified, let people verify
 * what they did. */
#include "cases/workflow.h"
#include <stdarg.h>

static bool G_GNUC_PRINTF(4, 5)
    fail(const char *name, const char *place, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, WORKFLOW_ERROR, WORKFLOW_ERROR_BAD, "%s: %s: %s", name, place, what);
    return false;
}

static const struct workflow_move *move_at(const struct workflow *workflow, guint i)
{
    return &g_array_index(workflow->moves, struct workflow_move, i);
}

/* Where a move may lead: "@before" to every state that leads here. */
static guint32 targets(const struct workflow *workflow, const struct workflow_move *move,
                       guint state)
{
    guint32 to = 0;
    if (move->to == WORKFLOW_STAY)
        return 0;
    if (move->to >= 0)
        return 1U << move->to;
    for (guint i = 0; i < workflow->moves->len; i++) {
        if (move_at(workflow, i)->to == (int)state)
            to |= move_at(workflow, i)->from;
    }
    return to;
}

/* The states one step away. `verified` false: without the verifications. `back` false: without
 * going back to where one came from, which was passed already. */
static guint32 steps(const struct workflow *workflow, guint state, bool verified, bool back)
{
    guint32 to = 0;
    for (guint i = 0; i < workflow->moves->len; i++) {
        const struct workflow_move *move = move_at(workflow, i);
        bool verifies = move->act == CASE_VERIFY && workflow_state(workflow, (int)state)->verify;
        if ((move->from & (1U << state)) && (verified || !verifies) &&
            (back || move->to != WORKFLOW_BEFORE))
            to |= targets(workflow, move, state);
    }
    return to;
}

/* A case that rests goes back to where it was: only where the way begins with it that may be
 * anywhere. */
static guint32 reach(const struct workflow *workflow, guint32 from, bool verified)
{
    guint32 seen = from, before = 0;
    while (seen != before) {
        before = seen;
        for (guint s = 0; s < workflow->states->len; s++) {
            if (seen & (1U << s))
                seen |= steps(workflow, s, verified, from & (1U << s));
        }
    }
    return seen;
}

static guint32 ends_done(const struct workflow *workflow)
{
    guint32 done = 0;
    for (guint s = 0; s < workflow->states->len; s++)
        done |= workflow_state(workflow, (int)s)->end == END_DONE ? 1U << s : 0;
    return done;
}

static bool check_states(const struct workflow *workflow, const char *name, GError **error)
{
    guint32 done = ends_done(workflow);
    if (workflow->start < 0)
        return fail(name, "states", error, "no state is the start");
    if (!done)
        return fail(name, "states", error, "no state is an end that is done");
    guint32 seen = reach(workflow, 1U << workflow->start, true);
    guint32 unverified = reach(workflow, 1U << workflow->start, false);
    for (guint s = 0; s < workflow->states->len; s++) {
        const struct workflow_state *state = workflow_state(workflow, (int)s);
        g_autofree char *place = g_strdup_printf("states[%u] %s", s, state->id);
        if (!(seen & (1U << s)))
            return fail(name, place, error, "nothing leads here");
        if (!state->end && !(reach(workflow, 1U << s, true) & done))
            return fail(name, place, error, "a case would be stuck: no way leads to an end");
        if (state->end == END_DONE && (unverified & (1U << s)))
            return fail(name, place, error, "a case could be closed without verification");
    }
    return true;
}

/* A dissatisfied person's case is not closed by that. */
static bool check_outcomes(const struct workflow *workflow, const char *name, GError **error)
{
    for (guint i = 0; i < workflow->moves->len; i++) {
        const struct workflow_move *move = move_at(workflow, i);
        const struct case_act_info *info = case_act_info(move->act);
        g_autofree char *place = g_strdup_printf("moves[%u] %s", i, info->name);
        if (move->act == CASE_VERIFY && g_strcmp0(move->when, "dissatisfied") == 0 &&
            (move->to < 0 || workflow_state(workflow, move->to)->end))
            return fail(name, place, error, "a dissatisfied person's case has to go on");
        for (guint s = 0; info->outcomes && move->when && s < workflow->states->len; s++) {
            for (guint o = 0; (move->from & (1U << s)) && info->outcomes[o]; o++) {
                bool known;
                workflow_move(workflow, move->act, (int)s, info->outcomes[o], 0, &known);
                if (!known)
                    return fail(name, place, error, "in %s nothing is said of the outcome %s",
                                workflow_state(workflow, (int)s)->id, info->outcomes[o]);
            }
        }
    }
    return true;
}

static bool check_roles(const struct workflow *workflow, const char *name, GError **error)
{
    guint32 handlers = 0;
    for (guint i = 0; i < workflow->moves->len; i++)
        handlers |=
            case_act_info(move_at(workflow, i)->act)->handles ? move_at(workflow, i)->roles : 0;
    for (guint i = 0; i < workflow->moves->len; i++) {
        const struct workflow_move *move = move_at(workflow, i);
        g_autofree char *place = g_strdup_printf("moves[%u] %s", i, case_act_info(move->act)->name);
        guint32 both = move->roles & handlers;
        if (move->act != CASE_VERIFY || !both)
            continue;
        const struct role *all = roles();
        guint first = (guint)__builtin_ctz(both);
        return fail(name, place, error, "%s handles cases and may not verify them",
                    all[first].code);
    }
    return true;
}

bool workflow_check(const struct workflow *workflow, const char *name, GError **error)
{
    return check_states(workflow, name, error) && check_outcomes(workflow, name, error) &&
           check_roles(workflow, name, error);
}
