/* An act on its way: through the store, back to the meeting, answered. */
#include "common/clock.h"
#include "mediation/mediation_private.h"
#include <string.h>

static const struct problem NO_MEETING = {404, "not_found", NULL, "没有这次会议",
                                          "there is no such meeting"};
static const struct problem TOO_OFTEN = {429, "too_often", NULL, "操作过于频繁，请稍候",
                                         "too many acts, wait a little"};

struct act_job {
    struct mediation *mediation;
    struct act act;
    struct identity_actor *actor;
    char *meeting, *seat, *device;
    json_t *body, *re;
    gpointer who; /* of hooks.who(); NULL: none */
    bool leads;   /* who acts, once it is done */
    struct net_request *request;
    char *client; /* id */
};

void mediation_reply(struct net_request *request, const struct problem *p)
{
    json_t *fields = p->path ? json_pack("[{s:s,s:{s:s,s:s}}]", "path", p->path, "message", "zh",
                                         p->zh, "en", p->en)
                             : NULL;
    net_reply_invalid(request, p->status, p->code, p->zh, p->en, fields);
}

void mediation_reply_error(struct net_request *request, const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        mediation_reply(request, &NO_MEETING);
    else
        mediation_reply(request, problem_saving(error));
}

unsigned mediation_wait_s(struct mediation *mediation, const char *seat)
{
    return limiter_take(mediation->acts, seat, clock_mono_us(), NULL);
}

static void job_free(struct act_job *job)
{
    const struct mediation_hooks *hooks = &job->mediation->options.hooks;
    act_clear(&job->act);
    identity_actor_free(job->actor);
    if (job->who)
        hooks->who_free(job->who, hooks->user);
    net_request_unref(job->request);
    json_decref(job->body);
    json_decref(job->re);
    g_free(job->meeting);
    g_free(job->seat);
    g_free(job->device);
    g_free(job->client);
    g_free(job);
}

static bool may_show(struct store_tx *tx, struct act_job *job, GError **error)
{
    const struct mediation_hooks *hooks = &job->mediation->options.hooks;
    const char *file = json_string_value(json_object_get(job->body, "case_file"));
    bool sees = true;
    if (!file || strcmp(job->act.name, "show") != 0)
        return true;
    g_autofree char *case_id = NULL;
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT case_id FROM meeting WHERE id = ?", "s", job->meeting);
    if (!rows)
        return false;
    if (store_rows_next(rows, &bad))
        case_id = store_text_dup(rows, 0);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    if (!case_id || !hooks->case_file || !job->who)
        return true;
    if (!hooks->case_file(tx, job->who, case_id, file, &sees, error))
        return false;
    return sees || act_refuse(&job->act, 404, "not_found", "没有这个文件", "there is no such file",
                              NULL, error);
}

static bool other_act(struct store_tx *tx, struct act *act, bool *mine, gpointer user,
                      GError **error)
{
    const struct mediation *mediation = user;
    const struct mediation_hooks *hooks = &mediation->options.hooks;
    struct mediation_act other = {.vault = act->vault,
                                  .meeting = act->meeting,
                                  .seat = act->seat,
                                  .actor = act->actor,
                                  .name = act->name,
                                  .device = act->device,
                                  .body = act->body,
                                  .details = act->details,
                                  .seq = act->seq,
                                  .now_us = act->now_us};
    if (hooks->act(tx, &other, mine, hooks->user, error))
        return true;
    if (other.status)
        act->refusal =
            (struct act_refusal){other.status, other.code, other.zh, other.en, other.more};
    return false;
}

static bool run(struct store_tx *tx, gpointer data, GError **error)
{
    struct act_job *job = data;
    return may_show(tx, job, error) && act_perform(tx, &job->act, error);
}

/* --- answering */

/* Its number on the meeting's record counts what is done in every room: for who leads alone. */
static void add_number(const struct act_job *job, json_t *told)
{
    if (job->leads)
        json_object_set_new(told, "seq", json_integer((json_int_t)job->act.seq));
}

static void answer_request(const struct act_job *job, const GError *error)
{
    const struct act_refusal *refusal = &job->act.refusal;
    if (!error) {
        json_t *told = json_pack("{s:b}", "ok", 1);
        add_number(job, told);
        net_reply_json(job->request, 200, told);
    } else if (refusal->status) {
        json_t *told = json_pack("{s:s,s:{s:s,s:s}}", "code", refusal->code, "message", "zh",
                                 refusal->zh, "en", refusal->en);
        if (refusal->more)
            json_object_set(told, strcmp(refusal->code, "busy") == 0 ? "busy" : "why",
                            refusal->more);
        net_reply_json(job->request, refusal->status, json_pack("{s:o}", "error", told));
    } else {
        mediation_reply_error(job->request, error);
    }
}

