/* Brokers of sensors: every feed of kind "mqtt" that is enabled listens to its own (docs/feeds.md).
 * Loop thread only. */
#pragma once
#include "common/loop.h"
#include "intake/feeds.h"
#include "intake/intake.h"
#include "intake/rejects.h"
#include "intake/sensors.h"
#include "intake/states.h"

struct mqtt;

struct mqtt_options { /* borrowed; they outlive it */
    struct loop *loop;
    struct store *store;
    struct intake *intake; /* only handed on to intake_submit() */
    struct feeds *feeds;
    struct sensors *sensors;
    struct rejects *rejects;
    char *const *file_roots; /* of intake/file_roots.h */
};
/* Begins to connect; follows changes of the feeds. */
struct mqtt *mqtt_create(const struct mqtt_options *options);
/* `told`: what it says is on disk, or said nothing new. false: the listener went away. */
typedef void (*mqtt_retried_fn)(bool told, gpointer user);
/* Takes `item`, a message that was kept (rejects.h), as if it came again; what it says counts for
 * `time_us` when it names no time, and not at all when the device has told something since. true:
 * `done` is called later. false + error: it still cannot be understood, or nobody listens. */
bool mqtt_retry(struct mqtt *mqtt, const char *feed, const json_t *item, int64_t time_us,
                mqtt_retried_fn done, gpointer user, GError **error);

/* What a device was last told to be in; borrowed until the next message. NULL: nothing was told,
 * or the feed is disabled. */
const struct state *mqtt_state(const struct mqtt *mqtt, const char *feed, const char *device,
                               const char *type);

/* Before feeds and sensors; NULL is fine. What was not acknowledged comes again. */
void mqtt_destroy(struct mqtt *mqtt);
