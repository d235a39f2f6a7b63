#include "picture/picture_decoder.h"
#include <libavcodec/avcodec.h>
#include <string.h>

enum { OPEN_DECODERS = 4 };

struct open_decoder {
    AVCodecContext *context;
    enum codec codec;
    int width_px, height_px; /* as announced by the format; 0: unknown */
    guint64 used;
};

struct picture_decoder {
    struct open_decoder open[OPEN_DECODERS];
    guint64 uses;
    AVPacket *packet;
    AVFrame *frame;
};

struct picture_decoder *picture_decoder_create(void)
{
    /* what a decoder has to say about a damaged picture is told by the picture's absence */
    av_log_set_level(AV_LOG_QUIET);
    struct picture_decoder *decoder = g_new0(struct picture_decoder, 1);
    decoder->packet = av_packet_alloc();
    decoder->frame = av_frame_alloc();
    return decoder;
}

void picture_decoder_destroy(struct picture_decoder *decoder)
{
    if (!decoder)
        return;
    for (int i = 0; i < OPEN_DECODERS; i++)
        avcodec_free_context(&decoder->open[i].context);
    av_packet_free(&decoder->packet);
    av_frame_free(&decoder->frame);
    g_free(decoder);
}

static AVCodecContext *context_open(enum codec codec)
{
    const AVCodec *found =
        avcodec_find_decoder(codec == CODEC_H265 ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264);
    AVCodecContext *context = found ? avcodec_alloc_context3(found) : NULL;
    if (!context)
        return NULL;
    context->thread_count = 1;
    context->skip_loop_filter = AVDISCARD_ALL;
    /* a damaged picture is refused, not patched up: the older whole one tells more. Concealment
     * stays on all the same: without it libavcodec 59 counts no macroblocks and flags every H.264
     * picture of several slices as damaged. */
    context->err_recognition = AV_EF_EXPLODE;
    context->max_pixels = (int64_t)PICTURE_MAX_PX * PICTURE_MAX_PX;
    /* a group of pictures may begin with an I picture that is no IDR: it is still a whole picture
     */
    context->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    context->flags2 |= AV_CODEC_FLAG2_SHOW_ALL;
    if (avcodec_open2(context, found, NULL) < 0)
        avcodec_free_context(&context);
    return context;
}

static struct open_decoder *decoder_for(struct picture_decoder *decoder,
                                        const struct picture_packet *packet)
{
    struct open_decoder *oldest = &decoder->open[0];
    for (int i = 0; i < OPEN_DECODERS; i++) {
        struct open_decoder *open = &decoder->open[i];
        if (open->context && open->codec == packet->codec && open->width_px == packet->width_px &&
            open->height_px == packet->height_px)
            return open;
        if (open->used < oldest->used)
            oldest = open;
    }
    avcodec_free_context(&oldest->context);
    oldest->context = context_open(packet->codec);
    oldest->codec = packet->codec;
    oldest->width_px = packet->width_px;
    oldest->height_px = packet->height_px;
    return oldest->context ? oldest : NULL;
}

/* Sends the packet and the end, so that a decoder which reorders hands its picture out at once. */
static bool decode_one(AVCodecContext *context, AVPacket *packet, AVFrame *frame)
{
    if (avcodec_send_packet(context, packet) < 0)
        return false;
    int result = avcodec_receive_frame(context, frame);
    if (result == AVERROR(EAGAIN)) {
        avcodec_send_packet(context, NULL);
        result = avcodec_receive_frame(context, frame);
    }
    return result == 0 && frame->width > 0 && frame->width <= PICTURE_MAX_PX && frame->height > 0 &&
           frame->height <= PICTURE_MAX_PX && !frame->decode_error_flags;
}

const AVFrame *picture_decoder_decode(struct picture_decoder *decoder,
                                      const struct picture_packet *packet)
{
    av_frame_unref(decoder->frame);
    struct open_decoder *open = decoder_for(decoder, packet);
    if (!open)
        return NULL;
    open->used = ++decoder->uses;
    decoder->packet->data = (uint8_t *)packet->data;
    decoder->packet->size = (int)packet->size;
    bool whole = decode_one(open->context, decoder->packet, decoder->frame);
    avcodec_flush_buffers(open->context);
    /* the packet borrowed its bytes */
    decoder->packet->data = NULL;
    decoder->packet->size = 0;
    if (!whole)
        av_frame_unref(decoder->frame);
    return whole ? decoder->frame : NULL;
}
