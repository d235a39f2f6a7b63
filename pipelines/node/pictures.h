/* Keyframe pictures on their way to the link: thumbnails in batches, snapshots one by one; and what
 * they tell of a camera. Loop thread. */
#pragma once
#include "common/link.h"
#include "node/fleet.h"
#include "node/settings.h"
#include "picture/picture_pool.h"

struct pictures;

/* Starts the picture processes. `settings` and `fleet` are borrowed and outlive it; `context` is
 * the loop's. Returned: owned by the caller, never NULL. */
struct pictures *pictures_create(const struct settings *settings, GMainContext *context,
                                 struct fleet *fleet);
void pictures_destroy(struct pictures *pictures); /* NULL is fine */

/* Where pictures go, borrowed. NULL: the link is lost, what is under way for it is dropped. */
void pictures_set_link(struct pictures *pictures, struct link *link);

/* Decoding of its keyframes begins, and ends before the camera is destroyed. */
void pictures_camera_added(struct pictures *pictures, struct camera *camera);
void pictures_camera_removed(struct pictures *pictures, struct camera *camera);

/* Control messages `watch` and `snapshot` (docs/link.md), borrowed. A snapshot is answered once, by
 * the picture or by `snapshot_failed` with the reason. */
void pictures_watch(struct pictures *pictures, const json_t *message);
void pictures_snapshot(struct pictures *pictures, const json_t *message);

/* Any time. */
void pictures_stats(struct pictures *pictures, struct picture_pool_stats *stats);
