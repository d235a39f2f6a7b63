#include "stream/stream.h"
#include <string.h>

/* One position of the ring per unit, counted from the stream's beginning and never reused: a
 * reader's place is such a number, so that "overtaken" is a comparison. */
struct slot_ring {
    struct unit **slots;
    unsigned capacity;  /* a power of two */
    guint64 first, end; /* [first, end) is kept */
    size_t bytes;
};

enum { SLOTS_AT_START = 32, GOPS_KNOWN = 16, PREFETCH = 8 };

struct stream {
    atomic_int refs;
    /* --- immutable */
    char *name;
    struct stream_limits limits;
    /* --- protected by lock */
    GMutex lock;
    GCond wakes_done;
    bool waking; /* the publisher calls `wake` of some readers, outside the lock */
    struct slot_ring ring;
    guint64 gops[GOPS_KNOWN]; /* places of keyframes in the ring, oldest first */
    unsigned gop_count;
    bool broken; /* nothing is published until a keyframe comes */
    bool gap_pending;
    struct unit *newest_keyframe;
    struct stream_format *format;
    GPtrArray *readers;    /* of struct reader */
    atomic_uint followers; /* readers of every unit; read without the lock */
    guint64 units, bytes, keyframes, keyframe_bytes, dropped_units;
    int64_t last_unit_wall_us, last_keyframe_wall_us;
    /* --- publisher only */
    GPtrArray *to_wake;
};

struct reader {
    /* --- immutable */
    struct stream *stream;
    enum reader_start mode;
    void (*wake)(gpointer user);
    gpointer user;
    /* --- protected by the stream's lock */
    guint64 tail;
    bool waiting;       /* found empty since the last wake */
    bool wait_keyframe; /* deltas are passed over until a keyframe */
    struct unit *first; /* keyframe handed out before the ring, or NULL */
    /* --- any thread, atomic */
    atomic_uint_fast64_t dropped;
};

/* --- slots */

static struct unit *slot_get(const struct slot_ring *ring, guint64 place)
{
    return ring->slots[place & (ring->capacity - 1)];
}

static void slot_push(struct slot_ring *ring, struct unit *unit)
{
    if (ring->end - ring->first == ring->capacity) {
        unsigned capacity = ring->capacity ? ring->capacity * 2 : SLOTS_AT_START;
        struct unit **slots = g_new(struct unit *, capacity);
        for (guint64 i = ring->first; i < ring->end; i++)
            slots[i & (capacity - 1)] = slot_get(ring, i);
        g_free(ring->slots);
        ring->slots = slots;
        ring->capacity = capacity;
    }
    ring->slots[ring->end++ & (ring->capacity - 1)] = unit;
    ring->bytes += unit->size;
}

static void slot_drop_until(struct slot_ring *ring, guint64 place)
{
    while (ring->first < place) {
        /* written seconds ago, it has left the cache: fetch the coming ones while this one goes */
        if (place - ring->first > PREFETCH)
            __builtin_prefetch(slot_get(ring, ring->first + PREFETCH), 1);
        struct unit *unit = slot_get(ring, ring->first++);
        ring->bytes -= unit->size;
        unit_unref(unit);
    }
}

/* --- stream */

/* The shared budget hears once of a whole publication. */
static void account(struct stream *stream, size_t had_bytes)
{
    struct stream_budget *budget = stream->limits.budget;
    if (budget)
        atomic_fetch_add_explicit(&budget->used_bytes, stream->ring.bytes - had_bytes,
                                  memory_order_relaxed);
}

struct stream *stream_create(const char *name, const struct stream_limits *limits)
{
    struct stream *stream = g_new0(struct stream, 1);
    atomic_init(&stream->refs, 1);
    stream->name = g_strdup(name);
    stream->limits = *limits;
    stream->broken = true;
    g_mutex_init(&stream->lock);
    g_cond_init(&stream->wakes_done);
    stream->readers = g_ptr_array_new();
    stream->to_wake = g_ptr_array_new();
    if (limits->budget)
        atomic_fetch_add(&limits->budget->streams, 1);
    return stream;
}

