/* Comma-separated values after RFC 4180, as real spreadsheets write them: UTF-8 with or without a
 * byte-order mark, CRLF or LF, quoted fields with line ends inside. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct csv_reader {
    const char *data;
    size_t size, at;
    guint line; /* of the next record's first line, from 1 */
};

void csv_reader_init(struct csv_reader *reader, const char *data, size_t size);

enum csv_result { CSV_RECORD, CSV_END, CSV_BAD_QUOTE, CSV_BAD_UTF8 };
/* Reads one record: `fields` is emptied and filled with strings it owns (a GPtrArray with g_free),
 * *line is where the record begins. A blank line is skipped. After CSV_BAD_… reading goes on with
 * the next line. */
enum csv_result csv_read(struct csv_reader *reader, GPtrArray *fields, guint *line);
