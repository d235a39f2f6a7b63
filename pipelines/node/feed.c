#include "node/feed.h"

struct feed {
    struct reader *units; /* one of the two */
    struct muxed_reader *pieces;
};

void feed_item_clear(struct feed_item *item)
{
    g_clear_pointer(&item->format, stream_format_unref);
    g_clear_pointer(&item->body, g_bytes_unref);
}

struct feed *feed_create_units(struct stream *stream, bool keyframes_only,
                               void (*wake)(gpointer user), gpointer user)
{
    struct feed *feed = g_new0(struct feed, 1);
    feed->units =
        reader_create(stream, keyframes_only ? READER_KEYFRAMES : READER_FROM_GOP, wake, user);
    return feed;
}

struct feed *feed_create_pieces(struct muxed_stream *muxed, void (*wake)(gpointer user),
                                gpointer user)
{
    struct feed *feed = g_new0(struct feed, 1);
    feed->pieces = muxed_reader_create(muxed, wake, user);
    return feed;
}

void feed_destroy(struct feed *feed)
{
    if (!feed)
        return;
    reader_destroy(feed->units);
    if (feed->pieces)
        muxed_reader_destroy(feed->pieces);
    g_free(feed);
}

static uint32_t h265_flag(const struct stream_format *format)
{
    return format && format->codec == CODEC_H265 ? WIRE_UNIT_H265 : 0u;
}

static bool next_unit(struct feed *feed, struct feed_item *item)
{
    struct unit *unit = reader_next(feed->units);
    if (!unit)
        return false;
    item->head = (struct wire_unit){
        .pts_us = unit->pts_us,
        .dts_us = unit->dts_us,
        .wall_us = unit->wall_us,
        .flags = (unit->keyframe ? WIRE_UNIT_KEY : 0u) | (unit->gap ? WIRE_UNIT_GAP : 0u) |
                 h265_flag(unit->format),
        .dropped = (uint32_t)reader_dropped(feed->units),
    };
    item->format = unit->format ? stream_format_ref(unit->format) : NULL;
    item->body =
        g_bytes_new_with_free_func(unit->data, unit->size, (GDestroyNotify)unit_unref, unit);
    return true;
}

static bool next_piece(struct feed *feed, struct feed_item *item)
{
    struct muxed_piece *piece = muxed_reader_next(feed->pieces);
    if (!piece)
        return false;
    item->head = (struct wire_unit){
        .pts_us = piece->pts_us,
        .dts_us = piece->dts_us,
        .wall_us = piece->wall_us,
        .flags = piece->flags | h265_flag(piece->format),
        .dropped = (uint32_t)muxed_reader_dropped(feed->pieces),
    };
    item->format = piece->format ? stream_format_ref(piece->format) : NULL;
    item->body = g_bytes_ref(piece->data);
    muxed_piece_unref(piece);
    return true;
}

bool feed_next(struct feed *feed, struct feed_item *item)
{
    *item = (struct feed_item){0};
    return feed->units ? next_unit(feed, item) : next_piece(feed, item);
}

void feed_skip(struct feed *feed)
{
    if (feed->units)
        reader_skip(feed->units);
    else
        muxed_reader_skip(feed->pieces);
}
