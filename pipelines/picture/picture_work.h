/* What one worker thread has done with one keyframe: by its picture process, judged here. */
#pragma once
#include "picture/picture_pool.h"
#include "picture/picture_worker.h"

struct picture_result {
    enum picture_outcome outcome;
    struct thumbnail *picture; /* one reference, when made */
    int64_t cpu_us;            /* of the process */
    char end[64];              /* when crashed: how */
};

/* Scales, judges and compresses; `judge` has the new judgement. `arrival_us`: of the keyframe,
 * monotonic. */
void picture_work_thumbnail(struct picture_worker *worker,
                            const struct picture_pool_options *options, uint32_t n,
                            const struct unit *keyframe, struct picture_judge *judge,
                            int64_t arrival_us, struct picture_result *result);

/* The whole picture. */
void picture_work_snapshot(struct picture_worker *worker, uint32_t n, const struct unit *keyframe,
                           int width_px, struct picture_result *result);
