/* A ledger from elsewhere, as CSV: which column means which field, and each row as a case. Pure;
 * any thread; fuzzed (case_ledger). */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum ledger_field {
    LEDGER_CODE,
    LEDGER_ACCEPTED,
    LEDGER_CHANNEL,
    LEDGER_NAME,
    LEDGER_PHONE,
    LEDGER_ID_NUMBER,
    LEDGER_AREA,
    LEDGER_ADDRESS,
    LEDGER_TITLE,
    LEDGER_TEXT,
    LEDGER_CATEGORY,
    LEDGER_GRADE,
    LEDGER_LEDGER,
    LEDGER_DISPUTE,
    LEDGER_SCALE,
    LEDGER_COLOUR,
    LEDGER_LEAD,
    LEDGER_RESULT,
    LEDGER_CLOSED,
    LEDGER_SATISFACTION,
    LEDGER_STATE,
    LEDGER_LON,
    LEDGER_LAT,
    LEDGER_FIELDS,
};
/* −1: no such field. */
int ledger_field_find(const char *name);
const char *ledger_field_name(enum ledger_field field);

#define LEDGER_ERROR (g_quark_from_static_string("townwall-ledger"))

/* Names of columns and words of cells, as config/ledger-import.json has them. Immutable. */
struct ledger_map;
/* Returned: owned by the caller; NULL + error, with `name` and the place. */
struct ledger_map *ledger_map_read(const char *text, gsize size, const char *name, GError **error);
void ledger_map_destroy(struct ledger_map *map); /* NULL is fine */

/* One row that can be taken, as far as the file alone tells. */
struct ledger_row {
    guint line;        /* from 1; where it begins in the file */
    json_t *form;      /* F of docs/cases.md; "area" only where a code was given */
    char *code;        /* that it has elsewhere; NULL: none */
    char *area, *lead; /* as written: name or code, name or id; NULL: none */
    char *result, *state, *satisfaction; /* state: a code, never NULL */
    gint64 accepted_us, closed_us;       /* closed 0: open */
};
struct ledger_file {
    GPtrArray *rows; /* struct ledger_row */
    json_t *columns; /* [{"name","field"|null}] in the order of the file */
    json_t *faults;  /* [{"line","column","message":{"zh","en"}}], at most LEDGER_FAULTS */
    guint lines;     /* rows of the file, bad ones too */
    guint bad;       /* of them */
};
#define LEDGER_FAULTS 1000
#define LEDGER_ROWS   5000 /* most of one file */

/* `columns`: name of a column → field, "" for none: goes before the map's names; NULL: none. `csv`:
 * UTF-8. Never fails: what is wrong is in `faults`, line 1 for the row of names. */
void ledger_file_read(const struct ledger_map *map, const json_t *columns, const char *csv,
                      gsize size, gint64 now_us, struct ledger_file *file);
void ledger_file_clear(struct ledger_file *file); /* zeroed is fine */
/* Adds a fault to those of the file, whose row is bad from then on. Texts are copied. */
void ledger_fault(struct ledger_file *file, guint line, const char *column, const char *zh,
                  const char *en);
