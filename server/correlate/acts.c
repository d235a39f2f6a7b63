/* What people do with an alert, and how it is taken back. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

struct act_call {
    struct correlator *c;
    struct live *live;
    enum alert_act act;
    const char *text, *who;
    int64_t until_us, at_us;
    GError **error;
};

static bool refuse(const struct act_call *call, const char *why)
{
    g_set_error_literal(call->error, CORRELATOR_ERROR, 0, why);
    return false;
}

/* --- what it was before */

static void remember(const struct act_call *call)
{
    struct live *live = call->live;
    const struct alert *a = &live->a;
    struct past past = {
        .act = call->act,
        .state = a->state,
        .end = g_strdup(a->end),
        .case_id = g_strdup(a->case_id),
        .situation = g_strdup(a->situation),
        .acknowledged_by = g_strdup(a->acknowledged_by),
        .acknowledged_us = a->acknowledged_us,
        .shelved_until_us = a->shelved_until_us,
        .ended_us = a->ended_us,
    };
    if (live->undo->len >= UNDO_KEPT)
        g_array_remove_index(live->undo, 0);
    g_array_append_val(live->undo, past);
}

static void say(const struct act_call *call, enum decision_kind kind, const char *zh,
                const char *en)
{
    decide(call->c, kind, NULL, call->live, "act",
           json_pack("{s:s,s:s?,s:s?,s:s}", "act", alert_act_name(call->act), "who", call->who,
                     "text", call->text, "state", alert_state_name(call->live->a.state)),
           g_strdup(zh), g_strdup(en));
}

static void say_state(const struct act_call *call, const char *zh, const char *en)
{
    say(call, is_over(call->live) ? DECISION_END : DECISION_CHANGED, zh, en);
}

/* --- the acts */

static bool acknowledge(const struct act_call *call)
{
    struct alert *a = &call->live->a;
    if (a->state != ALERT_UNACKNOWLEDGED && a->state != ALERT_RETURNED)
        return refuse(call, "there is nothing to acknowledge");
    remember(call);
    g_free(a->acknowledged_by);
    a->acknowledged_by = g_strdup(call->who);
    a->acknowledged_us = call->at_us;
    if (a->state == ALERT_RETURNED) {
        alert_end(call->c, call->live, call->live->gone ? call->live->gone : "cleared",
                  call->at_us);
    } else {
        a->state = ALERT_ACKNOWLEDGED;
        alert_settle(call->c, call->live);
    }
    say_state(call, "已确认", "acknowledged");
    return true;
}

static bool shelve(const struct act_call *call)
{
    struct alert *a = &call->live->a;
    if (is_over(call->live) || a->state == ALERT_OUT_OF_SERVICE)
        return refuse(call, "it is over or out of service");
    if (call->until_us <= call->at_us)
        return refuse(call, "the time on the shelf ends before it begins");
    remember(call);
    a->state = ALERT_SHELVED;
    a->shelved_until_us = call->until_us;
    alert_settle(call->c, call->live);
    say_state(call, "已搁置", "shelved");
    return true;
}

static void back_to_queue(const struct act_call *call)
{
    struct live *live = call->live;
    live->a.shelved_until_us = 0;
    live->a.state = live->a.acknowledged_us ? ALERT_ACKNOWLEDGED : ALERT_UNACKNOWLEDGED;
    if (live->gone)
        alert_return(call->c, live, live->gone, call->at_us);
    else
        alert_settle(call->c, live);
}

static bool unshelve(const struct act_call *call)
{
    if (call->live->a.state != ALERT_SHELVED)
        return refuse(call, "it is not shelved");
    remember(call);
    back_to_queue(call);
    say_state(call, "取消搁置", "taken from the shelf");
    return true;
}

static bool out_of_service(const struct act_call *call)
{
    struct alert *a = &call->live->a;
    if (!a->device || is_over(call->live) || a->state == ALERT_OUT_OF_SERVICE)
        return refuse(call, "only what a device tells and is not over can be put out of service");
    remember(call);
    a->state = ALERT_OUT_OF_SERVICE;
    a->shelved_until_us = 0;
    alert_settle(call->c, call->live);
    say_state(call, "设备已停用", "the device is out of service");
    return true;
}

static bool in_service(const struct act_call *call)
{
    if (call->live->a.state != ALERT_OUT_OF_SERVICE)
        return refuse(call, "it is not out of service");
    remember(call);
    back_to_queue(call);
    say_state(call, "设备恢复使用", "the device is in service again");
    return true;
}

