/* Which cameras show a place best. Pure. */
#pragma once
#include "wall/camera.h"
#include "wall/wall.h"

/* Its picture is as new as its mode allows, and tells something. */
bool near_works(const struct camera *camera);

/* Sets `distance_m` and `faces` of a camera for a point. false: it has no place, or stands farther
 * away than `reach_m`. */
bool near_weigh(struct wall_camera *camera, double lon, double lat, double reach_m);

/* As wall_near(), of cameras that were weighed: `all` (struct wall_camera) is put in order. */
guint near_choose(GArray *all, guint most, struct wall_camera *out, GArray *skipped);
