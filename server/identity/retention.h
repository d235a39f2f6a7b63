/* How long things are kept, and what must not be deleted (docs/identity.md). */
#pragma once
#include "identity/identity.h"

/* Inside a write store_fn: deletes at most `limit` of what is older than `before_us`, leaving out
 * whatever a hold stands on; adds what it deleted to *deleted. *held: how many are due and kept by
 * holds. Called again while it deletes. */
typedef bool (*retention_fn)(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                             gint64 *deleted, gint64 *held, gpointer user, GError **error);

/* One kind of thing that has a retention: name as in retention.days of the configuration and as of
 * a hold. Copied; `kind` is borrowed (static). `user` is used on the store's thread. Loop thread,
 * at start. */
struct retention_kind {
    const char *kind;
    retention_fn purge;
    gpointer user;
};
void retention_add(struct identity *identity, const struct retention_kind *kind);

/* One kind of thing that a hold may be placed on. `find` (static SQL) gives the id of what a person
 * typed, by two `?`: an id, or the code that they know. Loop thread, at start. */
void hold_kind_add(struct identity *identity, const char *kind, const char *find);
/* Loop thread; NULL: no such kind. */
const char *hold_kind_find(const struct identity *identity, const char *kind);

/* Inside a store_fn: does a hold stand on that object, or on the whole kind? */
bool hold_stands(struct store_tx *tx, const char *kind, const char *object, bool *stands,
                 GError **error);
