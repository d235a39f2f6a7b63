/* The three-colour warning: arithmetic, bounds and what is left out. */
#include "correlate/warning.h"
#include <math.h>

/* P(X >= k), from tables of the Poisson distribution. */
static void test_poisson(void)
{
    static const struct {
        unsigned count;
        double expected, p;
    } table[] = {
        {0, 1, 1},          {1, 1, 0.6321205588285577}, {3, 1, 0.0803013970713942},
        {5, 1, 0.00365985}, {4, 0.5, 0.00175162},       {3, 0.4, 0.00792633},
        {10, 4, 0.0081322}, {2, 10, 0.9995006},         {20, 10, 0.0034543},
        {3, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        g_assert_cmpfloat_with_epsilon(warning_poisson(table[i].count, table[i].expected),
                                       table[i].p, 1e-6);
    g_assert_cmpfloat(warning_poisson(100, 1), >, 0);
    g_assert_cmpfloat(warning_poisson(100, 1), <, 1e-150);
    g_assert_cmpfloat_with_epsilon(warning_poisson(10000, 10000), 0.5013, 1e-3);
}

static const struct warning_line *line_of(const GPtrArray *cells, guint cell)
{
    const struct warning_cell *of = cells->pdata[cell];
    return &g_array_index(of->lines, struct warning_line, 0);
}

/* Twelve weeks of the same count before. */
static void test_colours(void)
{
    static const struct {
        unsigned past_sum, count;
        enum warning_colour colour;
    } table[] = {
        {12, 4, WARNING_GREEN},                            /* 1 expected: p = 0.0190 */
        {12, 5, WARNING_YELLOW},                           /* 0.0037 */
        {12, 6, WARNING_RED},                              /* 0.0006 */
        {0, 2, WARNING_GREEN},                             /* rare, but fewer than three */
        {0, 3, WARNING_RED},       {6, 4, WARNING_YELLOW}, /* 0.5 expected: 0.0018 */
        {120, 18, WARNING_GREEN},                          /* 10 expected: 0.0143 */
        {120, 19, WARNING_YELLOW},                         /* 0.0072 */
        {120, 22, WARNING_RED},                            /* 0.0007 */
    };
    struct rules *rules = rules_default();
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        unsigned past[12] = {0};
        past[i % 12] = table[i].past_sum;
        struct warning_count count = {"cell", "dispute", "neighbour", table[i].count, past, 12};
        g_autoptr(GPtrArray) cells = warning_judge(rules, &count, 1);
        g_assert_cmpint(line_of(cells, 0)->colour, ==, table[i].colour);
        g_assert_cmpint(((struct warning_cell *)cells->pdata[0])->shown, ==, table[i].count >= 3);
    }
    struct warning_count fresh = {"cell", "dispute", "neighbour", 9, NULL, 0};
    g_autoptr(GPtrArray) cells = warning_judge(rules, &fresh, 1);
    g_assert_true(isnan(line_of(cells, 0)->p));
    g_assert_cmpint(line_of(cells, 0)->colour, ==, WARNING_GREEN);
    rules_unref(rules);
}

static void test_categories(void)
{
    static const struct {
        const char *dimension, *type, *category;
    } table[] = {
        {"dispute", "neighbour", "neighbour"}, {"petition", "land", "petition"},
        {"petition", "wages", "petition"},     {"dispute", "ethnic_religious", NULL},
        {"camera_alarm", "motion", NULL},      {"sensor", "smoke", NULL},
        {"livelihood", "noise", "noise"},
    };
    struct rules *rules = rules_default();
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *category = NULL;
        bool counts = warning_category(rules, table[i].dimension, table[i].type, &category);
        g_assert_cmpint(counts, ==, table[i].category != NULL);
        g_assert_cmpstr(category, ==, table[i].category);
    }
    g_assert_cmpstr(warning_meaning_zh(rules, WARNING_RED), ==, "领导包案");
    g_assert_cmpuint(warning_window(rules).days, ==, 7);
    rules_unref(rules);
}

static void test_cells(void)
{
    unsigned quiet[2] = {1, 1}, none[2] = {0, 0};
    const struct warning_count counts[] = {
        {"b", "dispute", "neighbour", 1, quiet, 2},
        {"a", "dispute", "family", 1, quiet, 2},
        {"b", "livelihood", "noise", 9, none, 2},
    };
    struct rules *rules = rules_default();
    g_autoptr(GPtrArray) cells = warning_judge(rules, counts, 3);
    const struct warning_cell *a = cells->pdata[0], *b = cells->pdata[1];
    g_assert_cmpstr(a->area, ==, "a");
    g_assert_false(a->shown);
    g_assert_cmpint(b->colour, ==, WARNING_RED);
    g_assert_cmpuint(b->count, ==, 10);
    g_assert_cmpstr(line_of(cells, 1)->category, ==, "noise");
    rules_unref(rules);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/warning/poisson", test_poisson);
    g_test_add_func("/warning/colours", test_colours);
    g_test_add_func("/warning/categories", test_categories);
    g_test_add_func("/warning/cells", test_cells);
    return g_test_run();
}
