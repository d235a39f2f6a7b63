/* The file of checklists: what it may say, and what is said of a wrong one. */
#include "alerts/checklists.h"
#include "correlate/rules.h"
#include <string.h>

static void refuse(const char *text, const char *place)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(checklists_parse(text, strlen(text), &error));
    g_assert_nonnull(strstr(error->message, place));
}

static void test_faults(void)
{
    refuse("{", "line 1");
    refuse("{}", "checklists");
    refuse("{\"checklists\":[{\"types\":[\"fire\"],\"zh\":\"火\",\"en\":\"Fire\"}]}", "steps");
    refuse("{\"checklists\":[{\"types\":[\"Fire!\"],\"zh\":\"火\",\"en\":\"Fire\",\"steps\":[]}]}",
           "types[0]");
    refuse("{\"checklists\":[{\"types\":[],\"zh\":\"火\",\"en\":\"Fire\",\"steps\":["
           "{\"id\":\"a\",\"zh\":\"x\",\"en\":\"x\"},{\"id\":\"a\",\"zh\":\"y\",\"en\":\"y\"}]}]}",
           "steps[1].id");
}

/* Every type that the built-in ones name is one of the rules, and those of life and death have one.
 */
static void test_built_in(void)
{
    json_t *checklists = checklists_default();
    struct rules *rules = rules_default();
    size_t i, k;
    json_t *list, *type;
    json_array_foreach(json_object_get(checklists, "checklists"), i, list)
    {
        g_assert_cmpuint(json_array_size(json_object_get(list, "steps")), >=, 3);
        json_array_foreach(json_object_get(list, "types"), k, type)
            g_assert_nonnull(rules_type(rules, json_string_value(type)));
    }
    g_assert_nonnull(checklists_find(checklists, "fire"));
    g_assert_nonnull(checklists_find(checklists, "drowning"));
    g_assert_nonnull(checklists_find(checklists, "help_button"));
    g_assert_null(checklists_find(checklists, "nothing"));
    rules_unref(rules);
    json_decref(checklists);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checklists/faults", test_faults);
    g_test_add_func("/checklists/built-in", test_built_in);
    return g_test_run();
}
