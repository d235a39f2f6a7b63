#include "store/worker.h"
#include "common/clock.h"
#include "common/log.h"
#include "store/changes.h"
#include <unistd.h>

/* A group ends with what waits, at the latest after so many jobs or so long: the first of them
 * waits for its answer meanwhile. */
#define GROUP_JOBS 256
#define GROUP_US   20000

/* A job's word and its error say the same, whatever it forgot: an error is a failure. */
static bool run_fn(struct store_tx *tx, struct job *job)
{
    bool fine = job->fn(tx, job->data, &job->error);
    if (!fine && !job->error)
        job->error = g_error_new(STORE_ERROR, STORE_ERROR_FAILED, "the job gave no reason");
    return !job->error;
}

/* Runs one job in a savepoint, so that its failure undoes nothing else. false: the whole group is
 * lost, because the engine ended the transaction. */
static bool run_write(struct store_tx *tx, struct job *job)
{
    guint announced = tx->announced->len;
    if (!engine_script(tx->engine, "SAVEPOINT job", &job->error))
        return false;
    bool fine = run_fn(tx, job);
    if (!engine_in_transaction(tx->engine))
        return false;
    if (!fine) {
        g_ptr_array_set_size(tx->announced, (int)announced);
        if (!engine_script(tx->engine, "ROLLBACK TO job", NULL))
            return false;
    }
    return engine_script(tx->engine, "RELEASE job", fine ? &job->error : NULL);
}

static bool run_jobs(struct worker *worker, struct batch *batch, struct job *job, GError **error)
{
    int64_t until_us = clock_mono_us() + GROUP_US;
    while (job) {
        g_ptr_array_add(batch->jobs, job);
        if (!run_write(worker->tx, job)) {
            if (job->error)
                g_propagate_error(error, g_error_copy(job->error));
            else
                g_set_error(error, STORE_ERROR,
                            engine_lost(worker->tx->engine) ? STORE_ERROR_BUSY : STORE_ERROR_FAILED,
                            "the transaction was lost");
            return false;
        }
        bool full = batch->jobs->len >= GROUP_JOBS || clock_mono_us() >= until_us;
        job = full ? NULL : queue_pop(worker->queue, worker->kind, false);
    }
    return true;
}

static void fail_all(struct batch *batch, const GError *error)
{
    for (guint i = 0; i < batch->jobs->len; i++) {
        struct job *job = batch->jobs->pdata[i];
        if (!job->error)
            job->error = g_error_copy(error);
    }
}

static bool begin_again(struct store_tx *tx, gpointer user, GError **error)
{
    return owner_return(user, tx, error);
}

/* Nothing acknowledged is lost by it, and what this program holds in memory may be wrong. */
static void end_if_lost(const GError *error)
{
    if (!g_error_matches(error, STORE_ERROR, STORE_ERROR_LOST))
        return;
    log_error("store", "townwalld ends, to read everything anew: %s", error->message);
    _exit(EXIT_FAILURE);
}

/* Runs jobs and commits them. false: everything in the batch is undone. */
static bool commit_group(struct worker *worker, struct batch *batch, struct job *first,
                         GError **error)
{
    struct store_tx *tx = worker->tx;
    if (!tx_begin(tx, true, begin_again, worker->owner, error)) {
        g_ptr_array_add(batch->jobs, first);
        return false;
    }
    return run_jobs(worker, batch, first, error) &&
           changes_publish(tx, worker->keep_changes, atomic_load(worker->hold_seq), error) &&
           engine_commit(tx->engine, error);
}

/* There is a connection, or none could be made. */
static void note_away(struct worker *worker)
{
    const struct store_tx *tx = worker->tx;
    bool away = !tx->engine;
    if (atomic_exchange(&worker->counts->away, away) != away)
        log_warn("store", away ? "the database's server is away: nothing can be saved"
                               : "the database's server is back");
}

/* One group: everything that waits, in one transaction and one sync. */
static void run_group(struct worker *worker, struct job *first)
{
    struct store_tx *tx = worker->tx;
    struct batch *batch = batch_new();
    GError *error = NULL;
    int64_t begun_us = clock_mono_us();
    tx->announced = changes_new();
    if (!commit_group(worker, batch, first, &error)) {
        end_if_lost(error);
        engine_rollback(tx->engine);
        fail_all(batch, error);
        g_ptr_array_set_size(tx->announced, 0);
    }
    g_clear_error(&error);
    note_away(worker);
    batch->changes = g_steal_pointer(&tx->announced);
    if (batch->changes->len) {
        const struct store_change *last = batch->changes->pdata[batch->changes->len - 1];
        tx->epoch = last->epoch;
        tx->seq = last->seq;
    }
    unsigned failed = 0;
    for (guint i = 0; i < batch->jobs->len; i++) {
        const struct job *job = batch->jobs->pdata[i];
        failed += job->error != NULL;
        if (g_error_matches(job->error, STORE_ERROR, STORE_ERROR_FULL))
            atomic_store(&worker->counts->full, true);
    }
    atomic_fetch_add(&worker->counts->writes, batch->jobs->len);
    atomic_fetch_add(&worker->counts->failed, failed);
    atomic_fetch_add(&worker->counts->commits, 1);
    atomic_store(&worker->counts->last_commit_us, clock_mono_us() - begun_us);
    queue_finish(worker->queue, batch);
}

static void run_read(struct worker *worker, struct job *job)
{
    struct store_tx *tx = worker->tx;
    struct batch *batch = batch_new();
    g_ptr_array_add(batch->jobs, job);
    if (tx_begin(tx, false, NULL, NULL, &job->error)) {
        run_fn(tx, job);
        engine_rollback(tx->engine);
    }
    atomic_fetch_add(&worker->counts->reads, 1);
    queue_finish(worker->queue, batch);
}

static gpointer worker_run(gpointer user)
{
    struct worker *worker = user;
    struct job *job;
    while ((job = queue_pop(worker->queue, worker->kind, true))) {
        if (worker->kind == QUEUE_WRITE)
            run_group(worker, job);
        else
            run_read(worker, job);
    }
    return NULL;
}

void worker_start(struct worker *worker)
{
    worker->thread = g_thread_new(worker->kind == QUEUE_WRITE ? "store-write" : "store-read",
                                  worker_run, worker);
}

void worker_join(struct worker *worker)
{
    if (worker->thread)
        g_thread_join(worker->thread);
    tx_close(worker->tx);
}
