/* A correlator with numbered ids, and events in few words. Not for threads. */
#pragma once
#include "correlate/correlate.h"

#define SECOND   ((int64_t)1000000)
#define MINUTE   (60 * SECOND)
#define HOUR     (60 * MINUTE)
#define SCENE_US ((int64_t)1767225600 * SECOND)
/* Somewhere in a town; metres east and north of it as degrees. */
#define SCENE_LON 116.5
#define SCENE_LAT 35.4

struct scene {
    struct correlator *c;
    struct rules *rules;
    const GArray *decisions; /* of the last call */
    GPtrArray *events;       /* that were taken; kept, decisions point at them */
    guint made[2];
    guint64 taken;
};

struct scene *scene_new(const char *rules, struct ground *ground); /* NULL: the defaults */
void scene_free(struct scene *scene);

/* What an event says; unset fields have defaults. */
struct told {
    const char *id, *source, *dimension, *type, *device, *parent, *reporter, *address, *area, *ref;
    enum event_kind kind; /* `ref`: ids, separated by spaces */
    double east_m, north_m;
    bool placed;
    double azimuth_deg, fov_deg; /* fov 0: none */
    unsigned priority, marks;
    int64_t at_us;       /* after SCENE_US */
    int64_t received_us; /* after SCENE_US; 0: at_us */
    int64_t expires_us;  /* after SCENE_US; 0: none */
};
struct event *scene_event(struct scene *scene, const struct told *told);
/* Returned: the first decision that an event made (not time). */
const struct decision *scene_tell(struct scene *scene, struct told told);
const struct decision *scene_tick(struct scene *scene, int64_t at_us);
const struct decision *scene_act(struct scene *scene, const char *alert, enum alert_act act,
                                 const char *text, int64_t at_us);
/* The decision of a kind among those of the last call; NULL: none. */
const struct decision *scene_find(const struct scene *scene, enum decision_kind kind);
/* The type's words: "fire" is said by a hotline, "smoke" by a sensor. */
#define TELL(scene, ...) scene_tell(scene, (struct told){__VA_ARGS__})
double scene_lon(double east_m);
double scene_lat(double north_m);
char *scene_id(const char *what, gpointer user);
