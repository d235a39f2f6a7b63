#include "clip/clip.h"
#include "picture/picture_decoder.h"
#include "picture/picture_pool.h"
#include <string.h>

/* --- what the workers report, in order */

struct log {
    GMutex lock;
    GCond changed;
    GPtrArray *thumbnails; /* of struct thumbnail */
    GArray *qualities;     /* of enum picture_quality */
    struct thumbnail *snapshot;
    char *snapshot_code;
    unsigned snapshots;
};

static void on_thumbnail(struct thumbnail *thumbnail, gpointer user)
{
    struct log *log = user;
    g_mutex_lock(&log->lock);
    g_ptr_array_add(log->thumbnails, thumbnail_ref(thumbnail));
    g_cond_broadcast(&log->changed);
    g_mutex_unlock(&log->lock);
}

static void on_quality(uint32_t n, enum picture_quality quality, gpointer user)
{
    struct log *log = user;
    (void)n;
    g_mutex_lock(&log->lock);
    g_array_append_val(log->qualities, quality);
    g_cond_broadcast(&log->changed);
    g_mutex_unlock(&log->lock);
}

static void on_snapshot(struct thumbnail *snapshot, const char *code, gpointer user)
{
    struct log *log = user;
    g_mutex_lock(&log->lock);
    g_clear_pointer(&log->snapshot, thumbnail_unref);
    g_free(log->snapshot_code);
    log->snapshot = snapshot ? thumbnail_ref(snapshot) : NULL;
    log->snapshot_code = g_strdup(code);
    log->snapshots++;
    g_cond_broadcast(&log->changed);
    g_mutex_unlock(&log->lock);
}

static const struct picture_pool_ops ops = {.thumbnail = on_thumbnail, .quality = on_quality};

struct fixture {
    struct log log;
    struct picture_pool_options options;
    struct picture_pool *pool;
    GPtrArray *streams;
};

static void setup(struct fixture *fixture, unsigned streams)
{
    *fixture = (struct fixture){.options = picture_pool_defaults};
    fixture->options.cores = 2;
    fixture->options.program = TW_PICTURE_PROGRAM;
    fixture->options.watched_us = 1;
    fixture->log.thumbnails = g_ptr_array_new_with_free_func((GDestroyNotify)thumbnail_unref);
    fixture->log.qualities = g_array_new(FALSE, FALSE, sizeof(enum picture_quality));
    fixture->streams = g_ptr_array_new_with_free_func((GDestroyNotify)stream_unref);
    struct stream_limits limits = {.max_bytes = 1 << 22};
    for (unsigned i = 0; i < streams; i++)
        g_ptr_array_add(fixture->streams, stream_create("test", &limits));
}

static void start(struct fixture *fixture)
{
    fixture->pool = picture_pool_create(&fixture->options, &ops, &fixture->log);
}

static void teardown(struct fixture *fixture)
{
    picture_pool_destroy(fixture->pool);
    g_ptr_array_unref(fixture->log.thumbnails);
    g_array_unref(fixture->log.qualities);
    thumbnail_unref(fixture->log.snapshot);
    g_free(fixture->log.snapshot_code);
    g_ptr_array_unref(fixture->streams);
}

static void wait_thumbnails(struct log *log, unsigned count)
{
    g_mutex_lock(&log->lock);
    while (log->thumbnails->len < count)
        g_cond_wait(&log->changed, &log->lock);
    g_mutex_unlock(&log->lock);
}

static void wait_refused(struct fixture *fixture, guint64 count)
{
    struct picture_pool_stats stats;
    do {
        g_thread_yield();
        picture_pool_stats(fixture->pool, g_get_real_time(), &stats);
    } while (stats.refused < count);
}

static void near_colour(const int mean[3], int red, int green, int blue)
{
    g_assert_cmpint(ABS(mean[0] - red), <=, 8);
    g_assert_cmpint(ABS(mean[1] - green), <=, 8);
    g_assert_cmpint(ABS(mean[2] - blue), <=, 8);
}

/* --- tests */

