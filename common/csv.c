#include "common/csv.h"
#include <string.h>

void csv_reader_init(struct csv_reader *reader, const char *data, size_t size)
{
    *reader = (struct csv_reader){.data = data, .size = size, .line = 1};
    if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
        reader->at = 3;
}

static int peek(const struct csv_reader *reader)
{
    return reader->at < reader->size ? (unsigned char)reader->data[reader->at] : -1;
}

/* Steps over one line end, if it stands here. */
static bool take_line_end(struct csv_reader *reader)
{
    if (peek(reader) == '\r' && reader->at + 1 < reader->size &&
        reader->data[reader->at + 1] == '\n')
        reader->at++;
    if (peek(reader) != '\n' && peek(reader) != '\r')
        return false;
    reader->at++;
    reader->line++;
    return true;
}

static void skip_line(struct csv_reader *reader)
{
    while (peek(reader) >= 0 && !take_line_end(reader))
        reader->at++;
}

/* After the opening quote. false: no closing quote, or something behind it. */
static bool read_quoted(struct csv_reader *reader, GString *field)
{
    for (;;) {
        int c = peek(reader);
        if (c < 0)
            return false;
        if (c == '"') {
            reader->at++;
            if (peek(reader) != '"')
                break;
        }
        if (c == '\n')
            reader->line++;
        g_string_append_c(field, (char)c);
        reader->at++;
    }
    int next = peek(reader);
    return next < 0 || next == ',' || next == '\r' || next == '\n';
}

static void read_plain(struct csv_reader *reader, GString *field)
{
    for (int c = peek(reader); c >= 0 && c != ',' && c != '\r' && c != '\n'; c = peek(reader)) {
        g_string_append_c(field, (char)c);
        reader->at++;
    }
}

enum csv_result csv_read(struct csv_reader *reader, GPtrArray *fields, guint *line)
{
    g_ptr_array_set_size(fields, 0);
    while (take_line_end(reader))
        ;
    *line = reader->line;
    if (peek(reader) < 0)
        return CSV_END;
    bool utf8 = true;
    for (;;) {
        g_autoptr(GString) field = g_string_new(NULL);
        if (peek(reader) == '"') {
            size_t opening = reader->at++;
            guint first_line = reader->line;
            if (!read_quoted(reader, field)) {
                /* a stray quote must not swallow the rest of the file */
                reader->at = opening;
                reader->line = first_line;
                skip_line(reader);
                return CSV_BAD_QUOTE;
            }
        } else {
            read_plain(reader, field);
        }
        utf8 = utf8 && g_utf8_validate_len(field->str, field->len, NULL);
        g_ptr_array_add(fields, g_strdup(field->str));
        if (peek(reader) != ',')
            break;
        reader->at++;
    }
    take_line_end(reader);
    return utf8 ? CSV_RECORD : CSV_BAD_UTF8;
}
