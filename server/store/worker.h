/* The store's threads: one writer that commits in groups, readers that each run one job at a time.
 */
#pragma once
#include "store/engine.h"
#include "store/owner.h"
#include "store/queue.h"
#include <stdatomic.h>

/* Counted by the workers, read by the loop. */
struct worker_counts {
    atomic_uint_fast64_t writes, commits, failed, reads;
    atomic_int_fast64_t last_commit_us;
    atomic_bool full, away;
};

struct worker {
    /* --- immutable while the thread runs */
    GThread *thread;
    enum queue_kind kind;
    struct store_tx *tx; /* used by the thread alone */
    struct queue *queue;
    struct worker_counts *counts;
    int64_t keep_changes;
    struct owner *owner;           /* of a writer */
    atomic_int_fast64_t *hold_seq; /* changes after this one are not trimmed */
};

/* Starts the thread; `worker` is filled in but for `thread`. */
void worker_start(struct worker *worker);
/* Waits for its end (after queue_stop()) and closes its connection. */
void worker_join(struct worker *worker);