struct stream *stream_ref(struct stream *stream)
{
    atomic_fetch_add_explicit(&stream->refs, 1, memory_order_relaxed);
    return stream;
}

void stream_unref(struct stream *stream)
{
    if (!stream || atomic_fetch_sub_explicit(&stream->refs, 1, memory_order_acq_rel) != 1)
        return;
    g_assert(stream->readers->len == 0);
    size_t had_bytes = stream->ring.bytes;
    slot_drop_until(&stream->ring, stream->ring.end);
    account(stream, had_bytes);
    if (stream->limits.budget)
        atomic_fetch_sub(&stream->limits.budget->streams, 1);
    g_free(stream->ring.slots);
    unit_unref(stream->newest_keyframe);
    stream_format_unref(stream->format);
    g_ptr_array_unref(stream->readers);
    g_ptr_array_unref(stream->to_wake);
    g_mutex_clear(&stream->lock);
    g_cond_clear(&stream->wakes_done);
    g_free(stream->name);
    g_free(stream);
}

const char *stream_name(const struct stream *stream)
{
    return stream->name;
}

bool stream_is_followed(const struct stream *stream)
{
    return atomic_load_explicit(&stream->followers, memory_order_relaxed) > 0;
}

static void gops_forget(struct stream *stream, unsigned count)
{
    stream->gop_count -= count;
    memmove(stream->gops, stream->gops + count, stream->gop_count * sizeof stream->gops[0]);
}

static size_t bound_bytes(const struct stream *stream)
{
    const struct stream_budget *budget = stream->limits.budget;
    if (!budget ||
        atomic_load_explicit(&budget->used_bytes, memory_order_relaxed) <= budget->limit_bytes)
        return stream->limits.max_bytes;
    unsigned streams = atomic_load_explicit(&budget->streams, memory_order_relaxed);
    return MIN(stream->limits.max_bytes, budget->limit_bytes / MAX(streams, 1u));
}

/* Whole groups leave, oldest first. While somebody reads, one group more stays, so that a reader
 * who is a few milliseconds behind does not lose the end of a group when the next one begins. */
static void evict(struct stream *stream)
{
    size_t max_bytes = bound_bytes(stream);
    struct slot_ring *ring = &stream->ring;
    unsigned keep = stream->limits.keep_gops + 1 + (stream_is_followed(stream) ? 1 : 0);
    keep = MIN(keep, GOPS_KNOWN);
    if (stream->gop_count > keep)
        gops_forget(stream, stream->gop_count - keep);
    while (stream->gop_count > 1 && ring->bytes > max_bytes && ring->first < stream->gops[1]) {
        gops_forget(stream, 1);
        slot_drop_until(ring, stream->gops[0]);
    }
    if (stream->gop_count)
        slot_drop_until(ring, stream->gops[0]);
    /* one group alone over the bound: its beginning goes, the newest keyframe is held beside */
    if (ring->bytes > max_bytes && ring->end - ring->first > 1) {
        stream->gop_count = 0;
        while (ring->bytes > max_bytes && ring->end - ring->first > 1)
            slot_drop_until(ring, ring->first + 1);
    }
}

static void keep_keyframe(struct stream *stream, struct unit *unit)
{
    if (stream->gop_count == GOPS_KNOWN)
        gops_forget(stream, 1);
    stream->gops[stream->gop_count++] = stream->ring.end;
    unit_unref(stream->newest_keyframe);
    stream->newest_keyframe = unit_ref(unit);
    stream->keyframes++;
    stream->keyframe_bytes += unit->size;
    stream->last_keyframe_wall_us = unit->wall_us;
    if (unit->format != stream->format) {
        stream_format_unref(stream->format);
        stream->format = unit->format ? stream_format_ref(unit->format) : NULL;
    }
}

