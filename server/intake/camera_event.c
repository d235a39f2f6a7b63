#include "intake/camera_event.h"
#include "intake/prose.h"
#include <math.h>

enum { NAME_CHARS = 100, PLACE_CHARS = 200, PARENT_BYTES = 64 };

/* 360 is north too. */
static double turned(double azimuth_deg)
{
    double within = fmod(azimuth_deg, 360);
    return within < 0 ? within + 360 : within;
}

/* Takes `text`. */
static char *null_when_empty(char *text)
{
    if (!*text)
        g_clear_pointer(&text, g_free);
    return text;
}

struct event *camera_event(const struct camera_facts *camera, const struct state *state,
                           const char *says)
{
    struct event *event = event_new();
    event->source = g_strdup(CAMERA_EVENTS_FEED);
    event->id = g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, state->device, state->type, state->seq);
    event->kind = state->raised ? EVENT_RAISED : EVENT_CLEARED;
    event->dimension = g_strdup("camera_health");
    event->type = g_strdup(state->type);
    event->device = g_strdup(state->device);
    event->occurred_us = state->since_us;
    g_autofree char *name = null_when_empty(prose_line(camera->name, NAME_CHARS));
    event->title = g_strdup_printf("%s：%s", name ? name : camera->id, says);
    event->parent = null_when_empty(prose_name(camera->parent, PARENT_BYTES));
    event->area = *camera->area ? g_strdup(camera->area) : NULL;
    event->address = null_when_empty(prose_line(camera->place, PLACE_CHARS));
    bool placed = !isnan(camera->lon) && !isnan(camera->lat);
    event->lon = placed ? camera->lon : NAN;
    event->lat = placed ? camera->lat : NAN;
    event->azimuth_deg = turned(camera->azimuth_deg);
    event->fov_deg = camera->fov_deg > 0 ? camera->fov_deg : NAN;
    return event;
}