static bool close_as(const struct act_call *call, const char *end, const char *zh, const char *en)
{
    if (is_over(call->live))
        return refuse(call, "it is over already");
    remember(call);
    alert_end(call->c, call->live, end, call->at_us);
    say_state(call, zh, en);
    return true;
}

static bool ignore(const struct act_call *call)
{
    return close_as(call, "ignored", "已忽略", "ignored");
}

static bool false_alarm(const struct act_call *call)
{
    return close_as(call, "false_alarm", "误报", "a false alarm");
}

static bool to_case(const struct act_call *call)
{
    if (!call->text || !*call->text)
        return refuse(call, "the case is missing");
    if (is_over(call->live))
        return refuse(call, "it is over already");
    remember(call);
    g_free(call->live->a.case_id);
    call->live->a.case_id = g_strdup(call->text);
    alert_end(call->c, call->live, "case", call->at_us);
    say_state(call, "转为案件处理", "goes on as a case");
    guint last = call->c->decisions->len - 1;
    g_array_index(call->c->decisions, struct decision, last).case_id = call->live->a.case_id;
    return true;
}

static bool merge(const struct act_call *call)
{
    struct correlator *c = call->c;
    struct live *other = call->text ? g_hash_table_lookup(c->alerts, call->text) : NULL;
    if (!other || other == call->live)
        return refuse(call, "there is no such other alert");
    if (is_over(call->live))
        return refuse(call, "it is over already");
    remember(call);
    group_found(c, other, NULL);
    if (call->live->cluster != other->cluster) {
        group_leave(c, call->live, NULL);
        cluster_add(c, other->cluster, call->live, NAN);
    }
    alert_end(c, call->live, "merged", call->at_us);
    say_state(call, "人工合并", "merged by hand");
    guint last = c->decisions->len - 1;
    g_array_index(c->decisions, struct decision, last).other = other->a.id;
    return true;
}

static bool is_alone(const struct act_call *call)
{
    return !call->live->cluster || !call->live->cluster->situation;
}

static void take_out(const struct act_call *call)
{
    struct cluster *cluster = call->live->cluster;
    cluster_remove(call->c, call->live);
    cluster_new(call->c, call->live);
    say(call, DECISION_LEAVE, "已移出警情组", "taken out of its situation");
    guint last = call->c->decisions->len - 1;
    g_array_index(call->c->decisions, struct decision, last).situation = cluster->situation;
}

static bool separate(const struct act_call *call)
{
    if (is_alone(call))
        return refuse(call, "it is in no situation");
    remember(call);
    take_out(call);
    return true;
}

/* --- undo */

static void put_back(const struct act_call *call, struct past *past)
{
    struct alert *a = &call->live->a;
    g_free(a->end);
    g_free(a->case_id);
    g_free(a->acknowledged_by);
    a->state = past->state;
    a->end = g_steal_pointer(&past->end);
    a->case_id = g_steal_pointer(&past->case_id);
    a->acknowledged_by = g_steal_pointer(&past->acknowledged_by);
    a->acknowledged_us = past->acknowledged_us;
    a->shelved_until_us = past->shelved_until_us;
    a->ended_us = past->ended_us;
}

static void put_back_situation(const struct act_call *call, const char *id)
{
    struct live *live = call->live;
    if (g_strcmp0(live->a.situation, id) == 0)
        return;
    struct cluster *wanted = id ? g_hash_table_lookup(call->c->situations, id) : NULL;
    if (id && !wanted)
        return;
    group_leave(call->c, live, NULL);
    if (wanted)
        cluster_add(call->c, wanted, live, NAN);
    else
        cluster_new(call->c, live);
}

/* The device may have cleared, the shelf may have ended since then. */
static void catch_up(const struct act_call *call)
{
    struct live *live = call->live;
    enum alert_state state = live->a.state;
    if (state == ALERT_SHELVED && live->a.shelved_until_us <= call->at_us)
        back_to_queue(call);
    else if (live->gone && (state == ALERT_UNACKNOWLEDGED || state == ALERT_ACKNOWLEDGED))
        alert_return(call->c, live, live->gone, call->at_us);
}

