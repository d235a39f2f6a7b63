#include "paper/paper.h"

static void field_clear(gpointer data)
{
    struct paper_field *field = data;
    g_free(field->label);
    g_free(field->text);
}

static void drawing_clear(gpointer data)
{
    struct paper_drawing *drawing = data;
    g_free(drawing->label);
    g_free(drawing->note);
    json_decref(drawing->strokes);
}

struct paper *paper_new(void)
{
    struct paper *paper = g_new0(struct paper, 1);
    paper->fields = g_array_new(FALSE, FALSE, sizeof(struct paper_field));
    g_array_set_clear_func(paper->fields, field_clear);
    paper->drawings = g_array_new(FALSE, FALSE, sizeof(struct paper_drawing));
    g_array_set_clear_func(paper->drawings, drawing_clear);
    paper->notes = g_ptr_array_new_with_free_func(g_free);
    paper->signs = g_ptr_array_new_with_free_func(g_free);
    return paper;
}

void paper_free(struct paper *paper)
{
    if (!paper)
        return;
    char *texts[] = {paper->unit,    paper->title, paper->number, paper->accent, paper->mark,
                     paper->heading, paper->body,  paper->seal,   paper->date,   paper->foot};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_array_unref(paper->fields);
    g_array_unref(paper->drawings);
    g_ptr_array_unref(paper->notes);
    g_ptr_array_unref(paper->signs);
    json_decref(paper->qr);
    g_free(paper);
}

void paper_add_field(struct paper *paper, const char *label, const char *text, bool half)
{
    const struct paper_field field = {g_strdup(label), g_strdup(text), half};
    g_array_append_val(paper->fields, field);
}

void paper_add_note(struct paper *paper, const char *text)
{
    g_ptr_array_add(paper->notes, g_strdup(text));
}

void paper_add_sign(struct paper *paper, const char *label)
{
    g_ptr_array_add(paper->signs, g_strdup(label));
}

void paper_add_drawing(struct paper *paper, const char *label, const char *note, json_t *strokes)
{
    const struct paper_drawing drawing = {g_strdup(label), g_strdup(note), strokes};
    g_array_append_val(paper->drawings, drawing);
}
