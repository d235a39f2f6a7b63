/* Trying a camera on request: a connection of its own beside the running one, told step by step.
 * Loop thread. */
#pragma once
#include "camera/camera.h"
#include "common/link.h"
#include "common/loop.h"

struct diagnoses;

/* `sampler` (borrowed): on a platform that allows few streams a trial takes a place like a viewer.
 */
struct diagnoses *diagnoses_create(struct loop *loop, const struct source_ways *ways,
                                   struct sampler *sampler);
void diagnoses_destroy(struct diagnoses *diagnoses); /* gives up what runs; NULL is fine */

/* NULL: nobody is there to hear the answers; what runs is given up. */
void diagnoses_set_link(struct diagnoses *diagnoses, struct link *link);

/* Both answer request `number` by a `diagnosis` on the link, within 10 s (docs/link.md). `camera`
 * and `url` are borrowed for the call. */
void diagnoses_start(struct diagnoses *diagnoses, guint32 number, struct camera *camera,
                     enum camera_profile profile);
/* An address that no camera has yet. */
void diagnoses_try(struct diagnoses *diagnoses, guint32 number, const char *url);
