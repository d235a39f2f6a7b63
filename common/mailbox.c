#include "common/mailbox.h"

enum { DRAIN_MAX = 256, FIRST_CAPACITY = 64 };

struct mailbox {
    /* --- immutable after mailbox_create() */
    size_t max_messages;
    mailbox_deliver_fn deliver;
    gpointer user;
    GDestroyNotify free_message;
    GSource *source;
    /* --- receiving thread only */
    gpointer batch[DRAIN_MAX];
    size_t batch_next, batch_count;
    bool delivering, destroyed;
    /* --- protected by lock */
    GMutex lock;
    gpointer *ring; /* power of two */
    size_t capacity, head, count;
    guint64 refused;
};

struct mailbox_source {
    GSource source;
    struct mailbox *mailbox;
};

static void mailbox_free(struct mailbox *mailbox)
{
    g_mutex_clear(&mailbox->lock);
    g_free(mailbox->ring);
    g_free(mailbox);
}

/* Under lock. */
static gpointer ring_pop(struct mailbox *mailbox)
{
    gpointer message = mailbox->ring[mailbox->head];
    mailbox->head = (mailbox->head + 1) & (mailbox->capacity - 1);
    mailbox->count--;
    return message;
}

/* Under lock. */
static void ring_push(struct mailbox *mailbox, gpointer message)
{
    if (mailbox->count == mailbox->capacity) {
        gpointer *ring = g_new(gpointer, mailbox->capacity * 2);
        for (size_t i = 0; i < mailbox->count; i++)
            ring[i] = mailbox->ring[(mailbox->head + i) & (mailbox->capacity - 1)];
        g_free(mailbox->ring);
        mailbox->ring = ring;
        mailbox->head = 0;
        mailbox->capacity *= 2;
    }
    mailbox->ring[(mailbox->head + mailbox->count) & (mailbox->capacity - 1)] = message;
    mailbox->count++;
}

/* Disarms before it takes, so that a post that comes after the taking arms again; a post that finds
 * messages waiting leaves the waking to whoever posted the first of them, or to this drain. */
static gboolean mailbox_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)callback;
    (void)user;
    struct mailbox *mailbox = ((struct mailbox_source *)source)->mailbox;
    g_mutex_lock(&mailbox->lock);
    mailbox->batch_next = 0;
    mailbox->batch_count = MIN(mailbox->count, (size_t)DRAIN_MAX);
    for (size_t i = 0; i < mailbox->batch_count; i++)
        mailbox->batch[i] = ring_pop(mailbox);
    g_source_set_ready_time(source, mailbox->count > 0 ? 0 : -1);
    g_mutex_unlock(&mailbox->lock);

    mailbox->delivering = true;
    while (mailbox->batch_next < mailbox->batch_count)
        mailbox->deliver(mailbox->batch[mailbox->batch_next++], mailbox->user);
    mailbox->delivering = false;
    if (mailbox->destroyed)
        mailbox_free(mailbox);
    return G_SOURCE_CONTINUE;
}

struct mailbox *mailbox_create(GMainContext *context, size_t max_messages,
                               mailbox_deliver_fn deliver, gpointer user,
                               GDestroyNotify free_message)
{
    static GSourceFuncs funcs = {.dispatch = mailbox_dispatch};
    struct mailbox *mailbox = g_new0(struct mailbox, 1);
    mailbox->max_messages = max_messages;
    mailbox->deliver = deliver;
    mailbox->user = user;
    mailbox->free_message = free_message;
    g_mutex_init(&mailbox->lock);
    mailbox->capacity = FIRST_CAPACITY;
    mailbox->ring = g_new(gpointer, mailbox->capacity);
    mailbox->source = g_source_new(&funcs, sizeof(struct mailbox_source));
    ((struct mailbox_source *)mailbox->source)->mailbox = mailbox;
    g_source_set_name(mailbox->source, "mailbox");
    g_source_attach(mailbox->source, context);
    return mailbox;
}

void mailbox_destroy(struct mailbox *mailbox)
{
    if (!mailbox || mailbox->destroyed)
        return;
    mailbox->destroyed = true;
    g_source_destroy(mailbox->source);
    g_source_unref(mailbox->source);
    while (mailbox->batch_next < mailbox->batch_count) {
        gpointer message = mailbox->batch[mailbox->batch_next++];
        if (mailbox->free_message)
            mailbox->free_message(message);
    }
    while (mailbox->count > 0) {
        gpointer message = ring_pop(mailbox);
        if (mailbox->free_message)
            mailbox->free_message(message);
    }
    if (!mailbox->delivering)
        mailbox_free(mailbox);
}

bool mailbox_post(struct mailbox *mailbox, gpointer message)
{
    g_mutex_lock(&mailbox->lock);
    bool fits = mailbox->count < mailbox->max_messages;
    if (fits) {
        if (mailbox->count == 0)
            g_source_set_ready_time(mailbox->source, 0);
        ring_push(mailbox, message);
    } else {
        mailbox->refused++;
    }
    g_mutex_unlock(&mailbox->lock);
    if (!fits && mailbox->free_message)
        mailbox->free_message(message);
    return fits;
}

guint64 mailbox_refused(struct mailbox *mailbox)
{
    g_mutex_lock(&mailbox->lock);
    guint64 refused = mailbox->refused;
    g_mutex_unlock(&mailbox->lock);
    return refused;
}
