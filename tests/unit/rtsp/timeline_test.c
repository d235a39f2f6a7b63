#include "rtsp/timeline.h"
#include <glib.h>

enum { FRAME = 3600, FRAME_US = 40000 };

static int64_t last_dts_us;

static void start(struct timeline *timeline, int reorder)
{
    timeline_init(timeline, 90000);
    timeline_set_reorder(timeline, reorder);
    last_dts_us = INT64_MIN;
}

/* Unit number `shown` of the order of showing arrives as number `arrived`. */
static bool feed(struct timeline *timeline, uint32_t shown, int arrived, int64_t *pts_us)
{
    int64_t dts_us;
    if (!timeline_next(timeline, 4294960000u + shown * FRAME, (int64_t)arrived * FRAME_US, pts_us,
                       &dts_us))
        return false;
    g_assert_cmpint(dts_us, <=, *pts_us);
    g_assert_cmpint(dts_us, >, last_dts_us);
    last_dts_us = dts_us;
    return true;
}

static void test_plain_and_wrap(void)
{
    struct timeline timeline;
    start(&timeline, 0);
    int64_t first, pts_us = 0;
    g_assert_true(feed(&timeline, 0, 0, &first));
    for (uint32_t i = 1; i < 100; i++) { /* the 32 bits wrap on the way */
        g_assert_true(feed(&timeline, i, (int)i, &pts_us));
        g_assert_cmpint(pts_us - first, ==, (int64_t)i * FRAME_US);
    }
}

static void test_b_frames(void)
{
    static const uint32_t order[] = {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11};
    struct timeline timeline;
    start(&timeline, 2);
    int64_t pts_us;
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        g_assert_true(feed(&timeline, order[i], (int)i, &pts_us));
}

static void test_depth_is_learnt(void)
{
    static const uint32_t order[] = {0, 3, 1, 2, 6, 4, 5, 9, 7, 8};
    struct timeline timeline;
    start(&timeline, -1);
    int64_t pts_us;
    unsigned refused = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        refused += !feed(&timeline, order[i], (int)i, &pts_us);
    g_assert_cmpuint(refused, ==, 1);
    g_assert_cmpuint(timeline.reorder, ==, 1);
}

static void test_clock_that_jumps(void)
{
    struct timeline timeline;
    start(&timeline, 0);
    int64_t first, pts_us;
    g_assert_true(feed(&timeline, 0, 0, &first));
    g_assert_true(feed(&timeline, 100000, 1, &pts_us)); /* an hour ahead */
    g_assert_cmpint(pts_us - first, ==, FRAME_US);
    g_assert_true(feed(&timeline, 100001, 2, &pts_us));
    g_assert_cmpint(pts_us - first, ==, 2 * FRAME_US);
    g_assert_true(feed(&timeline, 5, 3, &pts_us)); /* and back */
    g_assert_cmpint(pts_us - first, ==, 3 * FRAME_US);
}

static void test_clock_that_stands(void)
{
    struct timeline timeline;
    start(&timeline, 0);
    int64_t pts_us;
    for (int i = 0; i < 5; i++)
        g_assert_true(feed(&timeline, 7, i, &pts_us));
}

/* Unit number `i` of a clock that says whatever it wants. */
static int64_t feed_raw(struct timeline *timeline, uint32_t rtp, int i)
{
    int64_t pts_us, dts_us;
    g_assert_true(timeline_next(timeline, rtp, (int64_t)i * FRAME_US, &pts_us, &dts_us));
    g_assert_cmpint(dts_us, <=, pts_us);
    g_assert_cmpint(dts_us, >, last_dts_us);
    last_dts_us = dts_us;
    return pts_us;
}

