#include "app/record.h"
#include "common/config.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define SQLITE_PREFIX "sqlite:"

char *record_place(const json_t *config)
{
    const json_t *url = config_get(config, "store.url");
    if (!url)
        return config_path(config, "store.path");
    const char *text = json_string_value(url);
    if (!g_str_has_prefix(text, SQLITE_PREFIX))
        return g_strdup(text);
    g_autofree char *dir = g_canonicalize_filename(config_string(config, "data_dir"), NULL);
    return g_canonicalize_filename(text + strlen(SQLITE_PREFIX), dir);
}

struct store *record_open(const json_t *config, GMainContext *context, GError **error)
{
    const char *dir = config_string(config, "data_dir");
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "data_dir %s cannot be made: %s", dir,
                    g_strerror(errno));
        return NULL;
    }
    g_autofree char *path = record_place(config);
    const struct store_options options = {.path = path, .context = context};
    return store_open(&options, error);
}
