#include "picture/picture_encoder.h"
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>
#include <turbojpeg.h>

enum { SCALERS = 4, MIN_PX = 2 };

struct scaler {
    struct SwsContext *context;
    int source_width_px, source_height_px, source_format;
    int width_px, height_px;
    enum AVColorRange range;
    guint64 used;
};

struct picture_encoder {
    struct scaler scalers[SCALERS];
    guint64 uses;
    tjhandle jpeg;
    unsigned char *jpeg_buffer;
    unsigned long jpeg_bytes;
    uint8_t *planes; /* Y, U, V without padding */
    size_t planes_bytes;
    int width_px, height_px;
};

struct picture_encoder *picture_encoder_create(void)
{
    struct picture_encoder *encoder = g_new0(struct picture_encoder, 1);
    encoder->jpeg = tjInitCompress();
    return encoder;
}

void picture_encoder_destroy(struct picture_encoder *encoder)
{
    if (!encoder)
        return;
    for (int i = 0; i < SCALERS; i++)
        sws_freeContext(encoder->scalers[i].context);
    if (encoder->jpeg)
        tjDestroy(encoder->jpeg);
    tjFree(encoder->jpeg_buffer);
    g_free(encoder->planes);
    g_free(encoder);
}

static size_t luma_bytes(int width_px, int height_px)
{
    return (size_t)width_px * (size_t)height_px;
}

static size_t chroma_bytes(int width_px, int height_px)
{
    return (size_t)((width_px + 1) / 2) * (size_t)((height_px + 1) / 2);
}

/* Makes room for a picture of this size and paints it black. */
static void planes_prepare(struct picture_encoder *encoder, int width_px, int height_px)
{
    size_t luma = luma_bytes(width_px, height_px), chroma = chroma_bytes(width_px, height_px);
    size_t need = luma + 2 * chroma;
    if (encoder->planes_bytes < need) {
        g_free(encoder->planes);
        encoder->planes = g_malloc(need);
        encoder->planes_bytes = need;
    }
    encoder->width_px = width_px;
    encoder->height_px = height_px;
    memset(encoder->planes, 0, luma);
    memset(encoder->planes + luma, 128, 2 * chroma);
}

/* Old names of full-range formats make swscale warn; the range is set apart. */
static enum AVPixelFormat plain_format(int format, enum AVColorRange *range)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        *range = AVCOL_RANGE_JPEG;
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        *range = AVCOL_RANGE_JPEG;
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        *range = AVCOL_RANGE_JPEG;
        return AV_PIX_FMT_YUV444P;
    default:
        return format;
    }
}

