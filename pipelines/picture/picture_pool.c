#include "picture/picture_pool.h"
#include "common/clock.h"
#include "common/log.h"
#include "picture/cpu_budget.h"
#include "picture/picture_aside.h"
#include "picture/picture_schedule.h"
#include "picture/picture_work.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SNAPSHOTS_WAITING = 64, WORKER_NICE = 5 };

const struct picture_pool_options picture_pool_defaults = {
    .cores = 0.5,
    .width_px = 160,
    .height_px = 90,
    .jpeg_quality = 70,
    .watched_us = 800 * 1000,
    .idle_us = 30 * G_USEC_PER_SEC,
    .quality = {.frozen_us = 60 * G_USEC_PER_SEC, .black_us = 60 * G_USEC_PER_SEC, .refusals = 5},
    .memory_mb = 1024,
    .deadline_us = 10 * G_USEC_PER_SEC,
};

/* One camera. Counted: by the pool's table and by the worker that has it. */
struct picture_camera {
    /* --- immutable */
    struct picture_pool *pool;
    uint32_t n;
    struct stream *stream;
    /* --- protected by the pool's lock */
    struct schedule_entry entry; /* first in no particular order: found by offset */
    unsigned refs;
    bool gone;
    struct picture_aside aside;
    int64_t shown_wall_us; /* of the thumbnail handed out last; 0: none */
    /* --- the worker that has it, else the owner */
    struct reader *reader;
    struct picture_judge judge;
    guint64 keyframes;              /* of the stream, when the last one was taken; 0: none yet */
    struct picture_traffic traffic; /* when the last picture was made */
};

struct snapshot_request {
    uint32_t n;
    struct stream *stream;
    int width_px;
    picture_snapshot_fn done;
    gpointer user;
};

/* One thread and the picture process that it asks. */
struct pool_thread {
    struct picture_pool *pool;
    GThread *thread;
    struct picture_worker *worker;
};

struct picture_pool {
    /* --- immutable */
    struct picture_pool_options options;
    struct picture_pool_ops ops;
    gpointer user;
    struct pool_thread *threads;
    unsigned thread_count;
    /* --- owner only */
    GHashTable *wanted; /* n → class + 1, as of the last watch call */
    bool watch_all;
    /* --- protected by lock */
    GMutex lock;
    GCond work;
    bool stopping;
    unsigned sleeping;   /* workers that wait for a candidate */
    GHashTable *cameras; /* n → struct picture_camera */
    struct picture_schedule schedule;
    struct cpu_budget budget;
    GQueue snapshots;
    struct picture_pool_stats counted;
    double busy_cpu_s; /* at busy_us */
    int64_t busy_us;
};

/* --- cameras */

static void camera_free(struct picture_camera *camera)
{
    reader_destroy(camera->reader);
    picture_judge_finish(&camera->judge);
    stream_unref(camera->stream);
    g_free(camera);
}

/* Publisher's thread: a keyframe can be read. */
static void camera_wake(gpointer user)
{
    struct picture_camera *camera = user;
    struct picture_pool *pool = camera->pool;
    g_mutex_lock(&pool->lock);
    if (!camera->gone) {
        schedule_keyframe(&pool->schedule, &camera->entry);
        if (pool->sleeping)
            g_cond_signal(&pool->work);
    }
    g_mutex_unlock(&pool->lock);
}

static enum picture_class camera_class(struct picture_pool *pool, uint32_t n)
{
    guint class = GPOINTER_TO_UINT(g_hash_table_lookup(pool->wanted, GUINT_TO_POINTER(n)));
    if (class)
        return (enum picture_class)(class - 1);
    return pool->watch_all ? PICTURE_WATCHED : PICTURE_IDLE;
}

void picture_pool_add(struct picture_pool *pool, uint32_t n, struct stream *stream)
{
    picture_pool_remove(pool, n);
    struct picture_camera *camera = g_new0(struct picture_camera, 1);
    camera->pool = pool;
    camera->n = n;
    camera->stream = stream_ref(stream);
    camera->refs = 1;
    schedule_entry_init(&camera->entry);
    camera->entry.class = camera_class(pool, n);
    camera->reader = reader_create(stream, READER_KEYFRAMES, camera_wake, camera);
    g_mutex_lock(&pool->lock);
    g_hash_table_insert(pool->cameras, GUINT_TO_POINTER(n), camera);
    pool->counted.cameras++;
    /* its first read finds the newest keyframe or arms the wake */
    schedule_keyframe(&pool->schedule, &camera->entry);
    g_cond_signal(&pool->work);
    g_mutex_unlock(&pool->lock);
}

