/* Shared mediation rooms, teams and the mediators there are (docs/mediation.md "Pool"). Loop thread
 * only, but for what takes a struct store_tx *. */
#pragma once
#include "identity/identity.h"
#include "net/net.h"
#include "store/store.h"
#include <jansson.h>

struct pool;
struct pool_options { /* borrowed; they outlive the pool */
    struct store *store;
    struct identity *identity;
    struct net *net;
};
/* Registers its routes. */
struct pool *pool_create(const struct pool_options *options);
void pool_destroy(struct pool *pool); /* NULL is fine; drains the store */

enum pool_fit { POOL_UNKNOWN, POOL_CLOSED, POOL_FITS };
/* Inside a store_fn: does that room take a meeting then, by this machine's local time? *room: its
 * entry, owned by the caller; NULL: unknown. That another meeting is there is not asked here. */
bool pool_room_fits(struct store_tx *tx, const char *id, gint64 starts_us, gint64 ends_us,
                    enum pool_fit *fit, json_t **room, GError **error);
