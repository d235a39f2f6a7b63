/* What is known of a case, as a browser sends it (F of docs/cases.md). */
#pragma once
#include "cases/case_row.h"

/* Adds to `faults` whatever is wrong, as net_reply_invalid() wants it. `path` comes before the
 * field names ("form."). Any thread. */
void case_form_check(const json_t *form, const char *path, json_t *faults);
/* Puts the fields that are given into the row; checked before. `news`: also those that only a new
 * case takes (channel, workflow, exercise). */
void case_form_apply(struct case_row *row, const json_t *form, bool news);
/* Inside a store_fn: is the form's area one of the town? `*known`: also when it names none, and
 * where there is no town yet. */
bool case_form_area_known(struct store_tx *tx, const json_t *form, bool *known, GError **error);
/* Adds one fault; takes nothing. */
void case_fault(json_t *faults, const char *path, const char *zh, const char *en);