void picture_pool_remove(struct picture_pool *pool, uint32_t n)
{
    g_mutex_lock(&pool->lock);
    struct picture_camera *camera = g_hash_table_lookup(pool->cameras, GUINT_TO_POINTER(n));
    bool last = false;
    if (camera) {
        g_hash_table_remove(pool->cameras, GUINT_TO_POINTER(n));
        pool->counted.cameras--;
        schedule_remove(&pool->schedule, &camera->entry);
        camera->gone = true;
        last = --camera->refs == 0;
    }
    g_mutex_unlock(&pool->lock);
    /* outside the lock: waits for a wake that runs, which takes the lock */
    if (last)
        camera_free(camera);
}

void picture_pool_watch(struct picture_pool *pool, bool all, const uint32_t *visible,
                        size_t visible_count, const uint32_t *alert, size_t alert_count)
{
    g_hash_table_remove_all(pool->wanted);
    for (size_t i = 0; i < visible_count; i++)
        g_hash_table_insert(pool->wanted, GUINT_TO_POINTER(visible[i]),
                            GUINT_TO_POINTER(PICTURE_VISIBLE + 1));
    for (size_t i = 0; i < alert_count; i++)
        g_hash_table_insert(pool->wanted, GUINT_TO_POINTER(alert[i]),
                            GUINT_TO_POINTER(PICTURE_ALERT + 1));
    pool->watch_all = all;
    g_mutex_lock(&pool->lock);
    GHashTableIter iter;
    gpointer n, camera;
    g_hash_table_iter_init(&iter, pool->cameras);
    while (g_hash_table_iter_next(&iter, &n, &camera))
        schedule_set_class(&pool->schedule, &((struct picture_camera *)camera)->entry,
                           camera_class(pool, GPOINTER_TO_UINT(n)));
    g_cond_broadcast(&pool->work);
    g_mutex_unlock(&pool->lock);
}

/* --- workers */

/* The newest of the keyframes that came; the others were passed over. */
static struct unit *newest_unread(struct picture_camera *camera, guint64 *passed_over)
{
    struct unit *newest = NULL, *unit;
    while ((unit = reader_next(camera->reader))) {
        unit_unref(newest);
        newest = unit;
    }
    if (!newest)
        return NULL;
    /* the stream may have dropped some before they could be read: its count knows */
    struct stream_stats stats;
    stream_stats(camera->stream, &stats);
    if (camera->keyframes && stats.keyframes > camera->keyframes + 1)
        *passed_over = stats.keyframes - camera->keyframes - 1;
    camera->keyframes = stats.keyframes;
    return newest;
}

/* When the keyframe came, by the clock that is never stepped. */
static int64_t arrival_mono_us(const struct unit *unit)
{
    int64_t age_us = clock_wall_us() - unit->wall_us;
    return clock_mono_us() - CLAMP(age_us, 0, (int64_t)3600 * G_USEC_PER_SEC);
}

/* Locked. What a picture's end means for the camera's next ones. Returned: how long it is left
 * alone. */
static int64_t set_aside(struct picture_pool *pool, struct picture_camera *camera,
                         enum picture_outcome outcome)
{
    if (outcome == PICTURE_MADE || outcome == PICTURE_REFUSED)
        picture_aside_good(&camera->aside);
    if (outcome != PICTURE_CRASHED)
        return 0;
    int64_t wait_us = picture_aside_crash_us(&camera->aside, g_random_double());
    schedule_set_aside(&pool->schedule, &camera->entry, clock_mono_us() + wait_us);
    return wait_us;
}

static void tell_aside(const struct stream *stream, const struct picture_result *result,
                       int64_t wait_us)
{
    if (wait_us)
        log_warn("picture", "%s: the picture process ended (%s) at its picture; set aside for %d s",
                 stream_name(stream), result->end, (int)(wait_us / G_USEC_PER_SEC));
}

