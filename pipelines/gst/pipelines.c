#include "gst/pipelines.h"
#include "common/clock.h"
#include "common/log.h"
#include "gst/pipelines_private.h"

/* A younger pipeline counts with what is assumed of it: opening costs more than playing. */
enum { YOUNG_US = 5 * 1000 * 1000, TICK_MS = 1000 };
/* Being taken down, usually for some ms. So many at once: something does not let go. */
enum { LEAVING_MOST = 64 };

const struct pipelines_options pipelines_defaults = {
    .max_pipelines = 500,
    .max_cores = 1,
    .linger_us = 10 * G_USEC_PER_SEC,
    .retry_min_us = 1 * G_USEC_PER_SEC,
    .retry_max_us = 30 * G_USEC_PER_SEC,
    .no_data_us = 10 * G_USEC_PER_SEC,
};

struct running {
    struct pipeline *pipeline; /* borrowed: its owner stops it before it goes */
    double cpu_s;              /* at the last tick */
    double cores;
};

struct pipelines {
    /* --- immutable */
    struct pipelines_options options;
    GMainContext *context;
    GThreadPool *control;
    /* --- loop only */
    GArray *running; /* of struct running */
    GHashTable *transcodes;
    GSource *tick;
    int64_t ticked_us;
    guint64 started, failed, refused;
    /* --- protected by lock */
    GMutex lock;
    unsigned existing; /* running and being taken down */
    double ended_cpu_s;
};

struct control_task {
    void (*run)(gpointer data);
    gpointer data;
};

static void control_run(gpointer item, gpointer user)
{
    struct control_task *task = item;
    (void)user;
    task->run(task->data);
    g_free(task);
}

void pipelines_control(struct pipelines *pipelines, void (*task)(gpointer data), gpointer data)
{
    struct control_task *item = g_new(struct control_task, 1);
    *item = (struct control_task){.run = task, .data = data};
    g_thread_pool_push(pipelines->control, item, NULL);
}

static gboolean on_tick(gpointer user)
{
    struct pipelines *pipelines = user;
    int64_t now_us = clock_mono_us();
    double passed_s = (double)(now_us - pipelines->ticked_us) / 1e6;
    for (guint i = 0; i < pipelines->running->len; i++) {
        struct running *running = &g_array_index(pipelines->running, struct running, i);
        double cpu_s = pipeline_cpu_s(running->pipeline);
        double cores = (cpu_s - running->cpu_s) / MAX(passed_s, 0.001);
        running->cores = running->cores * 0.5 + cores * 0.5;
        running->cpu_s = cpu_s;
    }
    pipelines->ticked_us = now_us;
    return G_SOURCE_CONTINUE;
}

struct pipelines *pipelines_create(const struct pipelines_options *options, GMainContext *context)
{
    gst_init(NULL, NULL);
    struct pipelines *pipelines = g_new0(struct pipelines, 1);
    pipelines->options = *options;
    pipelines->context = g_main_context_ref(context ? context : g_main_context_default());
    /* as many threads as there are tasks: one that blocks must not hold up the others' */
    pipelines->control = g_thread_pool_new(control_run, NULL, -1, FALSE, NULL);
    pipelines->running = g_array_new(FALSE, TRUE, sizeof(struct running));
    pipelines->transcodes = g_hash_table_new(NULL, NULL);
    g_mutex_init(&pipelines->lock);
    pipelines->ticked_us = clock_mono_us();
    pipelines->tick = g_timeout_source_new(TICK_MS);
    g_source_set_callback(pipelines->tick, on_tick, pipelines, NULL);
    g_source_attach(pipelines->tick, pipelines->context);
    return pipelines;
}

GMainContext *pipelines_context(struct pipelines *pipelines)
{
    return pipelines->context;
}

const struct pipelines_options *pipelines_options(const struct pipelines *pipelines)
{
    return &pipelines->options;
}

GHashTable *pipelines_transcodes(struct pipelines *pipelines)
{
    return pipelines->transcodes;
}

static double cores_in_use(struct pipelines *pipelines)
{
    int64_t now_us = clock_mono_us();
    double cores = 0;
    for (guint i = 0; i < pipelines->running->len; i++) {
        const struct running *running = &g_array_index(pipelines->running, struct running, i);
        bool young = now_us - pipeline_started_us(running->pipeline) < YOUNG_US;
        cores += young ? pipeline_assumed_cores(running->pipeline) : running->cores;
    }
    return cores;
}

bool pipelines_admit(struct pipelines *pipelines, const char *name, double cores, GError **error)
{
    g_mutex_lock(&pipelines->lock);
    unsigned running = pipelines->running->len, leaving = pipelines->existing - running;
    g_mutex_unlock(&pipelines->lock);
    double used = cores_in_use(pipelines);
    if (running < pipelines->options.max_pipelines && leaving < LEAVING_MOST &&
        (running == 0 || used + cores <= pipelines->options.max_cores))
        return true;
    pipelines->refused++;
    g_set_error(error, PIPELINES_ERROR, PIPELINES_ERROR_LIMIT,
                "%s: %u of %u pipelines use %.2f of %.2f cores, %u more are being taken down", name,
                running, pipelines->options.max_pipelines, used, pipelines->options.max_cores,
                leaving);
    return false;
}

void pipelines_enter(struct pipelines *pipelines, struct pipeline *pipeline)
{
    struct running running = {.pipeline = pipeline};
    g_array_append_val(pipelines->running, running);
    pipelines->started++;
    g_mutex_lock(&pipelines->lock);
    pipelines->existing++;
    g_mutex_unlock(&pipelines->lock);
}

void pipelines_leave(struct pipelines *pipelines, struct pipeline *pipeline)
{
    for (guint i = 0; i < pipelines->running->len; i++) {
        if (g_array_index(pipelines->running, struct running, i).pipeline != pipeline)
            continue;
        g_array_remove_index_fast(pipelines->running, i);
        return;
    }
}

void pipelines_left(struct pipelines *pipelines, double cpu_s)
{
    g_mutex_lock(&pipelines->lock);
    pipelines->existing--;
    pipelines->ended_cpu_s += cpu_s;
    g_mutex_unlock(&pipelines->lock);
}

void pipelines_count_failure(struct pipelines *pipelines)
{
    pipelines->failed++;
}

void pipelines_destroy(struct pipelines *pipelines)
{
    if (!pipelines)
        return;
    transcodes_end(pipelines);
    g_assert(pipelines->running->len == 0);
    g_thread_pool_free(pipelines->control, FALSE, TRUE);
    g_source_destroy(pipelines->tick);
    g_source_unref(pipelines->tick);
    g_array_unref(pipelines->running);
    g_hash_table_unref(pipelines->transcodes);
    g_mutex_clear(&pipelines->lock);
    g_main_context_unref(pipelines->context);
    g_free(pipelines);
}

void pipelines_stats(struct pipelines *pipelines, struct pipelines_stats *stats)
{
    *stats = (struct pipelines_stats){
        .started = pipelines->started, .failed = pipelines->failed, .refused = pipelines->refused};
    for (guint i = 0; i < pipelines->running->len; i++) {
        const struct running *running = &g_array_index(pipelines->running, struct running, i);
        stats->cores += running->cores;
        stats->cpu_s += pipeline_cpu_s(running->pipeline);
    }
    g_mutex_lock(&pipelines->lock);
    stats->running = pipelines->existing;
    stats->cpu_s += pipelines->ended_cpu_s;
    g_mutex_unlock(&pipelines->lock);
}
