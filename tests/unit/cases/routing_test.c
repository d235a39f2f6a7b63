/* Routing: what says most wins; nothing goes to whom it is about. */
#include "cases/routing.h"
#include <string.h>

static const char table[] =
    "{\"workflows\":[{\"channel\":\"deputy\",\"workflow\":\"three_lists\"}],"
    "\"routes\":[{\"lead\":\"office\"},{\"category\":\"ecology\",\"lead\":\"green\","
    "\"co\":[\"police\"]},{\"area\":\"330106\",\"lead\":\"east\"},"
    "{\"area\":\"330106001\",\"category\":\"ecology\",\"lead\":\"village\"},"
    "{\"type\":\"noise\",\"dimension\":\"livelihood\",\"lead\":\"police\"}]}";

static void expect(struct routed about, const char *lead)
{
    g_autoptr(GError) error = NULL;
    struct routing *routing = routing_read(table, strlen(table), "routing.json", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(routing_find(routing, &about).lead, ==, lead);
    routing_destroy(routing);
}

static void test_best(void)
{
    expect((struct routed){0}, "office");
    expect((struct routed){.category = "ecology"}, "green");
    expect((struct routed){.category = "ecology", .area = "330106999"}, "east");
    expect((struct routed){.category = "ecology", .area = "330106001002"}, "village");
    expect((struct routed){.type = "noise", .dimension = "traffic"}, "office");
    expect((struct routed){.type = "noise", .dimension = "livelihood"}, "police");
}

static void test_conflict(void)
{
    expect((struct routed){.category = "ecology", .about = "green"}, "office");
    expect((struct routed){.about = "office"}, NULL);
}

static void test_wrong(void)
{
    static const char *const wrong[] = {"[]",
                                        "{\"routes\":[{}]}",
                                        "{\"routes\":[{\"x\":\"y\"}]}",
                                        "{\"routes\":[{\"lead\":\"a\",\"co\":[1]}]}",
                                        "{\"workflows\":[{\"lead\":\"a\"}]}",
                                        "{"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(routing_read(wrong[i], strlen(wrong[i]), "routing.json", &error));
        g_assert_nonnull(error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/case_routing/best", test_best);
    g_test_add_func("/case_routing/conflict", test_conflict);
    g_test_add_func("/case_routing/wrong", test_wrong);
    return g_test_run();
}