static void check_codec(const char *encoder)
{
    struct fixture fixture;
    setup(&fixture, 3);
    start(&fixture);
    picture_pool_watch(fixture.pool, true, NULL, 0, NULL, 0);
    static const char *const sources[] = {"color=0xc04020:size=640x360:rate=5:duration=2",
                                          "color=0x20a040:size=352x288:rate=5:duration=2",
                                          "color=0x2040c0:size=1280x720:rate=5:duration=2"};
    struct clip *clips[3];
    for (unsigned i = 0; i < 3; i++) {
        clips[i] = clip_make(sources[i], encoder);
        picture_pool_add(fixture.pool, i, fixture.streams->pdata[i]);
        stream_publish(fixture.streams->pdata[i],
                       clip_copy(clip_keyframe(clips[i], 0), 0, 1000 + (int64_t)i));
    }
    wait_thumbnails(&fixture.log, 3);
    static const int colours[3][3] = {{0xc0, 0x40, 0x20}, {0x20, 0xa0, 0x40}, {0x20, 0x40, 0xc0}};
    for (unsigned i = 0; i < 3; i++) {
        const struct thumbnail *thumbnail = fixture.log.thumbnails->pdata[i];
        const int *colour = colours[thumbnail->n];
        int mean[3];
        g_assert_cmpint(thumbnail->wall_us, ==, 1000 + thumbnail->n);
        g_assert_cmpint(thumbnail->width_px, ==, 160);
        g_assert_cmpint(thumbnail->height_px, ==, 90);
        clip_jpeg_mean_at(thumbnail->jpeg, 40, 4, 80, 82, mean);
        near_colour(mean, colour[0], colour[1], colour[2]);
        /* 352×288 is 4:3-like: black at both sides */
        clip_jpeg_mean_at(thumbnail->jpeg, 0, 0, 16, 90, mean);
        if (thumbnail->n == 1)
            near_colour(mean, 0, 0, 0);
        else
            near_colour(mean, colour[0], colour[1], colour[2]);
    }
    teardown(&fixture);
    for (unsigned i = 0; i < 3; i++)
        clip_free(clips[i]);
}

static void test_h264(void)
{
    check_codec("-c:v libx264 -g 5");
}

static void test_h265(void)
{
    check_codec("-c:v libx265 -x265-params log-level=error:keyint=5");
}

/* Every keyframe of a clip with B-frames that comes alone is one picture, in order, never twice. */
static void test_each_keyframe_once(void)
{
    struct fixture fixture;
    setup(&fixture, 1);
    start(&fixture);
    picture_pool_watch(fixture.pool, false, (uint32_t[]){9}, 1, NULL, 0);
    picture_pool_add(fixture.pool, 9, fixture.streams->pdata[0]);
    struct clip *clip =
        clip_make("testsrc2=size=320x180:rate=25:duration=4", "-c:v libx264 -g 10 -bf 2");
    unsigned seen = 0;
    for (guint i = 0; i < clip->units->len; i++) {
        const struct unit *unit = clip->units->pdata[i];
        stream_publish(fixture.streams->pdata[0], clip_copy(unit, 0, (int64_t)i + 1));
        if (!unit->keyframe)
            continue;
        wait_thumbnails(&fixture.log, ++seen);
        const struct thumbnail *last = fixture.log.thumbnails->pdata[seen - 1];
        g_assert_cmpint(last->wall_us, ==, i + 1);
        g_assert_cmpint(last->pts_us, ==, unit->pts_us);
    }
    g_assert_cmpuint(seen, ==, 10);
    struct picture_pool_stats stats;
    picture_pool_stats(fixture.pool, 92, &stats);
    g_assert_cmpuint(fixture.log.thumbnails->len, ==, 10);
    g_assert_cmpuint(stats.refused, ==, 0);
    g_assert_cmpuint(stats.shown, ==, 1);
    teardown(&fixture);
    clip_free(clip);
}

/* One worker, all keyframes there before it may work: alert, visible, then the others. */
static void test_order(void)
{
    struct fixture fixture;
    setup(&fixture, 20);
    fixture.options.cores = 1;
    fixture.options.idle_us = 0;
    start(&fixture);
    struct clip *clip = clip_make("testsrc2=size=320x180:rate=5:duration=1", "-c:v libx264");
    for (unsigned i = 0; i < 20; i++) {
        stream_publish(fixture.streams->pdata[i],
                       clip_copy(clip_keyframe(clip, 0), 0, g_get_real_time()));
        picture_pool_add(fixture.pool, i, fixture.streams->pdata[i]);
    }
    picture_pool_watch(fixture.pool, true, (uint32_t[]){17, 11}, 2, (uint32_t[]){19}, 1);
    wait_thumbnails(&fixture.log, 20);
    unsigned place[20];
    for (unsigned i = 0; i < 20; i++)
        place[((struct thumbnail *)fixture.log.thumbnails->pdata[i])->n] = i;
    g_assert_cmpuint(place[19], ==, 0);
    g_assert_cmpuint(place[17], <=, 2);
    g_assert_cmpuint(place[11], <=, 2);
    teardown(&fixture);
    clip_free(clip);
}

