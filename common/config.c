#include "common/config.h"
#include "common/config_check.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX_BYTES = 8192 };

static json_t *parse_file(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, error))
        return NULL;
    json_error_t json_error;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &json_error);
    if (!json) {
        g_set_error(error, CONFIG_ERROR, 0, "%s: line %d, column %d: %s", path, json_error.line,
                    json_error.column, json_error.text);
    } else if (!json_is_object(json)) {
        g_set_error(error, CONFIG_ERROR, 0, "%s: expected a JSON object at the top", path);
        json_decref(json);
        json = NULL;
    }
    return json;
}

/* --- secrets */

struct secrets {
    const char *name;   /* of the configuration file, for messages */
    const char *folder; /* that relative $file paths start from */
    GHashTable *values; /* set of json_t, borrowed */
    GString *path;
    GString *errors;
};

static void secret_complain(struct secrets *secrets, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void secret_complain(struct secrets *secrets, const char *format, ...)
{
    if (secrets->errors->len > 0)
        g_string_append_c(secrets->errors, '\n');
    g_string_append_printf(secrets->errors, "%s: %s: ", secrets->name, secrets->path->str);
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(secrets->errors, format, args);
    va_end(args);
}

/* Without its last line end. NULL after a complaint. */
static char *secret_file(struct secrets *secrets, const char *file)
{
    g_autofree char *path = g_canonicalize_filename(file, secrets->folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        secret_complain(secrets, "cannot read secret file %s: %s", path, g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    char text[SECRET_MAX_BYTES + 1] = {0};
    ssize_t size = S_ISREG(info.st_mode) ? read(fd, text, SECRET_MAX_BYTES) : -1;
    close(fd);
    if (info.st_mode & (S_IRWXG | S_IRWXO)) {
        secret_complain(secrets,
                        "secret file %s has mode %04o: others than its owner may use it; "
                        "expected 0600 or 0400",
                        path, (unsigned)(info.st_mode & 07777));
        return NULL;
    }
    if (size < 0) {
        secret_complain(secrets, "cannot read secret file %s: not a readable file", path);
        return NULL;
    }
    if (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    if (size > 0 && text[size - 1] == '\r')
        text[--size] = '\0';
    if (size == 0 || size == SECRET_MAX_BYTES || strlen(text) != (size_t)size ||
        !g_utf8_validate(text, size, NULL)) {
        secret_complain(secrets, "secret file %s: expected one line of text, under 8 KiB", path);
        return NULL;
    }
    return g_strdup(text);
}

/* {"$file":…} or {"$env":…} → the string, a new reference; NULL: not one, or a complaint was made.
 */
static json_t *secret_resolve(struct secrets *secrets, const json_t *value)
{
    if (!json_is_object(value) || json_object_size(value) != 1)
        return NULL;
    const char *file = json_string_value(json_object_get(value, "$file"));
    const char *env = json_string_value(json_object_get(value, "$env"));
    g_autofree char *text = NULL;
    if (file) {
        text = secret_file(secrets, file);
    } else if (env) {
        text = g_strdup(g_getenv(env));
        if (!text)
            secret_complain(secrets, "environment variable %s is not set", env);
        else if (!g_utf8_validate(text, -1, NULL))
            secret_complain(secrets, "environment variable %s is not text", env);
    }
    json_t *resolved = text ? json_string(text) : NULL;
    if (resolved)
        g_hash_table_add(secrets->values, resolved);
    return resolved;
}

static void secrets_walk(struct secrets *secrets, json_t *value)
{
    const char *key;
    json_t *child;
    void *next;
    size_t before = secrets->path->len;
    json_object_foreach_safe(value, next, key, child)
    {
        g_string_append_printf(secrets->path, "%s%s", before > 0 ? "." : "", key);
        json_t *resolved = secret_resolve(secrets, child);
        if (resolved)
            json_object_set_new(value, key, resolved);
        else
            secrets_walk(secrets, child);
        g_string_truncate(secrets->path, before);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        g_string_append_printf(secrets->path, "[%zu]", i);
        json_t *resolved = secret_resolve(secrets, json_array_get(value, i));
        if (resolved)
            json_array_set_new(value, i, resolved);
        else
            secrets_walk(secrets, json_array_get(value, i));
        g_string_truncate(secrets->path, before);
    }
}

/* --- loading */

/* config/townwall.schema.json, put into the program when it is built */
extern const unsigned char config_schema[];
extern const unsigned int config_schema_len;

static json_t *load_schema(const char *path, GError **error)
{
    if (path)
        return parse_file(path, error);
    json_t *schema = json_loadb((const char *)config_schema, config_schema_len, 0, NULL);
    g_assert(schema); /* the unit tests load it from its file */
    return schema;
}

json_t *config_load_with(const char *path, const json_t *schema, GError **error)
{
    json_t *config = path ? parse_file(path, error) : json_object();
    if (!config)
        return NULL;
    const char *name = path ? path : "defaults";
    g_autofree char *absolute = g_canonicalize_filename(name, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    g_autoptr(GHashTable) values = g_hash_table_new(NULL, NULL);
    g_autoptr(GString) secret_path = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    struct secrets secrets = {
        .name = name, .folder = folder, .values = values, .path = secret_path, .errors = errors};
    secrets_walk(&secrets, config);
    bool ok = errors->len == 0;
    ok = config_check_secret(config, schema, name, values, errors) && ok;
    if (ok)
        return config;
    g_set_error_literal(error, CONFIG_ERROR, 0, errors->str);
    json_decref(config);
    return NULL;
}

json_t *config_load(const char *path, const char *schema_path, GError **error)
{
    json_t *schema = load_schema(schema_path, error);
    json_t *config = schema ? config_load_with(path, schema, error) : NULL;
    json_decref(schema);
    return config;
}

/* --- reading */

json_t *config_get(const json_t *config, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);
    const json_t *value = config;
    for (char **key = keys; *key && value; key++)
        value = json_object_get(value, *key);
    return (json_t *)value;
}

const char *config_string(const json_t *config, const char *path)
{
    const json_t *value = config_get(config, path);
    g_assert(json_is_string(value));
    return json_string_value(value);
}

gint64 config_int(const json_t *config, const char *path)
{
    const json_t *value = config_get(config, path);
    g_assert(json_is_integer(value));
    return json_integer_value(value);
}

double config_number(const json_t *config, const char *path)
{
    const json_t *value = config_get(config, path);
    g_assert(json_is_number(value));
    return json_number_value(value);
}

bool config_bool(const json_t *config, const char *path)
{
    const json_t *value = config_get(config, path);
    g_assert(json_is_boolean(value));
    return json_is_true(value);
}

char *config_path(const json_t *config, const char *path)
{
    g_autofree char *data_dir = g_canonicalize_filename(config_string(config, "data_dir"), NULL);
    return g_canonicalize_filename(config_string(config, path), data_dir);
}

char *config_address(const json_t *config, const char *path)
{
    const char *address = config_string(config, path);
    if (!g_str_has_prefix(address, "unix:"))
        return g_strdup(address);
    g_autofree char *data_dir = g_canonicalize_filename(config_string(config, "data_dir"), NULL);
    g_autofree char *file = g_canonicalize_filename(address + strlen("unix:"), data_dir);
    return g_strconcat("unix:", file, NULL);
}
