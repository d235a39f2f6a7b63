#include "record/fmp4.h"
#include "record/decoder_config.h"
#include "stream/nal.h"
#include "stream/unit_clock.h"
#include <libavformat/avformat.h>
#include <libavutil/opt.h>

enum {
    TIMESCALE = 90000,
    IO_BYTES = 32 * 1024,
    FIRST_DURATION = TIMESCALE / 25,
};

struct fmp4 {
    fmp4_sink_fn sink;
    gpointer user;
    /* --- the muxer of the present format */
    AVFormatContext *muxer;
    struct stream_format *format;
    AVPacket *packet;
    GByteArray *sample; /* without parameter sets */
    GByteArray *out;
    /* --- timeline */
    struct unit_clock clock;
    int64_t last_dts, last_duration; /* in TIMESCALE; -1: none yet */
    guint64 bytes;
};

struct fmp4 *fmp4_create(fmp4_sink_fn sink, gpointer user)
{
    struct fmp4 *fmp4 = g_new0(struct fmp4, 1);
    fmp4->sink = sink;
    fmp4->user = user;
    fmp4->packet = av_packet_alloc();
    fmp4->sample = g_byte_array_new();
    fmp4->out = g_byte_array_new();
    fmp4->last_dts = -1;
    fmp4->last_duration = FIRST_DURATION;
    return fmp4;
}

static void muxer_close(struct fmp4 *fmp4)
{
    if (fmp4->muxer) {
        if (fmp4->muxer->pb)
            av_freep(&fmp4->muxer->pb->buffer);
        avio_context_free(&fmp4->muxer->pb);
        avformat_free_context(fmp4->muxer);
        fmp4->muxer = NULL;
    }
    g_clear_pointer(&fmp4->format, stream_format_unref);
}

void fmp4_destroy(struct fmp4 *fmp4)
{
    if (!fmp4)
        return;
    muxer_close(fmp4);
    av_packet_free(&fmp4->packet);
    g_byte_array_unref(fmp4->sample);
    g_byte_array_unref(fmp4->out);
    g_free(fmp4);
}

guint64 fmp4_bytes(const struct fmp4 *fmp4)
{
    return fmp4->bytes;
}

/* --- the muxer */

static int write_out(void *user, uint8_t *data, int size)
{
    struct fmp4 *fmp4 = user;
    g_byte_array_append(fmp4->out, data, (guint)size);
    return size;
}

static bool fail(GError **error, const char *what, int code)
{
    char reason[AV_ERROR_MAX_STRING_SIZE] = "not usable";
    if (code)
        av_strerror(code, reason, sizeof reason);
    g_set_error(error, FMP4_ERROR, 0, "%s: %s", what, reason);
    return false;
}

