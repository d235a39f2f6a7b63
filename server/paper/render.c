/* From top to bottom: head with its line and code, a table of fields, numbered notes, lines to sign
 * on, the place of the seal. Long texts go on on the next page, line by line. */
#include "paper/sheet.h"
#include <cairo-pdf.h>
#include <string.h>

#define FONT_UNIT  "Noto Serif CJK SC Bold 26"
#define FONT_TITLE "Noto Serif CJK SC Bold 24"
#define FONT_BODY  "Noto Serif CJK SC 13"
#define FONT_LABEL "Noto Sans CJK SC 12"
#define FONT_HEAD  "Noto Sans CJK SC Bold 14"
#define FONT_NOTE  "Noto Serif CJK SC 12"
#define FONT_MARK  "Noto Sans CJK SC Bold 18"
#define FONT_SEAL  "Noto Sans CJK SC 10"

enum { HALF_MOST = 60 }; /* bytes of a text that may share its line */

#define LABEL_WIDTH    66.0
#define PADDING        5.0
#define QR_SIZE        64.0
#define SEAL_RADIUS    52.0
#define FONT_SIZE_LINE 16.0 /* height of a line of the body, about */

/* --- head */

static void draw_qr(const struct sheet *sheet, double x, double y, double size)
{
    const json_t *rows = sheet->paper->qr;
    size_t count = json_array_size(rows);
    double step = count ? size / (double)count : 0;
    for (size_t r = 0; r < count; r++) {
        const char *row = json_string_value(json_array_get(rows, r));
        for (size_t c = 0; row && row[c]; c++) {
            if (row[c] == '1')
                cairo_rectangle(sheet->cr, x + (double)c * step, y + (double)r * step, step, step);
        }
    }
    cairo_fill(sheet->cr);
}

static void draw_mark(const struct sheet *sheet, double y)
{
    if (!sheet->paper->mark)
        return;
    PangoLayout *layout = sheet_text(sheet, sheet->paper->mark, FONT_MARK, 0);
    double width = sheet_width(layout) + 16, height = sheet_height(layout) + 4;
    sheet_accent(sheet);
    cairo_set_line_width(sheet->cr, 1.6);
    cairo_rectangle(sheet->cr, SHEET_LEFT, y, width, height);
    cairo_stroke(sheet->cr);
    sheet_put(sheet, layout, SHEET_LEFT + 8, y + 2);
    cairo_set_source_rgb(sheet->cr, 0, 0, 0);
    g_object_unref(layout);
}

static void draw_head(struct sheet *sheet)
{
    const struct paper *paper = sheet->paper;
    double side = paper->qr ? QR_SIZE + 10 : 0;
    draw_qr(sheet, SHEET_LEFT + SHEET_TEXT - QR_SIZE, sheet->y - 14, QR_SIZE);
    sheet_accent(sheet);
    double height = sheet_say(sheet, paper->unit, FONT_UNIT, SHEET_LEFT + side, sheet->y,
                              SHEET_TEXT - 2 * side, PANGO_ALIGN_CENTER);
    sheet->y += MAX(height, side - 24) + 6;
    cairo_set_line_width(sheet->cr, 2);
    cairo_move_to(sheet->cr, SHEET_LEFT, sheet->y);
    cairo_rel_line_to(sheet->cr, SHEET_TEXT, 0);
    cairo_stroke(sheet->cr);
    cairo_set_source_rgb(sheet->cr, 0, 0, 0);
    sheet->y += 12;
    draw_mark(sheet, sheet->y);
    sheet->y += sheet_say(sheet, paper->title, FONT_TITLE, SHEET_LEFT, sheet->y, SHEET_TEXT,
                          PANGO_ALIGN_CENTER);
    sheet->y += sheet_say(sheet, paper->number, FONT_BODY, SHEET_LEFT, sheet->y + 2, SHEET_TEXT,
                          PANGO_ALIGN_RIGHT);
    sheet->y += 8;
}

/* --- table */

static const char *shown(const struct paper_field *field)
{
    return field->text && *field->text ? field->text : "—";
}

static void box(const struct sheet *sheet, double x, double y, double width, double height)
{
    cairo_set_line_width(sheet->cr, 0.7);
    cairo_rectangle(sheet->cr, x, y, width, height);
    cairo_stroke(sheet->cr);
}

/* Draws line by line from *line on while there is room; returned: the height that was used. */
static double put_lines(const struct sheet *sheet, PangoLayout *layout, int *line, double x,
                        double y)
{
    double used = 0;
    for (; *line < pango_layout_get_line_count(layout); (*line)++) {
        PangoLayoutLine *one = pango_layout_get_line_readonly(layout, *line);
        PangoRectangle ink, extent;
        pango_layout_line_get_extents(one, &ink, &extent);
        double height = (double)extent.height / PANGO_SCALE;
        if (y + used + height + PADDING > SHEET_BOTTOM)
            break;
        cairo_move_to(sheet->cr, x + (double)extent.x / PANGO_SCALE,
                      y + used + (double)PANGO_ASCENT(extent) / PANGO_SCALE);
        pango_cairo_show_layout_line(sheet->cr, one);
        used += height;
    }
    return used;
}

