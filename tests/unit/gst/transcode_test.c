#include "gst/restart.h"
#include "gst_fixture.h"

static void no_wake(gpointer user)
{
    (void)user;
}

/* Reads at once: the stream keeps one group of pictures. */
static void wake(gpointer user)
{
    (void)user;
    g_main_context_wakeup(NULL);
}

static void on_ended(const char *code, const char *detail, gpointer user)
{
    g_test_message("%s: %s", code, detail);
    g_free(*(char **)user);
    *(char **)user = g_strdup(code);
}

/* Gathers what comes out until `count` units or the end of patience; what a late reader missed
 * counts too. */
static void gather(struct reader *reader, GPtrArray *units, unsigned count)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
    while (units->len + reader_dropped(reader) < count) {
        turn();
        struct unit *unit;
        while ((unit = reader_next(reader)))
            g_ptr_array_add(units, unit);
        if (g_get_monotonic_time() > until_us)
            g_error("%u of %u units came", units->len, count);
    }
}

static void check_transcode(const char *options)
{
    struct clip *clip = clip_make("testsrc2=size=320x180:rate=25:duration=2", options);
    struct stream_limits limits = {.max_bytes = 64 << 20, .keep_gops = 14};
    struct stream *source = stream_create("c1/sub", &limits);
    struct house house;
    house_open(&house, 4);
    stream_publish(source, clip_copy(clip->units->pdata[0], 5000000, 1001));
    char *ended = NULL;
    g_autoptr(GError) error = NULL;
    struct transcode *first =
        transcode_open(house.pipelines, "c1/sub", source, on_ended, &ended, &error);
    g_assert_no_error(error);
    struct transcode *second =
        transcode_open(house.pipelines, "c1/sub", source, on_ended, &ended, &error);
    g_assert_true(transcode_stream(first) == transcode_stream(second));
    struct reader *reader = reader_create(transcode_stream(first), READER_FROM_GOP, wake, NULL);
    for (guint i = 1; i < clip->units->len; i++)
        stream_publish(source, clip_copy(clip->units->pdata[i], 5000000, 1001 + (int64_t)i));
    g_autoptr(GPtrArray) units = g_ptr_array_new_with_free_func((GDestroyNotify)unit_unref);
    /* the decoder holds back what it may have to reorder */
    gather(reader, units, clip->units->len - 6);
    check_units(units, CODEC_H264, 320, 180);
    g_assert_cmpuint(count_decoded(units), ==, units->len);
    unsigned keyframes = 0;
    for (guint i = 0; i < units->len; i++) {
        const struct unit *unit = units->pdata[i];
        keyframes += unit->keyframe;
        /* the arrival of the picture's own source unit */
        g_assert_cmpint(unit->wall_us, >=, 1001);
        g_assert_cmpint(unit->wall_us, <=, 1001 + clip->units->len);
        g_assert_cmpint(unit->pts_us, ==, unit->dts_us);
    }
    g_assert_cmpuint(keyframes, <=, clip_keyframes(clip) + 1);
    if (reader_dropped(reader) == 0)
        g_assert_cmpuint(keyframes, >=, clip_keyframes(clip) - 1);
    struct pipelines_stats stats;
    pipelines_stats(house.pipelines, &stats);
    g_assert_cmpuint(stats.running, ==, 1);
    g_assert_cmpfloat(stats.cpu_s, >, 0);
    reader_destroy(reader);
    transcode_close(first);
    pipelines_stats(house.pipelines, &stats);
    g_assert_cmpuint(stats.running, ==, 1);
    transcode_close(second);
    g_assert_null(ended);
    house_close(&house); /* waits until it was taken down */
    stream_unref(source);
    clip_free(clip);
}

static void test_h265(void)
{
    check_transcode("-c:v libx265 -x265-params log-level=error:keyint=10:min-keyint=10:scenecut=0");
}

static void test_h265_b_frames(void)
{
    check_transcode("-c:v libx265 -x265-params "
                    "log-level=error:keyint=10:min-keyint=10:scenecut=0:bframes=3");
}

static void test_h264(void)
{
    check_transcode("-c:v libx264 -g 10 -bf 2 -sc_threshold 0");
}

static const struct unit *last_of(GPtrArray *units)
{
    return units->len ? units->pdata[units->len - 1] : NULL;
}

/* Publishes `clip` again and again until units of its size come out. */
static void publish_until_seen(struct stream *source, struct clip *clip, struct reader *reader,
                               GPtrArray *units, int64_t *shift_us)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
    bool seen = false;
    while (!seen) {
        for (guint i = 0; i < clip->units->len; i++)
            stream_publish(source, clip_copy(clip->units->pdata[i], *shift_us, 1000 + (int64_t)i));
        *shift_us += 1000000;
        for (int i = 0; i < 10; i++)
            turn();
        struct unit *unit;
        while ((unit = reader_next(reader)))
            g_ptr_array_add(units, unit);
        const struct unit *last = last_of(units);
        seen = last && last->format->width_px == clip->format->width_px;
        if (g_get_monotonic_time() > until_us)
            g_error("nothing of %d pixels came", clip->format->width_px);
    }
}

