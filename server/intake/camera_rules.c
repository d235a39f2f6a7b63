#include "intake/camera_rules.h"
#include <glib.h>
#include <string.h>

/* `offline` and `video_loss` are what cameras behind one broken switch show; the others concern the
 * one camera. */
static const struct {
    const char *reason;
    struct camera_fault fault;
} faults[] = {
    {"unreachable", {"offline", "摄像机不可达", "camera cannot be reached"}},
    {"wrong_password", {"wrong_password", "摄像机密码错误", "camera refuses the password"}},
    {"wrong_certificate",
     {"wrong_certificate", "摄像机证书不符", "camera shows another certificate"}},
    {"frozen", {"frozen", "画面冻结", "picture is frozen"}},
    {"black", {"black", "画面黑屏", "picture is black"}},
    {"cannot_decode", {"device_fault", "画面不能解码", "pictures cannot be decoded"}},
    {"decoder_crashed", {"device_fault", "画面使解码崩溃", "pictures make the decoder crash"}},
    {"no_video", {"device_fault", "没有视频轨", "there is no video track"}},
    {"bad_url", {"device_fault", "摄像机地址有误", "the address cannot be used"}},
    {"refused", {"device_fault", "摄像机拒绝连接", "camera refuses"}},
    {"protocol", {"device_fault", "摄像机应答异常", "camera answers what cannot be understood"}},
    {"limit_reached", {"video_loss", "连接数已满，无画面", "no picture: connection limit reached"}},
    {"no_data", {"video_loss", "视频丢失", "video loss"}},
};
static const struct camera_fault lost = {"video_loss", "视频丢失", "video loss"};

enum camera_verdict camera_judge(const char *state, const char *reason,
                                 const struct camera_fault **fault)
{
    /* pictures come (`sampled` with `limit_reached`: the newest turn alone had no stream), or
     * nobody wants them */
    static const char *const well[] = {"live", "sampled", "idle", "disabled", NULL};
    if (g_strcmp0(reason, "media_away") == 0)
        return CAMERA_UNKNOWN; /* our own media plane, not the camera */
    if (g_strv_contains(well, state))
        return CAMERA_WELL;
    if (strcmp(state, "down") != 0 && strcmp(state, "stale") != 0)
        return CAMERA_UNKNOWN;
    *fault = &lost;
    for (gsize i = 0; reason && i < G_N_ELEMENTS(faults); i++)
        if (strcmp(faults[i].reason, reason) == 0)
            *fault = &faults[i].fault;
    return CAMERA_ILL;
}

const char *const *camera_fault_types(void)
{
    static const char *const types[] = {
        "offline",        "video_loss",        "frozen", "black", "device_fault",
        "wrong_password", "wrong_certificate", NULL};
    return types;
}
