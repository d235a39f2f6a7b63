/* What one worker thread does with one keyframe. Holds what a thread keeps open. */
#pragma once
#include "picture/picture_pool.h"

struct picture_work;

struct picture_work *picture_work_create(void);
void picture_work_destroy(struct picture_work *work); /* NULL is fine */

/* Decodes, scales, judges and compresses. Returned: with one reference, or NULL when it was
 * refused; `judge` has the new judgement. `arrival_us`: of the keyframe, monotonic. */
struct thumbnail *picture_work_thumbnail(struct picture_work *work,
                                         const struct picture_pool_options *options, uint32_t n,
                                         const struct unit *keyframe, struct picture_judge *judge,
                                         int64_t arrival_us);

/* The whole picture, or NULL when it was refused. */
struct thumbnail *picture_work_snapshot(struct picture_work *work, uint32_t n,
                                        const struct unit *keyframe, int width_px);
