/* What wallctl asks about users, departments and the audit log (docs/wallctl.md). */
#include "wallctl/arguments.h"
#include "wallctl/audit_file.h"
#include "wallctl/client.h"
#include "wallctl/print.h"
#include "wallctl/text.h"
#include <string.h>

#define usage_error(error, ...) g_set_error(error, ARGUMENTS_ERROR, EXIT_USAGE, __VA_ARGS__)

json_t *login_args(const struct arguments *a, GError **error)
{
    (void)error;
    return json_pack("{s:s}", "login", a->operand);
}

/* "operator@330108102,deputy" as grants. */
static json_t *grants_of(const char *text)
{
    json_t *grants = json_array();
    g_auto(GStrv) items = g_strsplit(text, ",", -1);
    for (char **item = items; *item; item++) {
        char *area = strchr(*item, '@');
        if (area)
            *area++ = '\0';
        json_array_append_new(grants,
                              json_pack("{s:s,s:s}", "role", *item, "area", area ? area : ""));
    }
    return grants;
}

json_t *user_change_args(const struct arguments *a, GError **error)
{
    if (a->enable && a->disable) {
        usage_error(error, "--enable or --disable, not both");
        return NULL;
    }
    json_t *args = json_pack("{s:s,s:s*,s:s*,s:s*,s:s*}", "login", a->operand, "name", a->name,
                             "unit", a->unit, "department", a->department, "phone", a->phone);
    if (args && a->grants)
        json_object_set_new(args, "grants", grants_of(a->grants));
    if (args && (a->enable || a->disable))
        json_object_set_new(args, "enabled", json_boolean(a->enable));
    if (!args)
        usage_error(error, "a name is not UTF-8");
    return args;
}

static json_t *department_args(const struct arguments *a, GError **error)
{
    json_t *args =
        json_pack("{s:s,s:s*,s:s*,s:s*,s:s*,s:s*}", "id", a->operand, "name", a->name, "name_en",
                  a->name_en, "kind", a->kind, "area", a->area, "parent", a->parent);
    if (args && (a->leader || a->phone))
        json_object_set_new(args, "leader",
                            json_pack("{s:s*,s:s*}", "name", a->leader, "phone", a->phone));
    if (args && (a->enable || a->disable))
        json_object_set_new(args, "enabled", json_boolean(a->enable));
    if (!args)
        usage_error(error, "a name is not UTF-8");
    return args;
}

json_t *department_add_args(const struct arguments *a, GError **error)
{
    if (a->name)
        return department_args(a, error);
    usage_error(error, "departments add needs --name NAME");
    return NULL;
}

json_t *department_change_args(const struct arguments *a, GError **error)
{
    return department_args(a, error);
}

/* --- the audit log */

/* One page after that record; NULL + error. */
static json_t *ask_page(const struct arguments *a, json_int_t after, GError **error)
{
    GError *away = NULL;
    json_t *answer =
        client_ask(a->socket, "audit.export", json_pack("{s:I}", "after", after), NULL, &away);
    if (!answer) {
        g_set_error(error, ARGUMENTS_ERROR, EXIT_NO_SERVER, "%s: %s",
                    text_of(TEXT_NO_SERVER, a->language), away->message);
        g_error_free(away);
        return NULL;
    }
    json_t *data = json_incref(json_object_get(answer, "data"));
    if (!data)
        g_set_error(error, ARGUMENTS_ERROR, EXIT_REFUSED, "%s",
                    json_string_value(json_object_get(answer, "message")));
    json_decref(answer);
    return data;
}

json_t *audit_export_args(const struct arguments *a, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bool more = true;
    for (json_int_t after = 0; more;) {
        json_t *page = ask_page(a, after, error);
        if (!page)
            return NULL;
        g_string_append(text, json_string_value(json_object_get(page, "text")));
        after = g_ascii_strtoll(json_string_value(json_object_get(page, "last")), NULL, 10);
        more = json_is_true(json_object_get(page, "more"));
        json_decref(page);
    }
    return json_pack("{s:s}", "text", text->str);
}

void print_audit_export(const json_t *data, enum language language, GString *out)
{
    (void)language;
    g_string_append(out, json_string_value(json_object_get(data, "text")));
}

json_t *audit_verify_args(const struct arguments *a, GError **error)
{
    g_autofree char *data = NULL;
    gsize size;
    struct audit_file it;
    bool standard_input = strcmp(a->operand, "-") == 0;
    if (!g_file_get_contents(standard_input ? "/dev/stdin" : a->operand, &data, &size, error))
        return NULL;
    if (!audit_file_check(data, size, a->key, &it)) {
        g_set_error(error, ARGUMENTS_ERROR, EXIT_REFUSED, "%s:%" G_GINT64_FORMAT ": %s", a->operand,
                    it.line, it.wrong);
        return NULL;
    }
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:s,s:b}", "records", (json_int_t)it.records,
                     "first", (json_int_t)it.first, "last", (json_int_t)it.last, "heads",
                     (json_int_t)it.heads, "signed_to", (json_int_t)it.signed_to, "unsigned",
                     (json_int_t)(it.last - it.signed_to), "hash", it.hash, "key", it.key,
                     "key_given", a->key != NULL);
}

void print_audit_verify(const json_t *data, enum language language, GString *out)
{
    g_string_append_printf(out, text_of(TEXT_AUDIT_HOLDS, language),
                           (long long)json_integer_value(json_object_get(data, "records")),
                           (long long)json_integer_value(json_object_get(data, "first")),
                           (long long)json_integer_value(json_object_get(data, "last")),
                           (long long)json_integer_value(json_object_get(data, "heads")),
                           (long long)json_integer_value(json_object_get(data, "signed_to")),
                           json_string_value(json_object_get(data, "key")));
    if (!json_is_true(json_object_get(data, "key_given")))
        g_string_append(out, text_of(TEXT_AUDIT_KEY, language));
}

void print_audit_key(const json_t *data, enum language language, GString *out)
{
    (void)language;
    g_string_append_printf(out, "%s\n", json_string_value(json_object_get(data, "key")));
}