static void answer_client(const struct act_job *job, const GError *error)
{
    struct net_client *client = g_hash_table_lookup(job->mediation->clients, job->client);
    const struct act_refusal *refusal = &job->act.refusal;
    if (!client || (!error && !job->re))
        return;
    if (!error) {
        json_t *told = json_pack("{s:s,s:O,s:b}", "t", "meet", "re", job->re, "ok", 1);
        add_number(job, told);
        net_client_send_json(client, told);
        return;
    }
    const struct problem *p = refusal->status ? NULL : problem_saving(error);
    json_t *told =
        json_pack("{s:s,s:s,s:{s:s,s:s}}", "t", "error", "code", p ? p->code : refusal->code,
                  "message", "zh", p ? p->zh : refusal->zh, "en", p ? p->en : refusal->en);
    if (job->re)
        json_object_set(told, "re", job->re);
    if (!p && refusal->more)
        json_object_set(told, "why", refusal->more);
    net_client_send_json(client, told);
}

static void done(gpointer data, const GError *error)
{
    struct act_job *job = data;
    struct mediation *mediation = job->mediation;
    if (!error) {
        const struct seat *own = meeting_seat(job->act.meeting, job->act.seat_id);
        job->leads = own && seat_leads(own);
        lives_take(mediation, g_steal_pointer(&job->act.meeting));
        bool removed = strcmp(job->act.name, "remove") == 0;
        const json_t *reason = removed ? json_object_get(job->act.details, "reason") : NULL;
        for (guint i = 0; i < job->act.closed->len; i++) {
            struct place *place = place_find(mediation, job->act.closed->pdata[i]);
            if (place)
                place_close(place, json_string_value(reason));
        }
        if (job->act.danger)
            mediation_danger_look(mediation);
    }
    if (job->request)
        answer_request(job, error);
    else if (job->client)
        answer_client(job, error);
    job_free(job);
}

/* --- asking */

static struct identity_actor *actor_of(const struct act_ask *call)
{
    struct identity_actor *actor = identity_actor_new(call->session);
    if (!call->session)
        actor->login = g_strdup("guest");
    g_free((char *)actor->address);
    actor->address = g_strdup(call->address);
    return actor;
}

/* An account that an act names, by the name that people know. */
static void name_user(struct mediation *mediation, json_t *body)
{
    const char *user = json_string_value(json_object_get(body, "user"));
    const struct identity_user *known =
        user ? identity_user_by_id(mediation->options.identity, user) : NULL;
    json_object_del(body, "user_name");
    if (known && known->enabled)
        json_object_set_new(body, "user_name", json_string(known->name));
}

/* Whoever calls for help waits for nothing else that was done there. */
static unsigned wait_s(struct mediation *mediation, const char *seat, const char *name)
{
    bool help = g_strcmp0(name, "danger") == 0 || g_strcmp0(name, "undo_danger") == 0;
    g_autofree char *key = g_strconcat(help ? "help " : "", seat, NULL);
    return mediation_wait_s(mediation, key);
}

void act_ask(struct mediation *mediation, const struct act_ask *call)
{
    const struct mediation_hooks *hooks = &mediation->options.hooks;
    const char *name = json_string_value(json_object_get(call->body, "act"));
    if (wait_s(mediation, call->seat, name)) {
        if (call->request)
            mediation_reply(call->request, &TOO_OFTEN);
        else if (call->client)
            net_client_send_error(call->client, TOO_OFTEN.code, TOO_OFTEN.zh, TOO_OFTEN.en,
                                  call->re);
        json_decref(call->body);
        return;
    }
    struct act_job *job = g_new0(struct act_job, 1);
    job->mediation = mediation;
    job->meeting = g_strdup(call->meeting);
    job->seat = g_strdup(call->seat);
    job->device = g_strdup(call->device ? call->device : "");
    job->body = call->body;
    job->actor = actor_of(call);
    job->request = call->request ? net_request_ref(call->request) : NULL;
    job->client = call->client ? g_strdup(net_client_id(call->client)) : NULL;
    job->re = call->re ? json_incref(call->re) : NULL;
    job->who = call->session && hooks->who ? hooks->who(call->session, hooks->user) : NULL;
    name_user(mediation, job->body);
    job->act = (struct act){.vault = identity_vault(mediation->options.identity),
                            .words = mediation->words,
                            .reader = &mediation->reader,
                            .other = hooks->act ? other_act : NULL,
                            .other_user = mediation,
                            .actor = job->actor,
                            .meeting_id = job->meeting,
                            .seat_id = job->seat,
                            .name = name ? name : "",
                            .device = job->device,
                            .body = job->body,
                            .now_us = clock_wall_us()};
    store_write(mediation->options.store, run, job, done);
}
