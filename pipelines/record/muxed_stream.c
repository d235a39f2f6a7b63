#include "record/muxed_stream.h"
#include "common/log.h"
#include "common/wakeup.h"

/* What is kept at most, beside the newest group of pictures' beginning. */
enum { KEPT_BYTES = 16 << 20, KEPT_GOPS = 2 };

struct muxed_stream {
    struct fmp4 *fmp4;
    struct reader *source;
    struct wakeup *wakeup;
    struct muxed_piece *init; /* the newest */
    GQueue pieces;            /* samples only; places [first, first + length) */
    guint64 first;
    guint64 keyframe; /* place of the newest one */
    unsigned gops;
    size_t bytes;
    GPtrArray *readers; /* of struct muxed_reader */
};

struct muxed_reader {
    struct muxed_stream *muxed;
    void (*wake)(gpointer user);
    gpointer user;
    bool waiting;
    bool wait_keyframe;
    guint64 tail;
    struct muxed_piece *init; /* the one it has */
    guint64 dropped;
};

/* A kept sample knows the init piece that it needs. */
struct sample_piece {
    struct muxed_piece piece; /* first */
    struct muxed_piece *init;
};

struct muxed_piece *muxed_piece_ref(struct muxed_piece *piece)
{
    atomic_fetch_add_explicit(&piece->refs, 1, memory_order_relaxed);
    return piece;
}

void muxed_piece_unref(struct muxed_piece *piece)
{
    if (!piece || atomic_fetch_sub_explicit(&piece->refs, 1, memory_order_acq_rel) != 1)
        return;
    muxed_piece_unref(((struct sample_piece *)piece)->init);
    stream_format_unref(piece->format);
    g_bytes_unref(piece->data);
    g_free(piece);
}

static struct muxed_piece *piece_keep(const struct fmp4_piece *made, struct muxed_piece *init)
{
    struct sample_piece *sample = g_new0(struct sample_piece, 1);
    struct muxed_piece *piece = &sample->piece;
    atomic_init(&piece->refs, 1);
    piece->flags = made->flags;
    piece->pts_us = made->pts_us;
    piece->dts_us = made->dts_us;
    piece->wall_us = made->wall_us;
    piece->format = stream_format_ref(made->format);
    piece->data = g_bytes_ref(made->data);
    sample->init = init ? muxed_piece_ref(init) : NULL;
    return piece;
}

static void drop_oldest(struct muxed_stream *muxed)
{
    struct muxed_piece *piece = g_queue_pop_head(&muxed->pieces);
    muxed->bytes -= g_bytes_get_size(piece->data);
    muxed->first++;
    if (piece->flags & FMP4_KEY)
        muxed->gops--;
    muxed_piece_unref(piece);
}

static void drop_group(struct muxed_stream *muxed)
{
    do {
        drop_oldest(muxed);
    } while (!(((struct muxed_piece *)g_queue_peek_head(&muxed->pieces))->flags & FMP4_KEY));
}

/* Whole groups leave; one that alone is over the bound loses its beginning. */
static void evict(struct muxed_stream *muxed)
{
    while (muxed->gops > KEPT_GOPS || (muxed->gops > 1 && muxed->bytes > KEPT_BYTES))
        drop_group(muxed);
    while (muxed->bytes > KEPT_BYTES && muxed->pieces.length > 1)
        drop_oldest(muxed);
}

static void on_piece(const struct fmp4_piece *made, gpointer user)
{
    struct muxed_stream *muxed = user;
    if (made->flags & FMP4_INIT) {
        muxed_piece_unref(muxed->init);
        muxed->init = piece_keep(made, NULL);
        return;
    }
    if (made->flags & FMP4_KEY) {
        muxed->keyframe = muxed->first + muxed->pieces.length;
        muxed->gops++;
    }
    g_queue_push_tail(&muxed->pieces, piece_keep(made, muxed->init));
    muxed->bytes += g_bytes_get_size(made->data);
    evict(muxed);
}

static void wake_readers(struct muxed_stream *muxed)
{
    /* from a copy: a wake may create or destroy readers */
    g_autoptr(GPtrArray) waiting = g_ptr_array_new();
    for (guint i = 0; i < muxed->readers->len; i++) {
        struct muxed_reader *reader = muxed->readers->pdata[i];
        if (reader->waiting && reader->tail < muxed->first + muxed->pieces.length)
            g_ptr_array_add(waiting, reader);
    }
    for (guint i = 0; i < waiting->len; i++) {
        struct muxed_reader *reader = waiting->pdata[i];
        if (!g_ptr_array_find(muxed->readers, reader, NULL))
            continue;
        reader->waiting = false;
        reader->wake(reader->user);
    }
}

