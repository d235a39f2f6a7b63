#include "gst/transcode.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wakeup.h"
#include "gst/gst_unit.h"
#include "gst/pipelines_private.h"
#include "gst/restart.h"
#include "stream/unit_clock.h"

enum {
    CHECK_MS = 500,
    WAITING_BYTES = 4 << 20, /* in the feed: the encoder cannot follow */
    OUT_BYTES = 16 << 20,
    ARRIVALS = 128, /* pictures that may be inside the pipeline at once */
    ATTEMPTS = 3,   /* failures in a row without a picture */
};

struct arrival {
    int64_t pts_us, wall_us; /* wall 0: empty */
    bool keyframe;
};

/* The running transcode of one source stream, shared by its viewers. */
struct shared {
    /* --- immutable */
    struct pipelines *pipelines;
    char *name;
    struct stream *source, *out;
    struct wakeup *fed;
    /* --- loop only */
    bool dead;       /* ended for good: nobody joins it */
    GPtrArray *uses; /* of struct transcode */
    struct pipeline *pipeline;
    enum codec codec; /* that the running pipeline takes */
    struct reader *reader;
    struct unit_clock clock;
    struct restart restart;
    GSource *linger, *retry, *check;
    /* --- the streaming thread of the running pipeline, else the loop */
    struct gst_unit_reader output;
    /* --- protected by lock: when pictures came that are inside the pipeline */
    GMutex lock;
    struct arrival arrivals[ARRIVALS];
    unsigned arrival_next;
};

struct transcode {
    struct shared *shared;
    transcode_ended_fn ended;
    gpointer user;
};

static void shared_start(struct shared *shared);
static void shared_begin_again(struct shared *shared);

/* --- streaming thread */

/* What is known about the fed picture that was shown at this time. false: it was forgotten. */
static bool arrival_of(struct shared *shared, int64_t pts_us, struct arrival *arrival)
{
    bool found = false;
    g_mutex_lock(&shared->lock);
    for (unsigned i = 0; i < ARRIVALS && !found; i++) {
        *arrival = shared->arrivals[i];
        found = arrival->wall_us && ABS(arrival->pts_us - pts_us) <= 1;
    }
    g_mutex_unlock(&shared->lock);
    return found;
}

/* The output has its keyframes where the source has them. */
static bool on_encode(int64_t pts_us, gpointer user)
{
    struct arrival arrival;
    return arrival_of(user, pts_us, &arrival) && arrival.keyframe;
}

static void on_sample(GstSample *sample, gpointer user)
{
    struct shared *shared = user;
    struct unit *unit = gst_unit_read(&shared->output, sample);
    if (!unit)
        return;
    struct arrival arrival;
    if (arrival_of(shared, unit->pts_us, &arrival))
        unit->wall_us = arrival.wall_us;
    stream_publish(shared->out, unit);
}

/* --- feeding */

static void feed_unit(struct shared *shared, struct unit *unit)
{
    int64_t dts_us = unit_clock_dts_us(&shared->clock, unit);
    int64_t pts_us = dts_us + unit_clock_delay_us(unit);
    g_mutex_lock(&shared->lock);
    shared->arrivals[shared->arrival_next++ % ARRIVALS] =
        (struct arrival){.pts_us = pts_us, .wall_us = unit->wall_us, .keyframe = unit->keyframe};
    g_mutex_unlock(&shared->lock);
    GstBuffer *buffer = gst_unit_wrap(unit);
    GST_BUFFER_PTS(buffer) = (GstClockTime)pts_us * 1000;
    GST_BUFFER_DTS(buffer) = (GstClockTime)dts_us * 1000;
    if (!unit->keyframe)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    if (unit->gap)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    pipeline_feed(shared->pipeline, buffer);
}

static void feed(gpointer user)
{
    struct shared *shared = user;
    if (!shared->pipeline)
        return;
    struct unit *unit;
    while ((unit = reader_next(shared->reader))) {
        if (unit->format && unit->format->codec != shared->codec) {
            unit_unref(unit);
            shared_begin_again(shared);
            return;
        }
        if (pipeline_waiting_bytes(shared->pipeline) > WAITING_BYTES)
            reader_skip(shared->reader);
        else
            feed_unit(shared, unit);
        unit_unref(unit);
    }
}

