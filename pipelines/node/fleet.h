/* All cameras of this node. Loop thread. */
#pragma once
#include "camera/camera.h"
#include <jansson.h>

struct fleet;

struct fleet_ops {
    void (*added)(struct camera *camera, gpointer user);
    void (*removed)(struct camera *camera, gpointer user); /* before it is destroyed */
};

struct fleet *fleet_create(const struct camera_surroundings *surroundings,
                           const struct fleet_ops *ops, gpointer user);
void fleet_destroy(struct fleet *fleet); /* NULL is fine */

/* The full set: unknown cameras go, new ones come, changed ones start anew, the others are not
 * touched. */
void fleet_apply(struct fleet *fleet, const struct camera_config *configs, size_t count);

/* Control message `watch`: sampled cameras that somebody sees have their turns sooner. */
void fleet_watch(struct fleet *fleet, const json_t *message);

struct camera *fleet_find(struct fleet *fleet, guint n); /* borrowed, NULL: unknown */
guint fleet_count(const struct fleet *fleet);
void fleet_each(struct fleet *fleet, void (*fn)(struct camera *camera, gpointer user),
                gpointer user);
