/* Who reports, made unrecognisable: with a key of the day, which goes when the day does. */
#include "intake/reporter.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)
#define NOON    (INT64_C(1795305600000000) + 12 * HOUR_US)
#define NEXT    (NOON + 24 * HOUR_US)

static char *contents(const char *path)
{
    char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, NULL))
        return NULL;
    char *coded = g_base64_encode((const guchar *)text, size);
    g_free(text);
    return coded;
}

static struct reporter *open_at(const char *path, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    struct reporter *reporter = reporter_open(path, now_us, &error);
    g_assert_no_error(error);
    return reporter;
}

/* No file may be longer than that. Returned: what was the bound before. */
static rlim_t bound_files(rlim_t bytes)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = bytes;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    return before;
}

static void the_day_turns(const char *path)
{
    struct reporter *reporter = open_at(path, NOON);
    g_autofree char *one = reporter_hash(reporter, "+86 138 0000 0000", NOON);
    g_autofree char *same = reporter_hash(reporter, "13800000000", NOON + HOUR_US);
    g_assert_cmpstr(one, ==, same);
    g_autofree char *first = contents(path);
    reporter_turn(reporter, NOON + HOUR_US);
    g_autofree char *still = contents(path);
    g_assert_cmpstr(first, ==, still);
    reporter_turn(reporter, NEXT); /* nobody has reported anything */
    g_autofree char *second = contents(path);
    g_assert_cmpstr(first, !=, second);
    g_autofree char *other = reporter_hash(reporter, "13800000000", NEXT);
    g_assert_cmpstr(one, !=, other);
    reporter_close(reporter);
    reporter = open_at(path, NEXT);
    g_autofree char *again = reporter_hash(reporter, "13800000000", NEXT);
    g_assert_cmpstr(other, ==, again);
    reporter_close(reporter);
}

static void on_a_full_disk(const char *path)
{
    struct reporter *reporter = open_at(path, NOON);
    signal(SIGXFSZ, SIG_IGN);
    rlim_t before = bound_files(1);
    reporter_turn(reporter, NEXT);
    g_autofree char *gone = contents(path);
    g_assert_null(gone);
    reporter_turn(reporter, NEXT + HOUR_US);
    g_autofree char *one = reporter_hash(reporter, "13800000000", NEXT);
    bound_files(before);
    reporter_turn(reporter, NEXT + 2 * HOUR_US);
    reporter_close(reporter);
    reporter = open_at(path, NEXT + 3 * HOUR_US);
    g_autofree char *same = reporter_hash(reporter, "13800000000", NEXT);
    g_assert_cmpstr(one, ==, same);
    reporter_close(reporter);
}

static void in_a_folder(gconstpointer data)
{
    void (*test)(const char *path) = (void (*)(const char *path))(uintptr_t)data;
    g_autofree char *folder = g_dir_make_tmp("tw-reporter-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "reporters.key", NULL);
    test(path);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Asia/Shanghai", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/reporter/day", (gconstpointer)(uintptr_t)the_day_turns, in_a_folder);
    g_test_add_data_func("/reporter/full-disk", (gconstpointer)(uintptr_t)on_a_full_disk,
                         in_a_folder);
    return g_test_run();
}
