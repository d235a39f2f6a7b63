/* GET, POST /api/v1/cases/ID/papers/KIND: 受理告知书, 交办单, 督办单 as PDF. GET shows the reporter
 * masked, as the case does; POST reveals, with a reason. Every print is on the audit record. */
#include "cases/cases_private.h"
#include "cases/papers.h"
#include "identity/identity.h"
#include "identity/persons.h"
#include "paper/paper.h"
#include <string.h>

struct asked {
    struct cases *cases;
    struct net_request *request;
    struct papers_job job;
};

static void asked_free(struct asked *asked)
{
    struct papers_job *job = &asked->job;
    net_request_unref(asked->request);
    case_who_free(job->who);
    case_row_clear(&job->row);
    person_known_free(job->reporter);
    paper_free(job->paper);
    g_free(job->id);
    g_free(job->object);
    g_free(job->area);
    g_free(job->reason);
    g_free(asked);
}

static void fail(struct asked *asked, const GError *error)
{
    if (g_error_matches(error, PAPER_ERROR, PAPER_ERROR_BUSY))
        net_reply_error(asked->request, 503, "busy", "打印任务过多，请稍后再试",
                        "too many papers at once; try again soon");
    else if (error->domain == PAPER_ERROR)
        net_reply_error(asked->request, 500, "paper", "文书无法生成", error->message);
    else
        cases_reply_error(asked->request, error);
    asked_free(asked);
}

/* --- third: it is drawn */

static void drop(gpointer user)
{
    asked_free(user);
}

static void printed(GBytes *pdf, const GError *error, gpointer user)
{
    struct asked *asked = user;
    if (error) {
        fail(asked, error);
        return;
    }
    g_autofree char *name =
        g_strdup_printf("inline; filename=\"%s-%s.pdf\"", asked->job.row.code, asked->job.kind->id);
    net_request_set_header(asked->request, "Content-Disposition", name);
    net_reply_bytes(asked->request, 200, "application/pdf", pdf);
    asked_free(asked);
}

/* --- second: what stands in it, and the record of the print, in one transaction */

static void gathered(gpointer data, const GError *error)
{
    struct asked *asked = data;
    if (error)
        fail(asked, error);
    else
        paper_press_print(asked->cases->press, g_steal_pointer(&asked->job.paper), printed, drop,
                          asked);
}

static bool gather(struct store_tx *tx, gpointer data, GError **error)
{
    struct asked *asked = data;
    return papers_gather(tx, &asked->job, error);
}

/* --- first: does this person see the case, and how much of the reporter? */

static bool look(struct store_tx *tx, gpointer data, GError **error)
{
    struct papers_job *job = &((struct asked *)data)->job;
    if (!case_row_load(tx, job->id, &job->row, error))
        return false;
    struct case_seen seen = case_seen_of(&job->row);
    job->knows = case_may_know_reporter(job->row.about, job->who, case_who_roles(job->who, &seen));
    if (case_who_sees(job->who, &seen))
        return true;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
    return false;
}

static void looked(gpointer data, const GError *error)
{
    struct asked *asked = data;
    struct papers_job *job = &asked->job;
    const struct net_session *session = net_request_session(asked->request);
    if (error) {
        fail(asked, error);
        return;
    }
    job->knows = job->knows && person_mask_for(session, job->row.area) != PERSON_HIDDEN;
    if (job->reason &&
        (!job->knows || !identity_may_in(session, RIGHT_PERSON_REVEAL, job->row.area))) {
        net_reply_error(asked->request, 403, "no_right", "您不能查看此案反映人的信息",
                        "you may not know who reported this case");
        asked_free(asked);
        return;
    }
    job->area = g_strdup(job->row.area);
    case_row_clear(&job->row);
    store_write(asked->cases->options.store, gather, asked, gathered);
}

static void ask(struct cases *cases, struct net_request *request, const char *object,
                const char *reason)
{
    const struct papers_kind *kind = papers_kind(net_request_param(request, "kind"));
    if (!kind) {
        net_reply_error(request, 404, "not_found", "没有这种文书", "there is no such paper");
        return;
    }
    struct asked *asked = g_new0(struct asked, 1);
    asked->cases = cases;
    asked->request = net_request_ref(request);
    asked->job = (struct papers_job){
        .kind = kind,
        .who = case_who_new(cases->options.identity, net_request_session(request)),
        .vault = identity_vault(cases->options.identity),
        .id = g_strdup(net_request_param(request, "id")),
        .object = g_strdup(object && *object ? object : NULL),
        .reason = g_strdup(reason),
        .now_us = cases_now(cases)};
    store_read(cases->options.store, look, asked, looked);
}

static void get_paper(struct net_request *request, gpointer user)
{
    ask(user, request, net_request_query(request, "object"), NULL);
}

static void post_paper(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    const char *reason = json_string_value(json_object_get(body, "reason"));
    glong length = reason ? g_utf8_strlen(reason, -1) : 0;
    if (body && (length < 2 || length > 200))
        net_reply_error(request, 400, "bad_reason", "请填写 2 至 200 字的理由",
                        "a reason of 2 to 200 characters is needed");
    else if (body)
        ask(user, request, json_string_value(json_object_get(body, "object")), reason);
    json_decref(body);
}

void cases_paper_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cases/:id/papers/:kind", "case.own", get_paper, 0},
        {"POST", "/api/v1/cases/:id/papers/:kind", "person.reveal", post_paper, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
