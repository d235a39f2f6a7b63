#include "rtsp/rtsp.h"
#include "common/clock.h"
#include "common/log.h"
#include "rtsp/engine.h"
#include "rtsp/manners.h"
#include "rtsp/udp.h"
#include <string.h>
#include <time.h>

const struct rtsp_engine_options rtsp_engine_defaults = {
    .receivers = 1,
    .workers = 16,
    .tick_us = 5000,
    .unwatched_us = 100000,
    .answer_us = 5000000,
    .no_data_us = 10000000,
    .max_unit_bytes = 8 << 20,
    .udp_buffer_bytes = 4 << 20,
    .udp_wait_us = 60000,
};

enum { MAX_EVENTS = 100000, GUARD_MS = 250, ANSWERS_A_CONVERSATION = 4, MAX_REDIALS = 5 };
/* A conversation that lasts so long is slow; at most so many slow ones get a worker on top. */
enum { SLOW_US = 500000, MORE_WORKERS = 240 };
enum { SAVE_US = 5000000 }; /* between two writings of what worked */

struct rtsp_engine {
    /* --- immutable */
    struct rtsp_engine_options options;
    GMainContext *context;
    GThreadPool *workers;
    struct receiver **receivers;
    struct mailbox *events;
    struct trust *trust;
    /* --- the loop's thread */
    GSource *guard;
    int64_t saved_us; /* when the manners were looked at last */
    GHashTable *runs; /* not destroyed yet; borrowed */
    struct manners *manners;
    /* --- any thread, atomic */
    atomic_ullong handshake_cpu_ns;
    atomic_size_t udp_buffer_bytes; /* the least given; 0: none yet */
};

struct run_event {
    struct rtsp_run *run; /* reference held */
    enum run_event_kind kind;
    enum reason reason;
    char *detail;
};

/* --- runs */

struct rtsp_run *run_ref(struct rtsp_run *run)
{
    atomic_fetch_add(&run->refs, 1);
    return run;
}

void run_unref(struct rtsp_run *run)
{
    if (!run || atomic_fetch_sub(&run->refs, 1) != 1)
        return;
    rtsp_url_clear(&run->url);
    stream_unref(run->stream);
    g_object_unref(run->cancel);
    g_free(run->redirect);
    rtsp_trace_unref(run->trace);
    g_free(run->name);
    g_free(run);
}

static void event_free(gpointer message)
{
    struct run_event *event = message;
    run_unref(event->run);
    g_free(event->detail);
    g_free(event);
}

void run_post(struct rtsp_run *run, enum run_event_kind kind, enum reason reason, char *detail)
{
    struct run_event *event = g_new(struct run_event, 1);
    *event = (struct run_event){run_ref(run), kind, reason, detail};
    mailbox_post(run->engine->events, event);
}

static void dial(struct rtsp_run *run)
{
    struct rtsp_engine *engine = run->engine;
    run->udp_first = manners_udp_first(engine->manners, run->url.request);
    g_thread_pool_push(engine->workers, run_ref(run), NULL);
}

/* The camera sent us elsewhere in mid-stream, or UDP was let in and brought nothing: another
 * conversation, at once and few times, without telling the owner. */
static bool dial_again(struct rtsp_run *run)
{
    g_autofree char *redirect = g_steal_pointer(&run->redirect);
    bool silent = atomic_load(&run->silent), udp = atomic_load(&run->udp);
    if (silent)
        manners_silent(run->engine->manners, run->url.request, udp);
    bool fall_back = silent && udp && run->may_fall_back && !run->fell_back;
    if ((!redirect && !fall_back) || run->redials >= MAX_REDIALS)
        return false;
    struct rtsp_url there;
    if (redirect && *redirect) {
        if (!rtsp_url_redirect(&run->url, redirect, &there, NULL))
            return false;
        rtsp_url_clear(&run->url);
        run->url = there;
    }
    run->fell_back |= fall_back;
    run->redials++;
    dial(run);
    return true;
}

static void deliver(gpointer message, gpointer user)
{
    (void)user;
    struct run_event *event = message;
    struct rtsp_run *run = event->run;
    if (run->destroyed) {
        event_free(event);
        return;
    }
    if (event->kind == RUN_PLAYING) {
        run->ops->playing(run->user);
    } else if (event->kind == RUN_LIVE) {
        manners_worked(run->engine->manners, run->url.request, atomic_load(&run->udp));
        run->ops->live(run->user);
    } else if (!dial_again(run)) {
        run->ops->ended(event->reason, event->detail ? event->detail : "", run->user);
    }
    event_free(event);
}

