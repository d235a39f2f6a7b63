#include "accord/template.h"
#include "store/store.h"
#include <string.h>

extern const unsigned char agreement_standard_json[], agreement_oral_json[];
extern const unsigned int agreement_standard_json_len, agreement_oral_json_len;

enum { ID_CHARS = 32, MOST_CHARS = 10000 };

struct templates {
    json_t *list;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* --- reading */

static bool field_fits(const json_t *field)
{
    json_int_t most = json_integer_value(json_object_get(field, "most"));
    return *text_of(field, "id") && strlen(text_of(field, "id")) <= ID_CHARS &&
           *text_of(field, "zh") && *text_of(field, "en") && most >= 1 && most <= MOST_CHARS;
}

/* Returned: what is wrong, static; NULL: nothing. */
static const char *fault_of(const json_t *json)
{
    static const char *const heads[] = {"id", "version", "zh", "en"};
    size_t i;
    const json_t *one;
    for (i = 0; i < G_N_ELEMENTS(heads); i++)
        if (!*text_of(json, heads[i]) || (i < 2 && strlen(text_of(json, heads[i])) > ID_CHARS))
            return heads[i];
    const json_t *lines = json_object_get(json, "lines"), *how = json_object_get(json, "how");
    const json_t *fields = json_object_get(json, "fields");
    if (json_array_size(how) == 0)
        return "how";
    if (json_array_size(lines) == 0 || !*(json_string_value(json_array_get(lines, 0)) ?: ""))
        return "lines";
    for (i = 0; i < json_array_size(lines); i++)
        if (!json_is_string(json_array_get(lines, i)))
            return "lines";
    for (i = 0; i < json_array_size(fields); i++) {
        one = json_array_get(fields, i);
        if (!field_fits(one))
            return "fields";
    }
    return NULL;
}

/* Takes `json`. */
static bool add(struct templates *templates, json_t *json, const char *name, const char *why,
                GError **error)
{
    const char *fault = json ? fault_of(json) : why;
    if (fault) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: %s is missing or wrong", name,
                    fault);
        json_decref(json);
        return false;
    }
    for (size_t i = 0; i < json_array_size(templates->list); i++)
        if (strcmp(text_of(json_array_get(templates->list, i), "id"), text_of(json, "id")) == 0)
            return json_array_set_new(templates->list, i, json) == 0;
    return json_array_append_new(templates->list, json) == 0;
}

static bool add_own(struct templates *templates, const char *dir, GError **error)
{
    g_autoptr(GDir) open = dir ? g_dir_open(dir, 0, NULL) : NULL;
    const char *name;
    while (open && (name = g_dir_read_name(open))) {
        json_error_t why;
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (g_str_has_prefix(name, "agreement-") && g_str_has_suffix(name, ".json") &&
            !add(templates, json_load_file(path, JSON_REJECT_DUPLICATES, &why), path, why.text,
                 error))
            return false;
    }
    return true;
}

struct templates *templates_create(const char *dir, GError **error)
{
    struct templates *templates = g_new0(struct templates, 1);
    json_error_t why;
    templates->list = json_array();
    if (add(templates,
            json_loadb((const char *)agreement_standard_json, agreement_standard_json_len, 0, &why),
            "agreement-standard.json", why.text, error) &&
        add(templates,
            json_loadb((const char *)agreement_oral_json, agreement_oral_json_len, 0, &why),
            "agreement-oral.json", why.text, error) &&
        add_own(templates, dir, error))
        return templates;
    templates_free(templates);
    return NULL;
}

void templates_free(struct templates *templates)
{
    if (!templates)
        return;
    json_decref(templates->list);
    g_free(templates);
}

json_t *templates_json(const struct templates *templates)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(templates->list); i++) {
        json_t *one = json_copy(json_array_get(templates->list, i));
        json_object_del(one, "lines");
        json_array_append_new(list, one);
    }
    return list;
}

const json_t *templates_find(const struct templates *templates, const char *id)
{
    for (size_t i = 0; id && i < json_array_size(templates->list); i++) {
        const json_t *one = json_array_get(templates->list, i);
        if (strcmp(text_of(one, "id"), id) == 0)
            return one;
    }
    return NULL;
}

/* --- filling */

bool template_allows(const json_t *template, const char *how)
{
    const json_t *list = json_object_get(template, "how");
    for (size_t i = 0; how && i < json_array_size(list); i++)
        if (g_strcmp0(json_string_value(json_array_get(list, i)), how) == 0)
            return true;
    return false;
}

gint64 template_day_us(const char *day)
{
    int year, month, date;
    char end;
    if (!day || strlen(day) != 10 || sscanf(day, "%4d-%2d-%2d%c", &year, &month, &date, &end) != 3)
        return 0;
    g_autoptr(GDateTime) last = g_date_time_new_local(year, month, date, 23, 59, 59);
    return last && year >= 2000 ? g_date_time_to_unix(last) * G_USEC_PER_SEC : 0;
}

bool template_text_good(const char *text, glong most, bool lines)
{
    glong count = 0;
    bool ink = false;
    if (!text || !g_utf8_validate(text, -1, NULL))
        return false;
    for (const char *at = text; *at; at = g_utf8_next_char(at), count++) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_iscntrl(c) && !(lines && c == '\n'))
            return false;
        /* nothing that turns the order of what is read */
        if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
            return false;
        ink = ink || !g_unichar_isspace(c);
    }
    return ink && count <= most;
}

static const json_t *field_of(const json_t *template, const char *id)
{
    const json_t *fields = json_object_get(template, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++)
        if (strcmp(text_of(json_array_get(fields, i), "id"), id) == 0)
            return json_array_get(fields, i);
    return NULL;
}

const char *template_fault(const json_t *template, const json_t *fields)
{
    const char *name;
    json_t *value;
    if (!json_is_object(fields))
        return "fields";
    json_object_foreach((json_t *)fields, name, value)
    {
        const json_t *field = field_of(template, name);
        const char *text = json_string_value(value);
        if (!field || !text)
            return name;
        if (!*text)
            continue;
        if (!template_text_good(text, (glong)json_integer_value(json_object_get(field, "most")),
                                json_is_true(json_object_get(field, "lines"))) ||
            (json_is_true(json_object_get(field, "day")) && !template_day_us(text)))
            return name;
    }
    const json_t *all = json_object_get(template, "fields");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *field = json_array_get(all, i);
        if (json_is_true(json_object_get(field, "needed")) &&
            !*text_of(fields, text_of(field, "id")))
            return text_of(field, "id");
    }
    return NULL;
}

/* One line with its fields filled in; a field that is empty leaves out a line of its own. */
static bool put_line(GString *out, const char *line, const json_t *fields, const json_t *given)
{
    gsize from = out->len;
    bool empty = false;
    while (*line) {
        const char *end = *line == '{' ? strchr(line, '}') : NULL;
        if (!end) {
            g_string_append_c(out, *line++);
            continue;
        }
        g_autofree char *id = g_strndup(line + 1, (gsize)(end - line - 1));
        const char *value = text_of(given, id);
        if (!*value)
            value = text_of(fields, id);
        empty = empty || !*value;
        g_string_append(out, value);
        line = end + 1;
    }
    if (empty)
        g_string_truncate(out, from);
    return !empty;
}

char *template_text(const json_t *template, const json_t *fields, const json_t *given)
{
    GString *out = g_string_new(NULL);
    const json_t *lines = json_object_get(template, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (put_line(out, json_string_value(json_array_get(lines, i)), fields, given))
            g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
