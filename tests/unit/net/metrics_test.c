#include "net/metrics.h"

static void collect(gpointer user)
{
    struct metric *metric = user;
    metric_clear(metric);
    metric_set(metric, 1440, "live");
    metric_set(metric, 7, "wrong \"password\"\n\\");
}

static void test_text(void)
{
    static const double bounds[] = {0.1, 1};
    struct metrics *metrics = metrics_create();
    struct metric *cameras =
        metrics_gauge(metrics, "townwall_cameras", "Cameras by\nstate.", "state");
    struct metric *units = metrics_counter(metrics, "townwall_units_total", "Units.", NULL);
    struct metric *age =
        metrics_histogram(metrics, "townwall_age_seconds", "Age.", "rung", bounds, 2);
    metrics_on_collect(metrics, collect, cameras);
    metric_set(cameras, 3, "gone");
    metric_add(units, 2);
    metric_add(units, 0.5);
    metric_observe(age, 0.05, "key");
    metric_observe(age, 1, "key");
    metric_observe(age, 7, "key");
    g_autofree char *text = metrics_text(metrics);
    g_assert_cmpstr(text, ==,
                    "# HELP townwall_cameras Cameras by\\nstate.\n"
                    "# TYPE townwall_cameras gauge\n"
                    "townwall_cameras{state=\"live\"} 1440\n"
                    "townwall_cameras{state=\"wrong \\\"password\\\"\\n\\\\\"} 7\n"
                    "# HELP townwall_units_total Units.\n"
                    "# TYPE townwall_units_total counter\n"
                    "townwall_units_total 2.5\n"
                    "# HELP townwall_age_seconds Age.\n"
                    "# TYPE townwall_age_seconds histogram\n"
                    "townwall_age_seconds_bucket{rung=\"key\",le=\"0.1\"} 1\n"
                    "townwall_age_seconds_bucket{rung=\"key\",le=\"1\"} 2\n"
                    "townwall_age_seconds_bucket{rung=\"key\",le=\"+Inf\"} 3\n"
                    "townwall_age_seconds_sum{rung=\"key\"} 8.05\n"
                    "townwall_age_seconds_count{rung=\"key\"} 3\n");
    metrics_destroy(metrics);
}

static void test_names(void)
{
    if (g_test_subprocess()) {
        struct metrics *metrics = metrics_create();
        metrics_gauge(metrics, "townwall-bad", "A dash is not allowed.", NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/metrics/text", test_text);
    g_test_add_func("/net/metrics/names", test_names);
    return g_test_run();
}
