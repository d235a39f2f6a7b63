#include "gst/gst_source.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wakeup.h"
#include "gst/gst_unit.h"
#include "gst/pipelines_private.h"
#include "gst/restart.h"
#include <stdatomic.h>
#include <string.h>

enum { CHECK_MS = 500, SUSTAINED_US = 30 * 1000 * 1000, LEAST_STEP_US = 1000 };
/* A file that is shorter is not played more often. */
enum { LEAST_ROUND_US = 1000 * 1000 };

struct gst_source {
    /* --- immutable */
    struct pipelines *pipelines;
    char *name, *uri;
    bool file; /* plays again and again */
    struct stream *stream;
    gst_source_state_fn report;
    gpointer user;
    struct wakeup *went_live;
    /* --- loop only */
    enum gst_source_state state;
    struct pipeline *pipeline;
    struct restart restart;
    GSource *check, *retry;
    int64_t live_since_us;
    int64_t round_began_us; /* of a file: when its beginning was played */
    /* --- the streaming thread of the running pipeline, else the loop */
    struct gst_unit_reader reader;
    bool placed;       /* this run's offset is known */
    int64_t offset_us; /* running time → the stream's timeline */
    int64_t last_dts_us, last_mono_us;
    bool published; /* anything ever */
    /* --- any thread, atomic */
    atomic_bool live;  /* this run gave a keyframe */
    atomic_bool round; /* and this time round the file it gave a picture */
};

static void source_start(struct gst_source *source);

bool gst_source_uri_ok(const char *uri)
{
    static const char *const schemes[] = {"file", "http", "https", "rtmp", "rtmps", "srt", "udp"};
    g_autofree char *scheme = g_uri_parse_scheme(uri);
    for (size_t i = 0; scheme && i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strcasecmp(scheme, schemes[i]) == 0)
            return strlen(uri) > strlen(scheme) + 3;
    return false;
}

static void set_state(struct gst_source *source, enum gst_source_state state, const char *reason,
                      const char *detail)
{
    source->state = state;
    source->report(state, reason, detail, source->user);
}

/* --- streaming thread */

/* A run continues the timeline of the one before it, as much later as our clock says. */
static void place_unit(struct gst_source *source, struct unit *unit)
{
    int64_t now_us = clock_mono_us();
    if (!source->placed) {
        int64_t begin_us = 0;
        if (source->published)
            begin_us = source->last_dts_us + MAX(now_us - source->last_mono_us, LEAST_STEP_US);
        source->offset_us = begin_us - unit->dts_us;
        source->placed = true;
    }
    unit->dts_us += source->offset_us;
    unit->pts_us += source->offset_us;
    source->last_dts_us = unit->dts_us;
    source->last_mono_us = now_us;
    source->published = true;
}

static void on_sample(GstSample *sample, gpointer user)
{
    struct gst_source *source = user;
    struct unit *unit = gst_unit_read(&source->reader, sample);
    if (!unit)
        return;
    if (!source->placed && !unit->keyframe) {
        unit_unref(unit);
        return;
    }
    bool keyframe = unit->keyframe;
    place_unit(source, unit);
    stream_publish(source->stream, unit);
    atomic_store(&source->round, true);
    if (keyframe && !atomic_exchange(&source->live, true))
        wakeup_signal(source->went_live);
}

/* --- loop */

static void timer_end(GSource **timer)
{
    if (!*timer)
        return;
    g_source_destroy(*timer);
    g_clear_pointer(timer, g_source_unref);
}

static void source_end_run(struct gst_source *source)
{
    timer_end(&source->retry);
    pipeline_stop(source->pipeline);
    source->pipeline = NULL;
    gst_unit_reader_finish(&source->reader);
    source->placed = false;
    atomic_store(&source->live, false);
    atomic_store(&source->round, false);
}

static void wait_then(struct gst_source *source, int64_t pause_us, GSourceFunc then)
{
    source->retry = g_timeout_source_new((guint)(MAX(pause_us, 0) / 1000));
    g_source_set_callback(source->retry, then, source, NULL);
    g_source_attach(source->retry, pipelines_context(source->pipelines));
}

static gboolean on_retry(gpointer user)
{
    struct gst_source *source = user;
    g_clear_pointer(&source->retry, g_source_unref);
    set_state(source, GST_SOURCE_CONNECTING, NULL, NULL);
    source_start(source);
    return G_SOURCE_REMOVE;
}

