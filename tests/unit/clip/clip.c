#include "clip/clip.h"
#include <glib/gstdio.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <string.h>
#include <turbojpeg.h>

char *clip_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("townwall-clip-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

void clip_folder_remove(char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}

char *clip_run(const char *command)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *complaints = NULL;
    char *output = NULL;
    int status = 0;
    g_spawn_command_line_sync(command, &output, &complaints, &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, NULL))
        g_error("%s: %s", command, complaints);
    return output;
}

static AVBSFContext *annexb_filter(const AVStream *stream)
{
    bool h265 = stream->codecpar->codec_id == AV_CODEC_ID_HEVC;
    bool boxed = stream->codecpar->extradata_size > 0 && stream->codecpar->extradata[0] == 1;
    const AVBitStreamFilter *found = av_bsf_get_by_name(!boxed ? "null"
                                                        : h265 ? "hevc_mp4toannexb"
                                                               : "h264_mp4toannexb");
    AVBSFContext *filter = NULL;
    g_assert_cmpint(av_bsf_alloc(found, &filter), ==, 0);
    avcodec_parameters_copy(filter->par_in, stream->codecpar);
    filter->time_base_in = stream->time_base;
    g_assert_cmpint(av_bsf_init(filter), ==, 0);
    return filter;
}

static void add_unit(struct clip *clip, const AVPacket *packet, AVRational base)
{
    static const AVRational us = {1, 1000000};
    struct unit *unit = unit_create((size_t)packet->size, clip->format);
    memcpy(unit->data, packet->data, (size_t)packet->size);
    unit->keyframe = packet->flags & AV_PKT_FLAG_KEY;
    /* elementary streams carry no times: 25 pictures a second then */
    int64_t index = clip->units->len;
    unit->dts_us =
        packet->dts == AV_NOPTS_VALUE ? index * 40000 : av_rescale_q(packet->dts, base, us);
    unit->pts_us =
        packet->pts == AV_NOPTS_VALUE ? unit->dts_us : av_rescale_q(packet->pts, base, us);
    unit->wall_us = g_get_real_time();
    g_ptr_array_add(clip->units, unit);
}

static struct stream_format *read_format(const AVBSFContext *filter)
{
    const AVCodecParameters *par = filter->par_out;
    bool h265 = par->codec_id == AV_CODEC_ID_HEVC;
    GBytes *sets = g_bytes_new(par->extradata, (gsize)par->extradata_size);
    return stream_format_create(h265 ? CODEC_H265 : CODEC_H264, par->width, par->height,
                                h265 ? "hvc1.1.6.L93.B0" : "avc1.42c01e", sets);
}

struct clip *clip_read(const char *path)
{
    AVFormatContext *input = NULL;
    av_log_set_level(AV_LOG_ERROR);
    if (avformat_open_input(&input, path, NULL, NULL) < 0 ||
        avformat_find_stream_info(input, NULL) < 0)
        g_error("%s cannot be read", path);
    int video = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    g_assert_cmpint(video, >=, 0);
    AVBSFContext *filter = annexb_filter(input->streams[video]);
    struct clip *clip = g_new0(struct clip, 1);
    clip->units = g_ptr_array_new_with_free_func((GDestroyNotify)unit_unref);
    clip->format = read_format(filter);
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(input, packet) >= 0) {
        if (packet->stream_index == video && av_bsf_send_packet(filter, packet) == 0)
            while (av_bsf_receive_packet(filter, packet) == 0)
                add_unit(clip, packet, filter->time_base_out);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    av_bsf_free(&filter);
    avformat_close_input(&input);
    g_assert_cmpuint(clip->units->len, >, 0);
    return clip;
}

struct clip *clip_make(const char *source, const char *options)
{
    char *folder = clip_folder();
    g_autofree char *path = g_build_filename(folder, "clip.mp4", NULL);
    g_autofree char *command =
        g_strdup_printf("ffmpeg -nostdin -v error -y -f lavfi -i \"%s\" -pix_fmt yuv420p %s "
                        "-threads 1 %s",
                        source, options, path);
    g_free(clip_run(command));
    struct clip *clip = clip_read(path);
    clip_folder_remove(folder);
    return clip;
}

void clip_free(struct clip *clip)
{
    if (!clip)
        return;
    g_ptr_array_unref(clip->units);
    stream_format_unref(clip->format);
    g_free(clip);
}

unsigned clip_keyframes(const struct clip *clip)
{
    unsigned count = 0;
    for (guint i = 0; i < clip->units->len; i++)
        count += ((struct unit *)clip->units->pdata[i])->keyframe;
    return count;
}

struct unit *clip_keyframe(const struct clip *clip, unsigned index)
{
    for (guint i = 0; i < clip->units->len; i++) {
        struct unit *unit = clip->units->pdata[i];
        if (unit->keyframe && index-- == 0)
            return unit;
    }
    g_assert_not_reached();
}

struct unit *clip_copy(const struct unit *unit, int64_t shift_us, int64_t wall_us)
{
    struct unit *copy = unit_create(unit->size, unit->format);
    memcpy(copy->data, unit->data, unit->size);
    copy->keyframe = unit->keyframe;
    copy->gap = unit->gap;
    copy->pts_us = unit->pts_us + shift_us;
    copy->dts_us = unit->dts_us + shift_us;
    copy->wall_us = wall_us;
    return copy;
}

static uint8_t *jpeg_decode(GBytes *jpeg, int *width_px, int *height_px)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(jpeg, &size);
    tjhandle decoder = tjInitDecompress();
    int sampling, colours;
    g_assert_cmpint(
        tjDecompressHeader3(decoder, data, size, width_px, height_px, &sampling, &colours), ==, 0);
    g_assert_cmpint(sampling, ==, TJSAMP_420);
    uint8_t *pixels = g_malloc((gsize)*width_px * (gsize)*height_px * 3);
    g_assert_cmpint(
        tjDecompress2(decoder, data, size, pixels, *width_px, 0, *height_px, TJPF_RGB, 0), ==, 0);
    tjDestroy(decoder);
    return pixels;
}

void clip_jpeg_mean_at(GBytes *jpeg, int x_px, int y_px, int width_px, int height_px,
                       int mean_rgb[3])
{
    int width, height;
    g_autofree uint8_t *pixels = jpeg_decode(jpeg, &width, &height);
    g_assert_cmpint(x_px + width_px, <=, width);
    g_assert_cmpint(y_px + height_px, <=, height);
    for (int colour = 0; colour < 3; colour++) {
        long sum = 0;
        for (int y = y_px; y < y_px + height_px; y++)
            for (int x = x_px; x < x_px + width_px; x++)
                sum += pixels[(y * width + x) * 3 + colour];
        mean_rgb[colour] = (int)(sum / ((long)width_px * height_px));
    }
}

void clip_jpeg_mean(GBytes *jpeg, int width_px, int height_px, int mean_rgb[3])
{
    int width, height;
    g_free(jpeg_decode(jpeg, &width, &height));
    g_assert_cmpint(width, ==, width_px);
    g_assert_cmpint(height, ==, height_px);
    clip_jpeg_mean_at(jpeg, 0, 0, width_px, height_px, mean_rgb);
}
