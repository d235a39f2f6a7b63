#include "intake/path.h"
#include <glib.h>
#include <string.h>

static void unescape(char *name)
{
    char *out = name;
    for (const char *c = name; *c; c++) {
        if (c[0] == '~' && (c[1] == '0' || c[1] == '1'))
            *out++ = *++c == '0' ? '~' : '/';
        else
            *out++ = *c;
    }
    *out = '\0';
}

void path_init(struct path *path, const char *text)
{
    path->text = g_strdup(text);
    if (*text != '/') {
        path->names = g_strsplit(text, ".", 0);
        return;
    }
    path->names = g_strsplit(text + 1, "/", 0);
    for (char **name = path->names; *name; name++)
        unescape(*name);
}

void path_clear(struct path *path)
{
    g_free(path->text);
    g_strfreev(path->names);
}

json_t *path_find(const struct path *path, const json_t *json)
{
    json_t *at = (json_t *)json;
    for (char **name = path->names; at && *name; name++) {
        guint64 index;
        if (json_is_object(at))
            at = json_object_get(at, *name);
        else if (json_is_array(at) &&
                 g_ascii_string_to_unsigned(*name, 10, 0, G_MAXUINT32, &index, NULL))
            at = json_array_get(at, (size_t)index);
        else
            at = NULL;
    }
    return at;
}
