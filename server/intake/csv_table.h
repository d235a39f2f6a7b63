/* A CSV file with a row of names, read row by row as JSON objects of texts, so that a mapping can
 * take them. Empty cells are left out. Pure. */
#pragma once
#include "common/csv.h"
#include "intake/form.h"

struct csv_table {
    struct csv_reader reader;
    GPtrArray *heads, *cells;
};

/* `data` is borrowed while the table is used. false + *fault: it has no row of names, or a name
 * twice. */
bool csv_table_open(struct csv_table *table, const char *data, size_t size,
                    struct form_fault *fault);
void csv_table_close(struct csv_table *table); /* zeroed is fine */

enum csv_row { CSV_ROW, CSV_ROW_BAD, CSV_ROW_END };
/* CSV_ROW: *row is owned by the caller. CSV_ROW_BAD: *fault tells, reading goes on with the next.
 * *line is where the row begins, from 1. */
enum csv_row csv_table_next(struct csv_table *table, json_t **row, guint *line,
                            struct form_fault *fault);
