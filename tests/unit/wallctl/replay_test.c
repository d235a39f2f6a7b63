/* `wallctl replay`: the same bytes each time, every event accounted for, mistakes with their line.
 */
#include "wallctl/replay.h"
#include <glib/gstdio.h>
#include <string.h>

static const char recording[] =
    "{\"source\":\"110\",\"id\":\"1\",\"kind\":\"report\",\"dimension\":\"public_security\","
    "\"type\":\"fire\",\"title\":\"fire\",\"lon\":116.5,\"lat\":35.4,\"received_us\":1000000}\n"
    "{\"source\":\"12345\",\"id\":\"7\",\"kind\":\"report\",\"dimension\":\"livelihood\","
    "\"type\":\"fire\",\"title\":\"smoke\",\"lon\":116.5001,\"lat\":35.4,\"received_us\":2000000}\n"
    "\n"
    "{\"source\":\"12345\",\"id\":\"7\",\"kind\":\"report\",\"dimension\":\"livelihood\","
    "\"type\":\"fire\",\"title\":\"smoke\",\"lon\":116.5001,\"lat\":35.4,\"received_us\":3000000}\n"
    "{\"source\":\"hotline\",\"id\":\"3\",\"kind\":\"report\",\"dimension\":\"livelihood\","
    "\"type\":\"noise\",\"title\":\"noise\",\"lon\":116.6,\"lat\":35.4,\"received_us\":4000000}\n";
static const char labels[] = "{\"incident\":\"i1\",\"type\":\"fire\",\"priority\":1}\n"
                             "{\"incident\":\"i2\",\"type\":\"gas_leak\",\"priority\":1}\n"
                             "{\"source\":\"110\",\"id\":\"1\",\"incident\":\"i1\"}\n"
                             "{\"source\":\"12345\",\"id\":\"7\",\"incident\":\"i1\"}\n"
                             "{\"source\":\"hotline\",\"id\":\"3\",\"incident\":null}\n";

/* Replays texts through files of a folder of their own. NULL + message. */
static json_t *replay(const char *events, const char *label, const char *rules, char **message)
{
    g_autofree char *folder = g_dir_make_tmp("tw-replay-XXXXXX", NULL);
    const char *const texts[] = {events, label, rules};
    static const char *const names[] = {"events", "labels", "rules"};
    char *paths[3] = {NULL};
    for (int i = 0; i < 3; i++) {
        if (!texts[i])
            continue;
        paths[i] = g_build_filename(folder, names[i], NULL);
        g_assert_true(g_file_set_contents(paths[i], texts[i], -1, NULL));
    }
    struct arguments a = {.operand = paths[0], .labels = paths[1], .rules = paths[2]};
    g_autoptr(GError) error = NULL;
    json_t *json = replay_args(&a, &error);
    g_assert_true((json == NULL) == (error != NULL));
    *message = error ? g_strdup(error->message) : NULL;
    for (int i = 0; i < 3; i++) {
        if (paths[i])
            g_unlink(paths[i]);
        g_free(paths[i]);
    }
    g_rmdir(folder);
    return json;
}

static json_int_t number(const json_t *json, const char *section, const char *key)
{
    const json_t *object = json_object_get(json, section);
    const json_t *labelled = json_object_get(json_object_get(object, "labels"), key);
    return json_integer_value(labelled ? labelled : json_object_get(object, key));
}

static void test_accounts(void)
{
    g_autofree char *message = NULL;
    json_t *json = replay(recording, labels, NULL, &message);
    g_assert_cmpint(number(json, "summary", "events"), ==, 3);
    g_assert_cmpint(number(json, "summary", "repeated"), ==, 1);
    g_assert_cmpint(number(json, "summary", "items"), ==, 2);
    g_assert_cmpint(number(json, "summary", "incidents"), ==, 2);
    g_assert_cmpint(number(json, "summary", "missed_incidents"), ==, 1);
    g_assert_cmpint(number(json, "summary", "links"), ==, 1);
    g_assert_cmpint(number(json, "summary", "missed_links"), ==, 0);
    g_assert_cmpint(number(json, "summary", "false_links"), ==, 0);
    g_assert_cmpuint(json_array_size(json_object_get(json, "events")), ==, 3);
    g_assert_cmpuint(json_array_size(json_object_get(json, "situations")), ==, 1);
    json_decref(json);
}

static void test_same(void)
{
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        g_autofree char *message = NULL;
        json_t *json = replay(recording, NULL, NULL, &message);
        GString *out = g_string_new(NULL);
        print_replay(json, i ? LANGUAGE_EN : LANGUAGE_ZH, out);
        g_assert_nonnull(strstr(out->str, "1970-01-01T00:00:01Z alert"));
        g_string_free(out, TRUE);
        texts[i] = json_dumps(json, 0);
        json_decref(json);
    }
    g_assert_cmpstr(texts[0], ==, texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void test_faults(void)
{
    static const struct {
        const char *events, *labels, *rules, *message;
    } table[] = {
        {"{}", NULL, NULL, "events:1: "},
        {"\n\n{\"source\":\"a\"}", NULL, NULL, "events:3: "},
        {recording, "{\"incident\":1}", NULL, "labels:1: "},
        {recording, NULL, "{\"dedup\":1}", "rules: dedup: is no object"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *message = NULL;
        g_assert_null(replay(table[i].events, table[i].labels, table[i].rules, &message));
        g_assert_nonnull(strstr(message, table[i].message));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/accounts", test_accounts);
    g_test_add_func("/replay/same", test_same);
    g_test_add_func("/replay/faults", test_faults);
    return g_test_run();
}
