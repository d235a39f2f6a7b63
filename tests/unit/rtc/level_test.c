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
    struct level level = {.now = LEVEL_NONE, .bad_us = 100 * S, .changed_us = 100 * S};
    level.wait_us = 15 * S;
    g_assert_false(level_tick(&level, 114 * S));
    g_assert_true(level_tick(&level, 115 * S));
    g_assert_false(level_tick(&level, 116 * S));
    level.bad_us = 129 * S;
    g_assert_false(level_tick(&level, 131 * S));
    g_assert_true(level_tick(&level, 144 * S));
    g_assert_true(level_tick(&level, 160 * S));
    g_assert_cmpint(level.now, ==, LEVEL_BEST);
    g_assert_false(level_tick(&level, 1000 * S));
}

/* A line without trouble has the best size after a moment. */
static void test_first(void)
{
    struct level level = {.now = LEVEL_FIRST};
    g_assert_false(level_tick(&level, 100 * S));
    g_assert_false(level_delayed(&level, 149, 101 * S));
    g_assert_false(level_tick(&level, 103 * S));
    g_assert_true(level_tick(&level, 104 * S));
    g_assert_cmpint(level.now, ==, LEVEL_BEST);
    /* it was too much: at once one less, and again after a while */
    g_assert_true(level_delayed(&level, 150, 105 * S));
    g_assert_false(level_tick(&level, 119 * S));
    g_assert_true(level_tick(&level, 120 * S));
}

/* Packets that wait are trouble as lost ones are. */
static void test_delay(void)
{
    struct level level = {.now = LEVEL_FIRST};
    g_assert_false(level_tick(&level, 100 * S));
    g_assert_true(level_delayed(&level, 150, 101 * S));
    g_assert_false(level_delayed(&level, 400, 103 * S));
    g_assert_cmpint(level.now, ==, 0);
    g_assert_false(level_tick(&level, 117 * S));
    g_assert_true(level_tick(&level, 118 * S));
}

/* What was lost while the line was gone says nothing of it. */
static void test_resumed(void)
{
    struct level level = {.now = LEVEL_BEST};
    level_resumed(&level, 100 * S);
    g_assert_false(level_lost(&level, 101 * S));
    g_assert_false(level_delayed(&level, 900, 104 * S));
    g_assert_cmpint(level.now, ==, LEVEL_BEST);
    g_assert_true(level_lost(&level, 105 * S));
}

/* A size that does not fit is tried after 15, 30, 60 … seconds, 240 at most; after one that fits
 * the next is tried soon. */
static void test_tries(void)
{
    struct level level = {.now = 0, .changed_us = 1 * S, .bad_us = 1 * S, .wait_us = 15 * S};
    static const int waits[] = {15, 30, 60, 120, 240, 240};
    gint64 now = 1 * S;
    for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
        g_assert_false(level_tick(&level, now + (waits[i] - 1) * S));
        now += waits[i] * S;
        g_assert_true(level_tick(&level, now));
        now += 4 * S;
        g_assert_true(level_delayed(&level, 300, now));
        g_assert_cmpint(level.now, ==, 0);
    }
    now += 240 * S;
    g_assert_true(level_tick(&level, now));
    g_assert_false(level_tick(&level, now + 12 * S));
    g_assert_true(level_tick(&level, now + 15 * S));
    g_assert_cmpint(level.now, ==, LEVEL_BEST);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtc/level/down", test_down);
    g_test_add_func("/rtc/level/burst", test_one_burst);
    g_test_add_func("/rtc/level/up", test_up);
    g_test_add_func("/rtc/level/first", test_first);
    g_test_add_func("/rtc/level/delay", test_delay);
    g_test_add_func("/rtc/level/resumed", test_resumed);
    g_test_add_func("/rtc/level/tries", test_tries);
    return g_test_run();
}
