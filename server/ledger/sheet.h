/* A table as people take it along: XLSX (libxlsxwriter) or CSV (UTF-8 with its mark, RFC 4180),
 * written row by row to a file, so that its size is not the memory's. Any one thread at a time;
 * blocks. Text is text: nothing in a cell is ever a formula. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define SHEET_ERROR (g_quark_from_static_string("townwall-sheet"))
enum sheet_error { SHEET_ERROR_FULL, SHEET_ERROR_FAILED };

enum sheet_format { SHEET_XLSX, SHEET_CSV };

struct sheet;

/* A cell. `text` borrowed; NULL and no other: empty. */
struct sheet_cell {
    enum { CELL_TEXT, CELL_NUMBER, CELL_TIME } kind;
    const char *text;
    gint64 number;  /* CELL_NUMBER */
    gint64 time_us; /* CELL_TIME; 0: empty. Shown in local time to the minute */
};

/* `path`: a file that does not exist yet; other files of the work lie beside it. `title`: of the
 * sheet, at most 31 characters. Returned: owned by the caller; NULL + error. */
struct sheet *sheet_create(enum sheet_format format, const char *path, const char *title,
                           GError **error);
/* The row of names, `widths` in characters. */
bool sheet_head(struct sheet *sheet, const char *const *names, const guint *widths, guint count,
                GError **error);
bool sheet_row(struct sheet *sheet, const struct sheet_cell *cells, guint count, GError **error);
/* Writes the rest. Frees it in any case; the file is then whole, or not there. */
bool sheet_finish(struct sheet *sheet, GError **error);
/* Gives it up: the file is removed. NULL is fine. */
void sheet_drop(struct sheet *sheet);

/* Pure. A field of CSV: quoted where it has to be, and with an apostrophe before what a spreadsheet
 * would take for a formula (= + - @, also behind spaces, tabs and in full width). Appends. */
void sheet_csv_field(GString *line, const char *text);
