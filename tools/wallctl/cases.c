/* What wallctl asks about ledgers and tables of cases (docs/wallctl.md). */
#include "wallctl/arguments.h"
#include "wallctl/print.h"
#include "wallctl/text.h"
#include <string.h>

json_t *cases_import_args(const struct arguments *a, GError **error)
{
    g_autofree char *text = arguments_read_file(a->operand, error);
    return text ? json_pack("{s:s,s:b,s:b}", "csv", text, "dry_run", (int)a->dry_run, "partial",
                            (int)a->partial)
                : NULL;
}

/* The server is elsewhere in the tree of folders; what the table is about narrows it. */
json_t *cases_export_args(const struct arguments *a, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(a->operand, NULL);
    const char *table = a->table ? a->table : "request_ledger";
    if (!g_str_has_suffix(path, ".csv") && !g_str_has_suffix(path, ".xlsx")) {
        g_set_error(error, ARGUMENTS_ERROR, EXIT_USAGE, "%s: a table is a .xlsx or a .csv",
                    a->operand);
        return NULL;
    }
    bool request = strcmp(table, "request_ledger") == 0;
    bool dispute = strcmp(table, "dispute_ledger") == 0;
    json_t *args = json_pack("{s:s,s:s,s:s,s:s,s:s*,s:s*,s:s*}", "file", path, "table", table,
                             "format", g_str_has_suffix(path, ".csv") ? "csv" : "xlsx", "language",
                             a->language == LANGUAGE_ZH ? "zh" : "en", "area", a->area, "state",
                             a->state, "department", a->department);
    if (!args)
        g_set_error(error, ARGUMENTS_ERROR, EXIT_USAGE, "a word is not UTF-8");
    else if (request || dispute)
        json_object_set_new(args, "ledger", json_string(request ? "request" : "dispute"));
    else
        json_object_set_new(args, "list", json_string(table));
    return args;
}

static json_int_t count(const json_t *data, const char *name)
{
    return json_integer_value(json_object_get(data, name));
}

void print_cases_import(const json_t *data, enum language language, GString *out)
{
    const json_t *errors = json_object_get(data, "errors");
    const char *in = language == LANGUAGE_ZH ? "zh" : "en";
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *one = json_array_get(errors, i);
        g_string_append_printf(
            out, "%" JSON_INTEGER_FORMAT " %s: %s\n", count(one, "line"),
            json_string_value(json_object_get(one, "column")),
            json_string_value(json_object_get(json_object_get(one, "message"), in)));
    }
    g_string_append_printf(out, text_of(TEXT_LEDGER, language), (int)count(data, "rows"),
                           (int)count(data, "ready"), (int)count(data, "bad"),
                           (int)json_array_size(json_object_get(data, "duplicates")),
                           (int)count(data, "imported"));
}
