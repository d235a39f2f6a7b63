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
    g_test_add_func("/timeline/gap", test_gap);
    return g_test_run();
}
