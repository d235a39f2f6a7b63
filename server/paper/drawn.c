/* What a paper says in its own words, and what people drew under it. */
#include "paper/sheet.h"

#define FONT_TEXT "Noto Serif CJK SC 12"
#define FONT_NAME "Noto Sans CJK SC 11"
#define FONT_TIME "Noto Sans CJK SC 9"

#define SCALE       0.16 /* of strokes, 1000 × 400 */
#define CELL_WIDTH  (SHEET_TEXT / 2)
#define CELL_HEIGHT 106.0
#define STROKES_TOP 20.0

void sheet_draw_body(struct sheet *sheet)
{
    if (!sheet->paper->body)
        return;
    g_auto(GStrv) lines = g_strsplit(sheet->paper->body, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        sheet_paragraph(sheet, *lines[i] ? lines[i] : " ", FONT_TEXT);
    sheet->y += 8;
}

static void draw_strokes(const struct sheet *sheet, const json_t *strokes, double x, double y)
{
    cairo_set_line_width(sheet->cr, 1.3);
    cairo_set_line_cap(sheet->cr, CAIRO_LINE_CAP_ROUND);
    for (size_t i = 0; i < json_array_size(strokes); i++) {
        const json_t *stroke = json_array_get(strokes, i);
        for (size_t p = 0; p < json_array_size(stroke); p++) {
            const json_t *point = json_array_get(stroke, p);
            cairo_line_to(sheet->cr, x + SCALE * json_number_value(json_array_get(point, 0)),
                          y + SCALE * json_number_value(json_array_get(point, 1)));
        }
        cairo_stroke(sheet->cr);
    }
    cairo_set_line_cap(sheet->cr, CAIRO_LINE_CAP_BUTT);
}

static void draw_cell(const struct sheet *sheet, const struct paper_drawing *one, double x)
{
    double y = sheet->y, under = y + STROKES_TOP + 400 * SCALE + 2;
    sheet_say(sheet, one->label, FONT_NAME, x, y, CELL_WIDTH - 10, PANGO_ALIGN_LEFT);
    draw_strokes(sheet, one->strokes, x, y + STROKES_TOP);
    cairo_set_line_width(sheet->cr, 0.5);
    cairo_move_to(sheet->cr, x, under);
    cairo_rel_line_to(sheet->cr, 1000 * SCALE, 0);
    cairo_stroke(sheet->cr);
    sheet_say(sheet, one->note, FONT_TIME, x, under + 2, CELL_WIDTH - 10, PANGO_ALIGN_LEFT);
}

void sheet_draw_drawings(struct sheet *sheet)
{
    const GArray *drawings = sheet->paper->drawings;
    for (guint i = 0; i < drawings->len; i++) {
        if (i % 2 == 0 && sheet_is_full(sheet, CELL_HEIGHT))
            sheet_next_page(sheet);
        draw_cell(sheet, &g_array_index(drawings, struct paper_drawing, i),
                  SHEET_LEFT + (i % 2) * CELL_WIDTH);
        if (i % 2 == 1 || i + 1 == drawings->len)
            sheet->y += CELL_HEIGHT;
    }
}
