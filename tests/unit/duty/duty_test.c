#include "duty/call.h"
#include "duty/duty_csv.h"
#include "duty/plan.h"
#include <string.h>

static gint64 at(GTimeZone *zone, int y, int m, int d, int h, int min)
{
    g_autoptr(GDateTime) time = g_date_time_new(zone, y, m, d, h, min, 0);
    return g_date_time_to_unix(time) * G_USEC_PER_SEC;
}

static void test_shifts(void)
{
    json_t *plan = plan_default();
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Shanghai");
    struct duty_fault fault;
    struct duty_shift shift;
    g_assert_true(plan_check(plan, &fault));
    static const struct {
        int d, h, min;
        const char *now, *before, *after;
    } cases[] = {
        {22, 8, 0, "2026-11-22.day", "2026-11-21.night", "2026-11-22.night"},
        {22, 7, 59, "2026-11-21.night", "2026-11-21.day", "2026-11-22.day"},
        {22, 0, 30, "2026-11-21.night", "2026-11-21.day", "2026-11-22.day"},
        {22, 19, 59, "2026-11-22.day", "2026-11-21.night", "2026-11-22.night"},
        {22, 20, 0, "2026-11-22.night", "2026-11-22.day", "2026-11-23.day"},
        {30, 23, 0, "2026-11-30.night", "2026-11-30.day", "2026-12-01.day"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 now_us = at(zone, 2026, 11, cases[i].d, cases[i].h, cases[i].min);
        g_assert_true(plan_shift_at(plan, now_us, zone, &shift));
        g_assert_cmpstr(shift.id, ==, cases[i].now);
        g_assert_cmpint(shift.end_us - shift.begin_us, ==, INT64_C(12) * 3600 * G_USEC_PER_SEC);
        g_assert_true(plan_shift_before(plan, now_us, zone, &shift));
        g_assert_cmpstr(shift.id, ==, cases[i].before);
        g_assert_true(plan_shift_after(plan, now_us, zone, &shift));
        g_assert_cmpstr(shift.id, ==, cases[i].after);
    }
    g_assert_true(plan_shift(plan, "2026-11-22.night", zone, &shift));
    g_assert_cmpint(shift.begin_us, ==, at(zone, 2026, 11, 22, 20, 0));
    static const char *const none[] = {"2026-11-22",     "2026-11-22.noon", "2026-02-30.day",
                                       "22.11.2026.day", "../../../x.day",  ""};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_false(plan_shift(plan, none[i], zone, &shift));
    json_decref(plan);
}

/* Hours in which nobody is on duty. */
static void test_gap(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    json_t *plan = json_loads("{\"roles\":[{\"code\":\"a\",\"name\":{\"zh\":\"甲\",\"en\":\"A\"},"
                              "\"need\":1}],\"times\":[{\"code\":\"d\",\"name\":{\"zh\":\"日\","
                              "\"en\":\"D\"},\"begin\":\"09:00\",\"minutes\":480}]}",
                              0, NULL);
    struct duty_shift shift;
    gint64 now_us = at(zone, 2026, 3, 1, 18, 0);
    g_assert_false(plan_shift_at(plan, now_us, zone, &shift));
    g_assert_true(plan_shift_before(plan, now_us, zone, &shift));
    g_assert_cmpstr(shift.id, ==, "2026-03-01.d");
    g_assert_true(plan_shift_after(plan, now_us, zone, &shift));
    g_assert_cmpstr(shift.id, ==, "2026-03-02.d");
    json_decref(plan);
}

static void test_plan_checked(void)
{
#define NAME  "\"name\":{\"zh\":\"班\",\"en\":\"s\"}"
#define ROLES "\"roles\":[{\"code\":\"a\"," NAME ",\"need\":1}]"
    static const struct {
        const char *json, *path;
    } cases[] = {
        {"{}", "roles"},
        {"{\"roles\":[{\"code\":\"a\"," NAME ",\"need\":-1}]}", "roles[0].need"},
        {"{\"roles\":[{\"code\":\"A b\"," NAME ",\"need\":1}]}", "roles[0].code"},
        {"{\"roles\":[{\"code\":\"a\",\"need\":1}]}", "roles[0].name"},
        {"{" ROLES "}", "times"},
        {"{" ROLES ",\"times\":[{\"code\":\"d\"," NAME ",\"begin\":\"24:00\",\"minutes\":60}]}",
         "times[0].begin"},
        {"{" ROLES ",\"times\":[{\"code\":\"d\"," NAME ",\"begin\":\"08:00\",\"minutes\":5}]}",
         "times[0].minutes"},
        {"{" ROLES ",\"times\":[{\"code\":\"d\"," NAME ",\"begin\":\"22:00\",\"minutes\":600},"
         "{\"code\":\"e\"," NAME ",\"begin\":\"07:59\",\"minutes\":60}]}",
         "times[1]"},
        {"{" ROLES ",\"times\":[{\"code\":\"d\"," NAME ",\"begin\":\"08:00\",\"minutes\":60},"
         "{\"code\":\"d\"," NAME ",\"begin\":\"09:00\",\"minutes\":60}]}",
         "times[1].code"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct duty_fault fault = {0};
        json_t *plan = json_loads(cases[i].json, 0, NULL);
        g_assert_false(plan_check(plan, &fault));
        g_assert_cmpstr(fault.path, ==, cases[i].path);
        json_decref(plan);
    }
}

static void test_people_checked(void)
{
    json_t *plan = plan_default();
    static const struct {
        const char *json, *path;
    } cases[] = {
        {"{}", "people"},
        {"[{\"role\":\"king\",\"name\":\"王\"}]", "people[0].role"},
        {"[{\"role\":\"leader\",\"name\":\"\"}]", "people[0].name"},
        {"[{\"role\":\"leader\",\"name\":\"王\",\"user\":7}]", "people[0].user"},
        {"[{\"role\":\"leader\",\"name\":\"王\",\"note\":7}]", "people[0].note"},
        {"[{\"role\":\"leader\",\"name\":\"王\",\"user\":null}]", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct duty_fault fault = {0};
        json_t *people = json_loads(cases[i].json, 0, NULL);
        g_assert_true(plan_people_check(plan, people, &fault) == !cases[i].path);
        g_assert_cmpstr(fault.path, ==, cases[i].path ? cases[i].path : "");
        json_decref(people);
    }
    json_decref(plan);
}

static void test_csv(void)
{
    json_t *plan = plan_default();
    static const char text[] = "\xef\xbb\xbf日期,班次,岗位,姓名,登录名,备注\r\n"
                               "2026-11-23,白班,带班领导,宋红霞,,\r\n"
                               "2026-11-23,day,operator,王倩,operator,主班\r\n"
                               "2026-11-31,day,operator,王倩,,\r\n"
                               "2026-11-23,noon,operator,王倩,,\r\n"
                               "2026-11-23,夜班,国王,王倩,,\r\n"
                               "2026-11-23,夜班,民警,,,\r\n";
    struct duty_csv csv;
    duty_csv_read(&csv, plan, text, sizeof text - 1);
    g_assert_cmpuint(csv.rows, ==, 6);
    g_assert_cmpuint(csv.refused, ==, 4);
    json_t *people = json_object_get(csv.shifts, "2026-11-23.day");
    g_assert_cmpuint(json_array_size(people), ==, 2);
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(people, 1), "login")), ==,
                    "operator");
    static const char *const columns[] = {"day", "shift", "role", "name"};
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        const json_t *one = json_array_get(csv.errors, i);
        g_assert_cmpstr(json_string_value(json_object_get(one, "column")), ==, columns[i]);
        g_assert_cmpint(json_integer_value(json_object_get(one, "line")), ==, 4 + (int)i);
    }
    duty_csv_clear(&csv);
    duty_csv_read(&csv, plan, "day,shift\n", 10);
    g_assert_cmpuint(csv.refused, ==, 1);
    g_assert_cmpuint(json_array_size(csv.errors), ==, 2);
    duty_csv_clear(&csv);
    duty_csv_read(&csv, plan, "", 0);
    g_assert_cmpuint(csv.refused, ==, 1);
    duty_csv_clear(&csv);
    json_decref(plan);
}

