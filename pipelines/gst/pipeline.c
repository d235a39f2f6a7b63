#include "gst/pipeline.h"
#include "common/clock.h"
#include "common/log.h"
#include "gst/gst_pace.h"
#include "gst/gst_reason.h"
#include "gst/pipelines_private.h"
#include "gst/thread_meter.h"
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/base/gstbasesrc.h>
#include <gst/video/video.h>
#include <stdatomic.h>

/* Counted: by its owner, by tasks on control threads. */
struct pipeline {
    atomic_int refs;
    /* --- immutable */
    struct pipelines *pipelines;
    const struct pipeline_template *from;
    char *name;
    struct pipeline_ops ops;
    gpointer user;
    GstElement *bin;
    GstElement *feed; /* NULL: none */
    struct thread_meter *meter;
    int64_t started_us;
    /* --- loop only */
    GSource *watch;
    bool reported; /* failed or ended was called */
    /* --- protected by state_lock: state changes, one at a time */
    GMutex state_lock;
    bool taken_down;
    /* --- protected by sample_lock */
    GMutex sample_lock;
    GCond sample_done;
    bool delivering, muted;
    /* --- any thread, atomic */
    atomic_int_fast64_t last_sample_us;
    _Atomic(const struct branch_template *) branch; /* NULL: none yet */
};

static struct pipeline *pipeline_ref(struct pipeline *pipeline)
{
    atomic_fetch_add_explicit(&pipeline->refs, 1, memory_order_relaxed);
    return pipeline;
}

static void pipeline_unref(struct pipeline *pipeline)
{
    if (atomic_fetch_sub_explicit(&pipeline->refs, 1, memory_order_acq_rel) != 1)
        return;
    gst_clear_object(&pipeline->feed);
    gst_clear_object(&pipeline->bin);
    thread_meter_destroy(pipeline->meter);
    g_mutex_clear(&pipeline->state_lock);
    g_mutex_clear(&pipeline->sample_lock);
    g_cond_clear(&pipeline->sample_done);
    g_free(pipeline->name);
    g_free(pipeline);
}

/* --- streaming threads */

/* The lock is not held during the call; pipeline_stop() waits for the call's end. */
static GstFlowReturn on_sample(GstAppSink *sink, gpointer user)
{
    struct pipeline *pipeline = user;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (!sample)
        return GST_FLOW_EOS;
    g_mutex_lock(&pipeline->sample_lock);
    bool muted = pipeline->muted;
    pipeline->delivering = !muted;
    g_mutex_unlock(&pipeline->sample_lock);
    if (!muted) {
        atomic_store(&pipeline->last_sample_us, clock_mono_us());
        pipeline->ops.sample(sample, pipeline->user);
        g_mutex_lock(&pipeline->sample_lock);
        pipeline->delivering = false;
        g_cond_signal(&pipeline->sample_done);
        g_mutex_unlock(&pipeline->sample_lock);
    }
    gst_sample_unref(sample);
    return muted ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

/* Sent on the encoder itself, right before its picture: parsers in between keep only one such
 * event. */
static GstPadProbeReturn on_encode(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    struct pipeline *pipeline = user;
    GstClockTime pts = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    if (GST_CLOCK_TIME_IS_VALID(pts) &&
        pipeline->ops.force_keyframe((int64_t)(pts / 1000), pipeline->user))
        gst_pad_send_event(pad, gst_video_event_new_downstream_force_key_unit(
                                    pts, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, TRUE, 0));
    return GST_PAD_PROBE_OK;
}

static void encoder_connect(struct pipeline *pipeline)
{
    GstElement *encoder = gst_bin_get_by_name(GST_BIN(pipeline->bin), "encoder");
    if (!encoder)
        return;
    GstPad *pad = gst_element_get_static_pad(encoder, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_encode, pipeline, NULL);
    gst_object_unref(pad);
    gst_object_unref(encoder);
}

static void sink_connect(struct pipeline *pipeline, GstElement *bin)
{
    GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "out");
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, pipeline, NULL);
    if (!pipeline->feed) {
        GstPad *pad = gst_element_get_static_pad(sink, "sink");
        gst_pace_attach(pad);
        gst_object_unref(pad);
    }
    gst_object_unref(sink);
}

