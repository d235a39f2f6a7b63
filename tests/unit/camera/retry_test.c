#include "camera/retry.h"
#include <glib.h>

static const struct retry_limits limits = {5000, 60000};

static void test_grows_and_is_bounded(void)
{
    struct retry retry = {0};
    static const int64_t most_ms[] = {5000, 10000, 20000, 40000, 60000, 60000};
    for (unsigned i = 0; i < G_N_ELEMENTS(most_ms); i++) {
        struct retry same = retry;
        int64_t wait_ms = retry_next_ms(&retry, &limits, REASON_UNREACHABLE, 0, 0.999999);
        g_assert_cmpint(wait_ms, >, most_ms[i] - 2);
        g_assert_cmpint(wait_ms, <=, most_ms[i]);
        /* full jitter: chance decides over the whole span, but never a loop */
        g_assert_cmpint(retry_next_ms(&same, &limits, REASON_UNREACHABLE, 0, 0), ==, 500);
    }
    for (int i = 0; i < 100; i++)
        g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_NO_DATA, 0, 0.5), ==, 30000);
}

static void test_reset(void)
{
    struct retry retry = {.failures = 9};
    retry_reset(&retry);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_NO_DATA, 0, 0.5), ==, 2500);
}

/* A camera that falls again and again is asked ever more rarely, however often it shows a picture
 * in between; half a minute of data begins anew. */
static void test_only_sustained_data_begins_anew(void)
{
    static const struct {
        int64_t live_us, next_ms;
    } table[] = {{0, 30000}, {1, 30000}, {29999999, 30000}, {30000000, 2500}, {3600000000, 2500}};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct retry retry = {.failures = 9};
        retry_ended(&retry, table[i].live_us);
        g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_NO_DATA, 0, 0.5), ==,
                        table[i].next_ms);
    }
    struct retry retry = {0};
    static const int64_t next_ms[] = {2500, 5000, 10000, 20000, 30000};
    for (size_t i = 0; i < G_N_ELEMENTS(next_ms); i++) {
        retry_ended(&retry, 20000000);
        g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_NO_DATA, 0, 0.5), ==, next_ms[i]);
    }
}

static void test_holds(void)
{
    struct retry retry = {0};
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_WRONG_PASSWORD, 0, 0), ==, 300000);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_WRONG_PASSWORD, 0, 0.5), ==, 450000);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_LIMIT_REACHED, 0, 0), ==, 30000);
    /* what it asks for itself, inside of our limits, and a tenth of jitter */
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_LIMIT_REACHED, 12000, 0), ==, 12000);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_LIMIT_REACHED, 12000, 0.5), ==, 12600);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_LIMIT_REACHED, 1, 0), ==, limits.min_ms);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_LIMIT_REACHED, 86400000, 0), ==,
                    limits.max_ms);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_WRONG_PASSWORD, 12000, 0), ==, 300000);
    g_assert_cmpint(retry_next_ms(&retry, &limits, REASON_BAD_URL, 0, 0.5), ==, RETRY_NEVER);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retry/grows-and-is-bounded", test_grows_and_is_bounded);
    g_test_add_func("/retry/reset", test_reset);
    g_test_add_func("/retry/only-sustained-data-begins-anew", test_only_sustained_data_begins_anew);
    g_test_add_func("/retry/holds", test_holds);
    return g_test_run();
}
