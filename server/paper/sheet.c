#include "paper/sheet.h"

#define FONT_FOOT "Noto Sans CJK SC 9"
#define FONT_NEXT "Noto Serif CJK SC 11"

PangoLayout *sheet_text(const struct sheet *sheet, const char *text, const char *font, double width)
{
    PangoLayout *layout = pango_cairo_create_layout(sheet->cr);
    PangoFontDescription *description = pango_font_description_from_string(font);
    pango_cairo_context_set_resolution(pango_layout_get_context(layout), 72); /* a point is one */
    pango_context_set_language(pango_layout_get_context(layout),
                               pango_language_from_string("zh-cn"));
    pango_layout_context_changed(layout);
    pango_layout_set_font_description(layout, description);
    pango_font_description_free(description);
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    pango_layout_set_text(layout, valid, -1);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_width(layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    return layout;
}

double sheet_height(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

double sheet_width(PangoLayout *layout)
{
    int width;
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

double sheet_put(const struct sheet *sheet, PangoLayout *layout, double x, double y)
{
    cairo_move_to(sheet->cr, x, y);
    pango_cairo_show_layout(sheet->cr, layout);
    return sheet_height(layout);
}

double sheet_say(const struct sheet *sheet, const char *text, const char *font, double x, double y,
                 double width, PangoAlignment align)
{
    PangoLayout *layout = sheet_text(sheet, text, font, width);
    pango_layout_set_alignment(layout, align);
    double height = sheet_put(sheet, layout, x, y);
    g_object_unref(layout);
    return height;
}

void sheet_accent(const struct sheet *sheet)
{
    unsigned colour = 0xc00000;
    const char *text = sheet->paper->accent;
    if (text && text[0] == '#')
        colour = (unsigned)g_ascii_strtoull(text + 1, NULL, 16);
    cairo_set_source_rgb(sheet->cr, ((colour >> 16) & 255) / 255.0, ((colour >> 8) & 255) / 255.0,
                         (colour & 255) / 255.0);
}

static void draw_foot(const struct sheet *sheet)
{
    g_autofree char *number = sheet->pages
                                  ? g_strdup_printf("第 %u 页，共 %u 页", sheet->page, sheet->pages)
                                  : g_strdup_printf("第 %u 页", sheet->page);
    cairo_set_source_rgb(sheet->cr, 0.35, 0.35, 0.35);
    sheet_say(sheet, sheet->paper->foot, FONT_FOOT, SHEET_LEFT, SHEET_BOTTOM + 14, SHEET_TEXT - 90,
              PANGO_ALIGN_LEFT);
    sheet_say(sheet, number, FONT_FOOT, SHEET_LEFT, SHEET_BOTTOM + 14, SHEET_TEXT,
              PANGO_ALIGN_RIGHT);
    cairo_set_source_rgb(sheet->cr, 0, 0, 0);
}

void sheet_begin_page(struct sheet *sheet)
{
    sheet->page++;
    sheet->y = SHEET_TOP;
    draw_foot(sheet);
    if (sheet->page == 1)
        return;
    sheet_say(sheet, sheet->paper->title, FONT_NEXT, SHEET_LEFT, SHEET_TOP - 18, SHEET_TEXT,
              PANGO_ALIGN_LEFT);
    sheet_say(sheet, sheet->paper->number, FONT_NEXT, SHEET_LEFT, SHEET_TOP - 18, SHEET_TEXT,
              PANGO_ALIGN_RIGHT);
    sheet->y += 4;
}

void sheet_next_page(struct sheet *sheet)
{
    cairo_show_page(sheet->cr);
    sheet_begin_page(sheet);
}

bool sheet_is_full(const struct sheet *sheet, double height)
{
    return sheet->y + height > SHEET_BOTTOM;
}
