/* A state of a camera as an event. The camera list takes more than an event does: what is too long
 * is cut, so that every camera of the list can be told of. Pure; any thread. */
#pragma once
#include "event/event.h"
#include "intake/states.h"

#define CAMERA_EVENTS_FEED "cameras"

/* What is known of it; texts "" and numbers NAN when unknown. All borrowed. */
struct camera_facts {
    const char *id, *name, *area, *place;
    const char *parent; /* what it hangs on */
    double lon, lat, azimuth_deg, fov_deg;
};
/* `says`: what is the matter, in words. Returned: owned by the caller. */
struct event *camera_event(const struct camera_facts *camera, const struct state *state,
                           const char *says);
