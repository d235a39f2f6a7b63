#include "correlate/model.h"

static const char *const states[ALERT_STATES] = {
    "unacknowledged", "acknowledged", "returned", "normal", "shelved", "out_of_service"};
static const char *const kinds[DECISION_KINDS] = {
    "alert", "count",   "cleared", "inhibited", "chatter", "fault",   "join",
    "leave", "suggest", "nearby",  "recent",    "end",     "changed", "nothing"};
static const char *const hows[] = {"unknown", "point", "device", "area", "address"};
static const char *const acts[ALERT_ACTS] = {
    "acknowledge", "shelve", "unshelve", "out_of_service", "in_service", "ignore",
    "false_alarm", "case",   "merge",    "separate",       "undo"};

const char *alert_state_name(enum alert_state state)
{
    return (unsigned)state < ALERT_STATES ? states[state] : NULL;
}

bool alert_state_find(const char *name, enum alert_state *state)
{
    for (unsigned i = 0; i < ALERT_STATES; i++) {
        if (g_strcmp0(name, states[i]) == 0) {
            *state = (enum alert_state)i;
            return true;
        }
    }
    return false;
}

const char *alert_act_name(enum alert_act act)
{
    return (unsigned)act < ALERT_ACTS ? acts[act] : NULL;
}

bool alert_act_find(const char *name, enum alert_act *act)
{
    for (unsigned i = 0; i < ALERT_ACTS; i++) {
        if (g_strcmp0(name, acts[i]) == 0) {
            *act = (enum alert_act)i;
            return true;
        }
    }
    return false;
}

const char *decision_kind_name(enum decision_kind kind)
{
    return (unsigned)kind < DECISION_KINDS ? kinds[kind] : NULL;
}

const char *place_how_name(enum place_how how)
{
    return (unsigned)how < G_N_ELEMENTS(hows) ? hows[how] : NULL;
}

struct decision *decide(struct correlator *c, enum decision_kind kind, const struct event *event,
                        struct live *live, const char *rule, json_t *inputs, char *zh, char *en)
{
    struct decision decision = {
        .kind = kind,
        .event = event,
        .alert = live ? &live->a : NULL,
        .situation = live && live->cluster ? live->cluster->situation : NULL,
        .rule = rule,
        .inputs = inputs ? inputs : json_object(),
        .zh = zh,
        .en = en,
    };
    g_array_append_val(c->decisions, decision);
    return &g_array_index(c->decisions, struct decision, c->decisions->len - 1);
}

struct live *decided_alert(const struct correlator *c, const struct event *event, guint from)
{
    for (guint i = from; i < c->decisions->len; i++) {
        const struct decision *decision = &g_array_index(c->decisions, struct decision, i);
        if (decision->event == event &&
            (decision->kind == DECISION_ALERT || decision->kind == DECISION_COUNT))
            return (struct live *)decision->alert;
    }
    return NULL;
}

static void clear(struct correlator *c)
{
    for (guint i = 0; i < c->decisions->len; i++) {
        struct decision *decision = &g_array_index(c->decisions, struct decision, i);
        json_decref(decision->inputs);
        g_free(decision->zh);
        g_free(decision->en);
    }
    g_array_set_size(c->decisions, 0);
    g_ptr_array_set_size(c->ended, 0);
    g_ptr_array_set_size(c->gone, 0);
    g_ptr_array_set_size(c->risen, 0);
}

void decisions_begin(struct correlator *c, int64_t now_us)
{
    if (!c->undelivered)
        clear(c);
    c->undelivered = false;
    timers_run(c, now_us);
    mute_release(c);
}

void decisions_free(struct correlator *c)
{
    clear(c);
    g_array_unref(c->decisions);
}
