#include "intake/gb_alarm.h"
#include "place/crs.h"
#include <math.h>
#include <string.h>

#define GB_ERROR (g_quark_from_static_string("townwall-gb28181"))
enum { NAME_CHARS = 80, TEXT_CHARS = 1000 };

struct meaning {
    int method, type; /* type 0: any other of the method */
    const char *dimension, *name, *zh;
};

/* AlarmMethod 1 phone, 2 device, 3 SMS, 4 GPS, 5 video, 6 device fault, 7 other; the special before
 * the general. */
static const struct meaning meanings[] = {
    {1, 0, "sensor", "help_call", "电话报警"},
    {2, 1, "camera_health", "video_loss", "视频丢失"},
    {2, 2, "camera_health", "tamper", "设备防拆报警"},
    {2, 3, "camera_health", "device_fault", "存储设备磁盘满"},
    {2, 4, "camera_health", "device_fault", "设备高温"},
    {2, 5, "camera_health", "device_fault", "设备低温"},
    {2, 0, "sensor", "device_alarm", "设备报警"},
    {3, 0, "sensor", "help_message", "短信报警"},
    {4, 0, "sensor", "gps_alarm", "GPS 报警"},
    {5, 1, "camera_alarm", "manual_alarm", "人工视频报警"},
    {5, 2, "camera_alarm", "motion", "移动侦测"},
    {5, 3, "camera_alarm", "object_left", "遗留物检测"},
    {5, 4, "camera_alarm", "object_removed", "物体移除检测"},
    {5, 5, "camera_alarm", "line_crossing", "绊线检测"},
    {5, 6, "camera_alarm", "intrusion", "入侵检测"},
    {5, 7, "camera_alarm", "wrong_way", "逆行检测"},
    {5, 8, "camera_alarm", "loitering", "徘徊检测"},
    {5, 9, "camera_alarm", "flow", "流量统计报警"},
    {5, 10, "camera_alarm", "crowd_seen", "密度检测"},
    {5, 11, "camera_health", "device_fault", "视频异常检测"},
    {5, 12, "camera_alarm", "fast_move", "快速移动"},
    {5, 13, "camera_health", "tamper", "图像遮挡报警"},
    {5, 0, "camera_alarm", "video_alarm", "视频报警"},
    {6, 0, "camera_health", "device_fault", "设备故障报警"},
    {7, 0, "sensor", "other_alarm", "其他报警"},
};

static const struct meaning *find(int method, int type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++)
        if (meanings[i].method == method && (meanings[i].type == type || meanings[i].type == 0))
            return &meanings[i];
    return NULL;
}

static bool has(const char *text)
{
    return text && *text;
}

static char *first(const char *text, long most)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return g_utf8_substring(valid, 0, MIN(most, g_utf8_strlen(valid, -1)));
}

/* The device's own place, else that of the camera. */
static void put_place(struct event *event, const struct gb_alarm *alarm)
{
    const char *crs = has(alarm->crs) ? alarm->crs : "WGS84";
    bool own = isfinite(alarm->lon) && isfinite(alarm->lat) &&
               (alarm->lon != 0 || alarm->lat != 0) && fabs(alarm->lon) <= 180 &&
               fabs(alarm->lat) <= 90;
    if (own && crs_to_wgs84(crs, alarm->lon, alarm->lat, &event->lon, &event->lat)) {
        event->crs = g_strdup(crs);
    } else {
        event->lon = alarm->camera_lon;
        event->lat = alarm->camera_lat;
    }
    event->area = has(alarm->area) ? g_strdup(alarm->area) : NULL;
    event->azimuth_deg = alarm->azimuth_deg;
    event->fov_deg = alarm->fov_deg;
}

static void put_words(struct event *event, const struct gb_alarm *alarm,
                      const struct meaning *meaning)
{
    g_autofree char *name = first(has(alarm->name) ? alarm->name : alarm->device, NAME_CHARS);
    const char *way = alarm->method == 5 && alarm->type == 6 && alarm->event_type == 1 ? "（进入）"
                      : alarm->method == 5 && alarm->type == 6 && alarm->event_type == 2
                          ? "（离开）"
                          : "";
    event->title =
        g_strdup_printf("%s：%s%s%s", name, meaning->zh, way, alarm->ended ? "结束" : "");
    if (has(alarm->description))
        event->text = first(alarm->description, TEXT_CHARS);
}

struct event *gb_alarm_event(const struct gb_alarm *alarm, const char *feed, int64_t now_us,
                             GError **error)
{
    const struct meaning *meaning = find(alarm->method, alarm->type);
    if (!has(alarm->device) || !meaning) {
        g_set_error(error, GB_ERROR, 0, "%s: %d is no alarm method of GB/T 28181",
                    has(alarm->device) ? alarm->device : "no device", alarm->method);
        return NULL;
    }
    event_auto event = event_new();
    event->source = g_strdup(feed);
    event->id = g_strdup_printf(
        "%s/%s/%d.%d/%" G_GINT64_FORMAT "%s", has(alarm->platform) ? alarm->platform : "",
        alarm->device, alarm->method, alarm->type, alarm->time_us ? alarm->time_us : now_us,
        alarm->ended ? "/end" : "");
    event->kind = alarm->ended ? EVENT_CLEARED : EVENT_RAISED;
    event->dimension = g_strdup(meaning->dimension);
    event->type = g_strdup(meaning->name);
    event->device = g_strdup(has(alarm->camera) ? alarm->camera : alarm->device);
    event->parent = has(alarm->platform) ? g_strdup(alarm->platform) : NULL;
    event->occurred_us = alarm->time_us;
    event->received_us = now_us;
    event->priority = alarm->priority >= 1 && alarm->priority <= 4 ? (unsigned)alarm->priority : 0;
    if (!alarm->ended && strcmp(meaning->dimension, "camera_health") != 0)
        event->expires_us = (alarm->time_us ? alarm->time_us : now_us) + GB_ALARM_HOLDS_US;
    put_words(event, alarm, meaning);
    put_place(event, alarm);
    event->extra = json_pack("{s:i,s:i,s:i}", "method", alarm->method, "type", alarm->type,
                             "priority", alarm->priority);
    if (!event_check(event, NULL, NULL, error))
        return NULL;
    return event_ref(event);
}
