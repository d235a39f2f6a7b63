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
