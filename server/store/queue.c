#include "store/queue.h"
#include "store/changes.h"

/* Batches delivered in one turn of the loop; the rest waits for the next one. */
#define DELIVER_MAX 64

struct queue {
    /* --- immutable after queue_create() */
    GSource *source;
    void (*deliver)(struct batch *batch, gpointer user);
    gpointer user;
    /* --- protected by lock */
    GMutex lock;
    GCond work;     /* a job waits, or the queue stops */
    GCond progress; /* something finished */
    GQueue jobs[QUEUE_KINDS];
    GQueue finished; /* struct batch * */
    unsigned running;
    bool stopping;
};

struct queue_source {
    GSource source;
    struct queue *queue;
};

struct batch *batch_new(void)
{
    struct batch *batch = g_new0(struct batch, 1);
    batch->jobs = g_ptr_array_new();
    return batch;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    for (guint i = 0; i < batch->jobs->len; i++) {
        struct job *job = batch->jobs->pdata[i];
        g_clear_error(&job->error);
        g_free(job);
    }
    g_ptr_array_unref(batch->jobs);
    if (batch->changes)
        g_ptr_array_unref(batch->changes);
    g_free(batch);
}

static struct batch *take_finished(struct queue *queue)
{
    g_mutex_lock(&queue->lock);
    struct batch *batch = g_queue_pop_head(&queue->finished);
    g_mutex_unlock(&queue->lock);
    return batch;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)callback;
    (void)user;
    struct queue *queue = ((struct queue_source *)source)->queue;
    g_source_set_ready_time(source, -1);
    for (int i = 0; i < DELIVER_MAX; i++) {
        struct batch *batch = take_finished(queue);
        if (!batch)
            return G_SOURCE_CONTINUE;
        queue->deliver(batch, queue->user);
    }
    g_source_set_ready_time(source, 0);
    return G_SOURCE_CONTINUE;
}

struct queue *queue_create(GMainContext *context,
                           void (*deliver)(struct batch *batch, gpointer user), gpointer user)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    struct queue *queue = g_new0(struct queue, 1);
    g_mutex_init(&queue->lock);
    g_cond_init(&queue->work);
    g_cond_init(&queue->progress);
    for (int i = 0; i < QUEUE_KINDS; i++)
        g_queue_init(&queue->jobs[i]);
    g_queue_init(&queue->finished);
    queue->deliver = deliver;
    queue->user = user;
    queue->source = g_source_new(&functions, sizeof(struct queue_source));
    ((struct queue_source *)queue->source)->queue = queue;
    g_source_set_name(queue->source, "store");
    g_source_attach(queue->source, context);
    return queue;
}

void queue_destroy(struct queue *queue)
{
    if (!queue)
        return;
    g_source_destroy(queue->source);
    g_source_unref(queue->source);
    g_cond_clear(&queue->work);
    g_cond_clear(&queue->progress);
    g_mutex_clear(&queue->lock);
    g_free(queue);
}

void queue_push(struct queue *queue, enum queue_kind kind, struct job *job)
{
    g_mutex_lock(&queue->lock);
    g_queue_push_tail(&queue->jobs[kind], job);
    g_cond_broadcast(&queue->work);
    g_mutex_unlock(&queue->lock);
}

struct job *queue_pop(struct queue *queue, enum queue_kind kind, bool wait)
{
    g_mutex_lock(&queue->lock);
    while (wait && !queue->stopping && g_queue_is_empty(&queue->jobs[kind]))
        g_cond_wait(&queue->work, &queue->lock);
    struct job *job = g_queue_pop_head(&queue->jobs[kind]);
    if (job)
        queue->running++;
    g_mutex_unlock(&queue->lock);
    return job;
}

void queue_finish(struct queue *queue, struct batch *batch)
{
    g_mutex_lock(&queue->lock);
    for (guint i = 0; i < batch->jobs->len; i++)
        ((struct job *)batch->jobs->pdata[i])->finished = true;
    queue->running -= batch->jobs->len;
    g_queue_push_tail(&queue->finished, batch);
    g_source_set_ready_time(queue->source, 0);
    g_cond_broadcast(&queue->progress);
    g_mutex_unlock(&queue->lock);
}

/* Under lock. */
static bool idle(const struct queue *queue)
{
    bool empty = queue->running == 0;
    for (int i = 0; i < QUEUE_KINDS; i++)
        empty = empty && queue->jobs[i].length == 0;
    return empty;
}

void queue_wait(struct queue *queue, const struct job *job)
{
    g_mutex_lock(&queue->lock);
    while (job ? !job->finished : !idle(queue))
        g_cond_wait(&queue->progress, &queue->lock);
    g_mutex_unlock(&queue->lock);
}

void queue_deliver(struct queue *queue)
{
    struct batch *batch;
    while ((batch = take_finished(queue)))
        queue->deliver(batch, queue->user);
}

void queue_stop(struct queue *queue)
{
    g_mutex_lock(&queue->lock);
    queue->stopping = true;
    g_cond_broadcast(&queue->work);
    g_mutex_unlock(&queue->lock);
}

unsigned queue_waiting(struct queue *queue, enum queue_kind kind)
{
    g_mutex_lock(&queue->lock);
    unsigned waiting = queue->jobs[kind].length;
    g_mutex_unlock(&queue->lock);
    return waiting;
}