/* Locked. */
static void count_result(struct picture_pool *pool, const struct picture_result *result)
{
    pool->counted.refused += result->outcome == PICTURE_REFUSED;
    pool->counted.crashed += result->outcome == PICTURE_CRASHED;
    pool->counted.cpu_s += (double)result->cpu_us / 1e6;
    pool->counted.process_cpu_s += (double)result->cpu_us / 1e6;
    cpu_budget_charge(&pool->budget, result->cpu_us);
}

static void note_motion(struct picture_camera *camera, int64_t arrival_us)
{
    struct stream_stats stats;
    stream_stats(camera->stream, &stats);
    struct picture_traffic traffic = {
        .keyframes = stats.keyframes,
        .keyframe_bytes = stats.keyframe_bytes,
        .others = stats.units - stats.keyframes,
        .other_bytes = stats.bytes - stats.keyframe_bytes,
    };
    if (picture_traffic_moved(&camera->traffic, &traffic))
        picture_judge_moved(&camera->judge, arrival_us);
    camera->traffic = traffic;
}

/* Has the keyframe made into a picture and tells of it. */
static void show(struct picture_pool *pool, struct picture_worker *worker,
                 struct picture_camera *camera, const struct unit *unit, int64_t arrival_us,
                 struct picture_result *result)
{
    enum picture_quality before = camera->judge.quality;
    note_motion(camera, arrival_us);
    picture_work_thumbnail(worker, &pool->options, camera->n, unit, &camera->judge, arrival_us,
                           result);
    if (result->picture)
        pool->ops.thumbnail(result->picture, pool->user);
    if (camera->judge.quality != before && pool->ops.quality)
        pool->ops.quality(camera->n, camera->judge.quality, pool->user);
}

static void camera_refresh(struct picture_pool *pool, struct picture_worker *worker,
                           struct picture_camera *camera)
{
    guint64 passed_over = 0;
    struct unit *unit = newest_unread(camera, &passed_over);
    struct picture_result result = {.outcome = PICTURE_NOT_RUN};
    int64_t arrival_us = unit ? arrival_mono_us(unit) : 0;
    if (unit)
        show(pool, worker, camera, unit, arrival_us, &result);
    g_mutex_lock(&pool->lock);
    pool->counted.passed_over += passed_over;
    pool->counted.pictures += result.picture != NULL;
    count_result(pool, &result);
    if (result.picture)
        camera->shown_wall_us = result.picture->wall_us;
    int64_t wait_us = set_aside(pool, camera, result.outcome);
    if (!camera->gone)
        schedule_done(&pool->schedule, &camera->entry, unit != NULL, arrival_us, clock_mono_us());
    bool last = --camera->refs == 0;
    g_mutex_unlock(&pool->lock);
    tell_aside(camera->stream, &result, wait_us);
    if (last)
        camera_free(camera);
    thumbnail_unref(result.picture);
    unit_unref(unit);
}

static void snapshot_free(struct snapshot_request *request)
{
    stream_unref(request->stream);
    g_free(request);
}

/* Locked. */
static struct picture_camera *find(struct picture_pool *pool, uint32_t n)
{
    return g_hash_table_lookup(pool->cameras, GUINT_TO_POINTER(n));
}

/* A camera whose pictures make the process crash is not asked for a snapshot either. */
static bool is_aside(struct picture_pool *pool, uint32_t n)
{
    g_mutex_lock(&pool->lock);
    const struct picture_camera *camera = find(pool, n);
    bool aside = camera && camera->entry.aside_until_us > clock_mono_us();
    g_mutex_unlock(&pool->lock);
    return aside;
}

static void snapshot_make(struct picture_pool *pool, struct picture_worker *worker,
                          struct snapshot_request *request)
{
    static const char *const codes[] = {[PICTURE_REFUSED] = "cannot_decode",
                                        [PICTURE_CRASHED] = "decoder_crashed",
                                        [PICTURE_NOT_RUN] = "stopped"};
    struct unit *unit = stream_newest_keyframe(request->stream);
    struct picture_result result = {.outcome = PICTURE_CRASHED};
    bool run = unit && !is_aside(pool, request->n);
    if (run)
        picture_work_snapshot(worker, request->n, unit, request->width_px, &result);
    request->done(result.picture, unit ? codes[result.outcome] : "no_data", request->user);
    g_mutex_lock(&pool->lock);
    pool->counted.snapshots++;
    struct picture_camera *camera = find(pool, request->n);
    int64_t wait_us = camera && run ? set_aside(pool, camera, result.outcome) : 0;
    if (run)
        count_result(pool, &result);
    g_mutex_unlock(&pool->lock);
    tell_aside(request->stream, &result, wait_us);
    thumbnail_unref(result.picture);
    unit_unref(unit);
    snapshot_free(request);
}

