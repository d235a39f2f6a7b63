#include "rtc/level.h"

#define S G_USEC_PER_SEC

/* Loss that goes on takes one size after the other, at last the picture; never more at once. */
static void test_down(void)
{
    struct level level = {.now = LEVEL_BEST};
    int steps = 0;
    for (gint64 now = 100 * S; now < 130 * S; now += S)
        steps += level_lost(&level, now);
    g_assert_cmpint(level.now, ==, LEVEL_NONE);
    g_assert_cmpint(steps, ==, 3);
}

static void test_one_burst(void)
{
    struct level level = {.now = LEVEL_BEST};
    g_assert_true(level_lost(&level, 100 * S));
    g_assert_false(level_lost(&level, 101 * S));
    g_assert_false(level_lost(&level, 102 * S));
    g_assert_cmpint(level.now, ==, 1);
}

/* Up again one by one, each after a quiet while; loss begins the while anew. */
static void test_up(void)
{
    struct level level = {.now = LEVEL_NONE, .slow_us = 100 * S, .changed_us = 100 * S};
    g_assert_false(level_tick(&level, 114 * S));
    g_assert_true(level_tick(&level, 115 * S));
    g_assert_false(level_tick(&level, 116 * S));
    level.slow_us = 129 * S;
    g_assert_false(level_tick(&level, 131 * S));
    g_assert_true(level_tick(&level, 144 * S));
    g_assert_true(level_tick(&level, 160 * S));
    g_assert_cmpint(level.now, ==, LEVEL_BEST);
    g_assert_false(level_tick(&level, 1000 * S));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtc/level/down", test_down);
    g_test_add_func("/rtc/level/burst", test_one_burst);
    g_test_add_func("/rtc/level/up", test_up);
    return g_test_run();
}
