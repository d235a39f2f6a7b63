/* Shared by consumer.c (reads, hands out, acknowledges), consumer_past.c (what was handed out
 * before, here or elsewhere) and consumer_lease.c (who takes events). Loop thread only. */
#pragma once
#include "alerts/consumer.h"
#include "event/event.h"

#define CONSUMER_KEY_LEASE "tw:events:lease"
enum { CONSUMER_BATCH = 1000, CONSUMER_LEASE_MS = 6000 };

enum step {
    STEP_AWAY,    /* no connection, or another server leads: the timer tries again */
    STEP_LEASED,  /* the lease is ours; waits for consumer_start() and for what is under way */
    STEP_GROUP,   /* makes the group */
    STEP_CLAIM,   /* takes over what other servers left */
    STEP_PENDING, /* reads what was handed out before and never acknowledged */
    STEP_NEW,     /* reads what comes */
};

struct consumer {
    struct consumer_options options;
    char *token, *why;
    struct redis *control, *reader; /* the reader's commands block */
    bool control_up, reader_up;
    GSource *timer;
    enum step step;
    guint generation; /* rises when what was asked no longer counts */
    GHashTable *expected;
    gint64 fence; /* 0: not held */
    bool started;
    bool reading;                /* XREADGROUP waits */
    bool handed;                 /* the owner has a batch */
    struct consumer_batch *next; /* read meanwhile */
    guint count;                 /* entries to ask for */
    char *cursor;                /* of STEP_CLAIM, STEP_PENDING */
    guint64 entries, acknowledged, trimmed, claimed;
    guint untrimmed;
    int64_t trimmed_us;
    gint64 lag;
};

struct expected {
    struct consumer *consumer;
    guint generation;
    guint tries; /* of a pending read */
};

/* --- consumer.c */
/* Notes trouble for people, once; "": it is over. */
void consumer_note(struct consumer *consumer, const char *why);
/* What was asked no longer counts; the timer begins anew. */
void consumer_step_back(struct consumer *consumer, const char *why);
/* Asks; `fn` gets what is returned as its user and gives it to consumer_answered(). NULL: Redis
 * takes no commands, and it has stepped back. */
struct expected *consumer_ask(struct consumer *consumer, struct redis *redis, guint argc,
                              const char *const *argv, redis_reply_fn fn);
#define ASK(consumer, redis, fn, ...)                                                              \
    consumer_ask(consumer, redis, G_N_ELEMENTS(((const char *const[]){__VA_ARGS__})),              \
                 (const char *const[]){__VA_ARGS__}, fn)
/* Frees `user`. Returned: the consumer when the answer still counts and is none of failure. */
struct consumer *consumer_answered(gpointer user, const struct redis_reply *reply);
/* Takes `batch`: hands it out, or keeps it as the next one. */
void consumer_take_batch(struct consumer *consumer, struct consumer_batch *batch);
/* `ids`: texts. Without a connection they come again as pending. */
void consumer_acknowledge(struct consumer *consumer, const GPtrArray *ids);
/* Trims the stream when enough was acknowledged. */
void consumer_trim(struct consumer *consumer);
/* Goes on with whatever may begin now. */
void consumer_advance(struct consumer *consumer);

/* --- consumer_past.c */
/* STEP_PENDING: asks for the next of what was handed out and never acknowledged. */
void consumer_look_pending(struct consumer *consumer);
/* Do other consumers of the group hold entries? STEP_CLAIM goes on by the answer, STEP_NEW begins
 * again. */
void consumer_ask_others(struct consumer *consumer);

/* --- consumer_lease.c */
/* Takes or renews the lease. */
void consumer_lead(struct consumer *consumer);
/* Every third of the lease's time. */
gboolean consumer_on_timer(gpointer consumer);
/* The connections `control` and `reader` came or went. */
void consumer_on_control(bool connected, const char *why, gpointer consumer);
void consumer_on_reader(bool connected, const char *why, gpointer consumer);
