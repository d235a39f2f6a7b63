/* An empty store beside the one in use, to be filled and then put in its place: a file, or a schema
 * of the same PostgreSQL database. */
#pragma once
#include "store/engine.h"

struct place;

/* `where`: the store, which nobody has open (STORE_ERROR_BUSY: somebody has). Returned: owned by
 * the caller; NULL + error. */
struct place *place_make(const char *where, GError **error);
/* Borrowed: the connection to it. */
struct store_tx *place_tx(struct place *place);
/* Rows may come in any order between these two; place_bind() fails when one names what is not
 * there.
 */
bool place_unbind(struct place *place, GError **error);
bool place_bind(struct place *place, GError **error);
/* Puts it in the place of the store; the old one stays, with "before-restore-STAMP" in its name.
 * false + error: nothing has changed. */
bool place_swap(struct place *place, const char *stamp, GError **error);
/* Removes what was not put in place. NULL is fine. */
void place_end(struct place *place);
