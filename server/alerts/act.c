#include "alerts/act_private.h"
#include "alerts/face.h"
#include <string.h>

enum { REASON_CHARS = 200, TEXT_CHARS = 2000, MOST_MINUTES = 7 * 24 * 60, ID_BYTES = 64 };

static const struct act_kind kinds[] = {
    {.name = "acknowledge", .model = ACT_ACKNOWLEDGE, .versioned = true, .undoable = true},
    {.name = "shelve",
     .model = ACT_SHELVE,
     .versioned = true,
     .undoable = true,
     .reason = true,
     .minutes = true},
    {.name = "unshelve", .model = ACT_UNSHELVE, .versioned = true, .undoable = true},
    {.name = "out_of_service",
     .model = ACT_OUT_OF_SERVICE,
     .versioned = true,
     .undoable = true,
     .reason = true},
    {.name = "in_service",
     .model = ACT_IN_SERVICE,
     .versioned = true,
     .undoable = true,
     .reason = true},
    {.name = "ignore", .model = ACT_IGNORE, .versioned = true, .undoable = true, .reason = true},
    {.name = "false_alarm",
     .model = ACT_FALSE_ALARM,
     .versioned = true,
     .undoable = true,
     .reason = true},
    {.name = "case", .model = ACT_CASE, .versioned = true, .undoable = true},
    {.name = "link_case", .model = ACT_CASE, .versioned = true, .undoable = true, .to = true},
    {.name = "merge", .model = ACT_MERGE, .versioned = true, .undoable = true, .to = true},
    {.name = "separate", .model = ACT_SEPARATE, .versioned = true, .undoable = true},
    {.name = "assign", .model = -1, .versioned = true, .undoable = true, .to = true},
    {.name = "comment", .model = -1, .text = true},
    {.name = "check", .model = -1, .step = true},
    {.name = "undo", .model = ACT_UNDO, .versioned = true},
};

