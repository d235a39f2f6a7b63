/* The calendar of the notices and what falls due by it: vectors of DOMAIN.md §4, every clock,
 * pauses, a year that is not known. */
#include "cases/case_book.h"
#include "cases/due.h"
#include <string.h>

#define HOUR_US   (INT64_C(3600) * G_USEC_PER_SEC)
#define MINUTE_US (INT64_C(60) * G_USEC_PER_SEC)

/* "2026-02-13 10:30", Chinese time. */
static gint64 at(const char *text)
{
    g_autofree char *date = g_strndup(text, 10);
    gint64 day;
    g_assert_true(calendar_read_date(date, &day));
    gint64 hour = 0, minute = 0;
    if (text[10]) {
        hour = g_ascii_strtoll(text + 11, NULL, 10);
        minute = g_ascii_strtoll(text + 14, NULL, 10);
    }
    return calendar_begin_us(case_book()->calendar, day) + hour * HOUR_US + minute * MINUTE_US;
}

static struct due_limit limit(const char *json)
{
    json_t *value = json_loads(json, 0, NULL);
    struct due_limit limit;
    g_assert_true(due_limit_read(value, &limit));
    json_t *again = due_limit_json(&limit);
    struct due_limit same;
    g_assert_true(due_limit_read(again, &same));
    g_assert_cmpint(same.n, ==, limit.n);
    g_assert_cmpint(same.clock, ==, limit.clock);
    json_decref(again);
    json_decref(value);
    return limit;
}

/* `due` NULL: not known. */
static void expect(const char *json, const char *start, const char *due)
{
    const struct due_limit one = limit(json);
    gint64 got = 0;
    bool known = due_at(case_book()->calendar, &one, at(start), NULL, 0, &got);
    g_assert_true(known == (due != NULL));
    if (due)
        g_assert_cmpint(got, ==, at(due));
}

/* Due 24:00 of the day is due at the begin of the next. */
static void test_vectors(void)
{
    static const char *const three = "{\"working_days\":3}";
    expect(three, "2026-02-13 09:00", "2026-02-26");
    expect(three, "2026-02-14 09:00", "2026-02-27");
    expect(three, "2026-04-30 23:59", "2026-05-09");
    expect(three, "2026-09-18 00:00", "2026-09-23");
    expect(three, "2026-09-30 12:00", "2026-10-11");
    expect(three, "2026-12-30 12:00", NULL);
    expect("{\"working_days\":1}", "2026-12-30 12:00", "2027-01-01");
    expect(three, "2024-12-31 12:00", "2025-01-07");
}

static void test_days(void)
{
    const struct calendar *calendar = case_book()->calendar;
    static const struct {
        const char *day;
        int works;
    } some[] = {{"2025-01-26", 1},  {"2025-01-27", 1}, {"2025-01-28", 0}, {"2025-02-08", 1},
                {"2025-10-08", 0},  {"2025-10-11", 1}, {"2026-01-04", 1}, {"2026-01-03", 0},
                {"2026-02-28", 1},  {"2026-05-09", 1}, {"2026-07-18", 0}, {"2026-07-20", 1},
                {"2024-05-01", -1}, {"2027-01-04", -1}};
    for (size_t i = 0; i < G_N_ELEMENTS(some); i++) {
        gint64 day;
        g_assert_true(calendar_read_date(some[i].day, &day));
        g_assert_cmpint(calendar_works(calendar, day), ==, some[i].works);
    }
    int worked = 0;
    for (gint64 day = calendar_day(2026, 1, 1); day < calendar_day(2027, 1, 1); day++)
        worked += calendar_works(calendar, day);
    g_assert_cmpint(worked, ==, 248); /* 365 − 104 weekend days − 19 weekdays off + 6 made up */
    g_assert_true(calendar_knows(calendar, 2025));
    g_assert_false(calendar_knows(calendar, 2027));
}

static void test_civil(void)
{
    for (gint64 day = calendar_day(1999, 12, 1); day < calendar_day(2101, 1, 1); day++) {
        int y, m, d;
        calendar_civil(day, &y, &m, &d);
        g_assert_cmpint(calendar_day(y, m, d), ==, day);
        g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(day * 86400);
        g_assert_cmpint(g_date_time_get_day_of_month(date), ==, d);
        g_assert_cmpint(g_date_time_get_month(date), ==, m);
    }
    g_assert_cmpint(calendar_add_months(calendar_day(2026, 1, 31), 1), ==,
                    calendar_day(2026, 2, 28));
    g_assert_cmpint(calendar_add_months(calendar_day(2026, 12, 15), 1), ==,
                    calendar_day(2027, 1, 15));
}

