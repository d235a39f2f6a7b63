/* POST /api/v1/cases/ID/acts. */
#include "cases/cases_private.h"
#include "common/failpoint.h"

struct asked {
    struct cases *cases;
    struct net_request *request;
    struct case_job *job;
};

static void asked_free(struct asked *asked)
{
    net_request_unref(asked->request);
    case_job_free(asked->job);
    g_free(asked);
}

static void reply_conflict(const struct asked *asked)
{
    const struct case_job *job = asked->job;
    json_t *body = json_pack("{s:{s:s,s:{s:s,s:s}},s:O?,s:O?}", "error", "code", "conflict",
                             "message", "zh", "已有人先处理，请看最新情况", "en",
                             "somebody was faster; look at it as it is now", "current",
                             job->current, "by", job->by);
    net_reply_json(asked->request, 409, body);
}

static bool run(struct store_tx *tx, gpointer data, GError **error)
{
    struct asked *asked = data;
    return case_job_run(tx, asked->job, error);
}

static void done(gpointer data, const GError *error)
{
    struct asked *asked = data;
    const struct case_job *job = asked->job;
    if (!error) {
        failpoint("cases.committed");
        case_clock_look(asked->cases->clock);
        net_reply_json(asked->request, 200,
                       json_pack("{s:O,s:I}", "case", job->answer, "seq", (json_int_t)job->seq));
    } else if (job->refusal.code) {
        cases_reply_refusal(asked->request, &job->refusal);
    } else if (job->current) {
        reply_conflict(asked);
    } else {
        cases_reply_error(asked->request, error);
    }
    asked_free(asked);
}

static void post_act(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    json_t *faults = json_array();
    struct asked *asked = g_new0(struct asked, 1);
    asked->cases = cases;
    asked->request = net_request_ref(request);
    asked->job = case_job_read(net_request_param(request, "id"), body,
                               case_who_new(cases->options.identity, net_request_session(request)),
                               cases_now(cases), faults);
    asked->job->vault = identity_vault(cases->options.identity);
    json_decref(body);
    if (json_array_size(faults) > 0) {
        net_reply_invalid(request, 400, "bad_act", "操作不完整或不正确",
                          "the act is not complete or not right", faults);
        asked_free(asked);
        return;
    }
    json_decref(faults);
    store_write(cases->options.store, run, asked, done);
}

void cases_act_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cases/:id/acts", "case.act", post_act, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
