/* The JSON Schema subset. Pure: value and schema in, defaults and error lines out. */
#include "common/config_check.h"
#include "common/log.h"
#include <math.h>
#include <string.h>

enum { SHOWN_BYTES = 60, WORD_MAX = 63 };

struct check {
    const char *name;
    GHashTable *secrets;
    GString *errors;
    GString *path;
    bool ok;
};

static void check_value(struct check *check, json_t *value, const json_t *schema);

size_t config_distance(const char *a, const char *b)
{
    size_t a_size = strlen(a), b_size = strlen(b);
    if (a_size > WORD_MAX || b_size > WORD_MAX)
        return MAX(a_size, b_size);
    size_t rows[3][WORD_MAX + 1]; /* before last, last, this */
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = MIN(change, MIN(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_size];
}

static const char *string_of(const json_t *schema, const char *key)
{
    return json_string_value(json_object_get(schema, key));
}

static void complain(struct check *check, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void complain(struct check *check, const char *format, ...)
{
    check->ok = false;
    if (check->errors->len > 0 && check->errors->str[check->errors->len - 1] != '\n')
        g_string_append_c(check->errors, '\n');
    g_string_append_printf(check->errors, "%s: ", check->name);
    if (check->path->len > 0)
        g_string_append_printf(check->errors, "%s: ", check->path->str);
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(check->errors, format, args);
    va_end(args);
}

/* --- what was expected */

static char *number_text(const json_t *value)
{
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof(text), "%.10g", json_real_value(value)));
}

static void expect_number(GString *text, const json_t *schema)
{
    const json_t *low = json_object_get(schema, "minimum");
    const json_t *high = json_object_get(schema, "maximum");
    g_autofree char *low_text = low ? number_text(low) : NULL;
    g_autofree char *high_text = high ? number_text(high) : NULL;
    if (low && high)
        g_string_append_printf(text, " %s to %s", low_text, high_text);
    else if (low)
        g_string_append_printf(text, " of at least %s", low_text);
    else if (high)
        g_string_append_printf(text, " of at most %s", high_text);
}

static void expect_string(GString *text, const json_t *schema)
{
    json_int_t least = json_integer_value(json_object_get(schema, "minLength"));
    const json_t *example = json_array_get(json_object_get(schema, "examples"), 0);
    if (least > 0)
        g_string_append_printf(text, " of at least %" JSON_INTEGER_FORMAT " %s", least,
                               least == 1 ? "character" : "characters");
    if (string_of(schema, "pattern"))
        g_string_append_printf(text, " matching %s", string_of(schema, "pattern"));
    if (json_is_string(example))
        g_string_append_printf(text, " such as \"%s\"", json_string_value(example));
}

static char *expected_text(const json_t *schema)
{
    GString *text = g_string_new(NULL);
    const json_t *allowed = json_object_get(schema, "enum");
    if (allowed) {
        size_t i;
        json_t *one;
        g_string_append(text, "one of ");
        json_array_foreach((json_t *)allowed, i, one)
        {
            char *shown = json_dumps(one, JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
            g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", shown);
            free(shown);
        }
        return g_string_free(text, FALSE);
    }
    const char *type = string_of(schema, "type");
    g_string_append(text, type ? type : "value");
    if (g_strcmp0(type, "integer") == 0 || g_strcmp0(type, "number") == 0)
        expect_number(text, schema);
    else if (g_strcmp0(type, "string") == 0)
        expect_string(text, schema);
    return g_string_free(text, FALSE);
}

/* --- what was found */

static char *shown_value(const struct check *check, const json_t *value, const json_t *schema)
{
    if (json_is_true(json_object_get(schema, "writeOnly")) ||
        (check->secrets && g_hash_table_contains(check->secrets, value)))
        return g_strdup("a secret that does not fit");
    if (json_is_object(value))
        return g_strdup("an object");
    if (json_is_array(value))
        return g_strdup("an array");
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
    char *shown = log_redact(dumped ? dumped : "?");
    free(dumped);
    if (strlen(shown) > SHOWN_BYTES) {
        char *end = g_utf8_find_prev_char(shown, shown + SHOWN_BYTES);
        memcpy(end ? end : shown, "…", sizeof("…"));
    }
    return shown;
}

static void complain_expected(struct check *check, const json_t *value, const json_t *schema)
{
    g_autofree char *expected = expected_text(schema);
    g_autofree char *got = shown_value(check, value, schema);
    complain(check, "expected %s, got %s", expected, got);
}

/* --- rules */

static bool type_fits(const json_t *value, const char *type)
{
    if (g_strcmp0(type, "object") == 0)
        return json_is_object(value);
    if (g_strcmp0(type, "array") == 0)
        return json_is_array(value);
    if (g_strcmp0(type, "string") == 0)
        return json_is_string(value);
    if (g_strcmp0(type, "boolean") == 0)
        return json_is_boolean(value);
    if (g_strcmp0(type, "number") == 0)
        return json_is_number(value);
    if (g_strcmp0(type, "integer") == 0)
        return json_is_integer(value);
    return type == NULL;
}

static bool enum_fits(const json_t *value, const json_t *allowed)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)allowed, i, one) if (json_equal(value, one)) return true;
    return false;
}

