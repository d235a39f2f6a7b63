/* Streams that townwalld has subscribed to: units go from a reader to the link, as far as its
 * credit reaches. Loop thread. */
#pragma once
#include "common/link.h"
#include "gst/pipelines.h"
#include "node/fleet.h"

struct subscriptions;

/* All borrowed, outlive it. `pipelines` NULL: nothing is transcoded. Returned: owned by the
 * caller, never NULL. */
struct subscriptions *subscriptions_create(struct fleet *fleet, struct pipelines *pipelines,
                                           GMainContext *context);
void subscriptions_destroy(struct subscriptions *subscriptions); /* NULL is fine */

/* The link they go to, borrowed; NULL: it is lost, and with it every subscription. */
void subscriptions_set_link(struct subscriptions *subscriptions, struct link *link);

/* Control messages `subscribe` and `unsubscribe` (docs/link.md), borrowed. One that cannot be
 * served is answered with its reason. */
void subscriptions_add(struct subscriptions *subscriptions, const json_t *message);
void subscriptions_remove(struct subscriptions *subscriptions, const json_t *message);

/* The other side takes so many bytes more of the channel; an unknown channel was just ended. */
void subscriptions_credit(struct subscriptions *subscriptions, uint32_t channel, uint32_t bytes);
/* The link takes more: goes on where its buffer was full. */
void subscriptions_writable(struct subscriptions *subscriptions);

/* The camera is about to go; or its state changed. */
void subscriptions_camera_gone(struct subscriptions *subscriptions, const struct camera *camera);
void subscriptions_camera_changed(struct subscriptions *subscriptions, struct camera *camera);

/* Channels that are open now. */
guint subscriptions_count(const struct subscriptions *subscriptions);
