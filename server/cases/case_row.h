/* One case as the table case_file has it, and as people see it (C of docs/cases.md). What takes a
 * store_tx runs inside a store_fn. */
#pragma once
#include "cases/workflow.h"
#include "store/store.h"
#include <jansson.h>

/* All texts owned; NULL: absent. Times 0: none. */
struct case_row {
    char *id, *code, *state, *channel, *dimension, *type, *category, *title, *body, *area, *address;
    char *first_user, *workflow, *ledger, *grade, *dispute, *scale, *colour, *about, *reporter;
    char *lead, *departments, *mediation, *satisfaction, *merged_into, *before, *due_timer;
    char *first_name; /* read only */
    double lon, lat;
    gint64 version, priority, exercise, accepted_us, created_us, updated_us, closed_us;
    gint64 level, attempts, agreed_us, court_us, returned, reopened, unreached, urged, yellow, red,
        black;
    gint64 overdue, on_spot, points, calendar_unknown, state_us, dispatched_us, done_us;
    gint64 due_us, warn_us, finish_us;
};

/* For SELECT: columns in the order that case_row_read() wants, from the table `case_file`. */
const char *case_row_columns(void);
/* Copies the current row; `from`: its first column. */
void case_row_read(struct case_row *row, struct store_rows *rows, int from);
void case_row_clear(struct case_row *row);
#define case_row_auto __attribute__((cleanup(case_row_clear))) struct case_row

/* By id or code. STORE_ERROR_NOT_FOUND: there is none. */
bool case_row_load(struct store_tx *tx, const char *id, struct case_row *row, GError **error);
bool case_row_insert(struct store_tx *tx, const struct case_row *row, GError **error);
/* Writes everything but what never changes. */
bool case_row_update(struct store_tx *tx, const struct case_row *row, GError **error);

/* Replaces a text. */
void case_row_set(char **text, const char *value);
/* Is the department among those with an order? */
bool case_row_has_department(const struct case_row *row, const char *department);

/* C; owned by the caller. */
json_t *case_row_json(const struct case_row *row);
/* Announces it on the topic "case" of the change log: {"id","code","state","version","act",
 * "details","case":C,"about","seq"}, what store_on_change() hands on. `details` NULL: none. `seq`:
 * of the record that it tells, 0: none. */
bool case_row_announce(struct store_tx *tx, const struct case_row *row, const char *act,
                       const json_t *details, gint64 seq, GError **error);

json_t *case_json_text(const char *text); /* NULL: null */
json_t *case_json_time(gint64 time_us);   /* 0: null */
json_t *case_json_number(double number);  /* NAN: null */
