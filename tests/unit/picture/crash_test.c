/* Picture processes are killed, stopped and starved by real signals and limits while they work. */
#include "clip/clip.h"
#include "picture/picture_aside.h"
#include "picture/picture_pool.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

enum { LIMIT_S = 100, ATTEMPTS = 600 };

struct fixture {
    struct picture_pool_options options;
    struct picture_pool *pool;
    struct stream *streams[2];
    struct clip *clip;
    GMutex lock;
    unsigned shown[2];
    enum picture_quality quality[2];
    unsigned judged, snapshots;
    char *snapshot_code;
};

static void on_thumbnail(struct thumbnail *thumbnail, gpointer user)
{
    struct fixture *fixture = user;
    g_mutex_lock(&fixture->lock);
    fixture->shown[thumbnail->n]++;
    g_mutex_unlock(&fixture->lock);
}

static void on_quality(uint32_t n, enum picture_quality quality, gpointer user)
{
    struct fixture *fixture = user;
    g_mutex_lock(&fixture->lock);
    fixture->quality[n] = quality;
    fixture->judged++;
    g_mutex_unlock(&fixture->lock);
}

static void on_snapshot(struct thumbnail *snapshot, const char *code, gpointer user)
{
    struct fixture *fixture = user;
    g_assert_null(snapshot);
    g_mutex_lock(&fixture->lock);
    g_free(fixture->snapshot_code);
    fixture->snapshot_code = g_strdup(code);
    fixture->snapshots++;
    g_mutex_unlock(&fixture->lock);
}

/* Two cameras, one process, the pictures large enough to meet it at work. */
static void setup(struct fixture *fixture, const char *size)
{
    static const struct picture_pool_ops ops = {.thumbnail = on_thumbnail, .quality = on_quality};
    *fixture = (struct fixture){.options = picture_pool_defaults};
    g_mutex_init(&fixture->lock);
    fixture->options.cores = 1;
    fixture->options.watched_us = 1;
    fixture->options.program = TW_PICTURE_PROGRAM;
    fixture->options.deadline_us = 3 * G_USEC_PER_SEC;
    fixture->pool = picture_pool_create(&fixture->options, &ops, fixture);
    picture_pool_watch(fixture->pool, true, NULL, 0, NULL, 0);
    struct stream_limits limits = {.max_bytes = 1 << 24};
    for (unsigned i = 0; i < 2; i++) {
        fixture->streams[i] = stream_create(i ? "other/sub" : "hurt/sub", &limits);
        picture_pool_add(fixture->pool, i, fixture->streams[i]);
    }
    g_autofree char *source = g_strdup_printf("testsrc2=size=%s:rate=5:duration=1", size);
    fixture->clip = clip_make(source, "-c:v libx264 -preset ultrafast");
}

static void teardown(struct fixture *fixture)
{
    picture_pool_destroy(fixture->pool);
    for (unsigned i = 0; i < 2; i++)
        stream_unref(fixture->streams[i]);
    clip_free(fixture->clip);
    g_free(fixture->snapshot_code);
    g_mutex_clear(&fixture->lock);
}

static void publish(struct fixture *fixture, unsigned n)
{
    stream_publish(fixture->streams[n],
                   clip_copy(clip_keyframe(fixture->clip, 0), 0, g_get_real_time()));
}

static struct picture_pool_stats stats_of(struct fixture *fixture)
{
    struct picture_pool_stats stats;
    picture_pool_stats(fixture->pool, g_get_real_time(), &stats);
    return stats;
}

static unsigned shown(struct fixture *fixture, unsigned n)
{
    g_mutex_lock(&fixture->lock);
    unsigned count = fixture->shown[n];
    g_mutex_unlock(&fixture->lock);
    return count;
}

static bool late(gint64 began_us)
{
    g_thread_yield();
    return g_get_monotonic_time() - began_us > LIMIT_S * G_USEC_PER_SEC;
}

static void wait_shown(struct fixture *fixture, unsigned n, unsigned count)
{
    gint64 began_us = g_get_monotonic_time();
    while (shown(fixture, n) < count)
        g_assert_false(late(began_us));
}

