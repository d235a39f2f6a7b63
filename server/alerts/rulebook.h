/* Which rules are in force: kept in versions, replaced without a restart by a person (PUT
 * /api/v1/rules) or by a changed file. What is wrong is refused, and the old ones stay. Loop thread
 * only. */
#pragma once
#include "alerts/alerts_private.h"

/* Blocking: start-up. The newest version of the store, unless the file was changed since it was
 * last read; without both, the defaults. */
struct rulebook *rulebook_create(struct alerts *alerts, GError **error);
/* Routes, and looking at the file; after the model was made. */
void rulebook_start(struct rulebook *rulebook);
void rulebook_destroy(struct rulebook *rulebook); /* NULL is fine */
