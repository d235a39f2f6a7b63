#include "picture/picture_decoder.h"
#include "stream/nal.h"
#include <libavcodec/avcodec.h>
#include <string.h>

enum { OPEN_DECODERS = 4, MAX_UNIT_BYTES = 64 << 20 };

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
    GByteArray *joined; /* what the decoder is given */
};

struct picture_decoder *picture_decoder_create(void)
{
    /* what a decoder has to say about a damaged picture is told by the picture's absence */
    av_log_set_level(AV_LOG_QUIET);
    struct picture_decoder *decoder = g_new0(struct picture_decoder, 1);
    decoder->packet = av_packet_alloc();
    decoder->frame = av_frame_alloc();
    decoder->joined = g_byte_array_new();
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
    g_byte_array_unref(decoder->joined);
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

static struct open_decoder *decoder_for(struct picture_decoder *decoder, const struct unit *unit)
{
    const struct stream_format *format = unit->format;
    struct open_decoder *oldest = &decoder->open[0];
    for (int i = 0; i < OPEN_DECODERS; i++) {
        struct open_decoder *open = &decoder->open[i];
        if (open->context && open->codec == format->codec && open->width_px == format->width_px &&
            open->height_px == format->height_px)
            return open;
        if (open->used < oldest->used)
            oldest = open;
    }
    avcodec_free_context(&oldest->context);
    oldest->context = context_open(format->codec);
    oldest->codec = format->codec;
    oldest->width_px = format->width_px;
    oldest->height_px = format->height_px;
    return oldest->context ? oldest : NULL;
}

static void join_nal(GByteArray *joined, const struct nal *nal)
{
    static const uint8_t start_code[4] = {0, 0, 0, 1};
    g_byte_array_append(joined, start_code, sizeof start_code);
    g_byte_array_append(joined, nal->data, (guint)nal->size);
}

/* Appends what a single picture needs: parameter sets and slices. The rest (supplemental
 * information, vendors' own NAL units) is often broken in a way that does not matter, but would
 * make a decoder that must refuse damage refuse the picture. */
static void join_picture(GByteArray *joined, enum codec codec, const uint8_t *data, size_t size)
{
    size_t offset = 0;
    struct nal nal;
    while (nal_next(data, size, &offset, &nal)) {
        enum nal_kind kind = nal_kind(codec, nal_type_of(codec, &nal));
        if (kind != NAL_OTHER && kind != NAL_DELIMITER)
            join_nal(joined, &nal);
    }
}

/* Points the packet at the keyframe with its parameter sets in front; they must be the camera's
 * own, as the decoder still knows those of the camera before. */
static bool packet_fill(struct picture_decoder *decoder, const struct unit *unit)
{
    static const uint8_t padding[AV_INPUT_BUFFER_PADDING_SIZE];
    const struct stream_format *format = unit->format;
    GByteArray *joined = decoder->joined;
    if (unit->size == 0 || unit->size > MAX_UNIT_BYTES)
        return false;
    g_byte_array_set_size(joined, 0);
    if (!nal_has_parameter_sets(format->codec, unit->data, unit->size)) {
        gsize sets_bytes = 0;
        const uint8_t *sets =
            format->parameter_sets ? g_bytes_get_data(format->parameter_sets, &sets_bytes) : NULL;
        if (!nal_has_parameter_sets(format->codec, sets, sets_bytes))
            return false;
        join_picture(joined, format->codec, sets, sets_bytes);
    }
    join_picture(joined, format->codec, unit->data, unit->size);
    decoder->packet->size = (int)joined->len;
    g_byte_array_append(joined, padding, sizeof padding);
    decoder->packet->data = joined->data;
    return true;
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

const AVFrame *picture_decoder_decode(struct picture_decoder *decoder, const struct unit *keyframe)
{
    av_frame_unref(decoder->frame);
    if (!keyframe->format || keyframe->format->codec == CODEC_NONE ||
        keyframe->format->width_px > PICTURE_MAX_PX || keyframe->format->height_px > PICTURE_MAX_PX)
        return NULL;
    if (!packet_fill(decoder, keyframe))
        return NULL;
    struct open_decoder *open = decoder_for(decoder, keyframe);
    if (!open)
        return NULL;
    open->used = ++decoder->uses;
    bool whole = decode_one(open->context, decoder->packet, decoder->frame);
    avcodec_flush_buffers(open->context);
    /* the packet borrowed its bytes */
    decoder->packet->data = NULL;
    decoder->packet->size = 0;
    if (!whole)
        av_frame_unref(decoder->frame);
    return whole ? decoder->frame : NULL;
}
