#include "files/file_kind.h"
#include <glib.h>
#include <string.h>

enum { MOST_CHARS = 80 };

/* Characters that a name must not have: control, direction, and those that some system gives a
 * meaning. */
static bool is_bad(gunichar c)
{
    return !g_unichar_isprint(c) || g_unichar_type(c) == G_UNICODE_FORMAT || c == 0x2028 ||
           c == 0x2029 || (c < 128 && strchr("\"<>:|?*%\\/", (int)c));
}

static const char *last_segment(const char *name)
{
    for (const char *at = name; *at; at++) {
        if (*at == '/' || *at == '\\')
            name = at + 1;
    }
    return name;
}

char *file_name_clean(const char *given, enum file_kind kind)
{
    GString *name = g_string_new(NULL);
    const char *from = given && g_utf8_validate(given, -1, NULL) ? last_segment(given) : "";
    while (*from == '.' || *from == ' ')
        from++;
    const char *dot = strrchr(from, '.');
    const char *end = dot && strlen(dot) <= 6 ? dot : from + strlen(from);
    glong chars = 0;
    for (const char *at = from; at < end && chars < MOST_CHARS;
         at = g_utf8_next_char(at), chars++) {
        gunichar c = g_utf8_get_char(at);
        if (is_bad(c))
            g_string_append_c(name, '_');
        else
            g_string_append_unichar(name, c);
    }
    g_strstrip(name->str);
    name->len = strlen(name->str);
    if (!name->len)
        g_string_assign(name, "附件");
    g_string_append(name, file_kind_info(kind)->suffix);
    return g_string_free(name, FALSE);
}

char *file_name_decode(const char *text)
{
    char *name = g_uri_unescape_string(text, NULL);
    if (name && g_utf8_validate(name, -1, NULL))
        return name;
    g_free(name);
    return NULL;
}

char *file_name_disposition(const char *name, enum file_kind kind)
{
    g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
    return g_strdup_printf("attachment; filename=\"attachment%s\"; filename*=UTF-8''%s",
                           file_kind_info(kind)->suffix, escaped);
}
