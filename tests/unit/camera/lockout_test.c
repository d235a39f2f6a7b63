#include "camera/lockout.h"
#include "source/source.h"

enum { SECOND_US = 1000000, REST_US = 300 * SECOND_US };

static void test_three_in_a_row(void)
{
    struct lockout *lockout = lockout_create();
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(lockout_wait_us(lockout, "a", 1), ==, 0);
        lockout_refused(lockout, "a", 1, REST_US);
    }
    g_assert_cmpint(lockout_wait_us(lockout, "a", 1), ==, REST_US);
    g_assert_cmpint(lockout_wait_us(lockout, "b", 1), ==, 0);
    /* then one may ask, the others wait for its answer */
    g_assert_cmpint(lockout_wait_us(lockout, "a", 1 + REST_US), ==, 0);
    g_assert_cmpint(lockout_wait_us(lockout, "a", 1 + REST_US), ==, 30 * SECOND_US);
    lockout_refused(lockout, "a", 2 + REST_US, REST_US);
    g_assert_cmpint(lockout_wait_us(lockout, "a", 2 + REST_US), ==, REST_US);
    lockout_accepted(lockout, "a");
    g_assert_cmpint(lockout_wait_us(lockout, "a", 3 + REST_US), ==, 0);
    lockout_destroy(lockout);
}

/* While one plays with the password, a 401 says something else. */
static void test_another_plays(void)
{
    struct lockout *lockout = lockout_create();
    lockout_accepted(lockout, "a");
    for (int i = 0; i < 9; i++)
        lockout_refused(lockout, "a", 1, REST_US);
    g_assert_cmpint(lockout_wait_us(lockout, "a", 1), ==, 0);
    lockout_ended(lockout, "a");
    g_assert_cmpint(lockout_wait_us(lockout, "a", 1), ==, 0);
    for (int i = 0; i < 3; i++)
        lockout_refused(lockout, "a", 1, REST_US);
    g_assert_cmpint(lockout_wait_us(lockout, "a", 1), >, 0);
    lockout_destroy(lockout);
    lockout_destroy(NULL);
}

static void test_login(void)
{
    g_autofree char *one = source_login("rtsp://u:p@10.0.0.1/a");
    g_autofree char *same = source_login("rtsp://u:p@10.0.0.1:554/b?c=1");
    g_autofree char *other = source_login("rtsp://u:q@10.0.0.1/a");
    g_assert_cmpstr(one, ==, same);
    g_assert_cmpstr(one, !=, other);
    g_assert_null(source_login("nonsense"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lockout/three-in-a-row", test_three_in_a_row);
    g_test_add_func("/lockout/another-plays", test_another_plays);
    g_test_add_func("/lockout/login", test_login);
    return g_test_run();
}