static void reader_wake(gpointer user)
{
    wakeup_signal(user);
}

/* --- its life */

static void timer_end(GSource **timer)
{
    if (!*timer)
        return;
    g_source_destroy(*timer);
    g_clear_pointer(timer, g_source_unref);
}

static void timer_begin(struct shared *shared, GSource **timer, int64_t pause_us, GSourceFunc fn)
{
    timer_end(timer);
    *timer = g_timeout_source_new((guint)(pause_us / 1000));
    g_source_set_callback(*timer, fn, shared, NULL);
    g_source_attach(*timer, pipelines_context(shared->pipelines));
}

static void shared_end_run(struct shared *shared)
{
    reader_destroy(shared->reader);
    shared->reader = NULL;
    pipeline_stop(shared->pipeline);
    shared->pipeline = NULL;
    gst_unit_reader_finish(&shared->output);
}

static void shared_destroy(struct shared *shared)
{
    g_hash_table_remove(pipelines_transcodes(shared->pipelines), shared);
    shared_end_run(shared);
    timer_end(&shared->linger);
    timer_end(&shared->retry);
    timer_end(&shared->check);
    wakeup_destroy(shared->fed);
    g_ptr_array_unref(shared->uses);
    stream_unref(shared->source);
    stream_unref(shared->out);
    g_mutex_clear(&shared->lock);
    g_free(shared->name);
    g_free(shared);
}

static void tell_ended(struct shared *shared, const char *code, const char *detail)
{
    shared->dead = true;
    /* from a copy: users close inside the call, the last one destroys */
    g_autoptr(GPtrArray) uses = g_ptr_array_copy(shared->uses, NULL, NULL);
    for (guint i = 0; i < uses->len; i++) {
        struct transcode *use = uses->pdata[i];
        if (use->ended)
            use->ended(code, detail, use->user);
    }
}

static gboolean on_retry(gpointer user)
{
    struct shared *shared = user;
    g_clear_pointer(&shared->retry, g_source_unref);
    shared_start(shared);
    return G_SOURCE_REMOVE;
}

static void shared_failed(struct shared *shared, const char *code, const char *detail)
{
    shared_end_run(shared);
    stream_break(shared->out);
    log_info(shared->name, "transcode: %s (%s)", code, detail);
    if (shared->restart.failures + 1 >= ATTEMPTS) {
        tell_ended(shared, code, detail);
        return;
    }
    timer_begin(shared, &shared->retry, restart_pause_us(&shared->restart, g_random_double()),
                on_retry);
}

static void on_failed(const char *code, const char *detail, gpointer user)
{
    shared_failed(user, code, detail);
}

static void on_ended(gpointer user)
{
    shared_failed(user, "pipeline", "the pipeline came to its end");
}

/* Fed, but nothing comes out: the pictures cannot be decoded. */
static gboolean on_check(gpointer user)
{
    struct shared *shared = user;
    if (!shared->pipeline)
        return G_SOURCE_CONTINUE;
    struct stream_stats source;
    stream_stats(shared->source, &source);
    int64_t now_us = clock_mono_us(), last_us = pipeline_last_sample_us(shared->pipeline);
    int64_t silent_us = now_us - MAX(last_us, pipeline_started_us(shared->pipeline));
    int64_t limit_us = pipelines_options(shared->pipelines)->no_data_us;
    if (last_us && now_us - pipeline_started_us(shared->pipeline) > limit_us)
        restart_reset(&shared->restart);
    bool fed = clock_wall_us() - source.last_keyframe_wall_us < limit_us;
    if (fed && silent_us > limit_us)
        shared_failed(shared, "cannot_decode", "nothing came out of the transcode");
    return G_SOURCE_CONTINUE;
}

