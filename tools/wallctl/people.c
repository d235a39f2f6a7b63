/* What wallctl asks about users, departments and the audit log (docs/wallctl.md). */
#include "wallctl/arguments.h"
#include "wallctl/audit_file.h"
#include "wallctl/client.h"
#include "wallctl/print.h"
#include "wallctl/text.h"
#include <string.h>
#include <time.h>

#define usage_error(error, ...) g_set_error(error, ARGUMENTS_ERROR, EXIT_USAGE, __VA_ARGS__)

json_t *login_args(const struct arguments *a, GError **error)
{
    (void)error;
    return json_pack("{s:s}", "login", a->operand);
}

/* "2026-12-01" or "2026-12-01T08:30" by the clock of this machine; `end`: a day means its end.
 * NULL: neither. Returned: microseconds as text. */
static json_t *moment_of(const char *text, bool end)
{
    static const char *const shapes[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M"};
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        struct tm tm = {.tm_isdst = -1};
        const char *rest = strptime(text, shapes[i], &tm);
        if (!rest || *rest)
            continue;
        tm.tm_mday += i == 0 && end;
        return json_sprintf("%" G_GINT64_FORMAT, (gint64)mktime(&tm) * G_USEC_PER_SEC);
    }
    return NULL;
}

/* "FROM..UNTIL", either may be missing, into the grant. */
static bool read_times(json_t *grant, char *text)
{
    char *until = strstr(text, "..");
    json_t *from_us = NULL, *until_us = NULL;
    if (!until)
        return false;
    *until = '\0';
    until += 2;
    if (*text)
        from_us = moment_of(text, false);
    if (*until)
        until_us = moment_of(until, true);
    bool fine = (!*text || from_us) && (!*until || until_us);
    json_object_set_new(grant, "from_us", from_us ? from_us : json_null());
    json_object_set_new(grant, "until_us", until_us ? until_us : json_null());
    return fine;
}

/* "operator@330108102,deputy/2026-12-01..2026-12-31" as grants. NULL + error. */
static json_t *grants_of(const char *text, GError **error)
{
    json_t *grants = json_array();
    g_auto(GStrv) items = g_strsplit(text, ",", -1);
    for (char **item = items; *item; item++) {
        g_autofree char *typed = g_strdup(*item);
        char *times = strchr(*item, '/');
        if (times)
            *times++ = '\0';
        char *area = strchr(*item, '@');
        if (area)
            *area++ = '\0';
        json_t *grant = json_pack("{s:s,s:s}", "role", *item, "area", area ? area : "");
        json_array_append_new(grants, grant);
        if (!grant || (times && !read_times(grant, times))) {
            usage_error(error,
                        "%s: a grant is ROLE[@AREA][/FROM..UNTIL] with times like "
                        "2026-12-01 or 2026-12-01T08:30",
                        typed);
            json_decref(grants);
            return NULL;
        }
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
    if (args && a->grants) {
        json_t *grants = grants_of(a->grants, error);
        if (!grants) {
            json_decref(args);
            return NULL;
        }
        json_object_set_new(args, "grants", grants);
    }
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
