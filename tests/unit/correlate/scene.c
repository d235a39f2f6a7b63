#include "scene.h"
#include <math.h>
#include <string.h>

#define EARTH_M 6371008.8

double scene_lon(double east_m)
{
    return SCENE_LON + east_m / (EARTH_M * cos(SCENE_LAT * G_PI / 180)) * 180 / G_PI;
}

double scene_lat(double north_m)
{
    return SCENE_LAT + north_m / EARTH_M * 180 / G_PI;
}

char *scene_id(const char *what, gpointer user)
{
    struct scene *scene = user;
    bool alert = strcmp(what, "alert") == 0;
    return g_strdup_printf("%c%u", alert ? 'a' : 's', ++scene->made[alert]);
}

struct scene *scene_new(const char *rules, struct ground *ground)
{
    struct scene *scene = g_new0(struct scene, 1);
    g_autoptr(GError) error = NULL;
    scene->rules = rules ? rules_parse(rules, strlen(rules), &error) : rules_default();
    g_assert_no_error(error);
    scene->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    scene->c = correlator_create(&(struct correlator_options){
        .rules = scene->rules, .ground = ground, .next_id = scene_id, .user = scene});
    return scene;
}

void scene_free(struct scene *scene)
{
    correlator_destroy(scene->c);
    rules_unref(scene->rules);
    g_ptr_array_unref(scene->events);
    g_free(scene);
}

static const char *otherwise(const char *text, const char *instead)
{
    return text ? text : instead;
}

struct event *scene_event(struct scene *scene, const struct told *told)
{
    struct event *event = event_new();
    g_autoptr(GError) error = NULL;
    event->source = g_strdup(otherwise(told->source, told->device ? "devices" : "hotline"));
    event->id =
        told->id ? g_strdup(told->id) : g_strdup_printf("e%" G_GUINT64_FORMAT, ++scene->taken);
    event->kind = told->kind;
    event->dimension = g_strdup(otherwise(told->dimension, told->device ? "sensor" : "livelihood"));
    event->type = g_strdup(otherwise(told->type, told->device ? "smoke" : "noise"));
    event->title = g_strdup(event->type);
    event->device = g_strdup(told->device);
    event->parent = g_strdup(told->parent);
    event->reporter = g_strdup(told->reporter);
    event->address = g_strdup(told->address);
    event->area = g_strdup(told->area);
    event->priority = told->priority;
    event->marks = told->marks;
    event->occurred_us = SCENE_US + told->at_us;
    event->received_us = SCENE_US + (told->received_us ? told->received_us : told->at_us);
    event->expires_us = told->expires_us ? SCENE_US + told->expires_us : 0;
    if (told->placed) {
        event->lon = scene_lon(told->east_m);
        event->lat = scene_lat(told->north_m);
    }
    if (told->fov_deg > 0) {
        event->azimuth_deg = told->azimuth_deg;
        event->fov_deg = told->fov_deg;
    }
    if (told->ref)
        event->ref_ids = g_strsplit(told->ref, " ", -1);
    event_check(event, NULL, NULL, &error);
    g_assert_no_error(error);
    g_ptr_array_add(scene->events, event);
    return event;
}

const struct decision *scene_tell(struct scene *scene, struct told told)
{
    const struct event *event = scene_event(scene, &told);
    scene->decisions = correlator_take(scene->c, event, event->received_us);
    for (guint i = 0; i < scene->decisions->len; i++) {
        const struct decision *decision = &g_array_index(scene->decisions, struct decision, i);
        if (decision->event == event)
            return decision;
    }
    g_assert_not_reached();
}

static const struct decision *first(const struct scene *scene)
{
    return scene->decisions && scene->decisions->len
               ? &g_array_index(scene->decisions, struct decision, 0)
               : NULL;
}

const struct decision *scene_tick(struct scene *scene, int64_t at_us)
{
    scene->decisions = correlator_tick(scene->c, SCENE_US + at_us);
    return first(scene);
}

const struct decision *scene_act(struct scene *scene, const char *alert, enum alert_act act,
                                 const char *text, int64_t at_us)
{
    g_autoptr(GError) error = NULL;
    scene->decisions = correlator_act(scene->c, alert, act, text, SCENE_US + at_us + 30 * MINUTE,
                                      "u1", SCENE_US + at_us, &error);
    g_assert_true((scene->decisions == NULL) == (error != NULL));
    return first(scene);
}

const struct decision *scene_find(const struct scene *scene, enum decision_kind kind)
{
    for (guint i = 0; i < scene->decisions->len; i++) {
        const struct decision *decision = &g_array_index(scene->decisions, struct decision, i);
        if (decision->kind == kind)
            return decision;
    }
    return NULL;
}
