/* Tables as lines of JSON, the same of both engines: one array a row, bytes as {"b":"base64"}. */
#pragma once
#include "store/engine.h"
#include <jansson.h>

/* Names of the tables that a backup holds, sorted; those that an engine keeps for itself, the list
 * of migrations, the change log and sessions are none. Returned: g_strfreev(); NULL + error. */
char **dump_tables(struct store_tx *tx, GError **error);

/* Takes a piece of a table: whole lines. */
typedef bool (*dump_part_fn)(const char *lines, gsize size, gpointer user, GError **error);

/* Gives all rows of `table`, in pieces. Inside a transaction. Returned: {"name","rows","columns":
 * [{"name","type"}]} with a letter for type, json_decref(); NULL + error. */
json_t *dump_table(struct store_tx *tx, const char *table, dump_part_fn part, gpointer user,
                   GError **error);

/* --- back */

struct load;

/* Ready to take rows of a table that exists. `about`: as dump_table() told it. Returned: owned by
 * the caller; NULL + error: it names no table, or columns that are not there. */
struct load *load_begin(struct store_tx *tx, const json_t *about, GError **error);
void load_end(struct load *load); /* NULL is fine */
const char *load_table(const struct load *load);
gint64 load_rows(const struct load *load); /* put so far */
/* Puts one line. false + error: it is no row of that table, or the store refuses it. */
bool load_line(struct load *load, const char *line, gsize size, GError **error);
