#include "camera/freshness.h"

static const int64_t S = 1000000, STALE = 15 * 1000000;

/* Looks each second from `from_s` to `to_s`, with 25 units a second and a keyframe each `gop_s`
 * seconds (0: none). Returned: the first second that was stale, −1 none. */
static int look(struct freshness *freshness, int from_s, int to_s, int gop_s, guint64 *units,
                guint64 *keyframes)
{
    int stale_s = -1;
    for (int s = from_s; s < to_s; s++) {
        *units += 25;
        *keyframes += gop_s && s % gop_s == 0;
        if (freshness_look(freshness, *units, *keyframes, s * S, STALE) && stale_s < 0)
            stale_s = s;
    }
    return stale_s;
}

static void test_long_groups(void)
{
    static const int gops_s[] = {1, 2, 10, 20, 60};
    for (size_t i = 0; i < G_N_ELEMENTS(gops_s); i++) {
        struct freshness freshness = {0};
        guint64 units = 0, keyframes = 0;
        g_assert_cmpint(look(&freshness, 0, 300, gops_s[i], &units, &keyframes), ==, -1);
        /* watched from the middle of a group on */
        freshness = (struct freshness){0};
        g_assert_cmpint(look(&freshness, 305, 600, gops_s[i], &units, &keyframes), ==, -1);
    }
}

static void test_no_units(void)
{
    struct freshness freshness = {0};
    guint64 units = 0, keyframes = 0;
    g_assert_cmpint(look(&freshness, 0, 101, 20, &units, &keyframes), ==, -1);
    g_assert_false(freshness_look(&freshness, units, keyframes, 115 * S, STALE));
    g_assert_true(freshness_look(&freshness, units, keyframes, 116 * S, STALE));
    g_assert_false(freshness_look(&freshness, units + 1, keyframes, 117 * S, STALE));
}

static void test_no_keyframes(void)
{
    struct freshness freshness = {0};
    guint64 units = 0, keyframes = 0;
    g_assert_cmpint(look(&freshness, 0, 101, 2, &units, &keyframes), ==, -1);
    g_assert_cmpint(look(&freshness, 101, 200, 0, &units, &keyframes), ==, 116);
    g_assert_cmpint(look(&freshness, 200, 202, 1, &units, &keyframes), ==, -1);
    freshness = (struct freshness){0};
    g_assert_cmpint(look(&freshness, 0, 101, 20, &units, &keyframes), ==, -1);
    g_assert_cmpint(look(&freshness, 101, 200, 0, &units, &keyframes), ==, 141);
    freshness = (struct freshness){0}; /* never a second one */
    g_assert_cmpint(look(&freshness, 0, 200, 0, &units, &keyframes), ==, 91);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/freshness/long-groups", test_long_groups);
    g_test_add_func("/freshness/no-units", test_no_units);
    g_test_add_func("/freshness/no-keyframes", test_no_keyframes);
    return g_test_run();
}
