#include "picture/picture_work.h"

enum { SNAPSHOT_QUALITY = 85 };

static void ask(struct picture_worker *worker, uint32_t n, const struct picture_question *question,
                struct picture_made *made, struct picture_result *result)
{
    *result = (struct picture_result){.outcome = picture_worker_ask(worker, question, made)};
    result->cpu_us = made->cpu_us;
    g_strlcpy(result->end, made->end, sizeof result->end);
    if (result->outcome != PICTURE_MADE)
        return;
    struct thumbnail *picture = thumbnail_create(n, made->jpeg);
    picture->wall_us = question->keyframe->wall_us;
    picture->pts_us = question->keyframe->pts_us;
    picture->width_px = (uint16_t)made->width_px;
    picture->height_px = (uint16_t)made->height_px;
    result->picture = picture;
}

void picture_work_thumbnail(struct picture_worker *worker,
                            const struct picture_pool_options *options, uint32_t n,
                            const struct unit *keyframe, struct picture_judge *judge,
                            int64_t arrival_us, struct picture_result *result)
{
    const struct picture_question question = {.keyframe = keyframe,
                                              .kind = PICTURE_THUMBNAIL,
                                              .width_px = options->width_px,
                                              .height_px = options->height_px,
                                              .jpeg_quality = options->jpeg_quality};
    struct picture_made made;
    ask(worker, n, &question, &made, result);
    if (result->outcome == PICTURE_REFUSED)
        picture_judge_refusal(judge, &options->quality);
    else if (result->outcome == PICTURE_CRASHED)
        picture_judge_crash(judge);
    else if (result->outcome == PICTURE_MADE &&
             picture_judge_picture(judge, &options->quality, made.luma, options->width_px,
                                   options->height_px, arrival_us))
        result->picture->flags |= THUMBNAIL_SAME;
}

void picture_work_snapshot(struct picture_worker *worker, uint32_t n, const struct unit *keyframe,
                           int width_px, struct picture_result *result)
{
    const struct picture_question question = {.keyframe = keyframe,
                                              .kind = PICTURE_SNAPSHOT,
                                              .width_px = width_px,
                                              .jpeg_quality = SNAPSHOT_QUALITY};
    struct picture_made made;
    ask(worker, n, &question, &made, result);
}
