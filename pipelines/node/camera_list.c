#include "node/camera_list.h"
#include <gio/gio.h>
#include <string.h>

struct camera_list {
    GArray *configs; /* of struct camera_config */
    GStringChunk *strings;
};

struct camera_list *camera_list_create(void)
{
    struct camera_list *list = g_new0(struct camera_list, 1);
    list->configs = g_array_new(FALSE, FALSE, sizeof(struct camera_config));
    list->strings = g_string_chunk_new(4096);
    return list;
}

void camera_list_destroy(struct camera_list *list)
{
    if (!list)
        return;
    g_array_unref(list->configs);
    g_string_chunk_free(list->strings);
    g_free(list);
}

const struct camera_config *camera_list_get(const struct camera_list *list, size_t *count)
{
    *count = list->configs->len;
    return (const struct camera_config *)(const void *)list->configs->data;
}

static bool fail(GError **error, const char *where, guint number, const char *what)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s %u: %s", where, number, what);
    return false;
}

static const char *keep(struct camera_list *list, const char *text)
{
    return text && *text ? g_string_chunk_insert(list->strings, text) : NULL;
}

static bool read_mode(const char *text, enum camera_mode *mode)
{
    static const char *const names[] = {[CAMERA_ALWAYS] = "always",
                                        [CAMERA_ON_DEMAND] = "on_demand",
                                        [CAMERA_SAMPLED] = "sampled",
                                        [CAMERA_DISABLED] = "disabled"};
    *mode = CAMERA_ALWAYS;
    if (!text || !*text)
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!strcmp(text, names[i])) {
            *mode = (enum camera_mode)i;
            return true;
        }
    }
    return false;
}

/* --- CSV (RFC 4180) */

/* Takes one field off *text. Returned: whether another field of the same line follows. */
static bool take_field(const char **text, GString *field)
{
    const char *at = *text;
    bool quoted = *at == '"';
    g_string_truncate(field, 0);
    at += quoted;
    while (*at) {
        if (quoted && at[0] == '"' && at[1] == '"') {
            g_string_append_c(field, '"');
            at += 2;
        } else if (quoted && *at == '"') {
            quoted = false;
            at++;
        } else if (!quoted && (*at == ',' || *at == '\n' || *at == '\r')) {
            break;
        } else {
            g_string_append_c(field, *at++);
        }
    }
    bool more = *at == ',';
    if (more)
        at++;
    while (!more && (*at == '\r' || *at == '\n'))
        at++;
    *text = at;
    return more;
}

static GPtrArray *take_line(const char **text)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    GString *field = g_string_new(NULL);
    bool more = true;
    while (more) {
        more = take_field(text, field);
        g_ptr_array_add(fields, g_strdup(field->str));
    }
    g_string_free(field, TRUE);
    return fields;
}

static const char *field_of(const GPtrArray *head, const GPtrArray *line, const char *name)
{
    for (guint i = 0; i < head->len && i < line->len; i++)
        if (!strcmp(head->pdata[i], name))
            return line->pdata[i];
    return NULL;
}

bool camera_list_add_csv(struct camera_list *list, const char *text, GError **error)
{
    if (g_str_has_prefix(text, "\xef\xbb\xbf"))
        text += 3;
    g_autoptr(GPtrArray) head = take_line(&text);
    for (guint number = 2; *text; number++) {
        g_autoptr(GPtrArray) line = take_line(&text);
        const char *id = field_of(head, line, "id"), *url = field_of(head, line, "url");
        const char *sub_url = field_of(head, line, "sub_url");
        if (!id || !*id)
            return fail(error, "line", number, "a camera needs an id");
        if (!(url && *url) && !(sub_url && *sub_url))
            return fail(error, "line", number, "a camera needs an url or a sub_url");
        struct camera_config config = {
            .n = list->configs->len + 1,
            .id = keep(list, id),
            .name = keep(list, field_of(head, line, "name")),
            .url = keep(list, url),
            .sub_url = keep(list, sub_url),
        };
        if (!read_mode(field_of(head, line, "mode"), &config.mode))
            return fail(error, "line", number, "mode is always, on_demand, sampled or disabled");
        g_array_append_val(list->configs, config);
    }
    return true;
}

/* --- JSON */

bool camera_list_add_json(struct camera_list *list, const json_t *array, GError **error)
{
    size_t i;
    json_t *entry;
    json_array_foreach(array, i, entry)
    {
        json_int_t n = json_integer_value(json_object_get(entry, "n"));
        const char *id = json_string_value(json_object_get(entry, "id"));
        struct camera_config config = {
            .n = (guint)n,
            .id = keep(list, id),
            .name = keep(list, json_string_value(json_object_get(entry, "name"))),
            .url = keep(list, json_string_value(json_object_get(entry, "url"))),
            .sub_url = keep(list, json_string_value(json_object_get(entry, "sub_url"))),
        };
        if (n <= 0 || n > G_MAXINT32 || !config.id)
            return fail(error, "camera", (guint)i, "n above 0 and an id are needed");
        if (!read_mode(json_string_value(json_object_get(entry, "mode")), &config.mode))
            return fail(error, "camera", (guint)i, "unknown mode");
        g_array_append_val(list->configs, config);
    }
    return true;
}