/* A clock that falls back by some seconds: no picture waits for it to come back. */
static void test_clock_that_falls_back(void)
{
    for (int reorder = -1; reorder <= 0; reorder++) {
        struct timeline timeline;
        start(&timeline, reorder);
        int64_t last_us = 0;
        for (int i = 0; i < 400; i++) {
            uint32_t rtp = 90000u * 60 + (uint32_t)(i * FRAME) - (i < 200 ? 0 : 90000u * 5);
            int64_t pts_us = feed_raw(&timeline, rtp, i);
            if (i)
                g_assert_cmpint(pts_us - last_us, ==, FRAME_US);
            last_us = pts_us;
        }
    }
}

/* A clock that stands, or counts in another unit than it said, or races: after some seconds times
 * are those of receiving, and when it is right again, its own. */
static void test_clock_of_another_pace(void)
{
    static const uint32_t steps[] = {0, 40, 100 * FRAME};
    for (size_t k = 0; k < G_N_ELEMENTS(steps); k++) {
        struct timeline timeline;
        start(&timeline, 0);
        uint32_t rtp = 0;
        int64_t at_us = 0;
        for (int i = 0; i < 250; i++)
            at_us = feed_raw(&timeline, rtp += steps[k], i);
        g_assert_true(timeline.receive_time);
        for (int i = 250; i < 275; i++) {
            int64_t pts_us = feed_raw(&timeline, rtp += steps[k], i);
            g_assert_cmpint(pts_us - at_us, ==, FRAME_US);
            at_us = pts_us;
        }
        for (int i = 275; i < 330; i++)
            at_us = feed_raw(&timeline, rtp += FRAME, i);
        g_assert_false(timeline.receive_time);
        g_assert_cmpint(feed_raw(&timeline, rtp += FRAME / 2, 330) - at_us, ==, FRAME_US / 2);
    }
}

/* A network that stalls for five seconds and then brings everything at once changes no time. */
static void test_stalled_network(void)
{
    struct timeline timeline;
    start(&timeline, 0);
    int64_t first_us = 0;
    for (int i = 0; i < 500; i++) {
        int arrives = i >= 100 && i < 225 ? 225 : i;
        int64_t pts_us = feed_raw(&timeline, (uint32_t)(i * FRAME), arrives);
        first_us = i ? first_us : pts_us;
        g_assert_cmpint(pts_us - first_us, ==, (int64_t)i * FRAME_US);
    }
}

/* Our own clock is set by an hour, forth and back: at most one leap of half a minute. */
static void test_our_clock_is_set(void)
{
    struct timeline timeline;
    start(&timeline, 0);
    int64_t first_us = 0, pts_us = 0;
    for (int i = 0; i < 300; i++) {
        int set = i >= 100 && i < 200 ? 90000 : 0;
        pts_us = feed_raw(&timeline, (uint32_t)(i * FRAME), i + set);
        first_us = i ? first_us : pts_us;
    }
    g_assert_cmpint(pts_us - first_us, <=, 299ll * FRAME_US + 30000000);
    g_assert_false(timeline.receive_time);
}

static void test_gap(void)
{
    struct timeline timeline;
    start(&timeline, 2);
    int64_t pts_us;
    for (uint32_t i = 0; i < 5; i++)
        g_assert_true(feed(&timeline, i, (int)i, &pts_us));
    timeline_restart(&timeline);
    for (uint32_t i = 60; i < 65; i++)
        g_assert_true(feed(&timeline, i, (int)i, &pts_us));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timeline/plain-and-wrap", test_plain_and_wrap);
    g_test_add_func("/timeline/b-frames", test_b_frames);
    g_test_add_func("/timeline/depth-is-learnt", test_depth_is_learnt);
    g_test_add_func("/timeline/clock-that-jumps", test_clock_that_jumps);
    g_test_add_func("/timeline/clock-that-stands", test_clock_that_stands);
    g_test_add_func("/timeline/clock-that-falls-back", test_clock_that_falls_back);
    g_test_add_func("/timeline/clock-of-another-pace", test_clock_of_another_pace);
    g_test_add_func("/timeline/stalled-network", test_stalled_network);
    g_test_add_func("/timeline/our-clock-is-set", test_our_clock_is_set);
    g_test_add_func("/timeline/gap", test_gap);
    return g_test_run();
}
