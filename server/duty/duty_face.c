/* Requests that wait for the store. */
#include "common/clock.h"
#include "duty/duty_private.h"

static const struct problem NO_SUCH = {404, "not_found", NULL, "没有这一班",
                                       "there is no such shift"};

struct duty_job *duty_job_new(struct duty *duty, struct net_request *request, json_t *body)
{
    struct duty_job *job = g_new0(struct duty_job, 1);
    job->duty = duty;
    job->body = body;
    job->now_us = clock_wall_us();
    job->status = 200;
    if (!request)
        return job;
    const struct net_session *session = net_request_session(request);
    job->request = net_request_ref(request);
    job->actor = identity_actor_new(session);
    job->user = g_strdup(session->user_id);
    job->name = g_strdup(session->name);
    job->session = g_strdup(session->id);
    return job;
}

void duty_job_free(struct duty_job *job)
{
    net_request_unref(job->request);
    if (job->actor)
        identity_actor_free(job->actor);
    g_free(job->user);
    g_free(job->name);
    g_free(job->session);
    json_decref(job->body);
    json_decref(job->matters);
    json_decref(job->result);
    g_free(job);
}

static void reply(const struct duty_job *job, const struct problem *p)
{
    json_t *fields = p->path ? json_pack("[{s:s,s:{s:s,s:s}}]", "path", p->path, "message", "zh",
                                         p->zh, "en", p->en)
                             : NULL;
    net_reply_invalid(job->request, p->status, p->code, p->zh, p->en, fields);
}

static void job_done(gpointer data, const GError *error)
{
    struct duty_job *job = data;
    static const struct problem first = {409, "conflict", "version",
                                         "已被他人先行处理，请看最新情况",
                                         "somebody was first; look at it as it is now"};
    if (job->problem)
        reply(job, job->problem);
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT))
        reply(job, &first);
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        reply(job, &NO_SUCH);
    else if (error)
        reply(job, problem_saving(error));
    else {
        if (job->show)
            job->show(job);
        net_reply_json(job->request, job->status, g_steal_pointer(&job->result));
    }
    if (job->wrote && !error)
        duty_look(job->duty);
    duty_job_free(job);
}

void duty_run(struct duty_job *job, store_fn fn, bool write)
{
    job->wrote = write;
    (write ? store_write : store_read)(job->duty->options.store, fn, job, job_done);
}
