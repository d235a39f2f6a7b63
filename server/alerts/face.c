#include "alerts/face.h"

json_t *face_error_json(const char *code, const char *zh, const char *en)
{
    return json_pack("{s:{s:s,s:{s:s,s:s}}}", "error", "code", code, "message", "zh", zh, "en", en);
}

void face_reply_store(struct net_request *request, const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这一条", "there is no such thing");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "disk_full", "服务器磁盘已满，没有保存任何更改；请联系管理员",
                        "the server's disk is full: nothing was saved. Tell the administrator");
    else
        net_reply_error(request, 503, "store", "数据库没有接受这次操作", error->message);
}
