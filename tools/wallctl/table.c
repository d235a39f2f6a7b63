#include "wallctl/table.h"
#include <stdbool.h>

struct table {
    guint columns;
    GPtrArray *cells; /* owned texts, row after row, the heads first */
};

int text_width(const char *text)
{
    int width = 0;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_iszerowidth(c))
            width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

char *text_clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_new(NULL);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        GUnicodeType type = g_unichar_type(c);
        bool steers = g_unichar_iscntrl(c) || type == G_UNICODE_FORMAT ||
                      type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
        g_string_append_unichar(clean, steers ? '?' : c);
    }
    return g_string_free(clean, FALSE);
}

void table_add(struct table *table, const char *const *cells)
{
    for (guint i = 0; i < table->columns; i++)
        g_ptr_array_add(table->cells, text_clean(cells[i]));
}

struct table *table_create(const char *const *heads)
{
    struct table *table = g_new0(struct table, 1);
    while (heads[table->columns])
        table->columns++;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    table_add(table, heads);
    return table;
}

void table_destroy(struct table *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void table_write(const struct table *table, GString *out)
{
    int *widths = g_new0(int, table->columns);
    for (guint i = 0; i < table->cells->len; i++) {
        guint column = i % table->columns;
        widths[column] = MAX(widths[column], text_width(table->cells->pdata[i]));
    }
    for (guint i = 0; i < table->cells->len; i++) {
        guint column = i % table->columns;
        const char *cell = table->cells->pdata[i];
        g_string_append(out, cell);
        int gap = widths[column] - text_width(cell) + 2;
        if (column + 1 < table->columns) {
            g_string_append_printf(out, "%*s", gap, "");
            continue;
        }
        while (out->len && out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append_c(out, '\n');
    }
    g_free(widths);
}
