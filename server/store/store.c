#include "store/store.h"
#include "common/clock.h"
#include "common/log.h"
#include "store/changes.h"
#include "store/migrate.h"
#include "store/worker.h"

#define DEFAULT_READERS      2
#define DEFAULT_MAX_JOBS     10000
#define DEFAULT_KEEP_CHANGES 100000
#define MAX_READERS          16

struct subscription {
    guint id;
    store_change_fn fn; /* NULL: ended while changes were being delivered */
    gpointer user;
};

struct store {
    /* --- immutable after store_open() */
    struct owner owner; /* the writer's while it runs */
    unsigned max_jobs;
    struct queue *queue;
    struct worker writer;
    struct worker readers[MAX_READERS];
    unsigned reader_count;
    GMainContext *context;
    /* --- loop thread only */
    gint64 epoch, seq; /* delivered to subscribers */
    GArray *subscriptions;
    guint next_subscription;
    unsigned undelivered[QUEUE_KINDS];
    GQueue refused; /* struct job * whose `done` is still to be called */
    GSource *refuse_source;
    bool closing;
    bool probing;
    /* --- any thread, atomic */
    struct worker_counts counts;
    atomic_int_fast64_t hold_seq;
};

/* --- delivery on the loop */

static void tell_change(struct store *store, const struct store_change *change)
{
    store->epoch = change->epoch;
    store->seq = change->seq;
    guint count = store->subscriptions->len;
    for (guint i = 0; i < count; i++) {
        struct subscription *s = &g_array_index(store->subscriptions, struct subscription, i);
        if (s->fn)
            s->fn(change, s->user);
    }
}

static void job_tell(struct job *job)
{
    if (job->done) {
        job->done(job->data, job->error);
        return;
    }
    if (job->error)
        log_error("store", "a write was undone: %s", job->error->message);
    if (job->free_data)
        job->free_data(job->data);
}

static void drop_ended_subscriptions(struct store *store)
{
    for (guint i = store->subscriptions->len; i-- > 0;) {
        if (!g_array_index(store->subscriptions, struct subscription, i).fn)
            g_array_remove_index(store->subscriptions, i);
    }
}

static void deliver(struct batch *batch, gpointer user)
{
    struct store *store = user;
    for (guint i = 0; batch->changes && i < batch->changes->len; i++)
        tell_change(store, batch->changes->pdata[i]);
    drop_ended_subscriptions(store);
    enum queue_kind kind = batch->changes ? QUEUE_WRITE : QUEUE_READ;
    store->undelivered[kind] -= batch->jobs->len;
    for (guint i = 0; i < batch->jobs->len; i++)
        job_tell(batch->jobs->pdata[i]);
    batch_free(batch);
}

static void deliver_refused(struct store *store)
{
    struct job *job;
    while ((job = g_queue_pop_head(&store->refused))) {
        job_tell(job);
        g_clear_error(&job->error);
        g_free(job);
    }
}

static gboolean on_refused(gpointer user)
{
    struct store *store = user;
    g_clear_pointer(&store->refuse_source, g_source_unref);
    deliver_refused(store);
    return G_SOURCE_REMOVE;
}

/* --- jobs */

static struct job *job_new(store_fn fn, gpointer data, store_done_fn done)
{
    struct job *job = g_new0(struct job, 1);
    job->fn = fn;
    job->data = data;
    job->done = done;
    return job;
}

static void refuse(struct store *store, struct job *job, enum store_error code, const char *why)
{
    job->error = g_error_new_literal(STORE_ERROR, (int)code, why);
    g_queue_push_tail(&store->refused, job);
    if (store->refuse_source)
        return;
    store->refuse_source = g_idle_source_new();
    g_source_set_priority(store->refuse_source, G_PRIORITY_DEFAULT);
    g_source_set_callback(store->refuse_source, on_refused, store, NULL);
    g_source_attach(store->refuse_source, store->context);
}

static void push(struct store *store, enum queue_kind kind, struct job *job)
{
    if (store->closing) {
        refuse(store, job, STORE_ERROR_CLOSED, "the store closes");
    } else if (store->undelivered[kind] >= store->max_jobs) {
        refuse(store, job, STORE_ERROR_BUSY, "too much waits for the database");
    } else {
        store->undelivered[kind]++;
        queue_push(store->queue, kind, job);
    }
}

void store_write(struct store *store, store_fn fn, gpointer job, store_done_fn done)
{
    struct job *wrapped = job_new(fn, job, done);
    wrapped->free_data = g_free;
    push(store, QUEUE_WRITE, wrapped);
}

