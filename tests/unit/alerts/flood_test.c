/* When a flood begins and ends, and what counts for whom. */
#include "alerts/flood.h"

#define MINUTE_US (INT64_C(60) * G_USEC_PER_SEC)

static void test_limits(void)
{
    g_assert_false(flood_goes_on(false, 9));
    g_assert_true(flood_goes_on(false, 10));
    g_assert_true(flood_goes_on(true, 5));
    g_assert_false(flood_goes_on(true, 4));
}

static bool sees_north(const char *area, gpointer user)
{
    (void)user;
    return !area || g_str_has_prefix(area, "north");
}

static void test_recent(void)
{
    struct recent *recent = recent_new();
    recent_add(recent, 1 * MINUTE_US, "north-1", 1);
    recent_add(recent, 2 * MINUTE_US, "south-1", 3);
    recent_add(recent, 3 * MINUTE_US, NULL, 1);
    recent_add(recent, 3 * MINUTE_US, "north-2", 0);
    g_assert_cmpuint(recent_count(recent, NULL, NULL), ==, 5);
    g_assert_cmpuint(recent_count(recent, sees_north, NULL), ==, 2);
    g_assert_cmpuint(recent_count_since(recent, 2 * MINUTE_US, NULL, NULL), ==, 1);
    g_assert_cmpuint(recent_count_since(recent, 2 * MINUTE_US - 1, sees_north, NULL), ==, 1);
    recent_forget(recent, 11 * MINUTE_US - 1);
    g_assert_cmpuint(recent_count(recent, NULL, NULL), ==, 5);
    recent_forget(recent, 11 * MINUTE_US);
    g_assert_cmpuint(recent_count(recent, NULL, NULL), ==, 4);
    recent_forget(recent, 20 * MINUTE_US);
    g_assert_cmpuint(recent_count(recent, NULL, NULL), ==, 0);
    recent_add(recent, 90 * MINUTE_US, NULL, 1);
    recent_forget(recent, 30 * MINUTE_US); /* the clock was set back by an hour */
    g_assert_cmpuint(recent_count(recent, NULL, NULL), ==, 0);
    recent_free(recent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flood/limits", test_limits);
    g_test_add_func("/flood/recent", test_recent);
    return g_test_run();
}
