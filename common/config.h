/* JSON configuration checked against a JSON Schema (the subset that config/townwall.schema.json
 * uses: type, properties, required, additionalProperties:false, enum, minimum, maximum, minLength,
 * pattern, items, default). Every error names file, key path and what was expected; unknown keys
 * are errors. A string value {"$file":"path"} or {"$env":"NAME"} is a secret read from there. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define CONFIG_ERROR (g_quark_from_static_string("townwall-config"))

/* Returned: a checked tree with defaults filled in and secrets resolved, to be json_decref'ed, or
 * NULL. `path` may be NULL: only defaults; `schema_path` NULL: the schema the program was built
 * with. All errors are gathered, one a line. */
json_t *config_load(const char *path, const char *schema_path, GError **error);

/* The same of another file than the configuration, against its own schema. Any thread. */
json_t *config_load_with(const char *path, const json_t *schema, GError **error);

/* Pure. Checks `value` against `schema`; fills defaults in. `name` stands for the file in messages.
 * Appends one line per error to `errors`; returns true when there was none. */
bool config_check(json_t *value, const json_t *schema, const char *name, GString *errors);

/* Borrowed value at a dotted path ("media.picture_cores"); asserts that it exists and has the type:
 * the schema guarantees it. */
const char *config_string(const json_t *config, const char *path);
gint64 config_int(const json_t *config, const char *path);
double config_number(const json_t *config, const char *path);
bool config_bool(const json_t *config, const char *path);
/* Borrowed, NULL when absent. */
json_t *config_get(const json_t *config, const char *path);

/* Returned, to be g_free'd: the absolute form of the file name at `path`; a relative one lies in
 * the folder `data_dir` of the configuration. */
char *config_path(const json_t *config, const char *path);
/* The same for an address: "unix:FILE" becomes "unix:/DATA_DIR/FILE", others stay as they are. */
char *config_address(const json_t *config, const char *path);
