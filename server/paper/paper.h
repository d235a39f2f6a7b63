/* Printed papers: A4 in PDF, Chinese fonts embedded, text that can be selected. What stands in one
 * is the caller's; here it gets its place. Types of Pango and Cairo stay inside. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define PAPER_ERROR (g_quark_from_static_string("townwall-paper"))
enum paper_error { PAPER_ERROR_FAILED, PAPER_ERROR_BUSY };

struct paper_field {
    char *label, *text; /* text NULL or "": printed as a dash */
    bool half;          /* may share its line with the next one that may */
};

/* What somebody drew: a signature. */
struct paper_drawing {
    char *label, *note; /* above it; under it */
    json_t *strokes;    /* [[[x,y],…],…] within 1000 × 400 */
};

/* One paper; all texts owned, UTF-8, NULL: left out. */
struct paper {
    char *unit;        /* whose paper it is, above the line */
    char *title;       /* 交办单 */
    char *number;      /* 编号：2026-0117 */
    char *accent;      /* "#rrggbb" of the line and the mark; NULL: red */
    char *mark;        /* 黄牌, in the accent beside the title */
    GArray *fields;    /* struct paper_field */
    char *body;        /* paragraphs, one a line */
    GArray *drawings;  /* struct paper_drawing, under the body */
    bool plain;        /* no place for a seal */
    char *heading;     /* of the notes */
    GPtrArray *notes;  /* numbered paragraphs, char *, owned */
    GPtrArray *signs;  /* labels of lines to sign on, char *, owned */
    char *seal, *date; /* whose seal belongs there, and the date under it */
    char *foot;        /* at the foot of each page */
    json_t *qr;        /* rows of "0" and "1" */
};

struct paper *paper_new(void);
void paper_free(struct paper *paper); /* NULL is fine */
void paper_add_field(struct paper *paper, const char *label, const char *text, bool half);
/* Takes `strokes`. */
void paper_add_drawing(struct paper *paper, const char *label, const char *note, json_t *strokes);
void paper_add_note(struct paper *paper, const char *text);
void paper_add_sign(struct paper *paper, const char *label);

/* Any thread. Returned: the PDF; NULL + error. `pages` may be NULL. */
GBytes *paper_render(const struct paper *paper, guint *pages, GError **error);

/* A thread of its own that renders one after the other. Loop thread. */
struct paper_press;
struct paper_press *paper_press_create(GMainContext *context);
/* Waits for the one under way; what waits is dropped unanswered. NULL is fine. */
void paper_press_destroy(struct paper_press *press);
/* `pdf` borrowed; NULL + error. */
typedef void (*paper_done_fn)(GBytes *pdf, const GError *error, gpointer user);
/* Takes `paper`. `done` is called once on the loop: later, or at once with PAPER_ERROR_BUSY where
 * too many wait; when the press is destroyed before, `drop` is. */
void paper_press_print(struct paper_press *press, struct paper *paper, paper_done_fn done,
                       GDestroyNotify drop, gpointer user);