void store_read(struct store *store, store_fn fn, gpointer job, store_done_fn done)
{
    push(store, QUEUE_READ, job_new(fn, job, done));
}

static void keep_quiet(gpointer job, const GError *error)
{
    (void)job;
    (void)error;
}

static bool run_now(struct store *store, enum queue_kind kind, store_fn fn, gpointer data,
                    GError **error)
{
    struct job *job = job_new(fn, data, keep_quiet);
    store->undelivered[kind]++;
    queue_push(store->queue, kind, job);
    queue_wait(store->queue, job);
    if (job->error)
        g_propagate_error(error, g_error_copy(job->error));
    return !job->error;
}

bool store_write_now(struct store *store, store_fn fn, gpointer job, GError **error)
{
    return run_now(store, QUEUE_WRITE, fn, job, error);
}

bool store_read_now(struct store *store, store_fn fn, gpointer job, GError **error)
{
    return run_now(store, QUEUE_READ, fn, job, error);
}

void store_drain(struct store *store)
{
    queue_wait(store->queue, NULL);
    queue_deliver(store->queue);
    deliver_refused(store);
}

/* --- opening and closing */

/* What the planner of SQLite knows of tables, from a thousand rows of each index: some
 * milliseconds, at each start. A server of PostgreSQL does it by itself. */
static bool learn_sizes(struct store_tx *tx, GError **error)
{
    return engine_kind(tx->engine) != ENGINE_SQLITE ||
           engine_script(tx->engine, "PRAGMA analysis_limit = 1000; ANALYZE", error);
}

/* One program at a time: the numbering of changes and the memory tables lean on it. */
static bool prepare_database(struct store *store, const char *where, GError **error)
{
    bool file = engine_kind_of(where) == ENGINE_SQLITE;
    if (file && !owner_lock(&store->owner, NULL, where, error))
        return false;
    struct store_tx *tx = store->writer.tx = tx_open(where, false, error);
    if (!tx || (!file && !owner_lock(&store->owner, tx, where, error)) ||
        !migrate(tx, migrations, clock_wall_us(), error) || !learn_sizes(tx, error))
        return false;
    if (!engine_begin(tx->engine, true, error))
        return false;
    if (!owner_enter(&store->owner, tx, error)) {
        engine_rollback(tx->engine);
        return false;
    }
    store->epoch = tx->epoch;
    store->seq = tx->seq;
    return engine_commit(tx->engine, error);
}

static void start_worker(struct store *store, struct worker *worker, enum queue_kind kind)
{
    worker->kind = kind;
    worker->queue = store->queue;
    worker->counts = &store->counts;
    worker->owner = &store->owner;
    worker->hold_seq = &store->hold_seq;
    worker_start(worker);
}

struct store *store_open(const struct store_options *options, GError **error)
{
    struct store *store = g_new0(struct store, 1);
    unsigned readers = options->readers ? MIN(options->readers, MAX_READERS) : DEFAULT_READERS;
    store->max_jobs = options->max_jobs ? options->max_jobs : DEFAULT_MAX_JOBS;
    store->context =
        g_main_context_ref(options->context ? options->context : g_main_context_default());
    store->subscriptions = g_array_new(FALSE, FALSE, sizeof(struct subscription));
    g_queue_init(&store->refused);
    atomic_store(&store->hold_seq, G_MAXINT64);
    store->writer.keep_changes =
        options->keep_changes ? options->keep_changes : DEFAULT_KEEP_CHANGES;
    store->owner.lock_fd = -1;
    if (!prepare_database(store, options->path, error))
        goto fail;
    store->queue = queue_create(store->context, deliver, store);
    start_worker(store, &store->writer, QUEUE_WRITE);
    for (unsigned i = 0; i < readers; i++) {
        store->readers[i].tx = tx_open(options->path, true, error);
        if (!store->readers[i].tx)
            goto fail;
        store->reader_count++;
        start_worker(store, &store->readers[i], QUEUE_READ);
    }
    return store;
fail:
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->queue) {
        store->closing = true;
        store_drain(store);
        store_drain(store); /* what a `done` still asked for is refused by now */
        queue_stop(store->queue);
    }
    worker_join(&store->writer);
    for (unsigned i = 0; i < store->reader_count; i++)
        worker_join(&store->readers[i]);
    queue_destroy(store->queue);
    if (store->refuse_source) {
        g_source_destroy(store->refuse_source);
        g_source_unref(store->refuse_source);
    }
    owner_unlock(&store->owner);
    g_array_unref(store->subscriptions);
    g_main_context_unref(store->context);
    g_free(store);
}