/* The only process of this one whose name is that; 0: none now. */
static pid_t process(void)
{
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    const char *task;
    while ((task = g_dir_read_name(tasks))) {
        g_autofree char *path = g_strdup_printf("/proc/self/task/%s/children", task);
        g_autofree char *text = NULL;
        if (g_file_get_contents(path, &text, NULL, NULL) && atoi(text) > 0)
            return atoi(text);
    }
    return 0;
}

static char *proc_text(pid_t pid, const char *file)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, file);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static bool runs(pid_t pid)
{
    g_autofree char *text = pid ? proc_text(pid, "stat") : NULL;
    const char *state = text ? strrchr(text, ')') : NULL;
    return state && state[2] == 'R';
}

/* A process that has made a picture (and loaded its program) and rests. */
static pid_t warm(struct fixture *fixture)
{
    unsigned made = shown(fixture, 0);
    publish(fixture, 0);
    wait_shown(fixture, 0, made + 1);
    gint64 began_us = g_get_monotonic_time();
    pid_t pid = process();
    while (runs(pid))
        g_assert_false(late(began_us));
    return pid;
}

/* Signals the process while it works at a picture of camera 0. */
static void hit(struct fixture *fixture, int signal)
{
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        guint64 before = stats_of(fixture).replaced;
        gint64 began_us = g_get_monotonic_time();
        pid_t pid = warm(fixture);
        unsigned made = shown(fixture, 0);
        publish(fixture, 0);
        while (!runs(pid) && shown(fixture, 0) == made)
            g_assert_false(late(began_us));
        if (shown(fixture, 0) > made)
            continue; /* it was done before anybody saw it at work */
        kill(pid, signal);
        /* met at the very end of its picture, it is found out at the next */
        while (stats_of(fixture).replaced == before) {
            g_assert_false(late(began_us));
            if (shown(fixture, 0) > made) {
                made = shown(fixture, 0);
                publish(fixture, 0);
            }
        }
        /* either it was at its picture, or it is asked the same one again and another after it */
        made = shown(fixture, 0);
        publish(fixture, 0);
        while (!stats_of(fixture).crashed && shown(fixture, 0) == made)
            g_assert_false(late(began_us));
        if (stats_of(fixture).crashed)
            return;
    }
    g_assert_not_reached();
}

/* Camera 0 is set aside and told so; camera 1 goes on. */
static void check_after(struct fixture *fixture)
{
    gint64 began_us = g_get_monotonic_time();
    while (fixture->judged == 0)
        g_assert_false(late(began_us));
    g_assert_cmpint(fixture->quality[0], ==, PICTURE_DECODER_CRASHED);
    unsigned before = shown(fixture, 0);
    for (unsigned i = 1; i <= 5; i++) {
        publish(fixture, 0);
        publish(fixture, 1);
        wait_shown(fixture, 1, i);
    }
    g_assert_cmpuint(shown(fixture, 0), ==, before);
    g_assert_cmpint(fixture->quality[1], ==, PICTURE_GOOD);
    g_assert_true(
        picture_pool_snapshot(fixture->pool, 0, fixture->streams[0], 0, on_snapshot, fixture));
    while (fixture->snapshots == 0)
        g_assert_false(late(began_us));
    g_assert_cmpstr(fixture->snapshot_code, ==, "decoder_crashed");
    struct picture_pool_stats stats = stats_of(fixture);
    g_assert_cmpuint(stats.crashed, ==, 1);
    g_assert_cmpuint(stats.replaced, >=, 1);
    g_assert_cmpuint(stats.refused, ==, 0);
}

static void test_killed(void)
{
    struct fixture fixture;
    setup(&fixture, "1920x1080");
    hit(&fixture, SIGSEGV);
    check_after(&fixture);
    teardown(&fixture);
}

static void test_aborted(void)
{
    struct fixture fixture;
    setup(&fixture, "1920x1080");
    hit(&fixture, SIGABRT);
    check_after(&fixture);
    teardown(&fixture);
}

static void test_stopped(void)
{
    struct fixture fixture;
    setup(&fixture, "1920x1080");
    hit(&fixture, SIGSTOP);
    check_after(&fixture);
    teardown(&fixture);
}

