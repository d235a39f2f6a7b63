/* The person who reported a case, as a form names them: {"reporter":{"name","phone","id_number"}}.
 */
#pragma once
#include "identity/vault.h"
#include "store/store.h"
#include <jansson.h>

/* Any thread. Adds what is wrong to `faults` behind `path`; true: nothing, or nobody is named. */
bool case_reporter_check(const json_t *form, const char *path, json_t *faults);
/* Inside a store_fn: whom the form of a case that was just made names becomes its reporter, sealed
 * as a person. Nobody is named: nothing is done. */
bool case_reporter_add(struct store_tx *tx, const struct vault *vault, const char *id,
                       const json_t *form, gint64 now_us, GError **error);

/* Inside a store_fn: `person` (NULL: nobody), whom an alert of the case names, becomes its reporter
 * unless it has one. */
bool case_reporter_adopt(struct store_tx *tx, const char *id, const char *person, gint64 now_us,
                         GError **error);
/* Takes that back, when the alert is not the case's any more. */
bool case_reporter_give_up(struct store_tx *tx, const char *id, const char *person, GError **error);
