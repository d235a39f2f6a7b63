#include "wallctl/print.h"
#include "wallctl/table.h"
#include "wallctl/text.h"
#include <string.h>

#define COLUMNS 8

/* Returned: one value as text; objects and arrays as JSON. */
static char *value_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (!value || json_is_null(value))
        return g_strdup("");
    size_t digits = json_is_real(value) ? 4 : 0;
    return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(digits));
}

static bool all_plain(const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (json_is_object(json_array_get(array, i)))
            return false;
    }
    return true;
}

static void flatten(const char *path, const json_t *value, struct table *table)
{
    const char *key;
    json_t *element;
    size_t index;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, element)
        {
            g_autofree char *name = *path ? g_strdup_printf("%s.%s", path, key) : g_strdup(key);
            flatten(name, element, table);
        }
    } else if (json_is_array(value) && !all_plain(value)) {
        json_array_foreach(value, index, element)
        {
            g_autofree char *name = g_strdup_printf("%s.%zu", path, index);
            flatten(name, element, table);
        }
    } else {
        g_autofree char *text = value_text(value);
        table_add(table, (const char *[]){path, text, NULL});
    }
}

void print_status(const json_t *data, enum language language, GString *out)
{
    static const char *const heads[][3] = {{"NAME", "VALUE", NULL}, {"名称", "值", NULL}};
    struct table *table = table_create(heads[language]);
    flatten("", data, table);
    table_write(table, out);
    table_destroy(table);
}

/* One row for each object of `list`, its fields by `keys`. */
static void print_list(const json_t *list, const char *const *heads, const char *const *keys,
                       GString *out)
{
    struct table *table = table_create(heads);
    for (size_t i = 0; i < json_array_size(list); i++) {
        char *cells[COLUMNS + 1] = {NULL};
        for (int k = 0; keys[k] && k < COLUMNS; k++)
            cells[k] = value_text(json_object_get(json_array_get(list, i), keys[k]));
        table_add(table, (const char *const *)cells);
        for (int k = 0; k < COLUMNS; k++)
            g_free(cells[k]);
    }
    table_write(table, out);
    table_destroy(table);
}

void print_cameras(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"id", "name", "area", "state", "reason", "codec", NULL};
    static const char *const heads[][7] = {
        {"ID", "NAME", "AREA", "STATE", "REASON", "CODEC", NULL},
        {"编号", "名称", "区划", "状态", "原因", "编码", NULL},
    };
    print_list(json_object_get(data, "cameras"), heads[language], keys, out);
}

void print_users(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"login", "name", "role", "unit", "enabled", NULL};
    static const char *const heads[][6] = {
        {"LOGIN", "NAME", "ROLE", "UNIT", "ENABLED", NULL},
        {"登录名", "姓名", "角色", "单位", "启用", NULL},
    };
    print_list(json_object_get(data, "users"), heads[language], keys, out);
}

static int integer(const json_t *data, const char *key)
{
    return (int)json_integer_value(json_object_get(data, key));
}

static void print_notes(const json_t *notes, enum text text, enum language language, GString *out)
{
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *note = json_array_get(notes, i);
        const json_t *message = json_object_get(note, "message");
        g_autofree char *column = value_text(json_object_get(note, "column"));
        g_autofree char *words =
            value_text(json_is_object(message)
                           ? json_object_get(message, language == LANGUAGE_ZH ? "zh" : "en")
                           : message);
        g_autofree char *clean_column = text_clean(column);
        g_autofree char *clean_words = text_clean(words);
        g_string_append_printf(out, text_of(text, language), integer(note, "line"),
                               *clean_column ? ", " : "", clean_column, clean_words);
    }
}

void print_import(const json_t *data, enum language language, GString *out)
{
    bool dry = json_is_true(json_object_get(data, "dry_run"));
    print_notes(json_object_get(data, "errors"), TEXT_LINE, language, out);
    print_notes(json_object_get(data, "warnings"), TEXT_WARNING, language, out);
    g_string_append_printf(out, text_of(dry ? TEXT_WOULD_IMPORT : TEXT_IMPORTED, language),
                           integer(data, "rows"), integer(data, "created"),
                           integer(data, "updated"), integer(data, "unchanged"),
                           integer(data, "refused"));
}

void print_user(const json_t *data, enum language language, GString *out)
{
    g_autofree char *login = value_text(json_object_get(data, "login"));
    g_autofree char *role = value_text(json_object_get(data, "role"));
    g_string_append_printf(out, text_of(TEXT_USER_ADDED, language), login, role);
}

void print_password(const json_t *data, enum language language, GString *out)
{
    g_autofree char *login = value_text(json_object_get(data, "login"));
    g_string_append_printf(out, text_of(TEXT_PASSWORD_SET, language), login);
}
