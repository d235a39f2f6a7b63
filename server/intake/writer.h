/* Puts events on the Redis stream (docs/bus.md). Each batch is one script, so that it is there
 * whole or not at all; batches that come in one turn of the loop go to Redis in one piece. With
 * `appendfsync always` an answer means that the batch is on disk. Loop thread only. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer;

struct writer_options {
    const char *url; /* of common/redis.h */
    GMainContext *context;
    int64_t max_events; /* the stream holds at most so many */
};
struct writer *writer_create(const struct writer_options *options, GError **error);
/* Whoever waits is told WRITER_AWAY. NULL is fine. */
void writer_destroy(struct writer *writer);

enum writer_outcome {
    WRITER_DONE,     /* on disk */
    WRITER_AWAY,     /* Redis does not answer, or refuses */
    WRITER_FULL,     /* no room in the stream */
    WRITER_REPLAYED, /* the mark was there before */
};
/* `why`: English, borrowed, NULL when done. */
typedef void (*writer_done_fn)(enum writer_outcome outcome, const char *why, gpointer user);

/* What is remembered of a request, so that it is taken once; by whichever server. */
struct writer_mark {
    int64_t time_us; /* when it was signed: names the set in which it is remembered */
    const unsigned char *bytes;
    size_t size;
};
/* `texts`: `count` events as JSON, copied. `mark` NULL: none. `done` is called once, later. */
void writer_put(struct writer *writer, const char *const *texts, guint count,
                const struct writer_mark *mark, writer_done_fn done, gpointer user);

bool writer_ready(const struct writer *writer);
/* Does Redis answer only after its file is on disk? Asked at each connection. */
enum writer_durable { WRITER_UNKNOWN, WRITER_DURABLE, WRITER_NOT_DURABLE };
struct writer_stats {
    bool connected;
    const char *why; /* not connected, or the last batch failed; "" otherwise; borrowed */
    guint64 batches, events, failed;
    guint waiting;
    enum writer_durable durable;
    int64_t last_write_us; /* how long the newest batch took */
};
void writer_stats(const struct writer *writer, struct writer_stats *stats);
