/* Cameras that show nothing, as events of the feed "cameras" (docs/feeds.md). A state is told after
 * it lasted; what flaps has to last longer; what was told survives a restart. Loop thread only. */
#pragma once
#include "common/loop.h"
#include "intake/camera_event.h"
#include "intake/intake.h"
#include "store/store.h"

struct camera_events;

struct camera_events_options { /* borrowed; they outlive the camera events */
    struct loop *loop;
    struct store *store;
    struct intake *intake;
    guint settle_ms; /* a state is told when it has lasted so long */
};
/* NULL + error. */
struct camera_events *camera_events_create(const struct camera_events_options *options,
                                           GError **error);
/* Before the intake; NULL is fine. */
void camera_events_destroy(struct camera_events *events);

/* As the wall has it: numbers that are not known are NAN, texts "" or NULL. All borrowed. */
struct camera_news {
    const char *id, *name, *area, *place, *source_system, *host;
    double lon, lat, azimuth_deg, fov_deg;
    const char *state, *reason;
    int64_t since_us;
};
void camera_events_tell(struct camera_events *events, const struct camera_news *news);
