/* What a subscription takes from, whatever its format: units of a stream or pieces of its
 * fragmented MP4. Loop thread. */
#pragma once
#include "common/wire.h"
#include "record/muxed_stream.h"
#include "stream/stream.h"

struct feed;

struct feed_item {
    struct wire_unit head;        /* `dropped` included */
    struct stream_format *format; /* reference held; may be NULL */
    GBytes *body;                 /* reference held */
};
void feed_item_clear(struct feed_item *item);

/* `wake` may come from any thread: it must only post. */
struct feed *feed_create_units(struct stream *stream, bool keyframes_only,
                               void (*wake)(gpointer user), gpointer user);
struct feed *feed_create_pieces(struct muxed_stream *muxed, void (*wake)(gpointer user),
                                gpointer user);
void feed_destroy(struct feed *feed); /* NULL is fine */

/* false: nothing is there, a wake will come. */
bool feed_next(struct feed *feed, struct feed_item *item);
void feed_skip(struct feed *feed);
