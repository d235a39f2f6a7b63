/* Pages of the view log and the audit log, newest first, as the API gives them. Loop thread only.
 */
#pragma once
#include "identity/vault.h"
#include "store/store.h"
#include <jansson.h>

/* `page` is the callee's; NULL with `error`. */
typedef void (*records_fn)(json_t *page, const GError *error, gpointer user);

/* {"views":[…],"next":ID|null}. `before`, `camera`, `user_id`: NULL for all; copied. */
void records_views(struct store *store, const char *before, const char *camera, const char *user_id,
                   gint64 limit, records_fn fn, gpointer user);

struct records_filter { /* texts copied; NULL for all */
    const char *action; /* whole, or its beginning with a dot: "person." */
    const char *login, *object;
    gint64 before, limit, from_us, to_us; /* numbers below `before`, times from … to before … */
};
/* {"records":[…],"next":SEQ|null}. */
void records_audit(struct store *store, const struct records_filter *filter, records_fn fn,
                   gpointer user);

/* One page of the export after record `after` (0: from the beginning, its newest record signed
 * first): {"text","last":SEQ,"more"}. `vault` outlives the job. */
void records_export(struct store *store, const struct vault *vault, gint64 after, gint64 now_us,
                    records_fn fn, gpointer user);

/* {"records":N,"broken":SEQ|null}: recomputes the whole chain. */
void records_check(struct store *store, records_fn fn, gpointer user);
