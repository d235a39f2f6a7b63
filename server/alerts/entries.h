/* What Redis answers about entries of the stream. Loop thread only. */
#pragma once
#include "alerts/consumer.h"

/* XREADGROUP. Returned: a batch, NULL when there is no entry with fields. `gone` (NULL: none is
 * expected) gets the ids (new strings) of entries that are pending but no longer in the stream. */
struct consumer_batch *entries_read(const struct redis_reply *reply, GPtrArray *gone);
/* Id of the last entry of that answer, g_free(); NULL: none. */
char *entries_last_id(const struct redis_reply *reply);

/* XPENDING of a range: how many from its beginning were handed out fewer than `suspect` times
 * (*tries 0), or 1 when the first one was not (*tries: how often); 0: nothing is pending. */
guint entries_pending(const struct redis_reply *reply, guint suspect, guint *tries);
/* XPENDING in sum: does any consumer but `token` have pending ones? */
bool entries_of_others(const struct redis_reply *reply, const char *token);
/* XINFO GROUPS: lag of a group, −1: not known. */
gint64 entries_lag(const struct redis_reply *reply, const char *group);

/* Ids of a batch, borrowed from it. */
GPtrArray *entries_ids(const struct consumer_batch *batch);
gsize entries_bytes(const struct consumer_batch *batch);