static int64_t thread_cpu_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* Locked. Waits until there is something to do; one of the two is set, or neither at the end. */
static void worker_wait(struct picture_pool *pool, struct snapshot_request **request,
                        struct picture_camera **camera)
{
    while (!pool->stopping) {
        if ((*request = g_queue_pop_head(&pool->snapshots)))
            return;
        int64_t now_us = clock_mono_us();
        int64_t wait_us = cpu_budget_wait_us(&pool->budget, now_us);
        if (wait_us == 0) {
            struct schedule_entry *entry = schedule_take(&pool->schedule, now_us);
            if (entry) {
                *camera = (struct picture_camera *)((char *)entry -
                                                    offsetof(struct picture_camera, entry));
                (*camera)->refs++;
                return;
            }
            int64_t due_us = schedule_due_us(&pool->schedule);
            wait_us = due_us == INT64_MAX ? G_USEC_PER_SEC : MAX(due_us - now_us, 100);
            pool->sleeping++;
            g_cond_wait_until(&pool->work, &pool->lock, g_get_monotonic_time() + wait_us);
            pool->sleeping--;
        } else {
            g_cond_wait_until(&pool->work, &pool->lock, g_get_monotonic_time() + wait_us);
        }
    }
}

static gpointer thread_run(gpointer user)
{
    struct pool_thread *own = user;
    struct picture_pool *pool = own->pool;
    /* pictures give way to receiving; niceness is a thread's own on Linux, and its processes' */
    setpriority(PRIO_PROCESS, (id_t)gettid(), WORKER_NICE);
    int64_t charged_us = thread_cpu_us();
    for (;;) {
        struct snapshot_request *request = NULL;
        struct picture_camera *camera = NULL;
        g_mutex_lock(&pool->lock);
        int64_t cpu_us = thread_cpu_us();
        cpu_budget_charge(&pool->budget, cpu_us - charged_us);
        pool->counted.cpu_s += (double)(cpu_us - charged_us) / 1e6;
        charged_us = cpu_us;
        worker_wait(pool, &request, &camera);
        g_mutex_unlock(&pool->lock);
        if (request)
            snapshot_make(pool, own->worker, request);
        else if (camera)
            camera_refresh(pool, own->worker, camera);
        else
            break;
    }
    return NULL;
}

/* --- the pool */

struct picture_pool *picture_pool_create(const struct picture_pool_options *options,
                                         const struct picture_pool_ops *ops, gpointer user)
{
    g_assert(options->cores > 0 && options->width_px > 0 && options->height_px > 0);
    struct picture_pool *pool = g_new0(struct picture_pool, 1);
    pool->options = *options;
    pool->ops = *ops;
    pool->user = user;
    pool->wanted = g_hash_table_new(NULL, NULL);
    pool->cameras = g_hash_table_new(NULL, NULL);
    g_mutex_init(&pool->lock);
    g_cond_init(&pool->work);
    g_queue_init(&pool->snapshots);
    schedule_init(&pool->schedule, options->watched_us, options->idle_us);
    cpu_budget_init(&pool->budget, options->cores, clock_mono_us());
    pool->busy_us = clock_mono_us();
    pool->thread_count = options->workers ? options->workers : (unsigned)ceil(options->cores);
    pool->threads = g_new0(struct pool_thread, pool->thread_count);
    for (unsigned i = 0; i < pool->thread_count; i++) {
        struct pool_thread *own = &pool->threads[i];
        own->pool = pool;
        own->worker =
            picture_worker_create(pool->options.program, options->memory_mb, options->deadline_us);
        own->thread = g_thread_new("picture", thread_run, own);
    }
    return pool;
}

