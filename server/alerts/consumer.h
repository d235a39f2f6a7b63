/* Takes events from the stream (docs/bus.md, "Events"): holds the lease, reads what is pending
 * first, then what is new, acknowledges what the store has, trims. Knows nothing of what events
 * mean. Loop thread only. */
#pragma once
#include "common/redis.h"
#include <glib.h>
#include <stdbool.h>

struct consumer;

/* One entry of the stream. */
struct consumer_entry {
    char *id;   /* "1763800000000-0" */
    char *text; /* field `event`; NULL: the entry has none */
    gsize size;
};

/* What came together, in order. */
struct consumer_batch {
    GArray *entries; /* of struct consumer_entry */
    guint tries;     /* how often it was handed out before without being acknowledged; a batch of
                        more than CONSUMER_SUSPECT is one entry */
};
#define CONSUMER_SUSPECT 2

void consumer_batch_free(struct consumer_batch *batch);

struct consumer_options {
    const char *url;                   /* of common/redis.h */
    GMainContext *context;             /* of the loop (NULL: default) */
    const char *token;                 /* names this server in the lease and in the group */
    gint64 least_fence;                /* the greatest that the store knows */
    guint batch_max;                   /* entries in a batch, 0: 1,000 */
    guint lease_ms;                    /* 0: 6,000 */
    const struct redis_timing *timing; /* NULL: the usual */

    /* The lease is ours under a new fence; consumer_start() begins to read. */
    void (*gained)(gint64 fence, gpointer user);
    /* Another server has it. */
    void (*lost)(gpointer user);
    /* Takes `batch`; consumer_done() gives it back. One at a time. */
    void (*batch)(struct consumer_batch *batch, gpointer user);
    gpointer user;
};

/* Begins to connect. NULL: the URL is wrong. */
struct consumer *consumer_create(const struct consumer_options *options, GError **error);
void consumer_destroy(struct consumer *consumer); /* NULL is fine */

void consumer_start(struct consumer *consumer);

/* The store has it all (or it is set aside): acknowledges, frees, goes on with the next one. */
void consumer_done(struct consumer *consumer, struct consumer_batch *batch);

/* The store refused it because another server took over: frees without acknowledging. */
void consumer_drop(struct consumer *consumer, struct consumer_batch *batch);

struct consumer_stats {
    bool connected, leads;
    gint64 fence;
    guint64 entries, acknowledged, trimmed, claimed;
    gint64 lag;      /* entries of the stream that were not handed out yet, −1: not known */
    const char *why; /* of the last trouble, "": none; borrowed */
};
void consumer_stats(const struct consumer *consumer, struct consumer_stats *stats);
