/* docs/config.md lists every key of the schema as it is. With TW_WRITE_DOCS=1 the list is written.
 */
#include <glib.h>
#include <jansson.h>
#include <string.h>

#define DOCS   TW_SOURCE_DIR "/docs/config.md"
#define SCHEMA TW_SOURCE_DIR "/config/townwall.schema.json"

static const char begin_mark[] = "<!-- keys: begin -->\n", end_mark[] = "<!-- keys: end -->\n";

static void append_json(GString *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
    g_string_append_printf(out, "`%s`", text);
    free(text);
}

static void append_allowed(GString *out, const json_t *rule)
{
    size_t i;
    json_t *one;
    const json_t *allowed = json_object_get(rule, "enum");
    if (allowed) {
        json_array_foreach((json_t *)allowed, i, one)
        {
            g_string_append(out, i > 0 ? ", " : "");
            append_json(out, one);
        }
        return;
    }
    g_string_append(out, json_string_value(json_object_get(rule, "type")));
    if (json_object_get(rule, "minimum")) {
        g_string_append_c(out, ' ');
        append_json(out, json_object_get(rule, "minimum"));
        g_string_append(out, " to ");
        append_json(out, json_object_get(rule, "maximum"));
    }
    if (json_object_get(rule, "examples")) {
        g_string_append(out, " such as ");
        append_json(out, json_array_get(json_object_get(rule, "examples"), 0));
    }
    if (json_is_true(json_object_get(rule, "writeOnly")))
        g_string_append(out, ", secret");
}

static void append_keys(GString *out, const json_t *schema, const char *prefix)
{
    const char *key;
    json_t *rule;
    json_object_foreach(json_object_get(schema, "properties"), key, rule)
    {
        g_autofree char *path = g_strconcat(prefix, key, NULL);
        const char *description = json_string_value(json_object_get(rule, "description"));
        g_assert_nonnull(description);
        if (json_object_get(rule, "properties")) {
            g_autofree char *deeper = g_strconcat(path, ".", NULL);
            g_string_append_printf(out, "| **`%s`** | | | %s |\n", path, description);
            append_keys(out, rule, deeper);
            continue;
        }
        g_string_append_printf(out, "| `%s` | ", path);
        append_allowed(out, rule);
        g_string_append(out, " | ");
        if (json_object_get(rule, "default"))
            append_json(out, json_object_get(rule, "default"));
        g_string_append_printf(out, " | %s |\n", description);
    }
}

static void test_docs(void)
{
    json_t *schema = json_load_file(SCHEMA, 0, NULL);
    g_assert_nonnull(schema);
    g_autoptr(GString) table = g_string_new("| key | allowed | default | |\n|---|---|---|---|\n");
    append_keys(table, schema, "");
    json_decref(schema);
    g_autofree char *docs = NULL;
    g_assert_true(g_file_get_contents(DOCS, &docs, NULL, NULL));
    char *begin = strstr(docs, begin_mark), *end = strstr(docs, end_mark);
    g_assert_true(begin && end && begin < end);
    begin += strlen(begin_mark);
    g_autofree char *found = g_strndup(begin, (size_t)(end - begin));
    if (g_getenv("TW_WRITE_DOCS")) {
        g_autofree char *head = g_strndup(docs, (size_t)(begin - docs));
        g_autofree char *all = g_strconcat(head, table->str, end, NULL);
        g_assert_true(g_file_set_contents(DOCS, all, -1, NULL));
    } else {
        g_test_message("differs? write it: TW_WRITE_DOCS=1 %s", g_get_prgname());
        g_assert_cmpstr(found, ==, table->str);
    }
}

/* The shipped schema says nothing that config_check() would pass over. */
static void check_words(const json_t *schema)
{
    static const char *const words[] = {
        "$schema",    "title",     "description", "type",
        "properties", "required",  "enum",        "minimum",
        "maximum",    "minLength", "pattern",     "items",
        "default",    "examples",  "writeOnly",   "additionalProperties"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)schema, key, value)
    {
        size_t i = 0;
        while (i < G_N_ELEMENTS(words) && strcmp(words[i], key) != 0)
            i++;
        if (i == G_N_ELEMENTS(words))
            g_error("schema word \"%s\" is not known to config_check()", key);
    }
    json_object_foreach(json_object_get(schema, "properties"), key, value) check_words(value);
    if (json_object_get(schema, "properties"))
        g_assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
    if (json_object_get(schema, "pattern"))
        g_assert_nonnull(json_object_get(schema, "examples"));
}

static void test_words(void)
{
    json_t *schema = json_load_file(SCHEMA, 0, NULL);
    check_words(schema);
    json_decref(schema);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/docs", test_docs);
    g_test_add_func("/config/schema-words", test_words);
    return g_test_run();
}
