/* When packets came that one read found together. */
#include "rtsp/arrival.h"
#include <glib.h>

enum { HZ = 90000, FRAME = 3600 }; /* 25 pictures a second */

static void test_one_read_many_pictures(void)
{
    struct arrival arrival = {0};
    g_assert_cmpint(arrival_next(&arrival, HZ, 1000, 0, 1000000), ==, 1000000);
    /* the next read, 100 ms later, finds three pictures */
    g_assert_cmpint(arrival_next(&arrival, HZ, 1000 + FRAME, 1000000, 1100000), ==, 1040000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 1000 + FRAME, 1000000, 1100000), ==, 1040000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 1000 + 2 * FRAME, 1000000, 1100000), ==, 1080000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 1000 + 3 * FRAME, 1000000, 1100000), ==, 1100000);
}

static void test_within_the_reads(void)
{
    struct arrival arrival = {0};
    arrival_next(&arrival, HZ, 0, 0, 1000000);
    /* a clock that stands, leaps, or steps back */
    g_assert_cmpint(arrival_next(&arrival, HZ, 0, 1050000, 1100000), ==, 1050000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 1u << 30, 1100000, 1200000), ==, 1200000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 5, 1200000, 1300000), ==, 1200000);
    /* our own clock stepped back */
    g_assert_cmpint(arrival_next(&arrival, HZ, 5 + FRAME, 900000, 1000000), ==, 1000000);
}

static void test_wrap(void)
{
    struct arrival arrival = {0};
    arrival_next(&arrival, HZ, UINT32_MAX - FRAME + 1, 0, 1000000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 0, 1000000, 2000000), ==, 1040000);
}

static void test_out_of_order_of_showing(void)
{
    struct arrival arrival = {0};
    arrival_next(&arrival, HZ, 0, 0, 1000000);
    g_assert_cmpint(arrival_next(&arrival, HZ, 2 * FRAME, 1000000, 1200000), ==, 1080000);
    g_assert_cmpint(arrival_next(&arrival, HZ, FRAME, 1000000, 1200000), ==, 1080000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp/arrival/one-read-many-pictures", test_one_read_many_pictures);
    g_test_add_func("/rtsp/arrival/within-the-reads", test_within_the_reads);
    g_test_add_func("/rtsp/arrival/wrap", test_wrap);
    g_test_add_func("/rtsp/arrival/out-of-order-of-showing", test_out_of_order_of_showing);
    return g_test_run();
}
