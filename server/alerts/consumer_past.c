/* What was handed out before and never acknowledged, to this server or to others. */
#include "alerts/consumer_private.h"
#include "alerts/entries.h"
#include <string.h>

static void on_pending_read(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = ((struct expected *)user)->consumer;
    guint tries = ((struct expected *)user)->tries;
    (void)why;
    consumer->reading = false;
    if (consumer_answered(user, reply)) {
        g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
        char *last = entries_last_id(reply);
        struct consumer_batch *batch = entries_read(reply, gone);
        consumer_acknowledge(consumer, gone); /* trimmed away while they were pending */
        if (last) {
            g_free(consumer->cursor);
            consumer->cursor = last;
        }
        if (batch) {
            batch->tries = tries;
            consumer_take_batch(consumer, batch);
        } else if (consumer->step == STEP_PENDING && last) {
            consumer_look_pending(consumer);
            return;
        }
    }
    consumer_advance(consumer);
}

/* How many of the next ones may be taken together: those that were handed out too often before
 * come one by one, so that the culprit is found even when it kills the program. */
static void on_pending(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    (void)why;
    if (!consumer)
        return;
    guint tries = 0, together = entries_pending(reply, CONSUMER_SUSPECT, &tries);
    if (together == 0) {
        consumer->step = STEP_NEW;
        consumer_advance(consumer);
        return;
    }
    char count[16];
    g_snprintf(count, sizeof count, "%u", MIN(together, consumer->count));
    struct expected *expected =
        ASK(consumer, consumer->reader, on_pending_read, "XREADGROUP", "GROUP", EVENT_GROUP,
            consumer->token, "COUNT", count, "STREAMS", EVENT_STREAM, consumer->cursor);
    consumer->reading = expected != NULL;
    if (expected)
        expected->tries = tries;
}

void consumer_look_pending(struct consumer *consumer)
{
    g_autofree char *after = g_strconcat("(", consumer->cursor, NULL);
    ASK(consumer, consumer->control, on_pending, "XPENDING", EVENT_STREAM, EVENT_GROUP, after, "+",
        "1000", consumer->token);
}

static void begin_pending(struct consumer *consumer)
{
    consumer->step = STEP_PENDING;
    g_free(consumer->cursor);
    consumer->cursor = g_strdup("0-0");
    consumer_look_pending(consumer);
}

/* --- what other servers left */

static void claim(struct consumer *consumer);

static void on_claimed(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    struct redis_reply cursor, ids;
    (void)why;
    if (!consumer)
        return;
    if (!redis_reply_at(reply, 0, &cursor) || !redis_reply_at(reply, 1, &ids)) {
        consumer_step_back(consumer, "Redis answered what was not asked");
        return;
    }
    consumer->claimed += ids.count;
    g_free(consumer->cursor);
    consumer->cursor = g_strndup(cursor.text, cursor.size);
    if (strcmp(consumer->cursor, "0-0") == 0)
        begin_pending(consumer);
    else
        claim(consumer);
}

static void claim(struct consumer *consumer)
{
    ASK(consumer, consumer->control, on_claimed, "XAUTOCLAIM", EVENT_STREAM, EVENT_GROUP,
        consumer->token, "0", consumer->cursor, "COUNT", "1000", "JUSTID");
}

static void on_summary(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    (void)why;
    if (!consumer)
        return;
    bool others = entries_of_others(reply, consumer->token);
    if (consumer->step == STEP_NEW && others) {
        consumer->step = STEP_LEASED; /* a server that lost the lease read on for a moment */
        consumer_advance(consumer);
    } else if (consumer->step == STEP_CLAIM && others) {
        g_free(consumer->cursor);
        consumer->cursor = g_strdup("0-0");
        claim(consumer);
    } else if (consumer->step == STEP_CLAIM) {
        begin_pending(consumer);
    }
}

void consumer_ask_others(struct consumer *consumer)
{
    ASK(consumer, consumer->control, on_summary, "XPENDING", EVENT_STREAM, EVENT_GROUP);
}