static void gather_waiting(struct stream *stream, bool keyframe)
{
    for (guint i = 0; i < stream->readers->len; i++) {
        struct reader *reader = stream->readers->pdata[i];
        if (!reader->waiting)
            continue;
        if (!keyframe && (reader->wait_keyframe || reader->mode == READER_KEYFRAMES))
            continue;
        reader->waiting = false;
        g_ptr_array_add(stream->to_wake, reader);
    }
    stream->waking = stream->to_wake->len > 0;
}

static void wake_gathered(struct stream *stream)
{
    for (guint i = 0; i < stream->to_wake->len; i++) {
        struct reader *reader = stream->to_wake->pdata[i];
        reader->wake(reader->user);
    }
    g_ptr_array_set_size(stream->to_wake, 0);
    g_mutex_lock(&stream->lock);
    stream->waking = false;
    g_cond_broadcast(&stream->wakes_done);
    g_mutex_unlock(&stream->lock);
}

/* Takes the unit. Returned: was it put into the ring? */
static bool push_locked(struct stream *stream, struct unit *unit)
{
    if (stream->broken && !unit->keyframe) {
        unit_unref(unit);
        return false;
    }
    if (stream->gap_pending)
        unit->gap = true;
    stream->broken = stream->gap_pending = false;
    stream->units++;
    stream->bytes += unit->size;
    stream->last_unit_wall_us = unit->wall_us;
    if (unit->keyframe)
        keep_keyframe(stream, unit);
    slot_push(&stream->ring, unit);
    return true;
}

void stream_publish_all(struct stream *stream, struct unit *const *units, unsigned count)
{
    bool any = false, keyframe = false;
    g_mutex_lock(&stream->lock);
    size_t had_bytes = stream->ring.bytes;
    for (unsigned i = 0; i < count; i++) {
        bool is_keyframe = units[i]->keyframe;
        any |= push_locked(stream, units[i]);
        keyframe |= is_keyframe;
    }
    if (any) {
        evict(stream);
        account(stream, had_bytes);
        gather_waiting(stream, keyframe);
    }
    bool wake = any && stream->waking;
    g_mutex_unlock(&stream->lock);
    if (wake)
        wake_gathered(stream);
}

void stream_publish(struct stream *stream, struct unit *unit)
{
    stream_publish_all(stream, &unit, 1);
}

void stream_prefetch(const struct stream *stream)
{
    for (size_t at = 0; at < sizeof *stream; at += 64)
        __builtin_prefetch((const char *)stream + at, 1);
}

void stream_break(struct stream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->broken = true;
    stream->gap_pending = stream->units > 0;
    g_mutex_unlock(&stream->lock);
}

struct unit *stream_newest_keyframe(struct stream *stream)
{
    g_mutex_lock(&stream->lock);
    struct unit *unit = stream->newest_keyframe ? unit_ref(stream->newest_keyframe) : NULL;
    g_mutex_unlock(&stream->lock);
    return unit;
}

struct stream_format *stream_format(struct stream *stream)
{
    g_mutex_lock(&stream->lock);
    struct stream_format *format = stream->format ? stream_format_ref(stream->format) : NULL;
    g_mutex_unlock(&stream->lock);
    return format;
}

void stream_stats(struct stream *stream, struct stream_stats *stats)
{
    g_mutex_lock(&stream->lock);
    *stats = (struct stream_stats){
        .units = stream->units,
        .bytes = stream->bytes,
        .keyframes = stream->keyframes,
        .keyframe_bytes = stream->keyframe_bytes,
        .ring_bytes = stream->ring.bytes,
        .ring_units = (unsigned)(stream->ring.end - stream->ring.first),
        .readers = stream->readers->len,
        .dropped_units = stream->dropped_units,
        .last_unit_wall_us = stream->last_unit_wall_us,
        .last_keyframe_wall_us = stream->last_keyframe_wall_us,
    };
    g_mutex_unlock(&stream->lock);
}

/* --- reader */