static const struct act_kind *kind_find(const char *name)
{
    for (size_t i = 0; name && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

void act_free(struct act *act)
{
    net_request_unref(act->request);
    identity_actor_free(act->who);
    char *texts[] = {act->alert,     act->user_id,     act->name,          act->reason,
                     act->text,      act->to,          act->step,          act->id,
                     act->undone.id, act->undone.name, act->undone.target, act->undone.user_id,
                     act->undone.by, act->case_id,     act->case_code,     act->assigned_name};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    json_decref(act->undone.before);
    json_decref(act->first);
    json_decref(act->before);
    json_decref(act->form);
    g_free(act);
}

bool act_may(struct act *act, const struct alert_row *row)
{
    const struct net_session *session = net_request_session(act->request);
    const char *area = row->alert.area;
    bool opens = strcmp(act->kind->name, "case") == 0;
    bool may_open = area ? identity_may_in(session, RIGHT_CASE_OPEN, area)
                         : identity_may(session, RIGHT_CASE_OPEN);
    if (alerts_may_handle(session, area) && (!opens || may_open))
        return true;
    net_reply_error(act->request, 403, "no_right", "没有处置该区域警情的权限",
                    "no right to handle alerts in that area");
    return false;
}

/* --- reading what came */

static void add_fault(json_t *faults, const char *path, const char *zh, const char *en)
{
    json_array_append_new(
        faults, json_pack("{s:s,s:{s:s,s:s}}", "path", path, "message", "zh", zh, "en", en));
}

/* Returned: a copy; NULL when it is absent, or wrong, which is noted. */
static char *read_text(const json_t *body, const char *key, bool needed, long most, json_t *faults)
{
    const json_t *value = json_object_get(body, key);
    if ((!value || json_is_null(value)) && !needed)
        return NULL;
    g_autofree char *text = g_strdup(json_string_value(value));
    if (text)
        g_strstrip(text);
    if (text && *text && g_utf8_strlen(text, -1) <= most)
        return g_steal_pointer(&text);
    g_autofree char *zh = g_strdup_printf("须为 1 至 %ld 个字", most);
    g_autofree char *en = g_strdup_printf("1 to %ld characters are needed", most);
    add_fault(faults, key, zh, en);
    return NULL;
}

static void read_minutes(struct act *act, const json_t *body, json_t *faults)
{
    const json_t *value = json_object_get(body, "minutes");
    act->minutes = json_is_integer(value) ? json_integer_value(value) : 0;
    if (act->kind->minutes && (act->minutes < 1 || act->minutes > MOST_MINUTES))
        add_fault(faults, "minutes", "须为 1 至 10080 分钟", "1 to 10080 minutes are needed");
}

static void read_version(struct act *act, const json_t *body, json_t *faults)
{
    const json_t *value = json_object_get(body, "version");
    act->version = json_is_integer(value) ? json_integer_value(value) : -1;
    if (act->kind->versioned && !act->exact && act->version < 0)
        add_fault(faults, "version", "须给出所依据的版本", "the version that it is based on");
}

/* Decisions that `undo` takes back by their name; acts of people have an order. */
static void check_undone(const struct act *act, json_t *faults)
{
    static const char *const decisions[] = {"chatter", "inhibited", "fault", "join", NULL};
    if (act->kind->model == ACT_UNDO && act->text && !g_strv_contains(decisions, act->text))
        add_fault(faults, "text", "须为 chatter、inhibited、fault 或 join",
                  "chatter, inhibited, fault or join is needed");
}

/* What the new case is to be beside what the alert says. */
static void read_form(struct act *act, const json_t *body, json_t *faults)
{
    const struct alerts_cases *cases = act->alerts->options.cases;
    json_t *form = json_object_get(body, "form");
    if (!form || json_is_null(form))
        return;
    if (strcmp(act->kind->name, "case") != 0 || !cases || !cases->check)
        add_fault(faults, "form", "这个操作没有表单", "the act has no form");
    else if (cases->check(form, faults))
        act->form = json_deep_copy(form);
}

/* false: answered 400. */
static bool read_body(struct act *act, const json_t *body)
{
    json_t *faults = json_array();
    act->kind = kind_find(json_string_value(json_object_get(body, "act")));
    if (!act->kind) {
        add_fault(faults, "act", "没有这种操作", "there is no such act");
    } else {
        const struct act_kind *kind = act->kind;
        act->reason = read_text(body, "reason", kind->reason, REASON_CHARS, faults);
        act->text = read_text(body, "text", kind->text, TEXT_CHARS, faults);
        act->to = read_text(body, "to", kind->to, ID_BYTES, faults);
        act->step = read_text(body, "step", kind->step, ID_BYTES, faults);
        check_undone(act, faults);
        act->exact = kind->model == ACT_UNDO && act->to && !act->text;
        read_version(act, body, faults);
        read_minutes(act, body, faults);
        read_form(act, body, faults);
        act->done = !json_is_false(json_object_get(body, "done"));
    }
    if (json_array_size(faults) == 0) {
        json_decref(faults);
        return true;
    }
    net_reply_invalid(act->request, 400, "bad_act", "操作不完整或不正确",
                      "the act is not complete or not right", faults);
    return false;
}

static void post_act(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const struct net_session *session = net_request_session(request);
    struct act *act = g_new0(struct act, 1);
    act->alerts = user;
    act->request = net_request_ref(request);
    act->alert = g_strdup(net_request_param(request, "id"));
    act->user_id = g_strdup(session->user_id);
    act->name = g_strdup(session->name);
    act->who = identity_actor_new(session);
    if (read_body(act, body))
        act_run(act);
    else
        act_free(act);
    json_decref(body);
}

void act_add_routes(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/alerts/:id/acts", "alert.handle", post_act, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
}

json_t *act_json_read(struct store_rows *rows)
{
    const char *act = store_text(rows, 4);
    bool check = g_strcmp0(act, "check") == 0;
    const char *body = store_text(rows, 7);
    bool done = check && g_strcmp0(body, "done") == 0;
    json_t *object = json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", json_of_text(store_text(rows, 0)), "time_us",
        json_of_time(store_int(rows, 1)), "user", json_of_text(store_text(rows, 2)), "name",
        json_of_text(store_text(rows, 3)), "act", json_of_text(act), "minutes",
        store_null(rows, 5) ? json_null() : json_integer(store_int(rows, 5)), "reason",
        json_of_text(store_text(rows, 6)));
    const char *target = store_text(rows, 8);
    json_object_set_new(object, "text", check ? json_null() : json_of_text(body));
    json_object_set_new(object, "to", check ? json_null() : json_of_text(target));
    json_object_set_new(object, "step", check ? json_of_text(target) : json_null());
    json_object_set_new(object, "done", check ? json_boolean(done) : json_null());
    json_object_set_new(object, "undone", json_of_time(store_int(rows, 9)));
    return object;
}