static guint64 thread_cpu_ns(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (guint64)cpu.tv_sec * 1000000000u + (guint64)cpu.tv_nsec;
}

/* A worker's thread. Too small a buffer is told once: every camera over UDP has the same. */
static void note_udp_buffer(struct rtsp_engine *engine, const struct rtsp_session *session)
{
    size_t wanted = engine->options.udp_buffer_bytes, had = 0;
    /* the kernel doubles what was asked for (socket(7)) */
    size_t bytes = session->udp_fd[0] >= 0 ? (size_t)udp_room_bytes(session->udp_fd[0]) / 2 : 0;
    if (!bytes)
        return;
    if (atomic_compare_exchange_strong(&engine->udp_buffer_bytes, &had, bytes)) {
        if (bytes < wanted)
            log_warn(
                "rtsp",
                "UDP sockets got receive buffers of %zu KiB instead of %zu: keyframes may lose "
                "packets; sysctl -w net.core.rmem_max=%zu helps (docs/operations.md)",
                bytes >> 10, wanted >> 10, wanted);
    } else if (bytes < had) {
        atomic_store(&engine->udp_buffer_bytes, bytes);
    }
}

/* A worker's thread. Takes the reference of `data`. */
static void converse(gpointer data, gpointer user)
{
    struct rtsp_run *run = data;
    struct rtsp_engine *engine = user;
    guint64 cpu_ns = thread_cpu_ns();
    struct handshake_failure failure = {0};
    struct handshake_request request = {.url = &run->url,
                                        .lower = run->lower,
                                        .udp_first = run->udp_first,
                                        .trust = engine->trust,
                                        .answer_us = engine->options.answer_us,
                                        .udp_buffer_bytes = engine->options.udp_buffer_bytes,
                                        .cancel = run->cancel,
                                        .trace = run->trace};
    atomic_store(&run->silent, false); /* of an earlier conversation */
    atomic_store(&run->talking_since_us, clock_mono_us());
    struct rtsp_session *session = handshake_run(&request, &failure);
    atomic_store(&run->talking_since_us, 0);
    if (session && g_cancellable_is_cancelled(run->cancel)) {
        g_autofree char *bye = rtsp_session_request(session, "TEARDOWN");
        rtsp_session_send(session, bye);
        g_clear_pointer(&session, rtsp_session_destroy);
        failure = (struct handshake_failure){REASON_NO_DATA, g_strdup("PLAY took too long"), 0};
    }
    if (session) {
        g_free(failure.detail);
        note_udp_buffer(engine, session);
        run_post(run, RUN_PLAYING, REASON_NONE, NULL);
        receiver_add(run->receiver, run, session);
        /* whoever destroyed the run meanwhile may have been too early for the receiver */
        if (g_cancellable_is_cancelled(run->cancel))
            receiver_remove(run->receiver, run);
    } else {
        atomic_store(&run->retry_after_s, failure.retry_after_s);
        run_post(run, RUN_ENDED, failure.reason, failure.detail);
    }
    atomic_fetch_add(&engine->handshake_cpu_ns, thread_cpu_ns() - cpu_ns);
    run_unref(run);
}

struct rtsp_run *rtsp_run_create(struct rtsp_engine *engine, const struct rtsp_run_config *config,
                                 GError **error)
{
    struct rtsp_url url;
    if (!rtsp_url_parse(config->url, &url, error))
        return NULL;
    struct rtsp_run *run = g_new0(struct rtsp_run, 1);
    atomic_init(&run->refs, 1);
    run->engine = engine;
    run->name = g_strdup(config->name);
    run->url = url;
    run->lower = config->lower;
    run->may_fall_back = config->lower == RTSP_LOWER_AUTO && url.lower == RTSP_LOWER_AUTO;
    run->stream = stream_ref(config->stream);
    run->receiver = engine->receivers[config->affinity % engine->options.receivers];
    run->ops = config->ops;
    run->user = config->user;
    run->cancel = g_cancellable_new();
    run->trace = rtsp_trace_ref(config->trace);
    g_hash_table_add(engine->runs, run);
    dial(run);
    return run;
}