/* Ranges are set before the initialisation, which chooses how to convert by them. */
static struct SwsContext *scaler_open(const struct scaler *wanted)
{
    bool same_size = wanted->source_width_px == wanted->width_px &&
                     wanted->source_height_px == wanted->height_px;
    enum AVColorRange range = wanted->range;
    enum AVPixelFormat format = plain_format(wanted->source_format, &range);
    struct SwsContext *context = sws_alloc_context();
    if (!context)
        return NULL;
    const struct {
        const char *name;
        int value;
    } options[] = {
        {"srcw", wanted->source_width_px},
        {"srch", wanted->source_height_px},
        {"src_format", format},
        {"src_range", range == AVCOL_RANGE_JPEG},
        {"dstw", wanted->width_px},
        {"dsth", wanted->height_px},
        {"dst_format", AV_PIX_FMT_YUV420P},
        {"dst_range", 1},
        {"sws_flags", same_size ? SWS_POINT : SWS_AREA},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        av_opt_set_int(context, options[i].name, options[i].value, 0);
    if (sws_init_context(context, NULL, NULL) < 0) {
        sws_freeContext(context);
        return NULL;
    }
    return context;
}

static struct SwsContext *scaler_for(struct picture_encoder *encoder, const AVFrame *frame,
                                     int width_px, int height_px)
{
    struct scaler *oldest = &encoder->scalers[0];
    encoder->uses++;
    for (int i = 0; i < SCALERS; i++) {
        struct scaler *scaler = &encoder->scalers[i];
        if (scaler->context && scaler->source_width_px == frame->width &&
            scaler->source_height_px == frame->height && scaler->source_format == frame->format &&
            scaler->range == frame->color_range && scaler->width_px == width_px &&
            scaler->height_px == height_px) {
            scaler->used = encoder->uses;
            return scaler->context;
        }
        if (scaler->used < oldest->used)
            oldest = scaler;
    }
    sws_freeContext(oldest->context);
    *oldest = (struct scaler){.source_width_px = frame->width,
                              .source_height_px = frame->height,
                              .source_format = frame->format,
                              .range = frame->color_range,
                              .width_px = width_px,
                              .height_px = height_px,
                              .used = encoder->uses};
    oldest->context = scaler_open(oldest);
    return oldest->context;
}

/* Scales into the rectangle at (x, y), both even, of the prepared planes. */
static bool scale_into(struct picture_encoder *encoder, const AVFrame *frame, int x_px, int y_px,
                       int width_px, int height_px)
{
    struct SwsContext *context = scaler_for(encoder, frame, width_px, height_px);
    if (!context)
        return false;
    int stride = encoder->width_px, half = (encoder->width_px + 1) / 2;
    uint8_t *luma = encoder->planes;
    uint8_t *u = luma + luma_bytes(encoder->width_px, encoder->height_px);
    uint8_t *v = u + chroma_bytes(encoder->width_px, encoder->height_px);
    ptrdiff_t chroma_at = (ptrdiff_t)(y_px / 2) * half + x_px / 2;
    uint8_t *out[4] = {luma + (ptrdiff_t)y_px * stride + x_px, u + chroma_at, v + chroma_at, NULL};
    int strides[4] = {stride, half, half, 0};
    return sws_scale(context, (const uint8_t *const *)frame->data, frame->linesize, 0,
                     frame->height, out, strides) > 0;
}

/* Width the picture has on a screen with square pixels. Absurd aspects are ignored. */
static double display_width(const AVFrame *frame)
{
    AVRational aspect = frame->sample_aspect_ratio;
    double ratio = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;
    return frame->width * (ratio >= 0.25 && ratio <= 4 ? ratio : 1);
}

const uint8_t *picture_encoder_fit(struct picture_encoder *encoder, const AVFrame *frame,
                                   int width_px, int height_px)
{
    double wide = display_width(frame);
    double scale = MIN(width_px / wide, (double)height_px / frame->height);
    int inner_width = CLAMP((int)(wide * scale + 0.5), MIN_PX, width_px);
    int inner_height = CLAMP((int)(frame->height * scale + 0.5), MIN_PX, height_px);
    planes_prepare(encoder, width_px, height_px);
    int x_px = ((width_px - inner_width) / 2) & ~1, y_px = ((height_px - inner_height) / 2) & ~1;
    if (!scale_into(encoder, frame, x_px, y_px, inner_width, inner_height))
        return NULL;
    return encoder->planes;
}

bool picture_encoder_resize(struct picture_encoder *encoder, const AVFrame *frame,
                            int wanted_width_px, int *width_px, int *height_px)
{
    double wide = display_width(frame);
    int width = wanted_width_px > 0 && wanted_width_px < wide ? wanted_width_px : (int)(wide + 0.5);
    /* even sizes: 4:2:0 has half a sample too few otherwise */
    width = CLAMP((width + 1) & ~1, MIN_PX, 4 * frame->width);
    int height = MAX(((int)(frame->height * (width / wide) + 0.5) + 1) & ~1, MIN_PX);
    planes_prepare(encoder, width, height);
    *width_px = width;
    *height_px = height;
    return scale_into(encoder, frame, 0, 0, width, height);
}

size_t picture_encoder_jpeg(struct picture_encoder *encoder, int quality, const uint8_t **jpeg)
{
    int width = encoder->width_px, height = encoder->height_px;
    if (!encoder->jpeg || !encoder->planes)
        return 0;
    unsigned long bound = tjBufSize(width, height, TJSAMP_420);
    if (encoder->jpeg_bytes < bound) {
        tjFree(encoder->jpeg_buffer);
        encoder->jpeg_buffer = tjAlloc((int)bound);
        encoder->jpeg_bytes = encoder->jpeg_buffer ? bound : 0;
    }
    const unsigned char *planes[3] = {encoder->planes};
    planes[1] = planes[0] + luma_bytes(width, height);
    planes[2] = planes[1] + chroma_bytes(width, height);
    int strides[3] = {width, (width + 1) / 2, (width + 1) / 2};
    unsigned long bytes = encoder->jpeg_bytes;
    if (tjCompressFromYUVPlanes(encoder->jpeg, planes, width, strides, height, TJSAMP_420,
                                &encoder->jpeg_buffer, &bytes, quality,
                                TJFLAG_NOREALLOC | TJFLAG_FASTDCT) < 0)
        return 0;
    *jpeg = encoder->jpeg_buffer;
    return bytes;
}
