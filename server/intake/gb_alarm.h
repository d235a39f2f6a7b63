/* The door for alarms of GB/T 28181 (docs/feeds.md): whoever speaks SIP with a platform or device
 * fills a struct from its Notify/Alarm message, makes an event of it here and hands that to
 * intake_submit(). Pure; any thread. Source: GB/T 28181-2016 A.2.5 and 2022, as devices send them.
 */
#pragma once
#include "event/event.h"

/* What has no end of its own (a trip wire, a call) is over after so long. */
#define GB_ALARM_HOLDS_US (INT64_C(60) * G_USEC_PER_SEC)

/* As the XML has it; texts are borrowed, NULL or "" absent; numbers absent 0 (positions NAN). */
struct gb_alarm {
    const char *platform; /* 20 digits of the platform or device that sent it */
    const char *device;   /* DeviceID: 20 digits of the alarm's channel */
    int priority;         /* AlarmPriority 1–4 */
    int method;           /* AlarmMethod 1–7 */
    int type;             /* AlarmType in Info, by the method; 0 none */
    int event_type;       /* AlarmTypeParam/EventType of method 5, type 6: 1 enters, 2 leaves */
    int64_t time_us;      /* AlarmTime, made UTC */
    const char *description;
    double lon, lat; /* degrees as the device gives them, in `crs` */
    const char *crs; /* of place/crs.h; NULL: WGS84 */
    /* of the camera that this channel is here; NULL and NAN when it is none of ours */
    const char *camera, *name, *area;
    double camera_lon, camera_lat, azimuth_deg, fov_deg;
    bool ended; /* the device takes the alarm back (AlarmStatus, or its reset) */
};

/* Video loss and other faults become camera_health, what a camera sees camera_alarm, a phone, a
 * button or GPS sensor. AlarmPriority is the event's. The id is made of platform, channel, method,
 * type and time, so that a message that the platform repeats is the same event. `feed` is the
 * source, "gb28181" by habit. Returned: checked by event_check(), owned by the caller; NULL +
 * error. */
struct event *gb_alarm_event(const struct gb_alarm *alarm, const char *feed, int64_t now_us,
                             GError **error);
