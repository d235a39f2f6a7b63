#include "notify/template.h"
#include <string.h>

enum { SHOWN_MAX = 32 };

static const char *const variables[TEMPLATE_VARIABLES] = {
    [TEMPLATE_CODE] = "code", [TEMPLATE_KIND] = "kind", [TEMPLATE_DEPARTMENT] = "department",
    [TEMPLATE_ITEM] = "item", [TEMPLATE_DUE] = "due",   [TEMPLATE_LINK] = "link",
};

/* What somebody may want there and never gets: it leads to a person, or somebody typed it freely.
 */
static const char *const personal[] = {
    "name",   "reporter", "phone", "mobile", "id_number", "address", "title",    "text",   "body",
    "note",   "reason",   "place", "lon",    "lat",       "user",    "handler",  "caller", "person",
    "people", "standard", "email", "party",  "village",   "area",    "feedback",
};

const char *template_variable_name(enum template_variable variable)
{
    return variable < TEMPLATE_VARIABLES ? variables[variable] : NULL;
}

static bool is_one_of(const char *const *list, gsize count, const char *name, gsize size)
{
    for (gsize i = 0; i < count; i++) {
        if (strlen(list[i]) == size && memcmp(list[i], name, size) == 0)
            return true;
    }
    return false;
}

static char *explain(const char *name, gsize size)
{
    g_autofree char *shown = g_strndup(name, MIN(size, SHOWN_MAX));
    if (is_one_of(personal, G_N_ELEMENTS(personal), name, size))
        return g_strdup_printf("{%s} is personal or free text and never leaves the server", shown);
    g_autofree char *valid = g_utf8_make_valid(shown, -1);
    return g_strdup_printf("there is no variable {%s}; known are {code} {kind} {department} {item}"
                           " {due} {link}",
                           valid);
}

/* The next "{…}" from *at on. Returned: its first byte; NULL: none. *name, *size: what stands
 * inside; *size 0 and *name NULL: a brace that is not closed. */
static const char *next_brace(const char *at, const char **name, gsize *size)
{
    const char *open = strpbrk(at, "{}");
    *name = NULL;
    *size = 0;
    if (!open || *open == '}')
        return open;
    gsize inside = strcspn(open + 1, "{}\n");
    if (open[1 + inside] == '}') {
        *name = open + 1;
        *size = inside;
    }
    return open;
}

bool template_check(const char *text, gsize *place, char **reason)
{
    const char *name, *open;
    gsize size;
    for (const char *at = text; (open = next_brace(at, &name, &size)); at = name + size + 1) {
        if (name && is_one_of(variables, TEMPLATE_VARIABLES, name, size))
            continue;
        *place = (gsize)(open - text);
        *reason = name ? explain(name, size) : g_strdup("a brace that is not closed or not opened");
        return false;
    }
    return true;
}

char *template_fill(const char *text, const json_t *facts)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *name, *open, *at = text;
    gsize size;
    while ((open = next_brace(at, &name, &size)) && name) {
        g_string_append_len(out, at, open - at);
        g_autofree char *key = g_strndup(name, size);
        const char *value = json_string_value(json_object_get(facts, key));
        if (is_one_of(variables, TEMPLATE_VARIABLES, name, size) && value)
            g_string_append(out, value);
        at = name + size + 1;
    }
    g_string_append(out, at);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
