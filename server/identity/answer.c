#include "identity/answer.h"

void reply_problem(struct net_request *request, const struct problem *problem)
{
    if (!problem->path) {
        net_reply_error(request, problem->status, problem->code, problem->zh, problem->en);
        return;
    }
    json_t *fields = json_pack("[{s:s,s:{s:s,s:s}}]", "path", problem->path, "message", "zh",
                               problem->zh, "en", problem->en);
    net_reply_invalid(request, problem->status, problem->code, problem->zh, problem->en, fields);
}

struct answer *answer_new(struct net_request *request, struct identity *identity)
{
    struct answer *answer = g_new(struct answer, 1);
    *answer = (struct answer){net_request_ref(request), identity};
    return answer;
}

void answer_free(struct answer *answer)
{
    net_request_unref(answer->request);
    g_free(answer);
}

json_t *text_us(gint64 time_us)
{
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return json_string(text);
}