static bool shared_begin(struct shared *shared, GError **error)
{
    static const struct pipeline_ops ops = {
        .sample = on_sample, .force_keyframe = on_encode, .failed = on_failed, .ended = on_ended};
    struct stream_format *format = stream_format(shared->source);
    shared->codec = format ? format->codec : CODEC_H265;
    enum template_id id =
        shared->codec == CODEC_H264 ? TEMPLATE_TRANSCODE_H264 : TEMPLATE_TRANSCODE_H265;
    stream_format_unref(format);
    shared->pipeline = pipeline_start(shared->pipelines, pipeline_template(id), shared->name, NULL,
                                      &ops, shared, error);
    if (!shared->pipeline)
        return false;
    shared->reader = reader_create(shared->source, READER_FROM_GOP, reader_wake, shared->fed);
    feed(shared);
    return true;
}

static void shared_start(struct shared *shared)
{
    g_autoptr(GError) error = NULL;
    if (!shared_begin(shared, &error))
        shared_failed(shared, error->code == PIPELINES_ERROR_LIMIT ? "limit" : "pipeline",
                      error->message);
}

/* The camera has another codec now: no failure. */
static void shared_begin_again(struct shared *shared)
{
    log_info(shared->name, "transcode: the source has another codec");
    shared_end_run(shared);
    stream_break(shared->out);
    shared_start(shared);
}

static struct shared *shared_create(struct pipelines *pipelines, const char *name,
                                    struct stream *source, GError **error)
{
    const struct pipelines_options *options = pipelines_options(pipelines);
    struct shared *shared = g_new0(struct shared, 1);
    struct stream_limits limits = {.max_bytes = OUT_BYTES};
    shared->pipelines = pipelines;
    shared->name = g_strdup_printf("%s/h264", name);
    shared->source = stream_ref(source);
    shared->out = stream_create(shared->name, &limits);
    shared->fed = wakeup_create(pipelines_context(pipelines), feed, shared);
    shared->uses = g_ptr_array_new();
    shared->restart =
        (struct restart){.min_us = options->retry_min_us, .max_us = options->retry_max_us};
    g_mutex_init(&shared->lock);
    if (!shared_begin(shared, error)) {
        shared_destroy(shared);
        return NULL;
    }
    timer_begin(shared, &shared->check, CHECK_MS * 1000, on_check);
    g_hash_table_add(pipelines_transcodes(pipelines), shared);
    return shared;
}

static struct shared *shared_find(struct pipelines *pipelines, struct stream *source)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, pipelines_transcodes(pipelines));
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct shared *shared = key;
        if (shared->source == source && !shared->dead)
            return shared;
    }
    return NULL;
}

struct transcode *transcode_open(struct pipelines *pipelines, const char *name,
                                 struct stream *source, transcode_ended_fn ended, gpointer user,
                                 GError **error)
{
    struct shared *shared = shared_find(pipelines, source);
    if (!shared)
        shared = shared_create(pipelines, name, source, error);
    if (!shared)
        return NULL;
    timer_end(&shared->linger);
    struct transcode *use = g_new0(struct transcode, 1);
    *use = (struct transcode){.shared = shared, .ended = ended, .user = user};
    g_ptr_array_add(shared->uses, use);
    return use;
}

static gboolean on_lingered(gpointer user)
{
    shared_destroy(user);
    return G_SOURCE_REMOVE;
}

void transcode_close(struct transcode *transcode)
{
    if (!transcode)
        return;
    struct shared *shared = transcode->shared;
    g_ptr_array_remove_fast(shared->uses, transcode);
    g_free(transcode);
    if (shared->uses->len)
        return;
    /* one that ended for good has nothing to linger for, but its caller may still be in a call */
    int64_t pause_us = shared->dead ? 0 : pipelines_options(shared->pipelines)->linger_us;
    timer_begin(shared, &shared->linger, pause_us, on_lingered);
}

struct stream *transcode_stream(struct transcode *transcode)
{
    return transcode->shared->out;
}

void transcodes_end(struct pipelines *pipelines)
{
    g_autoptr(GList) all = g_hash_table_get_keys(pipelines_transcodes(pipelines));
    for (GList *at = all; at; at = at->next)
        shared_destroy(at->data);
}
