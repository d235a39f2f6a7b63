#include "simcams/clip.h"
#include <gio/gio.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>

/* What is needed only while a file is read. */
struct reading {
    struct clip *clip;
    unsigned gop_max;
    AVFormatContext *input;
    AVBSFContext *filter;
    AVPacket *packet;
    int stream;
};

static bool fail_av(GError **error, const char *path, const char *what, int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(code, text, sizeof text);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s: %s", path, what, text);
    return false;
}

static bool open_input(struct reading *reading, const char *path, GError **error)
{
    int code = avformat_open_input(&reading->input, path, NULL, NULL);
    if (code < 0)
        return fail_av(error, path, "cannot open", code);
    code = avformat_find_stream_info(reading->input, NULL);
    if (code < 0)
        return fail_av(error, path, "no stream found", code);
    code = av_find_best_stream(reading->input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (code < 0)
        return fail_av(error, path, "no video", code);
    reading->stream = code;
    const AVCodecParameters *parameters = reading->input->streams[code]->codecpar;
    const char *filter_name;
    if (parameters->codec_id == AV_CODEC_ID_H264) {
        reading->clip->codec = CODEC_H264;
        filter_name = "h264_mp4toannexb";
    } else if (parameters->codec_id == AV_CODEC_ID_HEVC) {
        reading->clip->codec = CODEC_H265;
        filter_name = "hevc_mp4toannexb";
    } else {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: neither H.264 nor H.265",
                    path);
        return false;
    }
    reading->clip->width_px = parameters->width;
    reading->clip->height_px = parameters->height;
    /* passes Annex B through unchanged, turns MP4's length prefixes into it */
    code = av_bsf_alloc(av_bsf_get_by_name(filter_name), &reading->filter);
    if (code >= 0)
        code = avcodec_parameters_copy(reading->filter->par_in, parameters);
    if (code >= 0)
        code = av_bsf_init(reading->filter);
    return code >= 0 || fail_av(error, path, filter_name, code);
}

static bool is_parameter_set(enum codec codec, unsigned type)
{
    return codec == CODEC_H264 ? type == 7 || type == 8 : type >= 32 && type <= 34;
}

static void keep_parameter_set(struct clip *clip, const uint8_t *nal, size_t size_bytes)
{
    g_autoptr(GBytes) set = g_bytes_new(nal, size_bytes);
    for (guint i = 0; i < clip->parameter_sets->len; i++)
        if (g_bytes_equal(clip->parameter_sets->pdata[i], set))
            return;
    g_ptr_array_add(clip->parameter_sets, g_steal_pointer(&set));
}

static int32_t reorder_of(const AVPacket *packet)
{
    if (packet->pts == AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE || packet->duration <= 0)
        return 0;
    return (int32_t)((packet->pts - packet->dts) / packet->duration);
}

/* The parameter sets and slices of one access unit; delimiters, SEI and filler are left out, as
 * most cameras send none. */
static GPtrArray *split_picture(const struct clip *clip, const AVPacket *packet)
{
    GPtrArray *nals = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    size_t offset = 0, size_bytes;
    const uint8_t *nal;
    while ((nal = annexb_next(packet->data, (size_t)packet->size, &offset, &size_bytes))) {
        if (size_bytes < 3)
            continue;
        const unsigned type = nal_type(clip->codec, nal[0]);
        if (is_parameter_set(clip->codec, type) || nal_type_is_slice(clip->codec, type))
            g_ptr_array_add(nals, g_bytes_new(nal, size_bytes));
    }
    return nals;
}

/* Packetises the NAL units, noting where the stamp belongs. */
static void packetise_picture(struct clip *clip, struct picture *picture, GPtrArray *nals,
                              guint stamp_at)
{
    const guint start_bytes = clip->bytes->len;
    picture->first_packet = clip->starts->len;
    for (guint i = 0; i < nals->len; i++) {
        gsize size_bytes;
        const uint8_t *nal = g_bytes_get_data(nals->pdata[i], &size_bytes);
        if (i == stamp_at)
            picture->before_stamp = clip->starts->len - picture->first_packet;
        packetise_nal(clip->bytes, clip->starts, clip->codec, nal, size_bytes, i + 1 == nals->len);
    }
    picture->packet_count = clip->starts->len - picture->first_packet;
    clip->largest_picture_bytes =
        MAX(clip->largest_picture_bytes, (size_t)(clip->bytes->len - start_bytes));
}