/* One that ends while it has no picture costs nobody anything. */
static void test_killed_at_rest(void)
{
    struct fixture fixture;
    setup(&fixture, "320x180");
    for (unsigned i = 1; i <= 5; i++) {
        publish(&fixture, 0);
        wait_shown(&fixture, 0, i);
        gint64 began_us = g_get_monotonic_time();
        pid_t pid = process();
        while (runs(pid))
            g_assert_false(late(began_us));
        kill(pid, SIGKILL);
    }
    publish(&fixture, 0);
    wait_shown(&fixture, 0, 6);
    struct picture_pool_stats stats = stats_of(&fixture);
    g_assert_cmpuint(stats.replaced, ==, 5);
    g_assert_cmpuint(stats.crashed, ==, 0);
    g_assert_cmpuint(fixture.judged, ==, 0);
    teardown(&fixture);
}

/* Ending does not wait for a process that does not answer. */
static void test_end_while_stopped(void)
{
    struct fixture fixture;
    setup(&fixture, "320x180");
    publish(&fixture, 0);
    wait_shown(&fixture, 0, 1);
    pid_t pid = process();
    kill(pid, SIGSTOP);
    publish(&fixture, 0);
    teardown(&fixture);
    g_assert_cmpint(kill(pid, 0), !=, 0);
}

/* What a picture that takes the process over could reach. */
static void test_cage(void)
{
    struct fixture fixture;
    setup(&fixture, "320x180");
    publish(&fixture, 0);
    wait_shown(&fixture, 0, 1);
    pid_t pid = process();
    g_autofree char *status = proc_text(pid, "status");
    g_autofree char *limits = proc_text(pid, "limits");
    g_autofree char *score = proc_text(pid, "oom_score_adj");
    g_assert_cmpint(atoi(score), ==, 800);
    g_assert_true(g_regex_match_simple("Max core file size +0 +0", limits, 0, 0));
    if (!SANITIZED) {
        g_assert_nonnull(strstr(status, "Seccomp:\t2\n"));
        g_assert_nonnull(strstr(status, "NoNewPrivs:\t1\n"));
        g_assert_true(
            g_regex_match_simple("Max address space +1073741824 +1073741824", limits, 0, 0));
    }
    teardown(&fixture);
}

static void test_no_program(void)
{
    struct fixture fixture;
    setup(&fixture, "320x180");
    picture_pool_destroy(fixture.pool);
    static const struct picture_pool_ops ops = {.thumbnail = on_thumbnail, .quality = on_quality};
    fixture.options.program = "/nonexistent/townwall-picture";
    fixture.pool = picture_pool_create(&fixture.options, &ops, &fixture);
    picture_pool_add(fixture.pool, 0, fixture.streams[0]);
    publish(&fixture, 0);
    picture_pool_snapshot(fixture.pool, 0, fixture.streams[0], 0, on_snapshot, &fixture);
    gint64 began_us = g_get_monotonic_time();
    while (fixture.snapshots == 0)
        g_assert_false(late(began_us));
    g_assert_cmpstr(fixture.snapshot_code, ==, "stopped");
    teardown(&fixture);
}

static void test_aside(void)
{
    struct picture_aside aside = {0};
    static const int64_t second_us = 1000000;
    g_assert_cmpint(picture_aside_crash_us(&aside, 0.5), ==, 30 * second_us);
    g_assert_cmpint(picture_aside_crash_us(&aside, 0.5), ==, 60 * second_us);
    for (unsigned i = 0; i < 19; i++)
        picture_aside_good(&aside);
    g_assert_cmpint(picture_aside_crash_us(&aside, 0), ==, 90 * second_us);
    for (unsigned i = 0; i < 40; i++)
        g_assert_cmpint(picture_aside_crash_us(&aside, 0.999), <=, 4500 * second_us);
    g_assert_cmpint(picture_aside_crash_us(&aside, 0.5), ==, 3600 * second_us);
    for (unsigned i = 0; i < 20; i++)
        picture_aside_good(&aside);
    g_assert_cmpint(picture_aside_crash_us(&aside, 0.5), ==, 30 * second_us);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crash/aside", test_aside);
    g_test_add_func("/crash/killed", test_killed);
    g_test_add_func("/crash/aborted", test_aborted);
    g_test_add_func("/crash/stopped", test_stopped);
    g_test_add_func("/crash/killed-at-rest", test_killed_at_rest);
    g_test_add_func("/crash/end-while-stopped", test_end_while_stopped);
    g_test_add_func("/crash/cage", test_cage);
    g_test_add_func("/crash/no-program", test_no_program);
    return g_test_run();
}
