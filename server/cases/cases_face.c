#include "cases/cases_private.h"
#include "common/clock.h"

gint64 cases_now(const struct cases *cases)
{
    (void)cases;
    return clock_wall_us();
}

void cases_reply_error(struct net_request *request, const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这个案件", "there is no such case");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT))
        net_reply_error(request, 409, "conflict", "已有人先处理，请看最新情况",
                        "somebody was faster; look at it as it is now");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_REFUSED))
        net_reply_error(request, 409, "refused", "不能这样处理", error->message);
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "disk_full", "服务器磁盘已满，没有保存任何更改；请联系管理员",
                        "the server's disk is full: nothing was saved. Tell the administrator");
    else
        net_reply_error(request, 503, "store", "数据库没有接受这次操作", error->message);
}

GError *cases_ending_error(void)
{
    return g_error_new_literal(STORE_ERROR, STORE_ERROR_CLOSED, "the server is being stopped");
}

struct case_who *cases_who_of_call(struct control_call *call)
{
    g_autofree char *name = g_strdup_printf("wallctl uid %u", control_uid(call));
    struct case_who *who = case_who_make(name, name, NULL);
    case_who_add(who, "operator", "");
    return who;
}

void cases_reply_refusal(struct net_request *request, const struct case_refusal *refusal)
{
    guint status = g_strcmp0(refusal->code, "no_right") == 0 ? 403 : 409;
    net_reply_error(request, status, refusal->code, refusal->zh, refusal->en);
}
