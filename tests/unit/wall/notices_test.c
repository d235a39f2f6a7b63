/* What of the server itself people at the wall are told, and when. */
#include "wall/notices.h"
#include <string.h>

static const gint64 NOON_US = 1700000000 * (gint64)G_USEC_PER_SEC;
static const guint64 ROOM_BYTES = (guint64)64 * 1024 * 1024 * 1024;

/* The codes in order, with blanks between. Returned: g_free(). */
static char *told(struct notices *notices, const struct notice_facts *facts, gint64 now_us)
{
    json_t *list = notices_take(notices, facts, now_us);
    GString *codes = g_string_new(NULL);
    size_t i;
    json_t *notice;
    json_array_foreach(list, i, notice)
    {
        g_string_append_printf(codes, "%s%s", i ? " " : "",
                               json_string_value(json_object_get(notice, "code")));
        g_assert_nonnull(json_string_value(json_object_get(notice, "since_us")));
    }
    json_decref(list);
    return g_string_free(codes, FALSE);
}

static void expect(struct notices *notices, struct notice_facts facts, gint64 after_us,
                   const char *codes)
{
    g_autofree char *got = told(notices, &facts, NOON_US + after_us);
    g_assert_cmpstr(got, ==, codes);
}

static void test_quiet(void)
{
    struct notices notices = {0};
    expect(&notices, (struct notice_facts){ROOM_BYTES, true, true}, 0, "");
}

static void test_disk(void)
{
    struct notices notices = {0};
    expect(&notices, (struct notice_facts){NOTICE_DISK_LOW_BYTES - 1, true, true}, 0, "disk_low");
    expect(&notices, (struct notice_facts){NOTICE_DISK_FULL_BYTES - 1, true, false},
           NOTICE_STORE_AFTER_US, "disk_full");
    expect(&notices, (struct notice_facts){ROOM_BYTES, true, true}, 1, "");
}

static void test_redis_restarts(void)
{
    struct notices notices = {0};
    const struct notice_facts away = {ROOM_BYTES, false, true};
    expect(&notices, away, 0, "");
    expect(&notices, away, NOTICE_REDIS_AFTER_US - 1, "");
    expect(&notices, away, NOTICE_REDIS_AFTER_US, "redis_away");
    expect(&notices, (struct notice_facts){ROOM_BYTES, true, true}, NOTICE_REDIS_AFTER_US + 1, "");
    expect(&notices, away, NOTICE_REDIS_AFTER_US + 2, ""); /* a new absence begins anew */
}

static void test_weight(void)
{
    struct notices notices = {0};
    const struct notice_facts bad = {NOTICE_DISK_LOW_BYTES - 1, false, false};
    expect(&notices, bad, 0, "disk_low");
    expect(&notices, bad, NOTICE_STORE_AFTER_US, "store_failing disk_low redis_away");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notices/quiet", test_quiet);
    g_test_add_func("/notices/disk", test_disk);
    g_test_add_func("/notices/redis_restarts", test_redis_restarts);
    g_test_add_func("/notices/weight", test_weight);
    return g_test_run();
}
