#include "wall/reasons.h"
#include <glib.h>
#include <string.h>

static const struct reason reasons[] = {
    {"unreachable", "摄像机不可达", "the camera cannot be reached"},
    {"wrong_password", "摄像机密码错误", "the camera refuses the password"},
    {"limit_reached", "摄像机连接数已满", "the camera's connection limit is reached"},
    {"refused", "摄像机拒绝了请求", "the camera refused the request"},
    {"no_data", "摄像机没有数据", "the camera sends no data"},
    {"protocol", "摄像机的应答无法理解", "the camera's answers cannot be understood"},
    {"no_video", "没有视频轨", "there is no video track"},
    {"cannot_decode", "画面不能解码", "the picture cannot be decoded"},
    {"decoder_crashed", "解码进程在此画面上崩溃，稍后重试",
     "the decoder crashed at this picture; it is tried again later"},
    {"frozen", "画面冻结", "the picture is frozen"},
    {"black", "画面全黑", "the picture is black"},
    {"pipeline", "媒体管线出错", "a media pipeline failed"},
    {"bad_url", "摄像机地址有误", "the camera's address cannot be used"},
    {"wrong_certificate", "摄像机证书与原来的不同，或不可信",
     "the camera shows another certificate than before, or one that is not trusted"},
    {"media_away", "媒体服务中断，正在恢复", "the media service is away and being restored"},
    {"timeout", "媒体服务没有按时回答", "the media service did not answer in time"},
    {"stopped", "已停止", "stopped"},
    {"replaced", "已被新的播放替换", "replaced by another stream"},
    {"limit", "同时播放的路数已满", "too many streams at once"},
    {"too_often", "打开画面过于频繁，请稍后再试",
     "streams are opened too often; try again shortly"},
    {"no_right", "没有观看该镜头的权限", "no right to watch this camera"},
    {"reason_required", "请先填写本班次的观看事由",
     "give the reason for viewing for this shift first"},
    {"unknown_camera", "没有这个镜头", "there is no such camera"},
    {"disabled", "镜头已停用", "the camera is disabled"},
    {"no_picture", "还没有画面", "there is no picture yet"},
};

const struct reason *reason_find(const char *code)
{
    static struct reason unknown;
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (strcmp(reasons[i].code, code) == 0)
            return &reasons[i];
    unknown = (struct reason){code, code, code};
    return &unknown;
}