static bool number_fits(const json_t *value, const json_t *schema)
{
    const json_t *low = json_object_get(schema, "minimum");
    const json_t *high = json_object_get(schema, "maximum");
    double number = json_number_value(value);
    return isfinite(number) && (!low || number >= json_number_value(low)) &&
           (!high || number <= json_number_value(high));
}

static bool string_fits(const json_t *value, const json_t *schema)
{
    const char *text = json_string_value(value);
    json_int_t least = json_integer_value(json_object_get(schema, "minLength"));
    const char *pattern = string_of(schema, "pattern");
    if (g_utf8_strlen(text, -1) < least || strlen(text) != json_string_length(value))
        return false;
    return !pattern || g_regex_match_simple(pattern, text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static bool scalar_fits(const json_t *value, const json_t *schema)
{
    const json_t *allowed = json_object_get(schema, "enum");
    if (!type_fits(value, string_of(schema, "type")) || (allowed && !enum_fits(value, allowed)))
        return false;
    if (json_is_number(value))
        return number_fits(value, schema);
    return !json_is_string(value) || string_fits(value, schema);
}

/* Names the nearest of the known keys beside it. */
static void complain_unknown(struct check *check, const char *key, const json_t *properties)
{
    const char *known, *nearest = NULL;
    json_t *unused;
    size_t best = MAX((size_t)2, strlen(key) / 3) + 1;
    json_object_foreach((json_t *)properties, known, unused)
    {
        size_t distance = config_distance(key, known);
        if (distance >= best)
            continue;
        best = distance;
        nearest = known;
    }
    if (nearest)
        complain(check, "unknown key; did you mean \"%s\"?", nearest);
    else
        complain(check, "unknown key");
}

static size_t path_enter(struct check *check, const char *key)
{
    size_t before = check->path->len;
    if (before > 0)
        g_string_append_c(check->path, '.');
    for (const char *p = key; *p; p++) /* a strange key must not break the line */
        g_string_append_c(check->path, g_ascii_iscntrl(*p) ? '?' : *p);
    return before;
}

static void check_known(struct check *check, json_t *value, const json_t *properties)
{
    const char *key;
    json_t *rule;
    json_object_foreach((json_t *)properties, key, rule)
    {
        json_t *child = json_object_get(value, key);
        if (!child) {
            const json_t *preset = json_object_get(rule, "default");
            if (preset)
                child = json_deep_copy(preset);
            else if (g_strcmp0(string_of(rule, "type"), "object") == 0)
                child = json_object();
            else
                continue;
            json_object_set_new(value, key, child);
        }
        size_t before = path_enter(check, key);
        check_value(check, child, rule);
        g_string_truncate(check->path, before);
    }
}

static void check_object(struct check *check, json_t *value, const json_t *schema)
{
    const json_t *properties = json_object_get(schema, "properties");
    const char *key;
    json_t *child;
    if (json_is_false(json_object_get(schema, "additionalProperties"))) {
        json_object_foreach(value, key, child)
        {
            if (json_object_get(properties, key))
                continue;
            size_t before = path_enter(check, key);
            complain_unknown(check, key, properties);
            g_string_truncate(check->path, before);
        }
    }
    check_known(check, value, properties);
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(schema, "required"), i, name)
    {
        const json_t *rule = json_object_get(properties, json_string_value(name));
        if (json_object_get(value, json_string_value(name)))
            continue;
        g_autofree char *expected = expected_text(rule);
        size_t before = path_enter(check, json_string_value(name));
        complain(check, "required: expected %s", expected);
        g_string_truncate(check->path, before);
    }
}

/* A secret that could not be read, which was told where that was tried. */
static bool is_secret_reference(const json_t *value)
{
    return json_object_size(value) == 1 && (json_is_string(json_object_get(value, "$file")) ||
                                            json_is_string(json_object_get(value, "$env")));
}

static void check_value(struct check *check, json_t *value, const json_t *schema)
{
    if (g_strcmp0(string_of(schema, "type"), "string") == 0 && is_secret_reference(value))
        return;
    if (!scalar_fits(value, schema)) {
        complain_expected(check, value, schema);
        return;
    }
    if (json_is_object(value)) {
        check_object(check, value, schema);
        return;
    }
    const json_t *items = json_object_get(schema, "items");
    if (!json_is_array(value) || !items)
        return;
    size_t i;
    json_t *one;
    json_array_foreach(value, i, one)
    {
        size_t before = check->path->len;
        g_string_append_printf(check->path, "[%zu]", i);
        check_value(check, one, items);
        g_string_truncate(check->path, before);
    }
}

bool config_check_secret(json_t *value, const json_t *schema, const char *name, GHashTable *secrets,
                         GString *errors)
{
    struct check check = {.name = name, .secrets = secrets, .errors = errors, .ok = true};
    check.path = g_string_new(NULL);
    check_value(&check, value, schema);
    g_string_free(check.path, TRUE);
    return check.ok;
}

bool config_check(json_t *value, const json_t *schema, const char *name, GString *errors)
{
    return config_check_secret(value, schema, name, NULL, errors);
}
