#include "picture/picture_work.h"
#include "picture/picture_decoder.h"
#include "picture/picture_encoder.h"

enum { SNAPSHOT_QUALITY = 85 };

struct picture_work {
    struct picture_decoder *decoder;
    struct picture_encoder *encoder;
};

struct picture_work *picture_work_create(void)
{
    struct picture_work *work = g_new0(struct picture_work, 1);
    work->decoder = picture_decoder_create();
    work->encoder = picture_encoder_create();
    return work;
}

void picture_work_destroy(struct picture_work *work)
{
    if (!work)
        return;
    picture_decoder_destroy(work->decoder);
    picture_encoder_destroy(work->encoder);
    g_free(work);
}

static struct thumbnail *finish(struct picture_work *work, uint32_t n, const struct unit *keyframe,
                                int width_px, int height_px, int quality)
{
    GBytes *jpeg = picture_encoder_jpeg(work->encoder, quality);
    if (!jpeg)
        return NULL;
    struct thumbnail *thumbnail = thumbnail_create(n, jpeg);
    thumbnail->wall_us = keyframe->wall_us;
    thumbnail->pts_us = keyframe->pts_us;
    thumbnail->width_px = (uint16_t)width_px;
    thumbnail->height_px = (uint16_t)height_px;
    return thumbnail;
}

struct thumbnail *picture_work_thumbnail(struct picture_work *work,
                                         const struct picture_pool_options *options, uint32_t n,
                                         const struct unit *keyframe, struct picture_judge *judge,
                                         int64_t arrival_us)
{
    const struct AVFrame *frame = picture_decoder_decode(work->decoder, keyframe);
    const uint8_t *luma =
        frame ? picture_encoder_fit(work->encoder, frame, options->width_px, options->height_px)
              : NULL;
    if (!luma) {
        picture_judge_refusal(judge, &options->quality);
        return NULL;
    }
    bool same = picture_judge_picture(judge, &options->quality, luma, options->width_px,
                                      options->height_px, arrival_us);
    struct thumbnail *thumbnail =
        finish(work, n, keyframe, options->width_px, options->height_px, options->jpeg_quality);
    if (thumbnail && same)
        thumbnail->flags |= THUMBNAIL_SAME;
    return thumbnail;
}

struct thumbnail *picture_work_snapshot(struct picture_work *work, uint32_t n,
                                        const struct unit *keyframe, int width_px)
{
    const struct AVFrame *frame = picture_decoder_decode(work->decoder, keyframe);
    int width, height;
    if (!frame || !picture_encoder_resize(work->encoder, frame, width_px, &width, &height))
        return NULL;
    return finish(work, n, keyframe, width, height, SNAPSHOT_QUALITY);
}
