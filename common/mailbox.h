/* The one way between threads: a bounded queue of values that nobody changes any more, delivered
 * on the receiving loop in order. Posting wakes the loop once for a batch. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct mailbox;

/* Called on the receiving loop for each message; takes ownership of `message`. */
typedef void (*mailbox_deliver_fn)(gpointer message, gpointer user);

/* `context`: of the receiving loop (NULL: default). `free_message` destroys what was never
 * delivered. `max_messages` bounds the queue. A drain handles at most 256 messages and then lets
 * the loop's other sources run. */
struct mailbox *mailbox_create(GMainContext *context, size_t max_messages,
                               mailbox_deliver_fn deliver, gpointer user,
                               GDestroyNotify free_message);

/* Receiving thread. Posters must be gone; undelivered messages are freed. */
void mailbox_destroy(struct mailbox *mailbox);

/* Any thread. Takes `message`; when the queue is full frees it and returns false. */
bool mailbox_post(struct mailbox *mailbox, gpointer message);

/* Any thread. Messages refused because the queue was full. */
guint64 mailbox_refused(struct mailbox *mailbox);
