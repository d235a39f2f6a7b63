/* The way between the loop and the store's threads: two queues of jobs out, one of finished batches
 * back. Own locks, because the loop sometimes has to wait for a job (start, stop), which a mailbox
 * cannot. Nothing is called while the lock is held. */
#pragma once
#include "store/store.h"

enum queue_kind { QUEUE_WRITE, QUEUE_READ, QUEUE_KINDS };

struct job {
    store_fn fn;
    gpointer data;
    store_done_fn done;       /* NULL: a failure is logged */
    GDestroyNotify free_data; /* used when `done` is NULL; may be NULL */
    GError *error;
    bool finished; /* protected by the queue's lock */
};

/* What one commit (or one read) brought: jobs in order, and the changes that they announced. */
struct batch {
    GPtrArray *jobs;    /* struct job * */
    GPtrArray *changes; /* struct store_change *, NULL: none */
};
struct batch *batch_new(void);
void batch_free(struct batch *batch);

struct queue;
struct queue *queue_create(GMainContext *context,
                           void (*deliver)(struct batch *batch, gpointer user), gpointer user);
/* Loop thread; the workers must be gone. */
void queue_destroy(struct queue *queue);

/* Loop thread. Takes `job`. */
void queue_push(struct queue *queue, enum queue_kind kind, struct job *job);

/* Worker. The next job, waiting for one if asked to; NULL: none, or the queue stops. */
struct job *queue_pop(struct queue *queue, enum queue_kind kind, bool wait);

/* Worker. Takes `batch`: its jobs are finished, the loop will be given it. */
void queue_finish(struct queue *queue, struct batch *batch);

/* Loop thread: blocks until this job is finished, or until nothing waits and nothing runs. */
void queue_wait(struct queue *queue, const struct job *job);

/* Loop thread: gives every finished batch to `deliver` now. */
void queue_deliver(struct queue *queue);

/* Loop thread: workers get NULL once their queue is empty. */
void queue_stop(struct queue *queue);

/* Any thread. */
unsigned queue_waiting(struct queue *queue, enum queue_kind kind);
