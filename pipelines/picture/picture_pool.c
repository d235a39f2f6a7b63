#include "picture/picture_pool.h"
#include "common/clock.h"
#include "common/log.h"
#include "picture/cpu_budget.h"
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
    int64_t shown_wall_us; /* of the thumbnail handed out last; 0: none */
    /* --- the worker that has it, else the owner */
    struct reader *reader;
    struct picture_judge judge;
    guint64 keyframes; /* of the stream, when the last one was taken; 0: none yet */
};

struct snapshot_request {
    uint32_t n;
    struct stream *stream;
    int width_px;
    picture_snapshot_fn done;
    gpointer user;
};

struct picture_pool {
    /* --- immutable */
    struct picture_pool_options options;
    struct picture_pool_ops ops;
    gpointer user;
    GThread **threads;
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

static void camera_refresh(struct picture_pool *pool, struct picture_work *work,
                           struct picture_camera *camera)
{
    guint64 passed_over = 0;
    struct unit *unit = newest_unread(camera, &passed_over);
    struct thumbnail *thumbnail = NULL;
    int64_t arrival_us = 0;
    if (unit) {
        enum picture_quality before = camera->judge.quality;
        arrival_us = arrival_mono_us(unit);
        thumbnail = picture_work_thumbnail(work, &pool->options, camera->n, unit, &camera->judge,
                                           arrival_us);
        if (thumbnail)
            pool->ops.thumbnail(thumbnail, pool->user);
        if (camera->judge.quality != before && pool->ops.quality)
            pool->ops.quality(camera->n, camera->judge.quality, pool->user);
    }
    g_mutex_lock(&pool->lock);
    pool->counted.passed_over += passed_over;
    pool->counted.pictures += thumbnail != NULL;
    pool->counted.refused += unit && !thumbnail;
    if (thumbnail)
        camera->shown_wall_us = thumbnail->wall_us;
    if (!camera->gone)
        schedule_done(&pool->schedule, &camera->entry, unit != NULL, arrival_us, clock_mono_us());
    bool last = --camera->refs == 0;
    g_mutex_unlock(&pool->lock);
    if (last)
        camera_free(camera);
    thumbnail_unref(thumbnail);
    unit_unref(unit);
}

static void snapshot_free(struct snapshot_request *request)
{
    stream_unref(request->stream);
    g_free(request);
}

static void snapshot_make(struct picture_pool *pool, struct picture_work *work,
                          struct snapshot_request *request)
{
    struct unit *unit = stream_newest_keyframe(request->stream);
    struct thumbnail *snapshot =
        unit ? picture_work_snapshot(work, request->n, unit, request->width_px) : NULL;
    const char *code = !unit ? "no_data" : !snapshot ? "cannot_decode" : NULL;
    request->done(snapshot, code, request->user);
    thumbnail_unref(snapshot);
    unit_unref(unit);
    snapshot_free(request);
    g_mutex_lock(&pool->lock);
    pool->counted.snapshots++;
    g_mutex_unlock(&pool->lock);
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

static gpointer worker_run(gpointer user)
{
    struct picture_pool *pool = user;
    /* pictures give way to receiving; niceness is a thread's own on Linux */
    setpriority(PRIO_PROCESS, (id_t)gettid(), WORKER_NICE);
    struct picture_work *work = picture_work_create();
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
            snapshot_make(pool, work, request);
        else if (camera)
            camera_refresh(pool, work, camera);
        else
            break;
    }
    picture_work_destroy(work);
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
    pool->threads = g_new0(GThread *, pool->thread_count);
    for (unsigned i = 0; i < pool->thread_count; i++)
        pool->threads[i] = g_thread_new("picture", worker_run, pool);
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
        g_thread_join(pool->threads[i]);

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
    stats->shown = shown;
    if (shown == 0)
        return;
    qsort(ages, shown, sizeof ages[0], compare_ages);
    stats->age_p50_us = ages[(shown - 1) / 2];
    stats->age_p99_us = ages[(shown - 1) * 99 / 100];
}
