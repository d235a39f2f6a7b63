#include "store/worker.h"
#include "common/clock.h"
#include "store/changes.h"

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
                g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "the transaction was lost");
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

/* One group: everything that waits, in one transaction and one sync. */
static void run_group(struct worker *worker, struct job *first)
{
    struct store_tx *tx = worker->tx;
    struct batch *batch = batch_new();
    GError *error = NULL;
    int64_t begun_us = clock_mono_us();
    tx->announced = changes_new();
    if (!engine_begin(tx->engine, true, &error))
        g_ptr_array_add(batch->jobs, first);
    if (error || !run_jobs(worker, batch, first, &error) ||
        !changes_publish(tx, worker->keep_changes, atomic_load(worker->hold_seq), &error) ||
        !engine_commit(tx->engine, &error)) {
        engine_rollback(tx->engine);
        fail_all(batch, error);
        g_ptr_array_set_size(tx->announced, 0);
    }
    g_clear_error(&error);
    batch->changes = g_steal_pointer(&tx->announced);
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
    if (engine_begin(tx->engine, false, &job->error)) {
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
