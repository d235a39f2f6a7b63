/* The alarm load on record: per seat and ten minutes by the wall clock, for indicators. Loop thread
 * only. */
#pragma once
#include "alerts/alerts_private.h"

struct load_record;
struct load_record *load_record_create(struct alerts *alerts);
/* Writes what is not written yet; the store is drained afterwards. NULL is fine. */
void load_record_destroy(struct load_record *record);

/* What came since the last call: `alerts` new ones in the areas of a seat that was connected
 * meanwhile. `user` "": the town, with `reports`. */
void load_record_add(struct load_record *record, const char *user, const char *name, guint alerts,
                     guint reports, bool in_flood);
/* Ends what was added: `now_us` is the time of all of it. Writes once a minute. */
void load_record_look(struct load_record *record, gint64 now_us);

/* Deletes what is older than LOAD_RECORD_DAYS; in a store_fn. */
#define LOAD_RECORD_DAYS 400
bool load_record_forget(struct store_tx *tx, gint64 now_us, GError **error);

/* GET /api/v1/alert-load/history */
void load_record_add_routes(struct alerts *alerts);