static bool add_picture(struct reading *reading, const AVPacket *packet, GError **error)
{
    struct clip *clip = reading->clip;
    struct picture picture = {.reorder = reorder_of(packet)};
    struct slice_head head;
    guint stamp_at = 0;
    bool has_slice = false;
    g_autoptr(GPtrArray) nals = split_picture(clip, packet);
    if (clip->stamper && nals->len && !stamper_take(clip->stamper, nals, &head, &stamp_at, error))
        return false;
    for (guint i = 0; i < nals->len; i++) {
        gsize size_bytes;
        const uint8_t *nal = g_bytes_get_data(nals->pdata[i], &size_bytes);
        const unsigned type = nal_type(clip->codec, nal[0]);
        if (is_parameter_set(clip->codec, type))
            keep_parameter_set(clip, nal, size_bytes);
        has_slice |= nal_type_is_slice(clip->codec, type);
        picture.keyframe |= nal_type_is_key(clip->codec, type);
    }
    const guint index = clip->pictures->len;
    if (!has_slice || (index == 0 && !picture.keyframe))
        return true;
    picture.gop_start = picture.keyframe
                            ? index
                            : g_array_index(clip->pictures, struct picture, index - 1).gop_start;
    if (reading->gop_max && index - picture.gop_start >= reading->gop_max)
        return true;
    packetise_picture(clip, &picture, nals, stamp_at);
    g_array_append_val(clip->pictures, picture);
    if (clip->stamper)
        g_array_append_val(clip->heads, head);
    return true;
}

static bool read_pictures(struct reading *reading, const char *path, GError **error)
{
    while (av_read_frame(reading->input, reading->packet) >= 0) {
        if (reading->packet->stream_index != reading->stream) {
            av_packet_unref(reading->packet);
            continue;
        }
        int code = av_bsf_send_packet(reading->filter, reading->packet);
        if (code < 0)
            return fail_av(error, path, "cannot read", code);
        while (av_bsf_receive_packet(reading->filter, reading->packet) >= 0) {
            const bool added = add_picture(reading, reading->packet, error);
            av_packet_unref(reading->packet);
            if (!added) {
                g_prefix_error(error, "%s: ", path);
                return false;
            }
        }
    }
    struct clip *clip = reading->clip;
    if (clip->pictures->len == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: no keyframe", path);
        return false;
    }
    g_array_append_val(clip->starts, clip->bytes->len);
    return true;
}

struct clip *clip_load(const char *path, unsigned gop_max, bool stamped, GError **error)
{
    struct clip *clip = g_new0(struct clip, 1);
    clip->bytes = g_byte_array_new();
    clip->starts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    clip->pictures = g_array_new(FALSE, FALSE, sizeof(struct picture));
    clip->heads = g_array_new(FALSE, FALSE, sizeof(struct slice_head));
    clip->parameter_sets = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    struct reading reading = {.clip = clip, .gop_max = gop_max, .packet = av_packet_alloc()};
    bool ok = open_input(&reading, path, error);
    if (ok && stamped) {
        clip->stamper = stamper_create(clip->codec);
        clip->height_px = stamper_height_px(clip->codec, clip->height_px);
    }
    ok = ok && read_pictures(&reading, path, error);
    av_packet_free(&reading.packet);
    av_bsf_free(&reading.filter);
    avformat_close_input(&reading.input);
    if (ok)
        return clip;
    clip_destroy(clip);
    return NULL;
}

void clip_destroy(struct clip *clip)
{
    if (!clip)
        return;
    g_byte_array_unref(clip->bytes);
    g_array_unref(clip->starts);
    g_array_unref(clip->pictures);
    g_array_unref(clip->heads);
    stamper_destroy(clip->stamper);
    g_ptr_array_unref(clip->parameter_sets);
    g_free(clip);
}

/* The sets of one NAL unit type in base64, separated by commas; NULL if there is none. */
static char *sets_base64(const struct clip *clip, const unsigned *types, size_t type_count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < clip->parameter_sets->len; i++) {
        gsize size_bytes;
        const uint8_t *set = g_bytes_get_data(clip->parameter_sets->pdata[i], &size_bytes);
        for (size_t t = 0; t < type_count; t++) {
            if (nal_type(clip->codec, set[0]) != types[t])
                continue;
            g_autofree char *base64 = g_base64_encode(set, size_bytes);
            g_string_append_printf(text, "%s%s", text->len ? "," : "", base64);
        }
    }
    return g_string_free(text, text->len == 0);
}

char *clip_format_parameters(const struct clip *clip)
{
    GString *text = g_string_new(NULL);
    if (clip->codec == CODEC_H264) {
        g_autofree char *sets = sets_base64(clip, (const unsigned[]){7, 8}, 2);
        g_string_append(text, "packetization-mode=1");
        for (guint i = 0; i < clip->parameter_sets->len; i++) {
            gsize size_bytes;
            const uint8_t *set = g_bytes_get_data(clip->parameter_sets->pdata[i], &size_bytes);
            if (nal_type(CODEC_H264, set[0]) != 7 || size_bytes < 4)
                continue;
            g_string_append_printf(text, ";profile-level-id=%02X%02X%02X", set[1], set[2], set[3]);
            break;
        }
        if (sets)
            g_string_append_printf(text, ";sprop-parameter-sets=%s", sets);
        return g_string_free(text, FALSE);
    }
    static const struct {
        unsigned type;
        const char *name;
    } fields[] = {{32, "sprop-vps"}, {33, "sprop-sps"}, {34, "sprop-pps"}};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *sets = sets_base64(clip, &fields[i].type, 1);
        if (sets)
            g_string_append_printf(text, "%s%s=%s", text->len ? ";" : "", fields[i].name, sets);
    }
    return g_string_free(text, FALSE);
}