void picture_pool_destroy(struct picture_pool *pool)
{
    if (!pool)
        return;
    g_mutex_lock(&pool->lock);
    pool->stopping = true;
    g_cond_broadcast(&pool->work);
    g_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++)
        picture_worker_interrupt(pool->threads[i].worker);
    for (unsigned i = 0; i < pool->thread_count; i++) {
        g_thread_join(pool->threads[i].thread);
        picture_worker_destroy(pool->threads[i].worker);
    }

    struct snapshot_request *request;
    while ((request = g_queue_pop_head(&pool->snapshots))) {
        request->done(NULL, "stopped", request->user);
        snapshot_free(request);
    }
    g_autoptr(GList) numbers = g_hash_table_get_keys(pool->cameras);
    for (GList *at = numbers; at; at = at->next)
        picture_pool_remove(pool, GPOINTER_TO_UINT(at->data));
    g_hash_table_unref(pool->cameras);
    g_hash_table_unref(pool->wanted);
    schedule_finish(&pool->schedule);
    g_mutex_clear(&pool->lock);
    g_cond_clear(&pool->work);
    g_free(pool->threads);
    g_free(pool);
}

bool picture_pool_snapshot(struct picture_pool *pool, uint32_t n, struct stream *stream,
                           int width_px, picture_snapshot_fn done, gpointer user)
{
    g_mutex_lock(&pool->lock);
    bool room = pool->snapshots.length < SNAPSHOTS_WAITING;
    if (room) {
        struct snapshot_request *request = g_new0(struct snapshot_request, 1);
        *request = (struct snapshot_request){
            .n = n, .stream = stream_ref(stream), .width_px = width_px, .done = done, .user = user};
        g_queue_push_tail(&pool->snapshots, request);
        g_cond_broadcast(&pool->work);
    }
    g_mutex_unlock(&pool->lock);
    return room;
}

static int compare_ages(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Locked. Ages of the shown pictures, `count` of them. */
static int64_t *shown_ages(struct picture_pool *pool, int64_t now_wall_us, unsigned *count)
{
    int64_t *ages = g_new(int64_t, g_hash_table_size(pool->cameras) + 1);
    GHashTableIter iter;
    gpointer value;
    *count = 0;
    g_hash_table_iter_init(&iter, pool->cameras);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct picture_camera *camera = value;
        if (camera->shown_wall_us)
            ages[(*count)++] = MAX(now_wall_us - camera->shown_wall_us, 0);
    }
    return ages;
}

/* Locked. The share of the budget since half a second or longer ago. */
static double busy_share(struct picture_pool *pool, int64_t now_us)
{
    double passed_s = (double)(now_us - pool->busy_us) / 1e6;
    if (passed_s >= 0.5) {
        pool->counted.busy =
            (pool->counted.cpu_s - pool->busy_cpu_s) / (passed_s * pool->options.cores);
        pool->busy_cpu_s = pool->counted.cpu_s;
        pool->busy_us = now_us;
    }
    return pool->counted.busy;
}

static size_t resident_bytes(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)pid);
    g_autofree char *text = NULL;
    if (!pid || !g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    char *end;
    g_ascii_strtoull(text, &end, 10);
    return (size_t)g_ascii_strtoull(end, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static void add_processes(struct picture_pool *pool, struct picture_pool_stats *stats)
{
    for (unsigned i = 0; i < pool->thread_count; i++) {
        stats->replaced += picture_worker_lost(pool->threads[i].worker);
        stats->resident_bytes += resident_bytes(picture_worker_pid(pool->threads[i].worker));
    }
}

void picture_pool_stats(struct picture_pool *pool, int64_t now_wall_us,
                        struct picture_pool_stats *stats)
{
    unsigned shown;
    g_mutex_lock(&pool->lock);
    busy_share(pool, clock_mono_us());
    *stats = pool->counted;
    stats->waiting = schedule_ready(&pool->schedule);
    g_autofree int64_t *ages = shown_ages(pool, now_wall_us, &shown);
    g_mutex_unlock(&pool->lock);
    add_processes(pool, stats);
    stats->shown = shown;
    if (shown == 0)
        return;
    qsort(ages, shown, sizeof ages[0], compare_ages);
    stats->age_p50_us = ages[(shown - 1) / 2];
    stats->age_p99_us = ages[(shown - 1) * 99 / 100];
}
