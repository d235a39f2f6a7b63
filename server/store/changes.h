/* The change log (table outbox): numbering, trimming, reading. On the store's threads. */
#pragma once
#include "store/engine.h"

/* Returned: an empty array that owns its struct store_change *. */
GPtrArray *changes_new(void);

/* The current epoch (made when there is none yet) and its last number. */
bool changes_position(struct store_tx *tx, gint64 *epoch, gint64 *seq, GError **error);
bool changes_begin_epoch(struct store_tx *tx, gint64 epoch, GError **error);

/* Numbers what tx->announced holds and writes it to the log, in the transaction that is open; trims
 * what is older than `keep` changes and not after `hold_seq`. */
bool changes_publish(struct store_tx *tx, int64_t keep, gint64 hold_seq, GError **error);

/* Fills `changes`; *reaches false: the log does not reach back to `seq` of `epoch`. */
bool changes_read(struct store_tx *tx, gint64 epoch, gint64 seq, unsigned limit, GPtrArray *changes,
                  bool *reaches, GError **error);