/* Size and codec change in mid-stream: the pipeline follows, and what comes out says so. */
static void test_changes(void)
{
    static const struct {
        const char *source, *options;
    } kinds[] = {
        {"testsrc2=size=320x180:rate=25:duration=1", "-c:v libx265 -x265-params log-level=error"},
        {"testsrc2=size=640x360:rate=25:duration=1", "-c:v libx265 -x265-params log-level=error"},
        {"testsrc2=size=480x270:rate=25:duration=1", "-c:v libx264 -preset ultrafast"},
        {"testsrc2=size=160x96:rate=25:duration=1", "-c:v libx265 -x265-params log-level=error"},
    };
    struct stream_limits limits = {.max_bytes = 64 << 20, .keep_gops = 4};
    struct stream *source = stream_create("c1/sub", &limits);
    struct house house;
    house_open(&house, 2);
    struct clip *clips[G_N_ELEMENTS(kinds)];
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        clips[i] = clip_make(kinds[i].source, kinds[i].options);
    int64_t shift_us = 0;
    stream_publish(source, clip_copy(clips[0]->units->pdata[0], shift_us, 1));
    char *ended = NULL;
    g_autoptr(GError) error = NULL;
    struct transcode *use =
        transcode_open(house.pipelines, "c1/sub", source, on_ended, &ended, &error);
    g_assert_no_error(error);
    struct reader *reader = reader_create(transcode_stream(use), READER_FROM_GOP, no_wake, NULL);
    g_autoptr(GPtrArray) units = g_ptr_array_new_with_free_func((GDestroyNotify)unit_unref);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        publish_until_seen(source, clips[i], reader, units, &shift_us);
    const struct unit *before = NULL;
    for (guint i = 0; i < units->len; before = units->pdata[i++]) {
        const struct unit *unit = units->pdata[i];
        g_assert_cmpint(unit->format->codec, ==, CODEC_H264);
        if (before && unit->format->width_px != before->format->width_px)
            g_assert_true(unit->keyframe);
    }
    g_assert_cmpuint(count_decoded(units), ==, units->len);
    g_assert_null(ended);
    reader_destroy(reader);
    transcode_close(use);
    house_close(&house);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        clip_free(clips[i]);
    stream_unref(source);
}

/* Opened again while it lingers: the same one goes on. */
static void test_linger(void)
{
    struct clip *clip = clip_make("testsrc2=size=160x96:rate=25:duration=1",
                                  "-c:v libx265 -x265-params log-level=error");
    struct stream_limits limits = {.max_bytes = 1 << 22};
    struct stream *source = stream_create("c1/sub", &limits);
    stream_publish(source, clip_copy(clip->units->pdata[0], 0, 1));
    struct house house;
    house_open(&house, 1);
    struct transcode *use = transcode_open(house.pipelines, "a", source, NULL, NULL, NULL);
    struct stream *out = stream_ref(transcode_stream(use));
    transcode_close(use);
    use = transcode_open(house.pipelines, "a", source, NULL, NULL, NULL);
    g_assert_true(transcode_stream(use) == out);
    /* no room for another camera's */
    struct stream *other = stream_create("c2/sub", &limits);
    g_autoptr(GError) error = NULL;
    g_assert_null(transcode_open(house.pipelines, "b", other, NULL, NULL, &error));
    g_assert_error(error, PIPELINES_ERROR, PIPELINES_ERROR_LIMIT);
    transcode_close(use);
    house_close(&house);
    stream_unref(out);
    stream_unref(other);
    stream_unref(source);
    clip_free(clip);
}

/* A house that goes while a transcode lingers takes it along. */
static void test_destroy_lingering(void)
{
    struct stream_limits limits = {.max_bytes = 1 << 22};
    struct stream *source = stream_create("c1/sub", &limits);
    struct house house;
    house_open(&house, 1);
    transcode_close(transcode_open(house.pipelines, "a", source, NULL, NULL, NULL));
    pipelines_destroy(house.pipelines);
    stream_unref(source);
}

static void test_restart(void)
{
    struct restart restart = {.min_us = 1000, .max_us = 10000};
    static const int64_t whole_us[] = {1000, 2000, 4000, 8000, 10000, 10000};
    for (size_t i = 0; i < G_N_ELEMENTS(whole_us); i++) {
        struct restart least = restart;
        g_assert_cmpint(restart_pause_us(&least, 0), ==, whole_us[i] / 2);
        int64_t pause_us = restart_pause_us(&restart, 0.999);
        g_assert_cmpint(pause_us, <=, whole_us[i]);
        g_assert_cmpint(pause_us, >=, whole_us[i] * 9 / 10);
    }
    restart_reset(&restart);
    g_assert_cmpint(restart_pause_us(&restart, 0), ==, 500);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transcode/h265", test_h265);
    g_test_add_func("/transcode/h265-b-frames", test_h265_b_frames);
    g_test_add_func("/transcode/h264", test_h264);
    g_test_add_func("/transcode/changes", test_changes);
    g_test_add_func("/transcode/linger", test_linger);
    g_test_add_func("/transcode/destroy-lingering", test_destroy_lingering);
    g_test_add_func("/restart", test_restart);
    return g_test_run();
}