/* --- changes */

guint store_on_change(struct store *store, store_change_fn fn, gpointer user)
{
    struct subscription s = {.id = ++store->next_subscription, .fn = fn, .user = user};
    g_array_append_val(store->subscriptions, s);
    return s.id;
}

void store_off_change(struct store *store, guint subscription)
{
    for (guint i = 0; i < store->subscriptions->len; i++) {
        struct subscription *s = &g_array_index(store->subscriptions, struct subscription, i);
        if (s->id == subscription)
            s->fn = NULL;
    }
}

void store_position(const struct store *store, gint64 *epoch, gint64 *seq)
{
    *epoch = store->epoch;
    *seq = store->seq;
}

void store_hold_changes(struct store *store, gint64 seq)
{
    atomic_store(&store->hold_seq, seq);
}

struct since {
    gint64 epoch, seq;
    unsigned limit;
    GPtrArray *changes;
    bool reaches;
    store_changes_fn fn;
    gpointer user;
};

static bool since_read(struct store_tx *tx, gpointer job, GError **error)
{
    struct since *since = job;
    return changes_read(tx, since->epoch, since->seq, since->limit, since->changes, &since->reaches,
                        error);
}

static void since_done(gpointer job, const GError *error)
{
    struct since *since = job;
    since->fn(!error && since->reaches ? since->changes : NULL, error, since->user);
    g_ptr_array_unref(since->changes);
    g_free(since);
}

void store_changes_since(struct store *store, gint64 epoch, gint64 seq, unsigned limit,
                         store_changes_fn fn, gpointer user)
{
    struct since *since = g_new0(struct since, 1);
    *since = (struct since){.epoch = epoch,
                            .seq = seq,
                            .limit = limit,
                            .changes = changes_new(),
                            .fn = fn,
                            .user = user};
    store_read(store, since_read, since, since_done);
}

struct new_epoch {
    struct store *store;
    gint64 epoch;
    store_done_fn done;
    gpointer user;
};

static bool new_epoch_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct new_epoch *new_epoch = job;
    return changes_begin_epoch(tx, new_epoch->epoch, error);
}

static void new_epoch_done(gpointer job, const GError *error)
{
    struct new_epoch *new_epoch = job;
    struct store *store = new_epoch->store;
    if (!error && store->epoch < new_epoch->epoch) {
        store->epoch = new_epoch->epoch;
        store->seq = 0;
    }
    if (new_epoch->done)
        new_epoch->done(new_epoch->user, error);
    g_free(new_epoch);
}

void store_new_epoch(struct store *store, gint64 above, store_done_fn done, gpointer user)
{
    struct new_epoch *job = g_new0(struct new_epoch, 1);
    gint64 epoch = MAX(above, store->epoch) + 1;
    *job = (struct new_epoch){
        .store = store, .epoch = MAX(epoch, clock_wall_us() / 1000), .done = done, .user = user};
    store_write(store, new_epoch_write, job, new_epoch_done);
}

void store_stats(const struct store *store, struct store_stats *stats)
{
    *stats = (struct store_stats){
        .writes = atomic_load(&store->counts.writes),
        .commits = atomic_load(&store->counts.commits),
        .failed = atomic_load(&store->counts.failed),
        .reads = atomic_load(&store->counts.reads),
        .waiting_writes = queue_waiting(store->queue, QUEUE_WRITE),
        .waiting_reads = queue_waiting(store->queue, QUEUE_READ),
        .last_commit_us = atomic_load(&store->counts.last_commit_us),
        .full = atomic_load(&store->counts.full),
        .away = atomic_load(&store->counts.away),
    };
}

/* --- a full disk, a server that is away */

static bool probe_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock_wall_us());
    return store_setting_put(tx, "disk_probe", now, error);
}

static void probe_done(gpointer job, const GError *error)
{
    struct store *store = job;
    store->probing = false;
    if (error || !atomic_exchange(&store->counts.full, false))
        return;
    log_info("store", "there is room on the disk again");
}

void store_probe(struct store *store)
{
    bool wanted = atomic_load(&store->counts.full) || atomic_load(&store->counts.away);
    if (store->probing || !wanted)
        return;
    store->probing = true;
    store_write(store, probe_write, store, probe_done);
}
