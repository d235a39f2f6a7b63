/* The fragmented MP4 of one stream, muxed once for all who subscribe to it. It keeps the init piece
 * and the pieces of the running group of pictures, so that a late subscriber begins at once. Loop
 * thread.
 *
 * A subscriber takes pieces as a reader takes units: when it finds nothing it is woken; when it is
 * slow it skips to the next keyframe and is counted. */
#pragma once
#include "record/fmp4.h"
#include "stream/stream.h"

struct muxed_stream;
struct muxed_reader;

/* Reads `stream` (reference taken) from its running group on. `context`: of the loop that owns
 * this. */
struct muxed_stream *muxed_stream_create(struct stream *stream, GMainContext *context);
/* Its readers must be gone. NULL is fine. */
void muxed_stream_destroy(struct muxed_stream *muxed);

/* A piece as it is kept: immutable, counted. */
struct muxed_piece {
    atomic_int refs;
    unsigned flags; /* FMP4_… */
    int64_t pts_us, dts_us, wall_us;
    struct stream_format *format; /* reference held */
    GBytes *data;
};
struct muxed_piece *muxed_piece_ref(struct muxed_piece *piece);
void muxed_piece_unref(struct muxed_piece *piece); /* NULL is fine */

/* `wake` runs on the loop when a piece may be read and the reader had been found empty since the
 * last wake. The reader first gets the init piece, then the running group, then what comes. */
struct muxed_reader *muxed_reader_create(struct muxed_stream *muxed, void (*wake)(gpointer user),
                                         gpointer user);
void muxed_reader_destroy(struct muxed_reader *reader);
/* Next piece with a reference, or NULL. An init piece comes before any keyframe that needs it. */
struct muxed_piece *muxed_reader_next(struct muxed_reader *reader);
/* Skip to the next keyframe, counting. */
void muxed_reader_skip(struct muxed_reader *reader);
guint64 muxed_reader_dropped(const struct muxed_reader *reader);
unsigned muxed_stream_readers(const struct muxed_stream *muxed);