static void test_clocks(void)
{
    expect("{\"minutes\":10}", "2026-10-01 23:55", "2026-10-02 00:05");
    expect("{\"hours\":1}", "2026-02-17 03:00", "2026-02-17 04:00");
    expect("{\"days\":7}", "2026-03-02 10:00", "2026-03-10");
    expect("{\"months\":1}", "2026-01-31 10:00", "2026-03-01");
    expect("{\"months\":1}", "2026-03-15 10:00", "2026-04-16");
    expect("{\"months\":1}", "2026-12-31 10:00", "2027-02-01");
    expect("{\"office_hours\":2}", "2026-03-02 09:00", "2026-03-02 11:00");
    expect("{\"office_hours\":2}", "2026-03-02 11:00", "2026-03-02 14:30");
    expect("{\"office_hours\":2}", "2026-03-02 17:00", "2026-03-03 10:00");
    expect("{\"office_hours\":2}", "2026-02-14 17:00", "2026-02-24 10:00");
    expect("{\"office_hours\":2}", "2026-03-07 12:00", "2026-03-09 10:30");
    expect("{\"office_hours\":8}", "2026-12-31 12:00", NULL);
}

static gint64 paused(const char *json, const char *start, const char *from, const char *to)
{
    const struct due_limit one = limit(json);
    const struct due_pause pause = {at(from), to ? at(to) : G_MAXINT64};
    gint64 due = 0;
    bool known = due_at(case_book()->calendar, &one, at(start), &pause, 1, &due);
    g_assert_true(known == (to != NULL));
    return due;
}

static void test_pauses(void)
{
    g_assert_cmpint(
        paused("{\"hours\":4}", "2026-03-02 08:00", "2026-03-02 09:00", "2026-03-02 21:00"), ==,
        at("2026-03-03 00:00"));
    /* over before it began, or after it was due */
    g_assert_cmpint(
        paused("{\"hours\":1}", "2026-03-02 08:00", "2026-03-01 09:00", "2026-03-01 21:00"), ==,
        at("2026-03-02 09:00"));
    g_assert_cmpint(
        paused("{\"hours\":1}", "2026-03-02 08:00", "2026-03-02 10:00", "2026-03-02 21:00"), ==,
        at("2026-03-02 09:00"));
    /* began in a pause */
    g_assert_cmpint(
        paused("{\"hours\":1}", "2026-03-02 08:00", "2026-03-02 07:00", "2026-03-02 12:00"), ==,
        at("2026-03-02 13:00"));
    /* a day whose 24:00 lies in the pause does not count */
    g_assert_cmpint(
        paused("{\"working_days\":3}", "2026-03-02 08:00", "2026-03-03 10:00", "2026-03-05 09:00"),
        ==, at("2026-03-10"));
    g_assert_cmpint(
        paused("{\"days\":7}", "2026-03-02 08:00", "2026-03-03 10:00", "2026-03-03 12:00"), ==,
        at("2026-03-10"));
    g_assert_cmpint(
        paused("{\"office_hours\":2}", "2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 14:00"),
        ==, at("2026-03-02 15:00"));
    paused("{\"hours\":1}", "2026-03-02 08:00", "2026-03-02 08:30", NULL);
}

static void test_lights(void)
{
    gint64 start = at("2026-03-02 08:00"), due = at("2026-03-02 12:00");
    gint64 warn = due_warn(start, due);
    g_assert_cmpint(warn, ==, at("2026-03-02 11:00"));
    g_assert_cmpint(due_light(warn, due, start), ==, LIGHT_NORMAL);
    g_assert_cmpint(due_light(warn, due, warn), ==, LIGHT_DUE_SOON);
    g_assert_cmpint(due_light(warn, due, due - 1), ==, LIGHT_DUE_SOON);
    g_assert_cmpint(due_light(warn, due, due), ==, LIGHT_OVERDUE);
    g_assert_cmpint(due_light(0, 0, due), ==, LIGHT_NONE);
}

static void test_files(void)
{
    static const struct {
        const char *text, *fault;
    } wrong[] = {
        {"{\"year\":2026,\"source\":\"x\",\"off\":[\"2026-02-30\"],\"work\":[]}", "off[0]"},
        {"{\"year\":2026,\"source\":\"x\",\"off\":[\"2025-02-03\"],\"work\":[]}", "another year"},
        {"{\"year\":2026,\"source\":\"x\",\"off\":[\"2026-02-03\"],\"work\":[\"2026-02-03\"]}",
         "work[0]: stands twice"},
        {"{\"year\":2026,\"off\":[],\"work\":[]}", "which notice"},
        {"{\"year\":\"2026\"}", "is no year"},
        {"{\"office\":[[\"12:00\",\"08:00\"]]}", "office"},
        {"[]", "object"},
        {"{", "line 1"},
    };
    struct calendar *calendar = calendar_create();
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(
            calendar_add(calendar, wrong[i].text, strlen(wrong[i].text), "file", &error));
        g_assert_nonnull(strstr(error->message, wrong[i].fault));
    }
    g_assert_false(calendar_knows(calendar, 2026));
    calendar_destroy(calendar);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/case_due/vectors", test_vectors);
    g_test_add_func("/case_due/days", test_days);
    g_test_add_func("/case_due/civil", test_civil);
    g_test_add_func("/case_due/clocks", test_clocks);
    g_test_add_func("/case_due/pauses", test_pauses);
    g_test_add_func("/case_due/lights", test_lights);
    g_test_add_func("/case_due/files", test_files);
    return g_test_run();
}