static void pump(gpointer user)
{
    struct muxed_stream *muxed = user;
    struct unit *unit;
    while ((unit = reader_next(muxed->source))) {
        g_autoptr(GError) error = NULL;
        if (!fmp4_write(muxed->fmp4, unit, &error))
            log_debug("fmp4", "unit left out: %s", error->message);
        unit_unref(unit);
    }
    wake_readers(muxed);
}

static void source_wake(gpointer user)
{
    wakeup_signal(user);
}

struct muxed_stream *muxed_stream_create(struct stream *stream, GMainContext *context)
{
    struct muxed_stream *muxed = g_new0(struct muxed_stream, 1);
    g_queue_init(&muxed->pieces);
    muxed->readers = g_ptr_array_new();
    muxed->fmp4 = fmp4_create(on_piece, muxed);
    muxed->wakeup = wakeup_create(context, pump, muxed);
    muxed->source = reader_create(stream, READER_FROM_GOP, source_wake, muxed->wakeup);
    pump(muxed);
    return muxed;
}

void muxed_stream_destroy(struct muxed_stream *muxed)
{
    if (!muxed)
        return;
    g_assert(muxed->readers->len == 0);
    reader_destroy(muxed->source);
    wakeup_destroy(muxed->wakeup);
    fmp4_destroy(muxed->fmp4);
    while (muxed->pieces.length)
        drop_oldest(muxed);
    muxed_piece_unref(muxed->init);
    g_ptr_array_unref(muxed->readers);
    g_free(muxed);
}

/* --- readers */

struct muxed_reader *muxed_reader_create(struct muxed_stream *muxed, void (*wake)(gpointer user),
                                         gpointer user)
{
    struct muxed_reader *reader = g_new0(struct muxed_reader, 1);
    reader->muxed = muxed;
    reader->wake = wake;
    reader->user = user;
    reader->wait_keyframe = true;
    bool whole = muxed->gops > 0 && muxed->keyframe >= muxed->first;
    reader->tail = whole ? muxed->keyframe : muxed->first + muxed->pieces.length;
    g_ptr_array_add(muxed->readers, reader);
    return reader;
}

void muxed_reader_destroy(struct muxed_reader *reader)
{
    if (!reader)
        return;
    g_ptr_array_remove_fast(reader->muxed->readers, reader);
    muxed_piece_unref(reader->init);
    g_free(reader);
}

void muxed_reader_skip(struct muxed_reader *reader)
{
    struct muxed_stream *muxed = reader->muxed;
    guint64 end = muxed->first + muxed->pieces.length;
    bool ahead = muxed->gops > 0 && muxed->keyframe > reader->tail;
    guint64 to = ahead ? muxed->keyframe : end;
    reader->dropped += to - reader->tail;
    reader->tail = to;
    reader->wait_keyframe = true;
}

static struct muxed_piece *piece_at(struct muxed_reader *reader)
{
    struct muxed_stream *muxed = reader->muxed;
    if (reader->tail < muxed->first)
        muxed_reader_skip(reader);
    while (reader->tail < muxed->first + muxed->pieces.length) {
        /* readers stand near the end: look from there */
        guint64 from_end = muxed->first + muxed->pieces.length - 1 - reader->tail;
        GList *link = muxed->pieces.tail;
        while (from_end--)
            link = link->prev;
        struct muxed_piece *piece = link->data;
        if (!reader->wait_keyframe || piece->flags & FMP4_KEY)
            return piece;
        reader->tail++;
        reader->dropped++;
    }
    return NULL;
}

struct muxed_piece *muxed_reader_next(struct muxed_reader *reader)
{
    struct muxed_piece *piece = piece_at(reader);
    if (!piece) {
        reader->waiting = true;
        return NULL;
    }
    struct muxed_piece *init = ((struct sample_piece *)piece)->init;
    if (init != reader->init) {
        muxed_piece_unref(reader->init);
        reader->init = muxed_piece_ref(init);
        return muxed_piece_ref(init);
    }
    reader->wait_keyframe = false;
    reader->tail++;
    return muxed_piece_ref(piece);
}

guint64 muxed_reader_dropped(const struct muxed_reader *reader)
{
    return reader->dropped;
}

unsigned muxed_stream_readers(const struct muxed_stream *muxed)
{
    return muxed->readers->len;
}
