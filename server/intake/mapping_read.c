/* Reading a mapping: every mistake is named with its place. */
#include "intake/intake_private.h"
#include "intake/mapping_private.h"
#include "intake/time_text.h"
#include <string.h>

enum { RULE_PATHS = 16, TITLE_LETTERS = 200, TEXT_LETTERS = 4000, ADDRESS_LETTERS = 200 };

const struct target mapping_targets[] = {
    {"id", TARGET_TEXT, 0},
    {"kind", TARGET_TEXT, 0},
    {"dimension", TARGET_TEXT, 0},
    {"type", TARGET_TEXT, 0},
    {"title", TARGET_TEXT, TITLE_LETTERS},
    {"text", TARGET_TEXT, TEXT_LETTERS},
    {"priority", TARGET_PRIORITY, 0},
    {"device", TARGET_TEXT, 0},
    {"parent", TARGET_TEXT, 0},
    {"lon", TARGET_NUMBER, 0},
    {"lat", TARGET_NUMBER, 0},
    {"crs", TARGET_TEXT, 0},
    {"area", TARGET_TEXT, 0},
    {"address", TARGET_TEXT, ADDRESS_LETTERS},
    {"azimuth", TARGET_NUMBER, 0},
    {"fov", TARGET_NUMBER, 0},
    {"reporter", TARGET_TEXT, 0},
    {"reporter_name", TARGET_TEXT, 0},
    {"occurred_us", TARGET_TIME, 0},
    {"expires_us", TARGET_TIME, 0},
    {"refs", TARGET_LIST, 0},
    {"marks", TARGET_LIST, 0},
    {"shape", TARGET_SHAPE, 0},
    {"extra", TARGET_EXTRA, 0},
    {NULL, TARGET_TEXT, 0},
};

static bool wrong(GError **error, const char *field, const char *why)
{
    g_set_error(error, INTAKE_ERROR, 0, "fields.%s: %s", field, why);
    return false;
}

/* One path or an array of them. "from" and "join" fill the same list: one of them only. */
static bool read_paths(const json_t *json, struct path **paths, guint *count)
{
    size_t size = json_is_array(json) ? json_array_size(json) : 1;
    if (*paths || size < 1 || size > RULE_PATHS)
        return false;
    *paths = g_new0(struct path, size);
    for (size_t i = 0; i < size; i++) {
        const char *text = json_string_value(json_is_array(json) ? json_array_get(json, i) : json);
        if (!text || strlen(text) > 256)
            return false;
        path_init(&(*paths)[(*count)++], text);
    }
    return true;
}

static bool read_words(const json_t *json, struct rule *rule)
{
    size_t i;
    const json_t *pair;
    rule->words = g_new0(struct word, MAX(json_array_size(json), 1));
    json_array_foreach(json, i, pair)
    {
        const char *text = json_string_value(json_array_get(pair, 0));
        if (!text || !*text || json_array_size(pair) != 2)
            return false;
        rule->words[rule->word_count++] =
            (struct word){g_strdup(text), json_incref(json_array_get(pair, 1))};
    }
    return rule->word_count > 0;
}

static bool read_absent(const json_t *json, struct rule *rule)
{
    size_t i;
    const json_t *text;
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    json_array_foreach(json, i, text)
    {
        if (!json_is_string(text))
            return false;
        g_strv_builder_add(builder, json_string_value(text));
    }
    rule->absent = g_strv_builder_end(builder);
    return json_is_array(json);
}

static bool read_time(const json_t *json, struct rule *rule)
{
    const char *form = json_string_value(json);
    if (rule->target->kind != TARGET_TIME || !form || !time_text_form_good(form))
        return false;
    rule->time = g_strdup(form);
    return true;
}

static bool read_zone(const json_t *json, struct rule *rule)
{
    const char *name = json_string_value(json);
    rule->zone = name ? g_time_zone_new_identifier(name) : NULL;
    return rule->zone != NULL;
}

