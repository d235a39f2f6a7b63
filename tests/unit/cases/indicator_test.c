/* Indicators: rounding by the vectors of DOMAIN.md §6, few answers show counts only. */
#include "cases/indicator.h"

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
    json_t *value = indicator_json(indicator_find("mediated"), 3, 4, 2);
    g_assert_true(json_is_null(json_object_get(value, "percent")));
    g_assert_cmpint(json_integer_value(json_object_get(value, "denominator")), ==, 4);
    g_assert_cmpint(json_integer_value(json_object_get(json_object_get(value, "apart"), "refused")),
                    ==, 2);
    json_decref(value);
    g_assert_null(indicator_find("none"));
    for (const struct indicator *one = indicators(); one->id; one++)
        g_assert_true(*one->rule_zh && *one->rule_en && *one->period && *one->among && *one->good);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/case_indicator/percent", test_percent);
    g_test_add_func("/case_indicator/json", test_json);
    return g_test_run();
}
