#include "identity/limiter.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

static void test_tries_come_back(void)
{
    struct limiter *limiter = limiter_create(5, 100);
    gint64 now = 1000 * SECOND;
    bool first;
    for (int i = 0; i < 5; i++)
        g_assert_cmpuint(limiter_take(limiter, "a", now, NULL), ==, 0);
    g_assert_cmpuint(limiter_take(limiter, "a", now, &first), ==, 12);
    g_assert_true(first);
    g_assert_cmpuint(limiter_take(limiter, "a", now + SECOND, &first), ==, 11);
    g_assert_false(first);
    g_assert_cmpuint(limiter_take(limiter, "b", now, NULL), ==, 0);
    g_assert_cmpuint(limiter_take(limiter, "a", now + 12 * SECOND, &first), ==, 0);
    g_assert_false(first);
    g_assert_cmpuint(limiter_take(limiter, "a", now + 12 * SECOND, &first), ==, 12);
    g_assert_true(first);
    limiter_destroy(limiter);
}

static void test_good_tries_are_given_back(void)
{
    struct limiter *limiter = limiter_create(3, 100);
    for (int i = 0; i < 50; i++) {
        g_assert_cmpuint(limiter_take(limiter, "a", 0, NULL), ==, 0);
        limiter_give_back(limiter, "a");
    }
    limiter_give_back(limiter, "nobody");
    limiter_destroy(limiter);
}

static void test_memory_is_bounded_and_offenders_are_kept(void)
{
    struct limiter *limiter = limiter_create(5, 50);
    for (int i = 0; i < 5; i++)
        limiter_take(limiter, "offender", 0, NULL);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        g_snprintf(key, sizeof key, "%d", i);
        g_assert_cmpuint(limiter_take(limiter, key, 0, NULL), ==, 0);
    }
    g_assert_cmpuint(limiter_take(limiter, "offender", 0, NULL), >, 0);
    limiter_destroy(limiter);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/limiter/come-back", test_tries_come_back);
    g_test_add_func("/identity/limiter/give-back", test_good_tries_are_given_back);
    g_test_add_func("/identity/limiter/bounded", test_memory_is_bounded_and_offenders_are_kept);
    return g_test_run();
}
