/* Rules as data: the shipped file says what the program takes by itself, and every mistake is named
 * with its place. */
#include "correlate/rules_private.h"
#include <string.h>

static void test_shipped(void)
{
    struct rules *shipped = rules_default();
    g_autoptr(GError) error = NULL;
    struct rules *bare = rules_parse("{}", 2, &error);
    g_assert_no_error(error);
    const struct group_rules *g = &shipped->group, *b = &bare->group;
    const double numbers[][2] = {
        {(double)shipped->dedup.window_us, (double)bare->dedup.window_us},
        {(double)shipped->dedup.longest_us, (double)bare->dedup.longest_us},
        {shipped->dedup.same_place_m, bare->dedup.same_place_m},
        {(double)shipped->chatter.transitions, (double)bare->chatter.transitions},
        {(double)shipped->chatter.window_us, (double)bare->chatter.window_us},
        {(double)shipped->chatter.quiet_us, (double)bare->chatter.quiet_us},
        {(double)shipped->background.window_us, (double)bare->background.window_us},
        {(double)shipped->background.longest_us, (double)bare->background.longest_us},
        {g->affinity_weight, b->affinity_weight},
        {g->distance_weight, b->distance_weight},
        {g->time_weight, b->time_weight},
        {g->reporter_weight, b->reporter_weight},
        {g->view_weight, b->view_weight},
        {g->street_weight, b->street_weight},
        {g->join, b->join},
        {g->core, b->core},
        {g->background_join, b->background_join},
        {g->full_m, b->full_m},
        {g->zero_m, b->zero_m},
        {g->cap_m, b->cap_m},
        {g->same_area, b->same_area},
        {g->same_village, b->same_village},
        {g->same_street, b->same_street},
        {g->same_address, b->same_address},
        {g->view_m, b->view_m},
        {(double)g->time_us, (double)b->time_us},
        {(double)g->cap_us, (double)b->cap_us},
        {shipped->link.suggest, bare->link.suggest},
        {shipped->link.nearby, bare->link.nearby},
        {shipped->link.affinity_weight, bare->link.affinity_weight},
        {shipped->link.distance_weight, bare->link.distance_weight},
        {shipped->link.time_weight, bare->link.time_weight},
        {shipped->link.area_weight, bare->link.area_weight},
        {(double)shipped->link.recent_us, (double)bare->link.recent_us},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_assert_cmpfloat(numbers[i][0], ==, numbers[i][1]);
    g_assert_cmpint(shipped->inhibit.cameras, ==, bare->inhibit.cameras);
    g_assert_cmpint(shipped->inhibit.window_us, ==, bare->inhibit.window_us);
    g_assert_cmpint(shipped->inhibit.spare_priority, ==, bare->inhibit.spare_priority);
    g_assert_cmpfloat(shipped->warning.p, ==, bare->warning.p);
    g_assert_cmpfloat(shipped->warning.colours[2].p, ==, bare->warning.colours[2].p);
    g_assert_cmpint(shipped->unattended_priority, ==, bare->unattended_priority);
    g_assert_cmpint(shipped->history_us, ==, bare->history_us);
    g_assert_cmpfloat(shipped->affinity.same_group, ==, bare->affinity.same_group);
    g_assert_cmpuint(strlen(rules_digest(shipped)), ==, 64);
    g_assert_cmpstr(rules_name(shipped), ==, "default");
    rules_unref(bare);
    rules_unref(shipped);
}

static void test_faults(void)
{
    static const char *const cases[][2] = {
        {"", "line 1, column 0"},
        {"{\n\"dedup\": {\"window_s\": }}", "line 2"},
        {"[]", "rules: is no object"},
        {"{\"dedupe\":{}}", "dedupe: is unknown"},
        {"{\"dedup\":3}", "dedup: is no object"},
        {"{\"dedup\":{\"windows\":3}}", "dedup.windows: is unknown"},
        {"{\"dedup\":{\"window_s\":\"60\"}}", "dedup.window_s: is no number between 0 and 86400"},
        {"{\"dedup\":{\"window_s\":-1}}", "dedup.window_s: "},
        {"{\"dedup\":{\"window_s\":1801}}", "dedup.longest_s: is less than dedup.window_s"},
        {"{\"chatter\":{\"transitions\":2.5}}", "chatter.transitions: is no integer"},
        {"{\"group\":{\"join\":0.9}}", "group.core: is less than group.join"},
        {"{\"group\":{\"full_m\":400}}", "group.zero_m: is less than group.full_m"},
        {"{\"link\":{\"nearby\":0.8}}", "link.suggest: is less than link.nearby"},
        {"{\"affinity\":{\"pairs\":[[\"a\",\"b\"]]}}", "affinity.pairs[0]: "},
        {"{\"affinity\":{\"pairs\":[[\"a\",\"b\",1],[\"a\",\"c\",2]]}}", "affinity.pairs[1][2]: "},
        {"{\"inhibit\":{\"mutes\":[\"ok\",\"Not\"]}}", "inhibit.mutes[1]: "},
        {"{\"priority\":{\"sources\":{\"12345\":{\"types\":{\"fire\":7}}}}}",
         "priority.sources.12345.types.fire: "},
        {"{\"priority\":{\"sources\":{\"12345\":{\"trusted\":1}}}}",
         "priority.sources.12345.trusted: "},
        {"{\"types\":{\"fire\":{\"zh\":\"a\",\"en\":\"b\",\"priority\":5}}}",
         "types.fire.priority: "},
        {"{\"types\":{\"fire\":{\"en\":\"b\",\"priority\":1}}}", "types.fire.zh: "},
        {"{\"types\":{\"fire\":{\"zh\":\"a\",\"en\":\"b\",\"priority\":1,\"x\":1}}}",
         "types.fire.x: is unknown"},
        {"{\"types\":{\"Fire\":{\"zh\":\"a\",\"en\":\"b\",\"priority\":1}}}", "types: "},
        {"{\"types\":{\"f\":{\"zh\":\"a\",\"en\":\"b\",\"priority\":1,\"fault\":\"x\"}}}",
         "types.f.fault: "},
        {"{\"warning\":{\"red\":{\"p\":0.5}}}", "warning.red.p: is more than warning.p"},
        {"{\"warning\":{\"red\":{\"colour\":1}}}", "warning.red.colour: is unknown"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(rules_parse(cases[i][0], strlen(cases[i][0]), &error));
        g_assert_true(g_str_has_prefix(error->message, cases[i][1]) ||
                      (g_test_message("%s", error->message), false));
    }
}

static void test_priority(void)
{
    static const char text[] =
        "{\"types\":{\"fire\":{\"zh\":\"a\",\"en\":\"b\",\"priority\":2},"
        "\"help_button\":{\"zh\":\"a\",\"en\":\"b\",\"priority\":1,\"at_least\":1}},"
        "\"priority\":{\"sources\":{\"12345\":{\"ordinary\":4,\"trusted\":false,"
        "\"types\":{\"fire\":1}}}}}";
    static const struct {
        const char *source, *type;
        unsigned told, priority;
        const char *from;
    } table[] = {
        {"110", "fire", 0, 2, "type"},           {"110", "fire", 4, 4, "event"},
        {"110", "unheard_of", 0, 3, "ordinary"}, {"110", "help_button", 3, 1, "at_least"},
        {"12345", "fire", 0, 1, "source"},       {"12345", "fire", 4, 1, "source"},
        {"12345", "unheard_of", 1, 4, "source"}, {"12345", "help_button", 0, 1, "type"},
    };
    struct rules *rules = rules_parse(text, strlen(text), NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *from;
        unsigned priority =
            rules_priority(rules, table[i].source, table[i].type, table[i].told, &from);
        g_assert_cmpuint(priority, ==, table[i].priority);
        g_assert_cmpstr(from, ==, table[i].from);
    }
    rules_unref(rules);
}

static void test_affinity(void)
{
    static const struct {
        const char *a, *b, *why;
        double value;
    } table[] = {
        {"fire", "fire", "same type", 1},
        {"fire", "smoke", "same group", 0.9},
        {"smoke", "fire_seen", "same group", 0.9},
        {"medical", "accident", "pair", 0.5},
        {"accident", "medical", "pair", 0.5},
        {"fire", "theft", "other", 0},
        {"unheard_of", "unheard_of", "same type", 1},
    };
    struct rules *rules = rules_default();
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *why;
        double value = rules_affinity(rules, "a", table[i].a, "b", table[i].b, &why);
        g_assert_cmpfloat(value, ==, table[i].value);
        g_assert_cmpstr(why, ==, table[i].why);
    }
    rules_unref(rules);
}

/* Is `{"section":{"key":value}}` refused with its place? */
static bool refuses(const char *section, const char *key, json_t *value)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *place = g_strdup_printf("%s.%s: ", section, key);
    json_t *json = json_pack("{s:{s:o}}", section, key, value);
    char *text = json_dumps(json, 0);
    struct rules *rules = rules_parse(text, strlen(text), &error);
    bool refused = !rules && g_str_has_prefix(error->message, place);
    g_assert_true(rules || refused);
    rules_unref(rules);
    free(text);
    json_decref(json);
    return refused;
}

/* The schema that editors read says of each number what the program says. */
static void test_schema(void)
{
    json_t *schema = json_load_file(TW_SOURCE_DIR "/config/rules.schema.json", 0, NULL);
    json_t *sections = json_object_get(schema, "properties"), *section, *number;
    const char *name, *key;
    guint count = 0;
    json_object_foreach(sections, name, section)
    {
        json_object_foreach(json_object_get(section, "properties"), key, number)
        {
            const json_t *most = json_object_get(number, "maximum");
            if (!most)
                continue;
            count++;
            g_assert_false(refuses(name, key, json_copy(json_object_get(number, "default"))));
            double high = json_number_value(most);
            g_assert_true(refuses(name, key, json_real(high + 1)));
            g_assert_true(refuses(name, key, json_integer((json_int_t)high + 1)));
            g_assert_true(refuses(name, key, json_integer(-1)));
        }
    }
    g_assert_cmpuint(count, >, 40);
    json_decref(schema);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/shipped", test_shipped);
    g_test_add_func("/rules/schema", test_schema);
    g_test_add_func("/rules/faults", test_faults);
    g_test_add_func("/rules/priority", test_priority);
    g_test_add_func("/rules/affinity", test_affinity);
    return g_test_run();
}