static void test_cannot_decode(void)
{
    struct fixture fixture;
    setup(&fixture, 2);
    start(&fixture);
    picture_pool_watch(fixture.pool, true, NULL, 0, NULL, 0);
    struct clip *clip = clip_make("testsrc2=size=320x180:rate=5:duration=1", "-c:v libx264");
    const struct unit *good = clip_keyframe(clip, 0);
    picture_pool_add(fixture.pool, 0, fixture.streams->pdata[0]);
    for (guint64 i = 0; i < 5; i++) {
        struct unit *bad = clip_copy(good, 0, g_get_real_time());
        memset(bad->data + bad->size / 8, 0x5a, bad->size - bad->size / 8);
        stream_publish(fixture.streams->pdata[0], bad);
        wait_refused(&fixture, i + 1);
    }
    g_assert_cmpuint(fixture.log.thumbnails->len, ==, 0);
    g_assert_cmpuint(fixture.log.qualities->len, ==, 1);
    g_assert_cmpint(g_array_index(fixture.log.qualities, enum picture_quality, 0), ==,
                    PICTURE_CANNOT_DECODE);
    /* neither another camera nor the same one later is harmed */
    stream_publish(fixture.streams->pdata[1], clip_copy(good, 0, g_get_real_time()));
    picture_pool_add(fixture.pool, 1, fixture.streams->pdata[1]);
    stream_publish(fixture.streams->pdata[0], clip_copy(good, 0, g_get_real_time()));
    wait_thumbnails(&fixture.log, 2);
    teardown(&fixture);
    clip_free(clip);
}

static void snapshot_wait(struct fixture *fixture, struct stream *stream, int width_px)
{
    unsigned before = fixture->log.snapshots;
    g_assert_true(
        picture_pool_snapshot(fixture->pool, 4, stream, width_px, on_snapshot, &fixture->log));
    g_mutex_lock(&fixture->log.lock);
    while (fixture->log.snapshots == before)
        g_cond_wait(&fixture->log.changed, &fixture->log.lock);
    g_mutex_unlock(&fixture->log.lock);
}

static void test_snapshot(void)
{
    struct fixture fixture;
    setup(&fixture, 2);
    start(&fixture);
    struct clip *clip = clip_make("color=0xc04020:size=1280x720:rate=5:duration=1",
                                  "-c:v libx265 -x265-params log-level=error");
    struct stream *stream = fixture.streams->pdata[0];
    stream_publish(stream, clip_copy(clip_keyframe(clip, 0), 0, 77));
    int mean[3];
    snapshot_wait(&fixture, stream, 0);
    g_assert_null(fixture.log.snapshot_code);
    g_assert_cmpint(fixture.log.snapshot->wall_us, ==, 77);
    g_assert_cmpuint(fixture.log.snapshot->n, ==, 4);
    clip_jpeg_mean(fixture.log.snapshot->jpeg, 1280, 720, mean);
    near_colour(mean, 0xc0, 0x40, 0x20);
    snapshot_wait(&fixture, stream, 640);
    clip_jpeg_mean(fixture.log.snapshot->jpeg, 640, 360, mean);
    near_colour(mean, 0xc0, 0x40, 0x20);
    snapshot_wait(&fixture, stream, 4000);
    clip_jpeg_mean(fixture.log.snapshot->jpeg, 1280, 720, mean);
    snapshot_wait(&fixture, fixture.streams->pdata[1], 0);
    g_assert_cmpstr(fixture.log.snapshot_code, ==, "no_data");
    g_assert_null(fixture.log.snapshot);
    teardown(&fixture);
    clip_free(clip);
}

/* The budget holds: with a tenth of a core, half a second of work takes about five. */
static void test_budget(void)
{
    struct fixture fixture;
    setup(&fixture, 1);
    fixture.options.cores = 0.1;
    start(&fixture);
    picture_pool_watch(fixture.pool, true, NULL, 0, NULL, 0);
    struct clip *clip = clip_make("testsrc2=size=640x360:rate=5:duration=1", "-c:v libx264");
    picture_pool_add(fixture.pool, 0, fixture.streams->pdata[0]);
    gint64 began_us = g_get_monotonic_time(), passed_us;
    unsigned published = 0;
    struct picture_pool_stats stats;
    do {
        stream_publish(fixture.streams->pdata[0],
                       clip_copy(clip_keyframe(clip, 0), 0, g_get_real_time()));
        published++;
        picture_pool_stats(fixture.pool, g_get_real_time(), &stats);
        passed_us = g_get_monotonic_time() - began_us;
    } while (passed_us < 2 * G_USEC_PER_SEC);
    double share = stats.cpu_s / ((double)passed_us / 1e6);
    g_assert_cmpfloat(share, <=, 0.13);
    g_assert_cmpuint(stats.pictures, >, 0);
    g_assert_cmpuint(stats.passed_over, >, 0);
    g_assert_cmpuint(stats.pictures + stats.passed_over, <=, published);
    teardown(&fixture);
    clip_free(clip);
}