/* Returned: its height. */
static double put_label(const struct sheet *sheet, const char *label, double x, double y,
                        bool again)
{
    g_autofree char *text = again ? g_strdup_printf("%s（续）", label) : g_strdup(label);
    return sheet_say(sheet, text, FONT_LABEL, x + PADDING, y + PADDING, LABEL_WIDTH - 2 * PADDING,
                     PANGO_ALIGN_LEFT);
}

/* A field over the whole width; a text that is longer than the page goes on on the next one. */
static void put_field(struct sheet *sheet, const struct paper_field *field)
{
    double width = SHEET_TEXT - LABEL_WIDTH;
    PangoLayout *layout = sheet_text(sheet, shown(field), FONT_BODY, width - 2 * PADDING);
    int line = 0, lines = pango_layout_get_line_count(layout);
    if (sheet_is_full(sheet, 3 * FONT_SIZE_LINE + 2 * PADDING))
        sheet_next_page(sheet);
    for (bool again = false; line < lines; again = true) {
        double used =
            put_lines(sheet, layout, &line, SHEET_LEFT + LABEL_WIDTH + PADDING, sheet->y + PADDING);
        double label = put_label(sheet, field->label, SHEET_LEFT, sheet->y, again);
        double height = MAX(used, label) + 2 * PADDING;
        box(sheet, SHEET_LEFT, sheet->y, LABEL_WIDTH, height);
        box(sheet, SHEET_LEFT + LABEL_WIDTH, sheet->y, width, height);
        sheet->y += height;
        if (line < lines)
            sheet_next_page(sheet);
    }
    g_object_unref(layout);
}

/* Two short ones beside each other. */
static void put_halves(struct sheet *sheet, const struct paper_field *left,
                       const struct paper_field *right)
{
    const struct paper_field *both[] = {left, right};
    double half = SHEET_TEXT / 2, width = half - LABEL_WIDTH, height = FONT_SIZE_LINE;
    PangoLayout *layouts[2];
    for (int i = 0; i < 2; i++) {
        layouts[i] = sheet_text(sheet, shown(both[i]), FONT_BODY, width - 2 * PADDING);
        height = MAX(height, sheet_height(layouts[i]));
        PangoLayout *label =
            sheet_text(sheet, both[i]->label, FONT_LABEL, LABEL_WIDTH - 2 * PADDING);
        height = MAX(height, sheet_height(label));
        g_object_unref(label);
    }
    height += 2 * PADDING;
    if (sheet_is_full(sheet, height))
        sheet_next_page(sheet);
    for (int i = 0; i < 2; i++) {
        double x = SHEET_LEFT + i * half;
        put_label(sheet, both[i]->label, x, sheet->y, false);
        sheet_put(sheet, layouts[i], x + LABEL_WIDTH + PADDING, sheet->y + PADDING);
        box(sheet, x, sheet->y, LABEL_WIDTH, height);
        box(sheet, x + LABEL_WIDTH, sheet->y, width, height);
        g_object_unref(layouts[i]);
    }
    sheet->y += height;
}

static bool is_half(const struct paper *paper, guint i)
{
    if (i >= paper->fields->len)
        return false;
    const struct paper_field *field = &g_array_index(paper->fields, struct paper_field, i);
    return field->half && strlen(shown(field)) <= HALF_MOST && !strchr(shown(field), '\n');
}

static void draw_fields(struct sheet *sheet)
{
    const GArray *fields = sheet->paper->fields;
    for (guint i = 0; i < fields->len; i++) {
        const struct paper_field *field = &g_array_index(fields, struct paper_field, i);
        if (is_half(sheet->paper, i) && is_half(sheet->paper, i + 1))
            put_halves(sheet, field, &g_array_index(fields, struct paper_field, ++i));
        else
            put_field(sheet, field);
    }
    sheet->y += 14;
}

/* --- notes, signatures, seal */

void sheet_paragraph(struct sheet *sheet, const char *text, const char *font)
{
    PangoLayout *layout = sheet_text(sheet, text, font, SHEET_TEXT);
    int line = 0, lines = pango_layout_get_line_count(layout);
    while (line < lines) {
        double used = put_lines(sheet, layout, &line, SHEET_LEFT, sheet->y);
        sheet->y += used;
        if (line < lines)
            sheet_next_page(sheet);
    }
    sheet->y += 2;
    g_object_unref(layout);
}