static void source_down(struct gst_source *source, const char *reason, const char *detail)
{
    source_end_run(source);
    stream_break(source->stream);
    int64_t pause_us = restart_pause_us(&source->restart, g_random_double());
    log_info(source->name, "down: %s (%s), again in %.1f s", reason, detail ? detail : "",
             (double)pause_us / 1e6);
    wait_then(source, pause_us, on_retry);
    set_state(source, GST_SOURCE_DOWN, reason, detail);
}

static void on_failed(const char *code, const char *detail, gpointer user)
{
    source_down(user, code, detail);
}

/* The next round of a file. Between two rounds no streaming thread is at work. */
static gboolean on_round(gpointer user)
{
    struct gst_source *source = user;
    g_clear_pointer(&source->retry, g_source_unref);
    source->round_began_us = clock_mono_us();
    gst_unit_reader_finish(&source->reader);
    source->placed = false;
    if (atomic_exchange(&source->round, false)) {
        pipeline_rewind(source->pipeline);
        return G_SOURCE_REMOVE;
    }
    /* nobody can seek in it */
    source_end_run(source);
    source_start(source);
    return G_SOURCE_REMOVE;
}

static void on_ended(gpointer user)
{
    struct gst_source *source = user;
    bool gave = atomic_load(&source->live);
    if (source->file && gave)
        wait_then(source, LEAST_ROUND_US - (clock_mono_us() - source->round_began_us), on_round);
    else
        source_down(source, gave ? "no_data" : "no_video", "the source came to its end");
}

static void on_live(gpointer user)
{
    struct gst_source *source = user;
    if (!source->pipeline || source->state == GST_SOURCE_LIVE || !atomic_load(&source->live))
        return;
    source->live_since_us = clock_mono_us();
    set_state(source, GST_SOURCE_LIVE, NULL, NULL);
}

static gboolean on_check(gpointer user)
{
    struct gst_source *source = user;
    if (!source->pipeline)
        return G_SOURCE_CONTINUE;
    int64_t now_us = clock_mono_us();
    int64_t last_us =
        MAX(pipeline_last_sample_us(source->pipeline), pipeline_started_us(source->pipeline));
    if (now_us - last_us > pipelines_options(source->pipelines)->no_data_us)
        source_down(source, "no_data", "no picture came");
    else if (source->state == GST_SOURCE_LIVE && now_us - source->live_since_us > SUSTAINED_US)
        restart_reset(&source->restart);
    return G_SOURCE_CONTINUE;
}

static void source_start(struct gst_source *source)
{
    static const struct pipeline_ops ops = {
        .sample = on_sample, .failed = on_failed, .ended = on_ended};
    g_autoptr(GError) error = NULL;
    source->round_began_us = clock_mono_us();
    source->pipeline = pipeline_start(source->pipelines, pipeline_template(TEMPLATE_SOURCE),
                                      source->name, source->uri, &ops, source, &error);
    if (!source->pipeline)
        source_down(source, error->code == PIPELINES_ERROR_LIMIT ? "limit_reached" : "pipeline",
                    error->message);
}

struct gst_source *gst_source_create(struct pipelines *pipelines, const char *name, const char *uri,
                                     struct stream *stream, gst_source_state_fn state,
                                     gpointer user, GError **error)
{
    const struct pipelines_options *options = pipelines_options(pipelines);
    if (!gst_source_uri_ok(uri)) {
        g_autofree char *shown = log_redact(uri);
        g_set_error(error, PIPELINES_ERROR, PIPELINES_ERROR_BAD_URL, "%s cannot be opened", shown);
        return NULL;
    }
    const struct pipeline_template *template = pipeline_template(TEMPLATE_SOURCE);
    if (!pipelines_admit(pipelines, name, template->cores, error))
        return NULL;
    struct gst_source *source = g_new0(struct gst_source, 1);
    source->pipelines = pipelines;
    source->name = g_strdup(name);
    source->uri = g_strdup(uri);
    source->file = g_ascii_strncasecmp(uri, "file:", 5) == 0;
    source->stream = stream_ref(stream);
    source->report = state;
    source->user = user;
    source->restart =
        (struct restart){.min_us = options->retry_min_us, .max_us = options->retry_max_us};
    source->went_live = wakeup_create(pipelines_context(pipelines), on_live, source);
    source->check = g_timeout_source_new(CHECK_MS);
    g_source_set_callback(source->check, on_check, source, NULL);
    g_source_attach(source->check, pipelines_context(pipelines));
    source_start(source);
    return source;
}

void gst_source_destroy(struct gst_source *source)
{
    if (!source)
        return;
    source_end_run(source);
    timer_end(&source->check);
    wakeup_destroy(source->went_live);
    stream_unref(source->stream);
    g_free(source->name);
    g_free(source->uri);
    g_free(source);
}
