/* The rules of cases that are in force: calendar, workflows, routing; shipped ones, and those of a
 * folder of the town in their place. Filled once at start, then immutable; any thread. */
#pragma once
#include "cases/calendar.h"
#include "cases/routing.h"
#include "cases/workflow.h"

struct case_book {
    struct calendar *calendar;
    GPtrArray *workflows; /* struct workflow, the shipped ones first */
    struct routing *routing;
};

/* `dir`: folder with calendar/, workflows/, routing.json, each optional; a file takes the place of
 * the shipped one with the same name (id, year). NULL: shipped ones alone. Returned: owned by the
 * caller; NULL + error, which names file and place. */
struct case_book *case_book_create(const char *dir, GError **error);
void case_book_destroy(struct case_book *book); /* NULL is fine */

/* NULL: no such workflow. */
const struct workflow *case_book_workflow(const struct case_book *book, const char *id);

/* The book of this program, for what runs inside transactions of others; the shipped one until
 * case_book_use(). Borrowed. */
const struct case_book *case_book(void);
/* At start, before anything asks; NULL: the shipped one again. Borrowed. */
void case_book_use(const struct case_book *book);
