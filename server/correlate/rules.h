/* The rules as data: config/rules.json, docs/alerts.md. Immutable after they were read; any thread.
 */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct rules;

#define RULES_ERROR (g_quark_from_static_string("townwall-rules"))

/* Returned: one reference; NULL + error, which names the place ("types.fire.priority: …"). */
struct rules *rules_parse(const char *text, size_t size, GError **error);
struct rules *rules_ref(struct rules *rules);
void rules_unref(struct rules *rules); /* NULL is fine */
/* The defaults of DOMAIN.md §3, as config/rules.json has them: a reference. */
struct rules *rules_default(void);
/* The text as it was read, for keeping versions; borrowed. */
const char *rules_text(const struct rules *rules);
/* Hex SHA-256 of the text; names a version in decisions. Borrowed. */
const char *rules_digest(const struct rules *rules);
/* The entry of a type as the file has it: {"zh","en","priority","groups"…}. Borrowed; NULL: no such
 * type. */
const json_t *rules_type(const struct rules *rules, const char *type);
/* What the file calls itself. Borrowed. */
const char *rules_name(const struct rules *rules);
/* Minutes of silence that are offered for a chattering device. */
unsigned rules_shelve_minutes(const struct rules *rules);
