#include "mix.h"
#include <gst/gst.h>

enum {
    VOICES_KBIT = 40,
    LEAST_KBIT = 32,
    MOST_KBIT = 1200,
    COARSE_KBIT = 350,
    MARGIN_PERCENT = 85
};

struct mix {
    const struct tape_plan *plan;
    GstElement *pipeline, *pictures, *voices;
    int columns, rows, kbit, width, height, rate;
};

/* What the pictures may cost, so that all of it fits. */
static void choose_size(struct mix *mix, guint64 most_bytes)
{
    gint64 ms = MAX(1, mix->plan->length_us / 1000);
    double all =
        most_bytes ? (double)most_bytes * 8 * MARGIN_PERCENT / 100 / (double)ms : MOST_KBIT * 2;
    mix->kbit = (int)CLAMP(all - VOICES_KBIT, LEAST_KBIT, MOST_KBIT);
    bool coarse = mix->kbit < COARSE_KBIT;
    mix->width = coarse ? 640 : 1280;
    mix->height = coarse ? 360 : 720;
    mix->rate = coarse ? 8 : 15;
}

static GstElement *add(struct mix *mix, const char *description, GError **error)
{
    GstElement *bin = gst_parse_bin_from_description(description, TRUE, error);
    if (bin)
        gst_bin_add(GST_BIN(mix->pipeline), bin);
    return bin;
}

static void place(const struct mix *mix, GstPad *pad, int cell)
{
    int width = mix->width / mix->columns / 2 * 2, height = mix->height / mix->rows / 2 * 2;
    g_object_set(pad, "xpos", cell % mix->columns * width, "ypos", cell / mix->columns * height,
                 "width", width, "height", height, "sizing-policy", 1 /* keep the aspect */, NULL);
}

#define TRACK "track" /* of a bin: the number of its track and one */

static bool add_track(struct mix *mix, guint number, const char *file, GError **error)
{
    const struct tape_track *track = &g_array_index(mix->plan->tracks, struct tape_track, number);
    static const char *const video = "filesrc name=file ! matroskademux ! queue ! vp8dec ! "
                                     "videoconvert ! queue name=end";
    static const char *const audio =
        "filesrc name=file ! matroskademux ! queue ! opusdec ! "
        "audioconvert ! audioresample ! audio/x-raw,rate=48000 ! queue name=end";
    GstElement *bin =
        gst_parse_bin_from_description(track->mjr.video ? video : audio, FALSE, error);
    if (!bin)
        return false;
    g_object_set_data(G_OBJECT(bin), TRACK, GUINT_TO_POINTER(number + 1));
    gst_bin_add(GST_BIN(mix->pipeline), bin);
    g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(bin), "file");
    g_autoptr(GstElement) end = gst_bin_get_by_name(GST_BIN(bin), "end");
    g_autoptr(GstPad) last = gst_element_get_static_pad(end, "src");
    GstPad *from = gst_ghost_pad_new("src", last);
    g_object_set(source, "location", file, NULL);
    gst_element_add_pad(bin, from);
    GstElement *mixer = track->mjr.video ? mix->pictures : mix->voices;
    g_autoptr(GstPad) to = gst_element_request_pad_simple(mixer, "sink_%u");
    if (track->mjr.video)
        place(mix, to, track->cell);
    gst_pad_set_offset(from, track->at_us * GST_USECOND);
    return gst_pad_link(from, to) == GST_PAD_LINK_OK;
}

static bool link_all(struct mix *mix, const char *out, GError **error)
{
    GstElement *file = add(mix, "mp4mux name=mux faststart=true ! filesink name=out", error);
    if (!file)
        return false;
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(file), "out");
    g_autoptr(GstElement) mux = gst_bin_get_by_name(GST_BIN(file), "mux");
    g_object_set(sink, "location", out, NULL);
    GstElement *heads[] = {mix->pictures, mix->voices};
    g_autofree char *coder_text = g_strdup_printf(
        "capsfilter caps=video/x-raw,width=%d,height=%d,framerate=%d/1 ! videoconvert ! "
        "video/x-raw,format=I420 ! x264enc speed-preset=veryfast bitrate=%d key-int-max=60 ! "
        "h264parse ! queue max-size-time=0 max-size-bytes=0",
        mix->width, mix->height, mix->rate, mix->kbit);
    const char *const coders[] = {coder_text,
                                  "audioconvert ! audio/x-raw,channels=1 ! avenc_aac bitrate=40000 "
                                  "! aacparse ! queue max-size-time=0 max-size-bytes=0"};
    static const char *const pads[] = {"video_%u", "audio_%u"};
    for (int i = 0; i < 2; i++) {
        if (!heads[i])
            continue;
        GstElement *coder = add(mix, coders[i], error);
        if (!coder || !gst_element_link(heads[i], coder))
            return false;
        g_autoptr(GstPad) from = gst_element_get_static_pad(coder, "src");
        g_autoptr(GstPad) to = gst_element_request_pad_simple(mux, pads[i]);
        g_autoptr(GstPad) ghost = gst_ghost_pad_new(NULL, to);
        gst_pad_set_active(ghost, TRUE);
        gst_element_add_pad(file, g_object_ref(ghost));
        if (gst_pad_link(from, ghost) != GST_PAD_LINK_OK)
            return false;
    }
    return true;
}

/* Whose element that is; -1: nobody's. */
static int track_of(const GstObject *object)
{
    for (; object; object = GST_OBJECT_PARENT(object)) {
        guint number = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(object), TRACK));
        if (number)
            return (int)number - 1;
    }
    return -1;
}

static bool run(struct mix *mix, int *spoiler, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(mix->pipeline);
    gst_element_set_state(mix->pipeline, GST_STATE_PLAYING);
    g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE, (GstMessageType)(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    bool done = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (!done) {
        gst_message_parse_error(message, error, NULL);
        *spoiler = track_of(GST_MESSAGE_SRC(message));
    }
    gst_element_set_state(mix->pipeline, GST_STATE_NULL);
    return done;
}

static GstElement *mixer(struct mix *mix, const char *kind)
{
    GstElement *element = gst_element_factory_make(kind, NULL);
    if (element)
        gst_bin_add(GST_BIN(mix->pipeline), element);
    return element;
}

bool tape_mix(const struct tape_plan *plan, char *const *files, guint64 most_bytes, const char *out,
              int *spoiler, GError **error)
{
    *spoiler = -1;
    struct mix mix = {.plan = plan, .pipeline = gst_pipeline_new(NULL)};
    bool sound = false, done = true;
    for (guint i = 0; i < plan->tracks->len; i++)
        sound |= files[i] && !g_array_index(plan->tracks, struct tape_track, i).mjr.video;
    choose_size(&mix, most_bytes);
    tape_plan_grid(plan->cells, &mix.columns, &mix.rows);
    if (plan->cells > 0 && (mix.pictures = mixer(&mix, "compositor")))
        gst_util_set_object_arg(G_OBJECT(mix.pictures), "background", "black");
    if (sound)
        mix.voices = mixer(&mix, "audiomixer");
    for (guint i = 0; done && i < plan->tracks->len; i++)
        done = !files[i] || add_track(&mix, i, files[i], error);
    done = done && link_all(&mix, out, error) && run(&mix, spoiler, error);
    if (!done && error && !*error)
        g_set_error(error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "the pipeline was not built");
    gst_object_unref(mix.pipeline);
    return done;
}
