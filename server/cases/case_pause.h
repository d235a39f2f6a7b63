/* Pauses that were granted until a day (docs/cases.md "Limits"). Inside a store_fn, on the writer's
 * thread. */
#pragma once
#include "cases/case_book.h"
#include "store/store.h"

/* Resumes at most `limit` cases whose pause is over, as the machine; `*done` counts on. One that is
 * merged meanwhile rests until it is taken apart. */
bool case_pauses_end(struct store_tx *tx, const struct case_book *book, gint64 now_us, int limit,
                     int *done, GError **error);
/* When the next one ends; 0: none. */
bool case_pauses_next(struct store_tx *tx, gint64 *next_us, GError **error);
