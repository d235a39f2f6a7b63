#include "alerts/checklists.h"
#include "common/config.h"
#include <string.h>

extern const unsigned char checklists_json[], checklists_schema[];
extern const unsigned int checklists_json_len, checklists_schema_len;

static json_t *load(const char *text, gsize size, GError **error)
{
    json_error_t wrong;
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (!value)
        g_set_error(error, CHECKLISTS_ERROR, 0, "line %d: %s", wrong.line, wrong.text);
    return value;
}

/* A step that stands twice could not be told apart in the history. */
static bool check_steps(const json_t *checklists, GError **error)
{
    size_t i, k;
    json_t *list, *step;
    json_array_foreach(json_object_get(checklists, "checklists"), i, list)
    {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        json_array_foreach(json_object_get(list, "steps"), k, step)
        {
            const char *id = json_string_value(json_object_get(step, "id"));
            if (g_hash_table_add(seen, (gpointer)id))
                continue;
            g_set_error(error, CHECKLISTS_ERROR, 0, "checklists[%zu].steps[%zu].id: \"%s\" twice",
                        i, k, id);
            return false;
        }
    }
    return true;
}

json_t *checklists_parse(const char *text, gsize size, GError **error)
{
    json_t *value = load(text, size, error);
    if (!value)
        return NULL;
    json_t *schema = load((const char *)checklists_schema, checklists_schema_len, NULL);
    g_autoptr(GString) faults = g_string_new(NULL);
    bool fine = config_check(value, schema, "checklists", faults);
    json_decref(schema);
    if (!fine)
        g_set_error_literal(error, CHECKLISTS_ERROR, 0, g_strchomp(faults->str));
    if (fine && check_steps(value, error))
        return value;
    json_decref(value);
    return NULL;
}

json_t *checklists_default(void)
{
    GError *error = NULL;
    json_t *checklists =
        checklists_parse((const char *)checklists_json, checklists_json_len, &error);
    g_assert_no_error(error);
    return checklists;
}

const json_t *checklists_find(const json_t *checklists, const char *type)
{
    size_t i, k;
    json_t *list, *name;
    json_array_foreach(json_object_get(checklists, "checklists"), i, list)
    {
        json_array_foreach(json_object_get(list, "types"), k, name)
        {
            if (strcmp(json_string_value(name), type) == 0)
                return list;
        }
    }
    return NULL;
}
