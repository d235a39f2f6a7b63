/* What a keyframe picture costs: a bare loop of decode, scale and compress on one thread, against
 * the same pictures through the pool with its scheduling, judging and hand-over. Last line: JSON.
 *   picture_floor [CAMERAS] [LAVFI-SOURCE] [FFMPEG-OPTIONS] */
#include "clip/clip.h"
#include "picture/picture_pool.h"
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <turbojpeg.h>

enum { WIDTH = 160, HEIGHT = 90, QUALITY = 70 };

static double thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

struct floor {
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    struct SwsContext *scaler;
    tjhandle jpeg;
    unsigned char *out;
    uint8_t planes[WIDTH * HEIGHT * 3 / 2];
    size_t jpeg_bytes;
};

static void floor_open(struct floor *bare, enum codec codec)
{
    const AVCodec *found =
        avcodec_find_decoder(codec == CODEC_H265 ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264);
    bare->decoder = avcodec_alloc_context3(found);
    bare->decoder->thread_count = 1;
    bare->decoder->skip_loop_filter = AVDISCARD_ALL;
    avcodec_open2(bare->decoder, found, NULL);
    bare->packet = av_packet_alloc();
    bare->frame = av_frame_alloc();
    bare->jpeg = tjInitCompress();
    bare->out = tjAlloc((int)tjBufSize(WIDTH, HEIGHT, TJSAMP_420));
}

static void floor_close(struct floor *bare)
{
    avcodec_free_context(&bare->decoder);
    av_packet_free(&bare->packet);
    av_frame_free(&bare->frame);
    sws_freeContext(bare->scaler);
    tjDestroy(bare->jpeg);
    tjFree(bare->out);
}

static void floor_picture(struct floor *bare, const struct unit *unit)
{
    bare->packet->data = (uint8_t *)unit->data;
    bare->packet->size = (int)unit->size;
    avcodec_send_packet(bare->decoder, bare->packet);
    if (avcodec_receive_frame(bare->decoder, bare->frame) < 0) {
        avcodec_send_packet(bare->decoder, NULL);
        if (avcodec_receive_frame(bare->decoder, bare->frame) < 0)
            g_error("the floor cannot decode");
    }
    avcodec_flush_buffers(bare->decoder);
    if (!bare->scaler)
        bare->scaler =
            sws_getContext(bare->frame->width, bare->frame->height, AV_PIX_FMT_YUV420P, WIDTH,
                           HEIGHT, AV_PIX_FMT_YUVJ420P, SWS_FAST_BILINEAR, NULL, NULL, NULL);
    uint8_t *planes[4] = {bare->planes, bare->planes + WIDTH * HEIGHT,
                          bare->planes + WIDTH * HEIGHT * 5 / 4};
    int strides[4] = {WIDTH, WIDTH / 2, WIDTH / 2};
    sws_scale(bare->scaler, (const uint8_t *const *)bare->frame->data, bare->frame->linesize, 0,
              bare->frame->height, planes, strides);
    unsigned long bytes = tjBufSize(WIDTH, HEIGHT, TJSAMP_420);
    tjCompressFromYUVPlanes(bare->jpeg, (const unsigned char **)planes, WIDTH, strides, HEIGHT,
                            TJSAMP_420, &bare->out, &bytes, QUALITY,
                            TJFLAG_NOREALLOC | TJFLAG_FASTDCT);
    bare->jpeg_bytes += bytes;
}

static double floor_run(const struct clip *clip, unsigned cameras)
{
    struct floor bare = {0};
    floor_open(&bare, clip->format->codec);
    unsigned keyframes = clip_keyframes(clip);
    double began_s = thread_cpu_s();
    for (unsigned i = 0; i < cameras; i++)
        floor_picture(&bare, clip_keyframe(clip, i % keyframes));
    double used_s = thread_cpu_s() - began_s;
    g_assert(cameras > 0);
    printf("floor: %u pictures, %.3f s CPU, %.3f ms each, JPEG %zu bytes\n", cameras, used_s,
           used_s * 1e3 / cameras, bare.jpeg_bytes / cameras);
    floor_close(&bare);
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