static bool read_key(const char *key, json_t *value, struct rule *rule)
{
    if (!strcmp(key, "from"))
        return read_paths(value, &rule->from, &rule->from_count);
    if (!strcmp(key, "join")) {
        rule->join = true;
        return read_paths(value, &rule->from, &rule->from_count);
    }
    if (!strcmp(key, "with")) {
        rule->with = g_strdup(json_string_value(value));
        return rule->with != NULL;
    }
    if (!strcmp(key, "table")) {
        rule->table = json_incref(value);
        return json_is_object(value);
    }
    if (!strcmp(key, "words"))
        return read_words(value, rule);
    if (!strcmp(key, "absent"))
        return read_absent(value, rule);
    if (!strcmp(key, "time"))
        return read_time(value, rule);
    if (!strcmp(key, "zone"))
        return read_zone(value, rule);
    if (!strcmp(key, "scale")) {
        rule->scale = json_number_value(value);
        return json_is_number(value) && rule->scale != 0;
    }
    if (!strcmp(key, "value")) {
        rule->constant = json_incref(value);
        return true;
    }
    if (!strcmp(key, "default")) {
        rule->fallback = json_incref(value);
        return true;
    }
    return !strcmp(key, "pick") && rule->target->kind == TARGET_EXTRA &&
           read_paths(value, &rule->pick, &rule->pick_count);
}

static bool read_rule(const char *field, const json_t *json, struct rule *rule, GError **error)
{
    const char *key;
    json_t *value;
    for (rule->target = mapping_targets; rule->target->name; rule->target++)
        if (strcmp(rule->target->name, field) == 0)
            break;
    if (!rule->target->name)
        return wrong(error, field, "is no field that a mapping may fill (docs/feeds.md)");
    if (json_is_string(json))
        return read_paths(json, &rule->from, &rule->from_count) ||
               wrong(error, field, "is no path");
    if (!json_is_object(json))
        return wrong(error, field, "is neither a path nor an object");
    json_object_foreach((json_t *)json, key, value)
    {
        if (read_key(key, value, rule))
            continue;
        g_autofree char *why =
            g_strdup_printf("\"%s\" is unknown here, or not as it has to be", key);
        return wrong(error, field, why);
    }
    if (!rule->from_count && !rule->constant && !rule->fallback && !rule->pick_count)
        return wrong(error, field, "says neither \"from\" nor \"value\"");
    return true;
}

static bool read_rules(struct mapping *mapping, const json_t *fields, GError **error)
{
    const char *field;
    json_t *json;
    if (!json_object_size(fields)) {
        g_set_error(error, INTAKE_ERROR, 0, "fields: is missing");
        return false;
    }
    mapping->rules = g_new0(struct rule, json_object_size(fields));
    json_object_foreach((json_t *)fields, field, json)
    {
        struct rule *rule = &mapping->rules[mapping->rule_count++];
        if (!read_rule(field, json, rule, error))
            return false;
        if (rule->target->kind == TARGET_TIME && !rule->time)
            rule->time = g_strdup("iso");
        if (rule->target->kind == TARGET_TIME && !rule->zone)
            rule->zone = g_time_zone_new_identifier("+08:00");
    }
    return true;
}

struct mapping *mapping_read(const json_t *json, GError **error)
{
    const char *key;
    json_t *value;
    struct mapping *mapping = g_new0(struct mapping, 1);
    json_object_foreach((json_t *)json, key, value)
    {
        if (strcmp(key, "fields") == 0 || strcmp(key, "title") == 0)
            continue;
        if (strcmp(key, "items") == 0 && json_is_string(value)) {
            path_init(&mapping->items, json_string_value(value));
            continue;
        }
        g_set_error(error, INTAKE_ERROR, 0, "\"%s\" is unknown here", key);
        goto fail;
    }
    if (read_rules(mapping, json_object_get(json, "fields"), error))
        return mapping;
fail:
    mapping_free(mapping);
    return NULL;
}

static void clear_paths(struct path *paths, guint count)
{
    for (guint i = 0; i < count; i++)
        path_clear(&paths[i]);
    g_free(paths);
}

static void clear_rule(struct rule *rule)
{
    clear_paths(rule->from, rule->from_count);
    clear_paths(rule->pick, rule->pick_count);
    for (guint i = 0; i < rule->word_count; i++) {
        g_free(rule->words[i].text);
        json_decref(rule->words[i].value);
    }
    g_free(rule->words);
    g_free(rule->with);
    g_strfreev(rule->absent);
    json_decref(rule->table);
    g_free(rule->time);
    if (rule->zone)
        g_time_zone_unref(rule->zone);
    json_decref(rule->constant);
    json_decref(rule->fallback);
}

void mapping_free(struct mapping *mapping)
{
    if (!mapping)
        return;
    for (guint i = 0; i < mapping->rule_count; i++)
        clear_rule(&mapping->rules[i]);
    g_free(mapping->rules);
    path_clear(&mapping->items);
    g_free(mapping);
}