static void draw_notes(struct sheet *sheet)
{
    const struct paper *paper = sheet->paper;
    if (paper->notes->len == 0)
        return;
    if (sheet_is_full(sheet, 4 * FONT_SIZE_LINE))
        sheet_next_page(sheet);
    sheet->y += sheet_say(sheet, paper->heading, FONT_HEAD, SHEET_LEFT, sheet->y, SHEET_TEXT,
                          PANGO_ALIGN_LEFT) +
                4;
    for (guint i = 0; i < paper->notes->len; i++) {
        g_autofree char *text = g_strdup_printf("%u．%s", i + 1, (char *)paper->notes->pdata[i]);
        sheet_paragraph(sheet, text, FONT_NOTE);
    }
    sheet->y += 10;
}

static void draw_signs(struct sheet *sheet, double y)
{
    const GPtrArray *signs = sheet->paper->signs;
    for (guint i = 0; i < signs->len; i++) {
        double line = y + 32.0 * (i + 1);
        sheet_say(sheet, signs->pdata[i], FONT_LABEL, SHEET_LEFT, line - 16, 90, PANGO_ALIGN_LEFT);
        cairo_set_line_width(sheet->cr, 0.6);
        cairo_move_to(sheet->cr, SHEET_LEFT + 84, line);
        cairo_rel_line_to(sheet->cr, 130, 0);
        cairo_stroke(sheet->cr);
    }
}

/* Seal and signatures stay together. */
static void draw_end(struct sheet *sheet)
{
    const struct paper *paper = sheet->paper;
    static const double dashes[] = {3, 3};
    double height = MAX(2 * SEAL_RADIUS + 6, 32.0 * paper->signs->len + 6);
    if (sheet_is_full(sheet, height))
        sheet_next_page(sheet);
    double left = SHEET_LEFT + SHEET_TEXT - 200, middle = left + 100;
    draw_signs(sheet, sheet->y);
    cairo_save(sheet->cr);
    cairo_set_source_rgb(sheet->cr, 0.75, 0.55, 0.55);
    cairo_set_dash(sheet->cr, dashes, 2, 0);
    cairo_set_line_width(sheet->cr, 0.7);
    cairo_new_sub_path(sheet->cr);
    cairo_arc(sheet->cr, middle, sheet->y + SEAL_RADIUS, SEAL_RADIUS, 0, 2 * G_PI);
    cairo_stroke(sheet->cr);
    cairo_restore(sheet->cr);
    sheet_say(sheet, "（盖章）", FONT_SEAL, left, sheet->y + SEAL_RADIUS - 30, 200,
              PANGO_ALIGN_CENTER);
    double down = sheet_say(sheet, paper->seal, FONT_BODY, left, sheet->y + SEAL_RADIUS - 8, 200,
                            PANGO_ALIGN_CENTER);
    sheet_say(sheet, paper->date, FONT_BODY, left, sheet->y + SEAL_RADIUS - 4 + down, 200,
              PANGO_ALIGN_CENTER);
    sheet->y += height;
}

/* --- the whole */

static cairo_status_t take(void *user, const unsigned char *data, unsigned int size)
{
    g_byte_array_append(user, data, size);
    return CAIRO_STATUS_SUCCESS;
}

/* `pages`: how many there will be, 0: not known. Returned: how many there are; 0: it failed. */
static guint draw(const struct paper *paper, guint pages, GByteArray *out, const char **why)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(take, out, SHEET_WIDTH, SHEET_HEIGHT);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
                                   paper->title ? paper->title : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT,
                                   paper->number ? paper->number : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR,
                                   paper->unit ? paper->unit : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "townwall");
    struct sheet sheet = {.paper = paper, .cr = cairo_create(surface), .pages = pages};
    sheet_begin_page(&sheet);
    draw_head(&sheet);
    draw_fields(&sheet);
    sheet_draw_body(&sheet);
    sheet_draw_drawings(&sheet);
    draw_notes(&sheet);
    if (!paper->plain)
        draw_end(&sheet);
    cairo_show_page(sheet.cr);
    cairo_status_t status = cairo_status(sheet.cr);
    cairo_destroy(sheet.cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    *why = cairo_status_to_string(status);
    return status == CAIRO_STATUS_SUCCESS ? sheet.page : 0;
}

GBytes *paper_render(const struct paper *paper, guint *pages, GError **error)
{
    g_autoptr(GByteArray) draft = g_byte_array_new();
    GByteArray *out = g_byte_array_new();
    const char *why;
    guint count = draw(paper, 0, draft, &why);
    if (!count || draw(paper, count, out, &why) != count) {
        g_set_error(error, PAPER_ERROR, PAPER_ERROR_FAILED, "the paper cannot be drawn: %s", why);
        g_byte_array_unref(out);
        return NULL;
    }
    if (pages)
        *pages = count;
    return g_byte_array_free_to_bytes(out);
}