/* Puts what the media type needs behind the source's pad. The first video counts. */
static void on_pad(GstElement *source, GstPad *pad, gpointer user)
{
    struct pipeline *pipeline = user;
    (void)source;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (!caps)
        caps = gst_pad_query_caps(pad, NULL);
    const char *type =
        gst_caps_get_size(caps) ? gst_structure_get_name(gst_caps_get_structure(caps, 0)) : "";
    const struct branch_template *branch = branch_template(type);
    gst_caps_unref(caps);
    const struct branch_template *none = NULL;
    if (!branch || !atomic_compare_exchange_strong(&pipeline->branch, &none, branch))
        return;
    g_autoptr(GError) error = NULL;
    GstElement *bin = gst_parse_bin_from_description(branch->launch, TRUE, &error);
    if (!bin) {
        log_error(pipeline->name, "branch: %s", error->message);
        return;
    }
    sink_connect(pipeline, bin);
    gst_bin_add(GST_BIN(pipeline->bin), bin);
    gst_element_sync_state_with_parent(bin);
    GstPad *into = gst_element_get_static_pad(bin, "sink");
    if (GST_PAD_LINK_FAILED(gst_pad_link(pad, into)))
        log_error(pipeline->name, "branch does not fit %s", type);
    gst_object_unref(into);
}

static void on_no_more_pads(GstElement *source, gpointer user)
{
    struct pipeline *pipeline = user;
    if (atomic_load(&pipeline->branch))
        return;
    GST_ELEMENT_ERROR(source, STREAM, WRONG_TYPE, ("There is no video in it."), (NULL));
}

static GstBusSyncReply on_bus_sync(GstBus *bus, GstMessage *message, gpointer user)
{
    struct pipeline *pipeline = user;
    (void)bus;
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS)
        return GST_BUS_PASS;
    GstStreamStatusType type;
    GstElement *owner;
    gst_message_parse_stream_status(message, &type, &owner);
    if (type == GST_STREAM_STATUS_TYPE_ENTER)
        thread_meter_enter(pipeline->meter);
    else if (type == GST_STREAM_STATUS_TYPE_LEAVE)
        thread_meter_leave(pipeline->meter);
    gst_message_unref(message);
    return GST_BUS_DROP;
}

/* --- loop */

static void report_error(struct pipeline *pipeline, GstMessage *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *debug = NULL;
    gst_message_parse_error(message, &error, &debug);
    g_autofree char *detail = log_redact(error->message);
    log_debug(pipeline->name, "%s pipeline: %s (%s)", pipeline->from->name, error->message,
              debug ? debug : "");
    pipelines_count_failure(pipeline->pipelines);
    bool had_data = atomic_load(&pipeline->last_sample_us) != 0;
    const char *code = gst_reason_code(error, GST_IS_BASE_SRC(GST_MESSAGE_SRC(message)), had_data);
    pipeline->ops.failed(code, detail, pipeline->user);
}

static gboolean on_bus(GstBus *bus, GstMessage *message, gpointer user)
{
    struct pipeline *pipeline = user;
    (void)bus;
    GstMessageType type = GST_MESSAGE_TYPE(message);
    if (pipeline->reported || !(type & (GST_MESSAGE_ERROR | GST_MESSAGE_EOS)))
        return G_SOURCE_CONTINUE;
    pipeline->reported = true;
    if (type == GST_MESSAGE_ERROR)
        report_error(pipeline, message);
    else
        pipeline->ops.ended(pipeline->user);
    return G_SOURCE_CONTINUE;
}

static bool pipeline_build(struct pipeline *pipeline, const char *uri, GError **error)
{
    GError *problem = NULL;
    pipeline->bin = gst_parse_launch(pipeline->from->launch, &problem);
    if (problem || !pipeline->bin) {
        g_set_error(error, PIPELINES_ERROR, PIPELINES_ERROR_BUILD, "%s: %s", pipeline->from->name,
                    problem ? problem->message : "not built");
        g_clear_error(&problem);
        return false;
    }
    if (!GST_IS_PIPELINE(pipeline->bin)) {
        /* a description of one element gives the bare element */
        GstElement *whole = gst_pipeline_new(NULL);
        gst_bin_add(GST_BIN(whole), pipeline->bin);
        pipeline->bin = whole;
    }
    gst_object_ref_sink(pipeline->bin);
    if (pipeline->from->feed)
        pipeline->feed = gst_bin_get_by_name(GST_BIN(pipeline->bin), pipeline->from->feed);
    if (!uri) {
        sink_connect(pipeline, pipeline->bin);
        if (pipeline->ops.force_keyframe)
            encoder_connect(pipeline);
        return true;
    }
    GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline->bin), "in");
    GstCaps *caps = gst_caps_from_string(source_caps);
    g_object_set(in, "uri", uri, "caps", caps, NULL);
    gst_caps_unref(caps);
    g_signal_connect(in, "pad-added", G_CALLBACK(on_pad), pipeline);
    g_signal_connect(in, "no-more-pads", G_CALLBACK(on_no_more_pads), pipeline);
    gst_object_unref(in);
    return true;
}