/* Streams are written while their cameras come and go; run under the sanitizers. */
static gpointer publish_until_stopped(gpointer user)
{
    struct fixture *fixture = user;
    struct clip *clip = clip_make("testsrc2=size=320x180:rate=5:duration=1", "-c:v libx264");
    for (unsigned i = 0; i < 3000; i++)
        stream_publish(fixture->streams->pdata[i % 8],
                       clip_copy(clip_keyframe(clip, 0), 0, g_get_real_time()));
    clip_free(clip);
    return NULL;
}

static void test_come_and_go(void)
{
    struct fixture fixture;
    setup(&fixture, 8);
    start(&fixture);
    picture_pool_watch(fixture.pool, true, NULL, 0, NULL, 0);
    GThread *publisher = g_thread_new("publisher", publish_until_stopped, &fixture);
    GRand *random = g_rand_new_with_seed(3);
    for (unsigned i = 0; i < 3000; i++) {
        uint32_t n = (uint32_t)g_rand_int_range(random, 0, 8);
        if (i % 2)
            picture_pool_add(fixture.pool, n, fixture.streams->pdata[n]);
        else
            picture_pool_remove(fixture.pool, n);
    }
    g_thread_join(publisher);
    g_rand_free(random);
    struct picture_pool_stats stats;
    picture_pool_stats(fixture.pool, g_get_real_time(), &stats);
    g_assert_cmpuint(stats.cameras, <=, 8);
    g_assert_cmpuint(stats.refused, ==, 0);
    teardown(&fixture);
}

/* Returned: the picture, borrowed, or NULL when it was refused on the way. */
static const struct AVFrame *decode(struct picture_decoder *decoder, const struct unit *unit)
{
    static uint8_t room[1 << 20];
    struct picture_packet packet;
    if (!picture_packet_write(&packet, room, sizeof room, unit))
        return NULL;
    return picture_decoder_decode(decoder, &packet);
}

/* Truncated, overwritten and random units: refused or shown, never harmful. */
static void test_garbage(void)
{
    struct picture_decoder *decoder = picture_decoder_create();
    static const char *const encoders[] = {"-c:v libx264",
                                           "-c:v libx265 -x265-params log-level=error"};
    GRand *random = g_rand_new_with_seed(11);
    for (int codec = 0; codec < 2; codec++) {
        struct clip *clip = clip_make("testsrc2=size=160x96:rate=5:duration=1", encoders[codec]);
        struct unit *half = clip_copy(clip_keyframe(clip, 0), 0, 0);
        memset(half->data + half->size * 3 / 4, 0, half->size / 4);
        half->size = half->size * 3 / 4;
        g_assert_null(decode(decoder, half));
        unit_unref(half);
        for (int round = 0; round < 400; round++) {
            struct unit *unit = clip_copy(clip_keyframe(clip, 0), 0, 0);
            for (int hits = g_rand_int_range(random, 1, 12); hits > 0; hits--)
                unit->data[g_rand_int_range(random, 0, (gint32)unit->size)] =
                    (uint8_t)g_rand_int(random);
            unit->size = (size_t)g_rand_int_range(random, 0, (gint32)unit->size + 1);
            memset(unit->data + unit->size, 0, 64);
            decode(decoder, unit);
            unit_unref(unit);
        }
        g_assert_nonnull(decode(decoder, clip_keyframe(clip, 0)));
        clip_free(clip);
    }
    g_rand_free(random);
    picture_decoder_destroy(decoder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/h264", test_h264);
    g_test_add_func("/pool/h265", test_h265);
    g_test_add_func("/pool/each-keyframe-once", test_each_keyframe_once);
    g_test_add_func("/pool/order", test_order);
    g_test_add_func("/pool/cannot-decode", test_cannot_decode);
    g_test_add_func("/pool/snapshot", test_snapshot);
    g_test_add_func("/pool/budget", test_budget);
    g_test_add_func("/pool/come-and-go", test_come_and_go);
    g_test_add_func("/decoder/garbage", test_garbage);
    return g_test_run();
}