static void reader_place(struct reader *reader)
{
    struct stream *stream = reader->stream;
    reader->tail = stream->ring.end;
    if (reader->mode == READER_FROM_LIVE) {
        reader->wait_keyframe = true;
    } else if (reader->mode == READER_FROM_GOP && stream->gop_count && !stream->broken) {
        reader->tail = stream->gops[stream->gop_count - 1];
    } else if (stream->newest_keyframe) {
        reader->first = unit_ref(stream->newest_keyframe);
        reader->wait_keyframe = true;
    } else {
        reader->wait_keyframe = true;
    }
}

struct reader *reader_create(struct stream *stream, enum reader_start start,
                             void (*wake)(gpointer user), gpointer user)
{
    struct reader *reader = g_new0(struct reader, 1);
    reader->stream = stream_ref(stream);
    reader->mode = start;
    reader->wake = wake;
    reader->user = user;
    atomic_init(&reader->dropped, 0);
    g_mutex_lock(&stream->lock);
    reader_place(reader);
    g_ptr_array_add(stream->readers, reader);
    if (start != READER_KEYFRAMES)
        atomic_fetch_add_explicit(&stream->followers, 1, memory_order_relaxed);
    g_mutex_unlock(&stream->lock);
    return reader;
}

void reader_destroy(struct reader *reader)
{
    if (!reader)
        return;
    struct stream *stream = reader->stream;
    g_mutex_lock(&stream->lock);
    g_ptr_array_remove_fast(stream->readers, reader);
    if (reader->mode != READER_KEYFRAMES)
        atomic_fetch_sub_explicit(&stream->followers, 1, memory_order_relaxed);
    while (stream->waking)
        g_cond_wait(&stream->wakes_done, &stream->lock);
    g_mutex_unlock(&stream->lock);
    unit_unref(reader->first);
    stream_unref(stream);
    g_free(reader);
}

/* A reader of keyframes never wanted what lies between them. */
static void count_dropped(struct reader *reader, guint64 count)
{
    if (reader->mode == READER_KEYFRAMES)
        return;
    atomic_fetch_add_explicit(&reader->dropped, count, memory_order_relaxed);
    reader->stream->dropped_units += count;
}

/* To the newest keyframe after the reader's place; without one everything is passed over and the
 * next keyframe is waited for. */
static void skip_locked(struct reader *reader)
{
    struct stream *stream = reader->stream;
    guint64 to = stream->ring.end;
    if (stream->gop_count && stream->gops[stream->gop_count - 1] > reader->tail)
        to = stream->gops[stream->gop_count - 1];
    count_dropped(reader, to - reader->tail);
    reader->wait_keyframe = to == stream->ring.end;
    reader->tail = to;
}

static struct unit *next_locked(struct reader *reader)
{
    struct stream *stream = reader->stream;
    if (reader->first)
        return g_steal_pointer(&reader->first);
    if (reader->tail < stream->ring.first)
        skip_locked(reader);
    while (reader->tail < stream->ring.end) {
        struct unit *unit = slot_get(&stream->ring, reader->tail++);
        if (unit->keyframe) {
            reader->wait_keyframe = false;
            return unit_ref(unit);
        }
        if (reader->mode != READER_KEYFRAMES && !reader->wait_keyframe)
            return unit_ref(unit);
    }
    reader->waiting = true;
    return NULL;
}

struct unit *reader_next(struct reader *reader)
{
    g_mutex_lock(&reader->stream->lock);
    struct unit *unit = next_locked(reader);
    g_mutex_unlock(&reader->stream->lock);
    return unit;
}

void reader_skip(struct reader *reader)
{
    g_mutex_lock(&reader->stream->lock);
    if (reader->first) {
        g_clear_pointer(&reader->first, unit_unref);
        count_dropped(reader, 1);
    }
    skip_locked(reader);
    g_mutex_unlock(&reader->stream->lock);
}

guint64 reader_dropped(const struct reader *reader)
{
    return atomic_load_explicit(&reader->dropped, memory_order_relaxed);
}
