/* Batches of the stream made into turns: read as events, those that are known left out, the rest
 * given to the correlator, what cannot be taken set aside. Loop thread only. */
#pragma once
#include "alerts/alerts_private.h"

struct ingest *ingest_create(struct alerts *alerts);
/* Its turns are over. NULL is fine. */
void ingest_destroy(struct ingest *ingest);

/* Of the consumer: takes `batch`, gives it back by consumer_done() or consumer_drop(). */
void ingest_take(struct ingest *ingest, struct consumer_batch *batch);

/* Is it an event of the batch that the store refuses, now and later? Anything else passes: the
 * batch is tried again as it is. Any thread. */
bool ingest_is_culprit(const GError *error);

struct ingest_stats {
    guint64 events; /* taken for the first time */
    guint64 known;  /* told again: nothing changed */
    guint64 poison; /* set aside */
    guint64 batches, failed;
    gint64 lag_us; /* from the receipt of the newest taken event to its commit */
    guint64 decisions;
};
void ingest_stats(const struct ingest *ingest, struct ingest_stats *stats);
