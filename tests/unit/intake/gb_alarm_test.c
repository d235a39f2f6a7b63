/* Alarms of GB/T 28181 as events: every method and type of the standard. */
#include "intake/gb_alarm.h"
#include <math.h>

#define NOW INT64_C(1795305600000000)

static struct gb_alarm alarm_of(int method, int type)
{
    return (struct gb_alarm){.platform = "34020000002000000001",
                             .device = "34020000001320000005",
                             .priority = 1,
                             .method = method,
                             .type = type,
                             .time_us = NOW - 1000000,
                             .lon = (double)NAN,
                             .lat = (double)NAN,
                             .camera = "c0005",
                             .name = "石桥05-12",
                             .area = "370812107200005",
                             .camera_lon = 116.01,
                             .camera_lat = 35.01,
                             .azimuth_deg = 90,
                             .fov_deg = 60};
}

static struct event *event_of(const struct gb_alarm *alarm)
{
    g_autoptr(GError) error = NULL;
    struct event *event = gb_alarm_event(alarm, "gb28181", NOW, &error);
    g_assert_no_error(error);
    return event;
}

static void meanings(void)
{
    static const struct {
        int method, type;
        const char *dimension, *name;
    } cases[] = {
        {1, 0, "sensor", "help_call"},
        {2, 0, "sensor", "device_alarm"},
        {2, 1, "camera_health", "video_loss"},
        {2, 2, "camera_health", "tamper"},
        {2, 3, "camera_health", "device_fault"},
        {2, 4, "camera_health", "device_fault"},
        {2, 5, "camera_health", "device_fault"},
        {2, 9, "sensor", "device_alarm"},
        {3, 0, "sensor", "help_message"},
        {4, 0, "sensor", "gps_alarm"},
        {5, 0, "camera_alarm", "video_alarm"},
        {5, 1, "camera_alarm", "manual_alarm"},
        {5, 2, "camera_alarm", "motion"},
        {5, 3, "camera_alarm", "object_left"},
        {5, 4, "camera_alarm", "object_removed"},
        {5, 5, "camera_alarm", "line_crossing"},
        {5, 6, "camera_alarm", "intrusion"},
        {5, 7, "camera_alarm", "wrong_way"},
        {5, 8, "camera_alarm", "loitering"},
        {5, 9, "camera_alarm", "flow"},
        {5, 10, "camera_alarm", "crowd_seen"},
        {5, 11, "camera_health", "device_fault"},
        {5, 12, "camera_alarm", "fast_move"},
        {5, 13, "camera_health", "tamper"},
        {5, 99, "camera_alarm", "video_alarm"},
        {6, 0, "camera_health", "device_fault"},
        {7, 0, "sensor", "other_alarm"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct gb_alarm alarm = alarm_of(cases[i].method, cases[i].type);
        event_auto event = event_of(&alarm);
        g_assert_cmpstr(event->dimension, ==, cases[i].dimension);
        g_assert_cmpstr(event->type, ==, cases[i].name);
        g_assert_cmpint(event->kind, ==, EVENT_RAISED);
        bool state = g_str_equal(cases[i].dimension, "camera_health");
        g_assert_cmpint(event->expires_us, ==, state ? 0 : alarm.time_us + GB_ALARM_HOLDS_US);
    }
}

static void fields(void)
{
    struct gb_alarm alarm = alarm_of(5, 6);
    alarm.event_type = 1;
    alarm.description = "越过围墙";
    event_auto event = event_of(&alarm);
    g_assert_cmpstr(event->title, ==, "石桥05-12：入侵检测（进入）");
    g_assert_cmpstr(event->text, ==, "越过围墙");
    g_assert_cmpstr(event->device, ==, "c0005");
    g_assert_cmpstr(event->parent, ==, "34020000002000000001");
    g_assert_cmpuint(event->priority, ==, 1);
    g_assert_cmpint(event->occurred_us, ==, alarm.time_us);
    g_assert_cmpfloat(event->lon, ==, 116.01);
    g_assert_cmpfloat(event->fov_deg, ==, 60);
    event_auto again = event_of(&alarm);
    g_assert_cmpstr(event->id, ==, again->id);
    alarm.ended = true;
    event_auto end = event_of(&alarm);
    g_assert_cmpint(end->kind, ==, EVENT_CLEARED);
    g_assert_cmpstr(end->id, !=, event->id);
}

static void places(void)
{
    struct gb_alarm alarm = alarm_of(5, 2);
    alarm.lon = 116.2;
    alarm.lat = 35.2;
    alarm.crs = "GCJ02";
    event_auto own = event_of(&alarm);
    g_assert_cmpfloat(own->lon, <, 116.2);
    g_assert_cmpstr(own->crs, ==, "GCJ02");
    alarm.lon = alarm.lat = 0; /* what devices without GPS send */
    event_auto camera = event_of(&alarm);
    g_assert_cmpfloat(camera->lon, ==, 116.01);
    alarm.camera = NULL;
    alarm.camera_lon = alarm.camera_lat = alarm.azimuth_deg = alarm.fov_deg = (double)NAN;
    event_auto stranger = event_of(&alarm);
    g_assert_cmpstr(stranger->device, ==, "34020000001320000005");
    g_assert_true(isnan(stranger->lon));
}

static void faults(void)
{
    struct gb_alarm alarm = alarm_of(9, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(gb_alarm_event(&alarm, "gb28181", NOW, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    alarm = alarm_of(5, 2);
    alarm.device = "";
    g_assert_null(gb_alarm_event(&alarm, "gb28181", NOW, &error));
    g_assert_nonnull(error);
    alarm = alarm_of(5, 2);
    alarm.priority = 9;
    event_auto event = event_of(&alarm);
    g_assert_cmpuint(event->priority, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gb-alarm/meanings", meanings);
    g_test_add_func("/gb-alarm/fields", fields);
    g_test_add_func("/gb-alarm/places", places);
    g_test_add_func("/gb-alarm/faults", faults);
    return g_test_run();
}
