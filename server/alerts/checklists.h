/* What is to be done about a type of alert, and whom to call (预案): config/checklists.json. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define CHECKLISTS_ERROR (g_quark_from_static_string("townwall-checklists"))

/* Pure; any thread. Returned: the checked file, json_decref(); NULL + error, a line a fault with
 * its place. */
json_t *checklists_parse(const char *text, gsize size, GError **error);
/* The built-in ones (config/checklists.json): json_decref(). */
json_t *checklists_default(void);
/* The one of a type: {"zh","en","steps":[{"id","zh","en"}],"call":[…]}, borrowed; NULL: none. */
const json_t *checklists_find(const json_t *checklists, const char *type);