static bool undo_act(const struct act_call *call)
{
    GArray *undo = call->live->undo;
    struct past *past = undo->len ? &g_array_index(undo, struct past, undo->len - 1) : NULL;
    if (!past || (call->text && strcmp(alert_act_name(past->act), call->text) != 0))
        return refuse(call, "that is not the newest act, or it cannot be undone");
    bool taken_back = !g_strcmp0(call->live->a.end, "cancelled");
    int64_t ended_us = call->live->a.ended_us;
    put_back(call, past);
    g_autofree char *situation = g_steal_pointer(&past->situation);
    enum alert_act undone = past->act;
    g_array_set_size(undo, undo->len - 1);
    if (undone == ACT_SEPARATE || undone == ACT_MERGE)
        put_back_situation(call, situation);
    catch_up(call);
    if (taken_back) /* by its source meanwhile */
        alert_end(call->c, call->live, "cancelled", ended_us);
    alert_settle(call->c, call->live);
    say_state(call, "已撤销上一步操作", "the last act was undone");
    return true;
}

/* --- undo of what the machine decided */

static bool undo_chatter(const struct act_call *call)
{
    if (!call->live->a.chatter)
        return refuse(call, "it is not taken for chattering");
    call->live->steady = true;
    chatter_end(call->c, call->live, call->at_us);
    return true;
}

static bool undo_inhibited(const struct act_call *call)
{
    if (!inhibit_mutes(call->c, call->live))
        return refuse(call, "it mutes nothing");
    call->live->lifted = true;
    alert_settle(call->c, call->live);
    say(call, DECISION_CHANGED, "不再抑制其他警情", "it mutes no others any more");
    return true;
}

static int compare_ids(gconstpointer a, gconstpointer b)
{
    const struct live *const *left = a, *const *right = b;
    return strcmp((*left)->a.id, (*right)->a.id);
}

/* All alerts are looked through: it is one key of a person, not an event. */
static bool undo_fault(const struct act_call *call)
{
    struct correlator *c = call->c;
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    GHashTableIter iter;
    gpointer live;
    if (!call->live->lost || is_over(call->live))
        return refuse(call, "it is no fault that stands for others");
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &live))
        if (!g_strcmp0(((struct live *)live)->part_of, call->live->a.id))
            g_ptr_array_add(parts, live);
    g_ptr_array_sort(parts, compare_ids);
    call->live->lifted = true;
    call->live->a.active = false;
    alert_end(c, call->live, "false_alarm", call->at_us);
    say_state(call, "取消合并故障", "the common fault was taken back");
    for (guint i = 0; i < parts->len; i++) {
        struct act_call part = *call;
        part.live = parts->pdata[i];
        part.live->steady = true;
        g_clear_pointer(&part.live->part_of, g_free);
        alert_revive(c, part.live, ALERT_UNACKNOWLEDGED);
        say_state(&part, "恢复为单独的警情", "tells for itself again");
    }
    return true;
}

/* As ACT_SEPARATE, but no act of a person that could be taken back itself. */
static bool undo_join(const struct act_call *call)
{
    if (is_alone(call))
        return refuse(call, "it is in no situation");
    take_out(call);
    return true;
}

static bool undo(const struct act_call *call)
{
    static const struct {
        const char *what;
        bool (*fn)(const struct act_call *call);
    } table[] = {{"chatter", undo_chatter},
                 {"inhibited", undo_inhibited},
                 {"fault", undo_fault},
                 {"join", undo_join}};
    for (size_t i = 0; call->text && i < G_N_ELEMENTS(table); i++)
        if (!strcmp(table[i].what, call->text))
            return table[i].fn(call);
    return undo_act(call);
}

const GArray *correlator_act(struct correlator *c, const char *alert, enum alert_act act,
                             const char *text, int64_t until_us, const char *who, int64_t now_us,
                             GError **error)
{
    static bool (*const table[ALERT_ACTS])(const struct act_call *call) = {
        acknowledge, shelve,  unshelve, out_of_service, in_service, ignore,
        false_alarm, to_case, merge,    separate,       undo,
    };
    decisions_begin(c, now_us);
    struct live *live = alert ? g_hash_table_lookup(c->alerts, alert) : NULL;
    struct act_call call = {c, live, act, text, who, until_us, c->now_us, error};
    if (!live || (unsigned)act >= ALERT_ACTS) {
        refuse(&call, "there is no such alert (any more)");
        c->undelivered = true;
        return NULL;
    }
    c->undelivered = !table[act](&call);
    mute_release(c);
    return c->undelivered ? NULL : c->decisions;
}