static void test_calls(void)
{
    static const struct {
        const char *json, *field, *number;
    } cases[] = {
        {"{\"call\":\"1\",\"event\":\"ringing\",\"extension\":\"8001\",\"number\":\"+86 (138) "
         "0013-8000\"}",
         NULL, "+8613800138000"},
        {"{\"call\":\"1\",\"event\":\"ended\",\"extension\":\"*8#\"}", NULL, ""},
        {"{\"call\":\"1\",\"event\":\"ringing\",\"extension\":\"8001\",\"number\":null}", NULL, ""},
        {"{\"call\":\"\",\"event\":\"ringing\",\"extension\":\"8001\"}", "call", ""},
        {"{\"call\":\"a b\",\"event\":\"ringing\",\"extension\":\"8001\"}", "call", ""},
        {"{\"call\":\"1\",\"event\":\"rings\",\"extension\":\"8001\"}", "event", ""},
        {"{\"call\":\"1\",\"event\":\"ringing\",\"extension\":\"eight\"}", "extension", ""},
        {"{\"call\":\"1\",\"event\":\"ringing\",\"extension\":\"8\",\"number\":\"<b>\"}", "number",
         ""},
        {"{\"call\":\"1\",\"event\":\"ringing\",\"extension\":\"8\",\"number\":13}", "number", ""},
    };
    struct call call;
    const char *field, *zh, *en;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool good = call_read(cases[i].json, strlen(cases[i].json), &call, &field, &zh, &en);
        g_assert_true(good == !cases[i].field);
        if (good)
            g_assert_cmpstr(call.number, ==, cases[i].number);
        else
            g_assert_cmpstr(field, ==, cases[i].field);
    }
    g_assert_false(call_read("[", 1, &call, &field, &zh, &en));
    g_assert_null(field);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/duty/shifts", test_shifts);
    g_test_add_func("/duty/gap", test_gap);
    g_test_add_func("/duty/plan", test_plan_checked);
    g_test_add_func("/duty/people", test_people_checked);
    g_test_add_func("/duty/csv", test_csv);
    g_test_add_func("/duty/calls", test_calls);
    return g_test_run();
}
