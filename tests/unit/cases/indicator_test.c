/* Indicators: rounding by the vectors of DOMAIN.md §6, few answers show counts only. */
#include "cases/indicator.h"
#include <string.h>

static void expect(gint64 numerator, gint64 denominator, const char *percent)
{
    g_autofree char *got = indicator_percent(numerator, denominator);
    g_assert_cmpstr(got, ==, percent);
}

static void test_percent(void)
{
    expect(30, 32, "93.75");
    expect(11, 12, "91.67"); /* a source printed 91.66, truncated */
    expect(165, 168, "98.21");
    expect(42, 120, "35.00");
    expect(0, 10, "0.00");
    expect(10, 10, "100.00");
    expect(1, 800, "0.13"); /* 0.125: half up */
    expect(5, 9, NULL);
    expect(0, 0, NULL);
}

static void test_json(void)
{
    const struct indicator *mediated = indicators();
    while (strcmp(mediated->id, "mediated") != 0)
        mediated++;
    json_t *value = indicator_json(mediated, 3, 4, 2, NULL);
    g_assert_true(json_is_null(json_object_get(value, "percent")));
    g_assert_cmpint(json_integer_value(json_object_get(value, "denominator")), ==, 4);
    g_assert_cmpint(json_integer_value(json_object_get(json_object_get(value, "apart"), "refused")),
                    ==, 2);
    g_assert_null(json_object_get(value, "times"));
    json_decref(value);
    for (const struct indicator *one = indicators(); one->id; one++)
        g_assert_true(*one->rule_zh && *one->rule_en && *one->period && *one->among && *one->good);
}

/* Nearest rank: at least so many of a hundred are through within it. */
static void test_times(void)
{
    struct indicator_spans *spans = indicator_spans_new();
    for (int minutes = 10; minutes >= 2; minutes--)
        indicator_spans_add(spans, minutes, 1);
    g_assert_cmpint(indicator_spans_at(spans, 50), ==, -1); /* nine say nothing */
    json_t *few = indicator_json(indicators(), 9, 9, 0, spans);
    g_assert_true(json_is_null(json_object_get(few, "times")));
    json_decref(few);
    indicator_spans_add(spans, -3, 1); /* a clock that was set back */
    g_assert_cmpint(indicator_spans_at(spans, 50), ==, 5);
    g_assert_cmpint(indicator_spans_at(spans, 90), ==, 9);
    g_assert_cmpint(indicator_spans_at(spans, 100), ==, 10);
    indicator_spans_add(spans, 600, 90);
    g_assert_cmpint(indicator_spans_at(spans, 10), ==, 10);
    json_t *many = indicator_json(indicators(), 100, 100, 0, spans);
    json_t *times = json_object_get(many, "times");
    g_assert_cmpint(json_integer_value(json_object_get(times, "p50_min")), ==, 600);
    json_decref(many);
    indicator_spans_free(spans);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/case_indicator/percent", test_percent);
    g_test_add_func("/case_indicator/json", test_json);
    g_test_add_func("/case_indicator/times", test_times);
    return g_test_run();
}