static void bus_watch(struct pipeline *pipeline)
{
    GstBus *bus = gst_element_get_bus(pipeline->bin);
    gst_bus_set_sync_handler(bus, on_bus_sync, pipeline, NULL);
    pipeline->watch = gst_bus_create_watch(bus);
    g_source_set_callback(pipeline->watch, G_SOURCE_FUNC(on_bus), pipeline, NULL);
    g_source_attach(pipeline->watch, pipelines_context(pipeline->pipelines));
    gst_object_unref(bus);
}

/* Control thread. */
static void task_play(gpointer data)
{
    struct pipeline *pipeline = data;
    g_mutex_lock(&pipeline->state_lock);
    if (!pipeline->taken_down)
        gst_element_set_state(pipeline->bin, GST_STATE_PLAYING);
    g_mutex_unlock(&pipeline->state_lock);
    pipeline_unref(pipeline);
}

/* Control thread. A seek that cannot be done is told as one more end. */
static void task_rewind(gpointer data)
{
    struct pipeline *pipeline = data;
    g_mutex_lock(&pipeline->state_lock);
    if (!pipeline->taken_down &&
        !gst_element_seek_simple(pipeline->bin, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0))
        gst_element_post_message(pipeline->bin, gst_message_new_eos(GST_OBJECT(pipeline->bin)));
    g_mutex_unlock(&pipeline->state_lock);
    pipeline_unref(pipeline);
}

/* Control thread. */
static void task_take_down(gpointer data)
{
    struct pipeline *pipeline = data;
    g_mutex_lock(&pipeline->state_lock);
    pipeline->taken_down = true;
    gst_element_set_state(pipeline->bin, GST_STATE_NULL);
    g_mutex_unlock(&pipeline->state_lock);
    pipelines_left(pipeline->pipelines, thread_meter_cpu_s(pipeline->meter));
    pipeline_unref(pipeline);
}

struct pipeline *pipeline_start(struct pipelines *pipelines, const struct pipeline_template *from,
                                const char *name, const char *uri, const struct pipeline_ops *ops,
                                gpointer user, GError **error)
{
    if (!pipelines_admit(pipelines, name, from->cores, error))
        return NULL;
    struct pipeline *pipeline = g_new0(struct pipeline, 1);
    atomic_init(&pipeline->refs, 1);
    pipeline->pipelines = pipelines;
    pipeline->from = from;
    pipeline->name = g_strdup_printf("gst:%s", name);
    pipeline->ops = *ops;
    pipeline->user = user;
    pipeline->meter = thread_meter_create();
    pipeline->started_us = clock_mono_us();
    g_mutex_init(&pipeline->state_lock);
    g_mutex_init(&pipeline->sample_lock);
    g_cond_init(&pipeline->sample_done);
    if (!pipeline_build(pipeline, uri, error)) {
        pipeline_unref(pipeline);
        return NULL;
    }
    bus_watch(pipeline);
    pipelines_enter(pipelines, pipeline);
    pipelines_control(pipelines, task_play, pipeline_ref(pipeline));
    return pipeline;
}

void pipeline_stop(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    g_source_destroy(pipeline->watch);
    g_clear_pointer(&pipeline->watch, g_source_unref);
    g_mutex_lock(&pipeline->sample_lock);
    pipeline->muted = true;
    while (pipeline->delivering)
        g_cond_wait(&pipeline->sample_done, &pipeline->sample_lock);
    g_mutex_unlock(&pipeline->sample_lock);
    pipelines_leave(pipeline->pipelines, pipeline);
    pipelines_control(pipeline->pipelines, task_take_down, pipeline);
}

void pipeline_rewind(struct pipeline *pipeline)
{
    pipeline->reported = false;
    pipelines_control(pipeline->pipelines, task_rewind, pipeline_ref(pipeline));
}

guint64 pipeline_waiting_bytes(struct pipeline *pipeline)
{
    return gst_app_src_get_current_level_bytes(GST_APP_SRC(pipeline->feed));
}

void pipeline_feed(struct pipeline *pipeline, GstBuffer *buffer)
{
    gst_app_src_push_buffer(GST_APP_SRC(pipeline->feed), buffer);
}

int64_t pipeline_last_sample_us(const struct pipeline *pipeline)
{
    return atomic_load(&pipeline->last_sample_us);
}

double pipeline_cpu_s(struct pipeline *pipeline)
{
    return thread_meter_cpu_s(pipeline->meter);
}

double pipeline_assumed_cores(struct pipeline *pipeline)
{
    const struct branch_template *branch = atomic_load(&pipeline->branch);
    return branch ? branch->cores : pipeline->from->cores;
}

int64_t pipeline_started_us(const struct pipeline *pipeline)
{
    return pipeline->started_us;
}
