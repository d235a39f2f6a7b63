/* What wallctl asks about feeds (docs/wallctl.md). */
#include "wallctl/arguments.h"
#include <string.h>

#define usage_error(error, ...) g_set_error(error, ARGUMENTS_ERROR, EXIT_USAGE, __VA_ARGS__)

/* JSON of a file. Returned: owned by the caller; NULL + error. */
static json_t *read_json(const char *path, GError **error)
{
    g_autofree char *text = arguments_read_file(path, error);
    json_error_t fault;
    json_t *json = text ? json_loads(text, JSON_REJECT_DUPLICATES, &fault) : NULL;
    if (text && !json)
        g_set_error(error, ARGUMENTS_ERROR, EXIT_REFUSED, "%s:%d:%d: %s", path, fault.line,
                    fault.column, fault.text);
    return json;
}

static bool put_mapping(json_t *args, const struct arguments *a, GError **error)
{
    if (!a->mapping)
        return true;
    bool file = strchr(a->mapping, '/') || g_str_has_suffix(a->mapping, ".json");
    json_t *mapping = file ? read_json(a->mapping, error) : json_string(a->mapping);
    if (!mapping)
        return false;
    json_object_set_new(args, "mapping", mapping);
    return true;
}

static bool put_settings(json_t *args, const struct arguments *a, GError **error)
{
    if (!a->settings)
        return true;
    json_t *settings = read_json(a->settings, error);
    if (!settings)
        return false;
    json_object_set_new(args, "settings", settings);
    return true;
}

static bool put_rate(json_t *args, const struct arguments *a, GError **error)
{
    gint64 rate = 0;
    if (!a->rate)
        return true;
    if (!g_ascii_string_to_signed(a->rate, 10, 1, G_MAXINT, &rate, NULL)) {
        usage_error(error, "--rate is a number of events a second");
        return false;
    }
    json_object_set_new(args, "rate_per_s", json_integer(rate));
    return true;
}

static bool put_secret(json_t *args, const struct arguments *a, GError **error)
{
    char line[ARGUMENTS_LINE_BYTES];
    if (!a->secret_stdin)
        return true;
    if (!arguments_read_line(line, "secret", error))
        return false;
    json_object_set_new(args, "secret", json_string(line));
    memset(line, 0, sizeof line);
    return true;
}

json_t *feeds_change_args(const struct arguments *a, GError **error)
{
    json_t *args = json_pack("{s:s}", "id", a->operand);
    if (a->name)
        json_object_set_new(args, "name", json_pack("{s:s}", "zh", a->name));
    if (a->dimension)
        json_object_set_new(args, "dimension", json_string(a->dimension));
    if (put_mapping(args, a, error) && put_settings(args, a, error) && put_rate(args, a, error) &&
        put_secret(args, a, error))
        return args;
    json_decref(args);
    return NULL;
}

json_t *feeds_add_args(const struct arguments *a, GError **error)
{
    json_t *args = feeds_change_args(a, error);
    if (args && a->kind)
        json_object_set_new(args, "kind", json_string(a->kind));
    return args;
}

json_t *feeds_enable_args(const struct arguments *a, GError **error)
{
    (void)error;
    return json_pack("{s:s,s:b}", "id", a->operand, "enabled", 1);
}

json_t *feeds_disable_args(const struct arguments *a, GError **error)
{
    (void)error;
    return json_pack("{s:s,s:b}", "id", a->operand, "enabled", 0);
}

json_t *feeds_import_args(const struct arguments *a, GError **error)
{
    if (!a->feed) {
        usage_error(error, "feeds import needs --feed ID");
        return NULL;
    }
    g_autofree char *text = arguments_read_file(a->operand, error);
    return text ? json_pack("{s:s,s:s,s:s,s:b}", "csv", text, "name", a->operand, "id", a->feed,
                            "dry_run", a->dry_run)
                : NULL;
}
