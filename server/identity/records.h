/* Pages of the view log and the audit log, newest first, as the API gives them. Loop thread only.
 */
#pragma once
#include "store/store.h"
#include <jansson.h>

/* `page` is the callee's; NULL with `error`. */
typedef void (*records_fn)(json_t *page, const GError *error, gpointer user);

/* {"views":[…],"next":ID|null}. `before`, `camera`, `user_id`: NULL for all; copied. */
void records_views(struct store *store, const char *before, const char *camera, const char *user_id,
                   gint64 limit, records_fn fn, gpointer user);

/* {"records":[…],"next":SEQ|null}. */
void records_audit(struct store *store, gint64 before, gint64 limit, records_fn fn, gpointer user);

/* {"records":N,"broken":SEQ|null}: recomputes the whole chain. */
void records_check(struct store *store, records_fn fn, gpointer user);
