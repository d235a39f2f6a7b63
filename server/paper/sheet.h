/* The sheets of one paper while it is drawn: where the pen is, when a page is full. One thread. */
#pragma once
#include "paper/paper.h"
#include <pango/pangocairo.h>

/* Points; margins after GB/T 9704: 28 mm at the binding, 26 mm outside. */
#define SHEET_WIDTH  595.28
#define SHEET_HEIGHT 841.89
#define SHEET_LEFT   79.4
#define SHEET_TEXT   442.2
#define SHEET_TOP    54.0
#define SHEET_BOTTOM 784.0

struct sheet {
    const struct paper *paper;
    cairo_t *cr;
    guint page, pages; /* from 1; pages 0: not known yet */
    double y;
};

/* A text to be placed; to be unreffed. `width` of its lines in points, 0: one line as long as it
 * is. */
PangoLayout *sheet_text(const struct sheet *sheet, const char *text, const char *font,
                        double width);
/* Draws at (x, y of its top). Returned: its height. */
double sheet_put(const struct sheet *sheet, PangoLayout *layout, double x, double y);
/* In points, of all its lines. */
double sheet_height(PangoLayout *layout);
/* In points, of its longest line. */
double sheet_width(PangoLayout *layout);
/* The same in one go; returned: its height. */
double sheet_say(const struct sheet *sheet, const char *text, const char *font, double x, double y,
                 double width, PangoAlignment align);

/* Draws in the paper's own colour from here on (red where it names none). */
void sheet_accent(const struct sheet *sheet);
/* Counts the page and draws its foot and, from the second on, its head; the pen is at its top. */
void sheet_begin_page(struct sheet *sheet);
/* Ends this page and begins another. */
void sheet_next_page(struct sheet *sheet);
/* A text over the whole width; it goes on on the next page (render.c). */
void sheet_paragraph(struct sheet *sheet, const char *text, const char *font);
/* drawn.c: the paper's text in its own words, paragraph by paragraph; nothing where it has none. */
void sheet_draw_body(struct sheet *sheet);
/* drawn.c: the signatures that were drawn, with names and times; nothing where there are none. */
void sheet_draw_drawings(struct sheet *sheet);
/* Is there no room for so much on this page? */
bool sheet_is_full(const struct sheet *sheet, double height);