static bool track_add(AVFormatContext *muxer, const struct stream_format *format)
{
    AVStream *track = avformat_new_stream(muxer, NULL);
    g_autoptr(GByteArray) config = decoder_config(format);
    if (!track || !config)
        return false;
    AVCodecParameters *par = track->codecpar;
    par->codec_type = AVMEDIA_TYPE_VIDEO;
    par->codec_id = format->codec == CODEC_H265 ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264;
    par->codec_tag =
        format->codec == CODEC_H265 ? MKTAG('h', 'v', 'c', '1') : MKTAG('a', 'v', 'c', '1');
    par->width = format->width_px;
    par->height = format->height_px;
    par->extradata = av_mallocz(config->len + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy(par->extradata, config->data, config->len);
    par->extradata_size = (int)config->len;
    track->time_base = (AVRational){1, TIMESCALE};
    return true;
}

/* frag_custom: a fragment ends when we say so; frag_discont: its decode time is the packet's own
 * and not the sum of durations, so that it stays exact with any jitter and across muxers. */
static bool muxer_open(struct fmp4 *fmp4, struct stream_format *format, GError **error)
{
    muxer_close(fmp4);
    av_log_set_level(AV_LOG_QUIET);
    int code = avformat_alloc_output_context2(&fmp4->muxer, NULL, "mp4", NULL);
    if (code < 0)
        return fail(error, "fragmented MP4", code);
    AVFormatContext *muxer = fmp4->muxer;
    muxer->pb = avio_alloc_context(av_malloc(IO_BYTES), IO_BYTES, 1, fmp4, NULL, write_out, NULL);
    muxer->pb->seekable = 0;
    muxer->flags |= AVFMT_FLAG_CUSTOM_IO;
    muxer->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    if (!track_add(muxer, format)) {
        muxer_close(fmp4);
        return fail(error, "parameter sets", 0);
    }
    av_opt_set(muxer->priv_data, "movflags",
               "frag_custom+empty_moov+default_base_moof+frag_discont", 0);
    av_opt_set_int(muxer->priv_data, "use_editlist", 0, 0);
    g_byte_array_set_size(fmp4->out, 0);
    code = avformat_write_header(muxer, NULL);
    if (code < 0) {
        muxer_close(fmp4);
        return fail(error, "parameter sets", code);
    }
    avio_flush(muxer->pb);
    fmp4->format = stream_format_ref(format);
    return true;
}

static void hand_out(struct fmp4 *fmp4, const struct unit *unit, unsigned flags)
{
    GBytes *data = g_bytes_new(fmp4->out->data, fmp4->out->len);
    int64_t pts = fmp4->packet->pts, dts = fmp4->packet->dts;
    struct fmp4_piece piece = {
        .flags = flags,
        .pts_us = av_rescale(pts, G_USEC_PER_SEC, TIMESCALE),
        .dts_us = av_rescale(dts, G_USEC_PER_SEC, TIMESCALE),
        .wall_us = unit->wall_us,
        .format = unit->format,
        .data = data,
    };
    fmp4->bytes += fmp4->out->len;
    g_byte_array_set_size(fmp4->out, 0);
    fmp4->sink(&piece, fmp4->user);
    g_bytes_unref(data);
}

/* --- units */

static bool same_format(const struct stream_format *a, const struct stream_format *b)
{
    return a && (a == b || (a->codec == b->codec && a->width_px == b->width_px &&
                            a->height_px == b->height_px &&
                            g_bytes_equal(a->parameter_sets, b->parameter_sets)));
}

/* The unit without parameter sets and delimiters, each NAL unit behind its length. false: no slice
 * in it. */
static bool sample_fill(GByteArray *sample, const struct unit *unit)
{
    static const uint8_t padding[AV_INPUT_BUFFER_PADDING_SIZE];
    enum codec codec = unit->format->codec;
    bool slice = false;
    size_t offset = 0;
    struct nal nal;
    g_byte_array_set_size(sample, 0);
    while (nal_next(unit->data, unit->size, &offset, &nal)) {
        enum nal_kind kind = nal_kind(codec, nal_type_of(codec, &nal));
        if (kind != NAL_SLICE && kind != NAL_OTHER)
            continue;
        slice |= kind == NAL_SLICE;
        uint32_t length = GUINT32_TO_BE((uint32_t)nal.size);
        g_byte_array_append(sample, (const uint8_t *)&length, sizeof length);
        g_byte_array_append(sample, nal.data, (guint)nal.size);
    }
    g_byte_array_append(sample, padding, sizeof padding);
    return slice;
}

/* Places the unit on the timeline: sets the packet's times. */
static void time_fill(struct fmp4 *fmp4, const struct unit *unit)
{
    int64_t dts = av_rescale(unit_clock_dts_us(&fmp4->clock, unit), TIMESCALE, G_USEC_PER_SEC);
    if (fmp4->last_dts >= 0) {
        dts = MAX(dts, fmp4->last_dts + 1);
        /* the next unit's time is not known yet: it will take as long as the last one did */
        if (dts - fmp4->last_dts < TIMESCALE)
            fmp4->last_duration = dts - fmp4->last_dts;
    }
    fmp4->packet->dts = dts;
    fmp4->packet->pts = dts + av_rescale(unit_clock_delay_us(unit), TIMESCALE, G_USEC_PER_SEC);
    fmp4->packet->duration = fmp4->last_duration;
    fmp4->last_dts = dts;
}

static bool sample_write(struct fmp4 *fmp4, const struct unit *unit, GError **error)
{
    AVPacket *packet = fmp4->packet;
    packet->data = fmp4->sample->data;
    packet->size = (int)(fmp4->sample->len - AV_INPUT_BUFFER_PADDING_SIZE);
    packet->flags = unit->keyframe ? AV_PKT_FLAG_KEY : 0;
    av_opt_set(fmp4->muxer->priv_data, "movflags", "+frag_discont", 0);
    int code = av_write_frame(fmp4->muxer, packet);
    if (code >= 0)
        code = av_write_frame(fmp4->muxer, NULL);
    avio_flush(fmp4->muxer->pb);
    packet->data = NULL;
    packet->size = 0;
    if (code >= 0)
        return true;
    muxer_close(fmp4);
    return fail(error, "unit", code);
}

bool fmp4_write(struct fmp4 *fmp4, struct unit *unit, GError **error)
{
    if (!unit->format || unit->format->codec == CODEC_NONE || !unit->format->parameter_sets) {
        muxer_close(fmp4);
        return fail(error, "format", 0);
    }
    if (!unit->keyframe && !fmp4->muxer)
        return true;
    if (unit->size > G_MAXINT / 2 || !sample_fill(fmp4->sample, unit)) {
        muxer_close(fmp4);
        return fail(error, "NAL units", 0);
    }
    bool init = unit->keyframe && !same_format(fmp4->format, unit->format);
    if (init && !muxer_open(fmp4, unit->format, error))
        return false;
    time_fill(fmp4, unit);
    if (init)
        hand_out(fmp4, unit, FMP4_INIT);
    if (!sample_write(fmp4, unit, error))
        return false;
    hand_out(fmp4, unit, (unit->keyframe ? FMP4_KEY : 0u) | (unit->gap ? FMP4_GAP : 0u));
    return true;
}
