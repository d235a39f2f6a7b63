/* Tables for a terminal: columns by what the eye sees, a Chinese character being two wide. Pure. */
#pragma once
#include <glib.h>

struct table;

/* `heads`: titles of the columns, ended by NULL; copied. */
struct table *table_create(const char *const *heads);
void table_destroy(struct table *table);

/* Adds one row of as many texts as there are columns, ended by NULL; NULL texts must be "" instead.
 * Copied; control characters become '?', so that a name cannot steer the terminal. */
void table_add(struct table *table, const char *const *cells);

/* Appends the table, two blanks between columns, none at the end of a line. */
void table_write(const struct table *table, GString *out);

/* Cells that a text takes on a terminal. */
int text_width(const char *text);
/* Returned: `text` as valid UTF-8 without control characters. */
char *text_clean(const char *text);
