/* Shared by the files of this folder. Loop thread only. */
#pragma once
#include "intake/cap_folder.h"
#include "intake/feeds.h"
#include "intake/form.h"
#include "intake/intake.h"
#include "intake/mqtt.h"
#include "intake/rejects.h"
#include "intake/sensors.h"
#include "intake/writer.h"

#define INTAKE_ERROR        (g_quark_from_static_string("townwall-intake"))
#define INTAKE_OBJECT       "intake"
#define INTAKE_BATCH        1000
#define INTAKE_BODY_BYTES   ((size_t)8 * 1024 * 1024)
#define INTAKE_FEED_BYTES   ((size_t)192 * 1024) /* a feed with its mapping, an item of a test */
#define INTAKE_IMPORT_BYTES ((size_t)16 * 1024 * 1024)
#define INTAKE_RETRY_S      "2"

struct intake {
    const struct intake_options options;
    struct feeds *feeds;
    struct writer *writer;
    struct reporter *reporter;
    struct sensors *sensors;
    struct rejects *rejects;
    struct mqtt *mqtt;
    struct cap_folders *cap_folders;
    char **file_roots; /* of file_roots.h */
    struct metric *events, *requests, *up, *waiting, *write, *lag, *skew, *rate, *failing;
    guint tick, hourly, telling;
    struct pulls *pulls;
    GHashTable *imports; /* set of struct import */
    GQueue refused;      /* struct submission whose `done` is still to be called */
};

/* intake_http.c */
void intake_add_event_routes(struct intake *intake);
/* 503 with Retry-After. */
void intake_reply_away(struct net_request *request, enum writer_outcome outcome);
/* feed_api.c */
void intake_add_feed_routes(struct intake *intake);
/* feed_control.c */
void intake_add_commands(struct intake *intake);
/* cap_http.c */
void intake_add_cap_routes(struct intake *intake);
/* sensor_control.c */
void intake_add_sensor_commands(struct intake *intake);
/* sensor_api.c */
void intake_add_sensor_routes(struct intake *intake);
/* {"sensors":[…]} as docs/feeds.md has it, of one feed or (NULL) all; owned by the caller. */
json_t *intake_sensors_json(struct intake *intake, const char *feed);
/* rejects_face.c */
void intake_add_reject_face(struct intake *intake);
/* feed_metrics.c */
void intake_add_metrics(struct intake *intake);

/* `feed` brought `event`, which is on disk: its lag is noted when it was live. */
void intake_note_event(struct feed *feed, const struct event *event);
/* Makes an item of `feed`, as it came, an event. Returned: owned by the caller; NULL + *fault. */
struct event *intake_read_item(struct intake *intake, const struct feed *feed, const json_t *theirs,
                               int64_t now_us, struct form_fault *fault);
/* How an item of `feed` that came now is made an event; valid while the feed is. */
struct form intake_form(struct intake *intake, const struct feed *feed, int64_t now_us);
