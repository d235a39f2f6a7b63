/* Live media of one profile of one camera: a ring that keeps the newest groups of pictures, and the
 * readers that take units from it. A stream is written by one thread (its publisher); readers may
 * live on any thread. A producer never waits; a slow reader skips to the next keyframe and is
 * counted. */
#pragma once
#include "stream/unit.h"

struct stream;
struct reader;

/* Memory that many streams share. While all of them together hold more than the limit, each that is
 * written keeps no more than its equal share. Outlives its streams; begin with {.limit_bytes = N}.
 */
struct stream_budget {
    size_t limit_bytes;
    atomic_size_t used_bytes;
    atomic_uint streams;
};

struct stream_limits {
    size_t max_bytes;   /* memory bound of the ring; always at least the newest keyframe is kept */
    unsigned keep_gops; /* whole groups kept beside the running one (0: only the running one) */
    struct stream_budget *budget; /* borrowed; NULL: none */
};

/* `name` for logs: "c0007/sub". Returned with one reference. */
struct stream *stream_create(const char *name, const struct stream_limits *limits);
struct stream *stream_ref(struct stream *stream);
void stream_unref(struct stream *stream);
const char *stream_name(const struct stream *stream); /* any thread, borrowed */

/* Publisher's thread. Takes the unit. Wakes waiting readers (their `wake` runs on this thread,
 * outside the stream's lock). */
void stream_publish(struct stream *stream, struct unit *unit);
/* The same for several units, in order: the lock is taken once, which waits until everything
 * written before has left the processor. */
void stream_publish_all(struct stream *stream, struct unit *const *units, unsigned count);

/* It is published to soon: fetches it into the cache. */
void stream_prefetch(const struct stream *stream);

/* Publisher's thread. Source restarted: readers wait for the next keyframe; `units` of the next run
 * carry gap. */
void stream_break(struct stream *stream);

/* Any thread. Newest keyframe / format, with a reference for the caller, or NULL. */
struct unit *stream_newest_keyframe(struct stream *stream);
struct stream_format *stream_format(struct stream *stream);

/* Any thread, without waiting. Does anybody read every unit, as one who watches live does? Readers
 * of keyframes do not count. */
bool stream_is_followed(const struct stream *stream);

struct stream_stats {
    guint64 units, bytes, keyframes, keyframe_bytes; /* published since creation */
    size_t ring_bytes;
    unsigned ring_units, readers;
    guint64 dropped_units; /* by all readers, ever */
    int64_t last_unit_wall_us, last_keyframe_wall_us;
};
/* Any thread. */
void stream_stats(struct stream *stream, struct stream_stats *stats);

enum reader_start {
    READER_FROM_GOP,  /* first the running group from its keyframe on, then live */
    READER_FROM_LIVE, /* from the next keyframe */
    READER_KEYFRAMES, /* the newest keyframe, then keyframes only */
};

/* Any thread. `wake(user)` is called on the publisher's thread when a unit may be read and the
 * reader had been found empty since the last wake: it must only post or signal. */
struct reader *reader_create(struct stream *stream, enum reader_start start,
                             void (*wake)(gpointer user), gpointer user);
/* Any thread, but never while another thread reads. After return `wake` is not called any more. */
void reader_destroy(struct reader *reader);

/* The reader's thread. Next unit with a reference, or NULL (then a wake will come). When units were
 * skipped, the next one is a keyframe and reader_dropped() has risen. */
struct unit *reader_next(struct reader *reader);
/* The reader's thread. Skip ahead to the next keyframe, counting (no credit, slow receiver). */
void reader_skip(struct reader *reader);
guint64 reader_dropped(const struct reader *reader);