void rtsp_run_destroy(struct rtsp_run *run)
{
    if (!run)
        return;
    run->destroyed = true;
    g_hash_table_remove(run->engine->runs, run);
    g_cancellable_cancel(run->cancel);
    receiver_remove(run->receiver, run);
    run_unref(run);
}

void rtsp_run_info(struct rtsp_run *run, struct rtsp_run_info *info)
{
    *info = (struct rtsp_run_info){
        .clock_known = atomic_load(&run->clock_known),
        .clock_offset_us = atomic_load(&run->clock_offset_us),
        .packets = atomic_load(&run->packets),
        .lost_packets = atomic_load(&run->lost_packets),
        .udp = atomic_load(&run->udp),
        .retry_after_s = atomic_load(&run->retry_after_s),
    };
}

/* --- the engine */

/* Each answer has its time; a peer that needs many would still hold a worker. Until its time is up
 * others get one more in its place, so that slow cameras wait for themselves alone. */
static gboolean guard(gpointer user)
{
    struct rtsp_engine *engine = user;
    int64_t now = clock_mono_us();
    int64_t latest = now - ANSWERS_A_CONVERSATION * engine->options.answer_us;
    unsigned slow = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, engine->runs);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct rtsp_run *run = key;
        int64_t since = atomic_load(&run->talking_since_us);
        slow += since && since < now - SLOW_US;
        if (since && since < latest)
            g_cancellable_cancel(run->cancel);
    }
    g_thread_pool_set_max_threads(engine->workers,
                                  (gint)(engine->options.workers + MIN(slow, MORE_WORKERS)), NULL);
    if (now - engine->saved_us >= SAVE_US) {
        manners_save(engine->manners);
        engine->saved_us = now;
    }
    return G_SOURCE_CONTINUE;
}

struct rtsp_engine *rtsp_engine_create(const struct rtsp_engine_options *options,
                                       GMainContext *context)
{
    struct rtsp_engine *engine = g_new0(struct rtsp_engine, 1);
    engine->options = *options;
    engine->context = context;
    engine->runs = g_hash_table_new(NULL, NULL);
    engine->manners = manners_create(options->manners_path);
    engine->trust = trust_create(options->trust, options->trust_path);
    engine->events = mailbox_create(context, MAX_EVENTS, deliver, engine, event_free);
    engine->receivers = g_new0(struct receiver *, options->receivers);
    for (unsigned i = 0; i < options->receivers; i++)
        engine->receivers[i] = receiver_create(&engine->options, i);
    engine->workers = g_thread_pool_new(converse, engine, (gint)options->workers, FALSE, NULL);
    engine->guard = g_timeout_source_new(GUARD_MS);
    g_source_set_callback(engine->guard, guard, engine, NULL);
    g_source_attach(engine->guard, context);
    return engine;
}

void rtsp_engine_destroy(struct rtsp_engine *engine)
{
    if (!engine)
        return;
    g_assert(g_hash_table_size(engine->runs) == 0);
    g_source_destroy(engine->guard);
    g_source_unref(engine->guard);
    g_thread_pool_free(engine->workers, FALSE, TRUE); /* conversations are cancelled already */
    for (unsigned i = 0; i < engine->options.receivers; i++)
        receiver_destroy(engine->receivers[i]);
    mailbox_destroy(engine->events);
    manners_save(engine->manners);
    manners_destroy(engine->manners);
    trust_destroy(engine->trust);
    g_hash_table_unref(engine->runs);
    g_free(engine->receivers);
    g_free(engine);
}

void rtsp_engine_stats(struct rtsp_engine *engine, struct rtsp_engine_stats *stats)
{
    *stats = (struct rtsp_engine_stats){0};
    for (unsigned i = 0; i < engine->options.receivers; i++) {
        struct receiver_stats one;
        receiver_stats(engine->receivers[i], &one);
        stats->bytes += one.bytes;
        stats->packets += one.packets;
        stats->units += one.units;
        stats->lost_packets += one.lost_packets;
        stats->late_packets += one.late_packets;
        stats->rounds += one.rounds;
        stats->runs += one.runs;
        stats->cpu_s += one.cpu_s;
    }
    stats->udp_buffer_bytes = atomic_load(&engine->udp_buffer_bytes);
    stats->handshake_cpu_s = (double)atomic_load(&engine->handshake_cpu_ns) / 1e9;
}
