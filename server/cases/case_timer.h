/* Timers of cases: what runs follows from the state; what falls due is done once. Inside a
 * store_fn, on the writer's thread. */
#pragma once
#include "cases/case_book.h"
#include "cases/case_row.h"

/* Starts and ends timers so that they fit the row and its orders, and sets the row's due_*. */
bool case_timers_fit(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                     gint64 now_us, GError **error);
/* Reckons anew what runs: the calendar knows more, or a limit is another one. */
bool case_timers_again(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                       gint64 now_us, bool *changed, GError **error);
/* The order has until then, NULL: every order; the time to give it back stays. */
bool case_timers_extend(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                        const char *order, gint64 until_us, gint64 now_us, GError **error);
/* Until when a limit of the case may be extended: as the workflow says behind what the limit itself
 * gives; 0: it has no such limit now. *over: it has run out. */
bool case_timer_most(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                     const char *timer, gint64 now_us, gint64 *most_us, bool *over, GError **error);
/* That limit of the case is due then. */
bool case_timer_extend(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                       const char *timer, gint64 until_us, gint64 now_us, GError **error);
/* Everything of the case rests, or goes on: pauses are in the table already. */
bool case_timers_pause(struct store_tx *tx, const struct case_row *row, GError **error);
bool case_timers_resume(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                        gint64 now_us, GError **error);

/* A timer that does something now. */
struct case_due {
    char *id, *case_id, *timer, *order, *state;
    gint64 due_us, warn_us, next_us, reminded;
};
void case_due_free(gpointer due);
/* At most `limit` of those whose time has come, the earliest first. */
bool case_timers_due(struct store_tx *tx, gint64 now_us, int limit, GPtrArray *list,
                     GError **error);
/* The same of resolutions and instructions: `timer` is their kind, `order` NULL. */
bool case_items_due(struct store_tx *tx, gint64 now_us, int limit, GPtrArray *list, GError **error);
/* When the next of both does something; 0: none. */
bool case_timers_next(struct store_tx *tx, gint64 *next_us, GError **error);
/* The timer has done what was due: its next moment, or its end. */
bool case_timer_done(struct store_tx *tx, const struct case_due *due, gint64 next_us, bool over,
                     gint64 now_us, GError **error);
/* T of docs/cases.md, owned by the caller; NULL + error. */
json_t *case_timers_json(struct store_tx *tx, const char *case_id, GError **error);
