#include "simcams/roster.h"
#include <gio/gio.h>
#include <string.h>

enum column {
    COLUMN_ID,
    COLUMN_NUMBER,
    COLUMN_SCENE,
    COLUMN_CODEC,
    COLUMN_FILE,
    COLUMN_COUNT,
};

static const char *const column_names[COLUMN_COUNT] = {"id", "number", "scene", "codec", "file"};

struct reader {
    const char *at;
    const char *end;
    unsigned line;
};

static void row_free(gpointer data)
{
    struct roster_row *row = data;
    g_free(row->id);
    g_free(row->scene);
    g_free(row->file);
    g_free(row);
}

/* One field; leaves the reader on its separator or at the end. */
static char *read_field(struct reader *reader)
{
    GString *field = g_string_new(NULL);
    const bool quoted = reader->at < reader->end && *reader->at == '"';
    if (quoted)
        reader->at++;
    for (; reader->at < reader->end; reader->at++) {
        const char c = *reader->at;
        if (quoted && c == '"') {
            if (reader->at + 1 < reader->end && reader->at[1] == '"') {
                reader->at++;
            } else {
                reader->at++;
                break;
            }
        } else if (!quoted && (c == ',' || c == '\n')) {
            break;
        } else if (c == '\n') {
            reader->line++;
        }
        g_string_append_c(field, c);
    }
    g_strstrip(field->str);
    return g_string_free(field, FALSE);
}

/* The fields of one record, NULL at the end of the text. */
static GPtrArray *read_record(struct reader *reader)
{
    if (reader->at == reader->end)
        return NULL;
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    reader->line++;
    for (;;) {
        g_ptr_array_add(fields, read_field(reader));
        while (reader->at < reader->end && *reader->at != ',' && *reader->at != '\n')
            reader->at++; /* what stands behind a closing quote */
        if (reader->at == reader->end)
            return fields;
        if (*reader->at++ == '\n')
            return fields;
    }
}

static bool map_columns(GPtrArray *head, int *columns, GError **error)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        columns[i] = -1;
        for (guint c = 0; head && c < head->len; c++)
            if (g_strcmp0(head->pdata[c], column_names[i]) == 0)
                columns[i] = (int)c;
    }
    if (columns[COLUMN_NUMBER] >= 0)
        return true;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "camera list, line 1: no column \"number\"");
    return false;
}

static const char *column_text(GPtrArray *fields, int column)
{
    return column >= 0 && (guint)column < fields->len ? fields->pdata[column] : "";
}

static char *text_or_null(const char *text)
{
    return *text ? g_strdup(text) : NULL;
}

static struct roster_row *make_row(GPtrArray *fields, const int *columns, unsigned line,
                                   GError **error)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(column_text(fields, columns[COLUMN_NUMBER]), 10, 1, 4095,
                                    &number, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "camera list, line %u: number is 1 to 4095", line);
        return NULL;
    }
    const char *codec = column_text(fields, columns[COLUMN_CODEC]);
    const bool is_h265 = g_ascii_strcasecmp(codec, "h265") == 0;
    if (*codec && !is_h265 && g_ascii_strcasecmp(codec, "h264") != 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "camera list, line %u: codec is h264, h265 or empty", line);
        return NULL;
    }
    struct roster_row *row = g_new0(struct roster_row, 1);
    row->id = g_strdup(column_text(fields, columns[COLUMN_ID]));
    row->number = (unsigned)number;
    row->scene = text_or_null(column_text(fields, columns[COLUMN_SCENE]));
    row->file = text_or_null(column_text(fields, columns[COLUMN_FILE]));
    row->has_codec = *codec != 0;
    row->codec = is_h265 ? CODEC_H265 : CODEC_H264;
    return row;
}

GPtrArray *roster_parse(const char *text, size_t size_bytes, GError **error)
{
    struct reader reader = {text, text + size_bytes, 0};
    if (size_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        reader.at += 3;
    int columns[COLUMN_COUNT];
    g_autoptr(GPtrArray) head = read_record(&reader);
    if (!map_columns(head, columns, error))
        return NULL;
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
    GPtrArray *fields;
    while ((fields = read_record(&reader))) {
        const bool empty = fields->len == 1 && *(const char *)fields->pdata[0] == 0;
        struct roster_row *row = empty ? NULL : make_row(fields, columns, reader.line, error);
        g_ptr_array_unref(fields);
        if (!empty && !row)
            return NULL;
        if (row)
            g_ptr_array_add(rows, row);
    }
    return g_steal_pointer(&rows);
}
