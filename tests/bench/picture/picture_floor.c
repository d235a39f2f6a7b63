/* What a keyframe picture costs: a bare loop of decode, scale and compress on one thread, against
 * the same pictures through the pool with its scheduling, judging and hand-over. Last line: JSON.
 *   picture_floor [CAMERAS] [LAVFI-SOURCE] [FFMPEG-OPTIONS] */
#include "bare_picture.h"
#include "clip/clip.h"
#include "picture/picture_pool.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static double floor_run(const struct clip *clip, unsigned cameras)
{
    struct bare_picture bare;
    bare_picture_open(&bare, clip->format->codec == CODEC_H265);
    unsigned keyframes = clip_keyframes(clip);
    double began_s = thread_cpu_s();
    for (unsigned i = 0; i < cameras; i++) {
        const struct unit *keyframe = clip_keyframe(clip, i % keyframes);
        if (!bare_picture_make(&bare, keyframe->data, keyframe->size))
            g_error("the floor cannot decode");
    }
    double used_s = thread_cpu_s() - began_s;
    g_assert(cameras > 0);
    printf("floor: %u pictures, %.3f s CPU, %.3f ms each, JPEG %zu bytes\n", cameras, used_s,
           used_s * 1e3 / cameras, bare.jpeg_bytes / cameras);
    bare_picture_close(&bare);
    return used_s;
}

struct arrivals {
    GMutex lock;
    GCond changed;
    unsigned count;
    size_t bytes;
};

static void on_thumbnail(struct thumbnail *thumbnail, gpointer user)
{
    struct arrivals *arrivals = user;
    g_mutex_lock(&arrivals->lock);
    arrivals->count++;
    arrivals->bytes += g_bytes_get_size(thumbnail->jpeg);
    g_cond_signal(&arrivals->changed);
    g_mutex_unlock(&arrivals->lock);
}

static double pool_run(const struct clip *clip, unsigned cameras, double *passed_s)
{
    struct arrivals arrivals = {0};
    struct picture_pool_options options = picture_pool_defaults;
    options.cores = 1;
    options.program = TW_PICTURE_PROGRAM;
    struct picture_pool *pool = picture_pool_create(
        &options, &(struct picture_pool_ops){.thumbnail = on_thumbnail}, &arrivals);
    g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func((GDestroyNotify)stream_unref);
    unsigned keyframes = clip_keyframes(clip);
    for (unsigned i = 0; i < cameras; i++) {
        struct stream_limits limits = {.max_bytes = 1 << 20};
        g_ptr_array_add(streams, stream_create("bench", &limits));
        stream_publish(streams->pdata[i],
                       clip_copy(clip_keyframe(clip, i % keyframes), 0, g_get_real_time()));
    }
    picture_pool_watch(pool, true, NULL, 0, NULL, 0);
    gint64 began_us = g_get_monotonic_time();
    for (unsigned i = 0; i < cameras; i++)
        picture_pool_add(pool, i, streams->pdata[i]);
    g_mutex_lock(&arrivals.lock);
    while (arrivals.count < cameras)
        g_cond_wait(&arrivals.changed, &arrivals.lock);
    g_mutex_unlock(&arrivals.lock);
    *passed_s = (double)(g_get_monotonic_time() - began_us) / 1e6;
    struct picture_pool_stats stats;
    picture_pool_stats(pool, g_get_real_time(), &stats);
    picture_pool_destroy(pool);
    printf("pool: %u pictures, %.3f s CPU, %.3f ms each, JPEG %zu bytes, %.2f s passed\n", cameras,
           stats.cpu_s, stats.cpu_s * 1e3 / cameras, arrivals.bytes / cameras, *passed_s);
    return stats.cpu_s;
}

int main(int argc, char **argv)
{
    unsigned cameras = argc > 1 ? MAX((unsigned)atoi(argv[1]), 1) : 1447;
    const char *source = argc > 2 ? argv[2] : "testsrc2=size=640x360:rate=25:duration=20";
    const char *encode = argc > 3 ? argv[3] : "-c:v libx264 -g 50 -b:v 500k";
    struct clip *clip = clip_make(source, encode);
    double bare_s = G_MAXDOUBLE, pool_s = G_MAXDOUBLE, passed_s = 0;
    for (int round = 0; round < 3; round++) {
        double floor_s = floor_run(clip, cameras);
        bare_s = MIN(bare_s, floor_s);
        double used_s = pool_run(clip, cameras, &passed_s);
        pool_s = MIN(pool_s, used_s);
    }
    printf(
        "{\"bench\":\"picture\",\"cameras\":%u,\"floor_ms\":%.3f,\"pool_ms\":%.3f,\"ratio\":%.2f,"
        "\"passed_s\":%.2f}\n",
        cameras, bare_s * 1e3 / cameras, pool_s * 1e3 / cameras, pool_s / bare_s, passed_s);
    clip_free(clip);
    return 0;
}
