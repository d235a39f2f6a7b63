#include "wall/hub.h"
#include "net/net.h"
#include <string.h>

#define RING_ITEMS    2048                /* a power of two */
#define RING_BYTES    (32 * 1024 * 1024)  /* the running group and the one before, at most */
#define HUB_BYTES     (512 * 1024 * 1024) /* of all rings; over it a stream keeps its newest only */
#define MESSAGE_BYTES (15 * 1024 * 1024)  /* a longer one is passed over: none is that long */
#define LINGER_MS     5000
#define LAG_TOLERANCE 12 /* messages a reader may be behind before it skips to a newer keyframe */

G_STATIC_ASSERT(MESSAGE_BYTES + WIRE_WS_UNIT_BYTES <= NET_FRAME_BYTES);

struct item {
    GBytes *message;
    struct wire_unit unit;
};

struct hub_stream {
    struct hub *hub;
    struct media_key key;
    guint32 sub;
    /* --- what it is */
    char *codec;
    bool h265;
    int width, height;
    char *waiting, *waiting_detail; /* code: the camera is down; NULL: it is not */
    GBytes *init;                   /* newest init piece (fmp4) */
    guint inits;                    /* how many came */
    struct wire_unit init_unit;
    /* --- ring: messages [head, tail); key_at: newest keyframe, before_at: the one before */
    struct item items[RING_ITEMS];
    guint64 head, tail, key_at, before_at;
    bool has_key;
    size_t bytes;
    GPtrArray *readers;
    guint linger_source;
};

struct hub_reader {
    struct hub_stream *stream;
    struct hub_reader_ops ops;
    gpointer user;
    guint64 next;
    bool waiting_key;
    guint inits; /* the stream's count when it got one */
    guint64 dropped;
};

struct hub {
    struct loop *loop;
    struct media *media;
    GPtrArray *streams;
    GHashTable *by_sub; /* sub → struct hub_stream */
    guint readers;
    guint64 units, dropped;
    size_t bytes; /* of all rings */
};

struct hub *hub_create(struct loop *loop, struct media *media)
{
    struct hub *hub = g_new0(struct hub, 1);
    hub->loop = loop;
    hub->media = media;
    hub->streams = g_ptr_array_new();
    hub->by_sub = g_hash_table_new(NULL, NULL);
    return hub;
}

static struct item *item_at(struct hub_stream *stream, guint64 at)
{
    return &stream->items[at & (RING_ITEMS - 1)];
}

static void drop_until(struct hub_stream *stream, guint64 at)
{
    for (; stream->head < at; stream->head++) {
        struct item *item = item_at(stream, stream->head);
        gsize size = g_bytes_get_size(item->message);
        stream->bytes -= size;
        stream->hub->bytes -= size;
        g_clear_pointer(&item->message, g_bytes_unref);
    }
    if (stream->has_key && stream->key_at < stream->head)
        stream->has_key = false;
}

static void stream_destroy(struct hub_stream *stream)
{
    struct hub *hub = stream->hub;
    if (stream->sub) {
        g_hash_table_remove(hub->by_sub, GUINT_TO_POINTER(stream->sub));
        media_unsubscribe(hub->media, stream->sub);
    }
    loop_cancel(hub->loop, &stream->linger_source);
    g_ptr_array_remove_fast(hub->streams, stream);
    drop_until(stream, stream->tail);
    g_clear_pointer(&stream->init, g_bytes_unref);
    g_ptr_array_unref(stream->readers);
    g_free(stream->codec);
    g_free(stream->waiting);
    g_free(stream->waiting_detail);
    g_free(stream);
}

void hub_destroy(struct hub *hub)
{
    if (!hub)
        return;
    for (guint i = hub->streams->len; i > 0; i--)
        stream_destroy(hub->streams->pdata[i - 1]);
    g_ptr_array_unref(hub->streams);
    g_hash_table_unref(hub->by_sub);
    g_free(hub);
}

/* --- joining and leaving */

static bool same_key(const struct media_key *a, const struct media_key *b)
{
    return a->n == b->n && strcmp(a->profile, b->profile) == 0 &&
           strcmp(a->format, b->format) == 0 && strcmp(a->variant, b->variant) == 0 &&
           strcmp(a->rung, b->rung) == 0;
}

static struct hub_stream *stream_for(struct hub *hub, const struct media_key *key)
{
    for (guint i = 0; i < hub->streams->len; i++) {
        struct hub_stream *stream = hub->streams->pdata[i];
        if (stream->sub && same_key(&stream->key, key))
            return stream;
    }
    struct hub_stream *stream = g_new0(struct hub_stream, 1);
    stream->hub = hub;
    stream->key = *key;
    stream->readers = g_ptr_array_new();
    stream->sub = media_subscribe(hub->media, key);
    g_ptr_array_add(hub->streams, stream);
    g_hash_table_insert(hub->by_sub, GUINT_TO_POINTER(stream->sub), stream);
    return stream;
}

static void tell_info(struct hub_reader *reader)
{
    const struct hub_stream *stream = reader->stream;
    struct hub_info info = {.codec = stream->codec,
                            .h265 = stream->h265,
                            .width = stream->width,
                            .height = stream->height};
    reader->ops.changed(reader, &info, reader->user);
}

struct hub_reader *hub_open(struct hub *hub, const struct media_key *key,
                            const struct hub_reader_ops *ops, gpointer user)
{
    struct hub_reader *reader = g_new0(struct hub_reader, 1);
    struct hub_stream *stream = stream_for(hub, key);
    loop_cancel(hub->loop, &stream->linger_source);
    reader->stream = stream;
    reader->ops = *ops;
    reader->user = user;
    bool known = stream->has_key && !stream->waiting;
    reader->waiting_key = !known;
    reader->next = known ? stream->key_at : stream->tail;
    g_ptr_array_add(stream->readers, reader);
    hub->readers++;
    if (stream->waiting)
        reader->ops.waiting(reader, stream->waiting, stream->waiting_detail, reader->user);
    else if (stream->codec)
        tell_info(reader);
    if (known)
        reader->ops.ready(reader, reader->user);
    return reader;
}

static gboolean linger_over(gpointer user)
{
    struct hub_stream *stream = user;
    stream->linger_source = 0;
    stream_destroy(stream);
    return G_SOURCE_REMOVE;
}

void hub_close(struct hub_reader *reader)
{
    if (!reader)
        return;
    struct hub_stream *stream = reader->stream;
    g_ptr_array_remove_fast(stream->readers, reader);
    stream->hub->readers--;
    if (stream->readers->len == 0) {
        if (stream->sub)
            stream->linger_source = loop_after(stream->hub->loop, LINGER_MS, linger_over, stream);
        else
            stream_destroy(stream);
    }
    g_free(reader);
}

/* --- reading */

static void count_dropped(struct hub_reader *reader, guint64 count)
{
    reader->dropped += count;
    reader->stream->hub->dropped += count;
}

/* Moves a reader that fell behind to the newest keyframe. */
static void catch_up(struct hub_reader *reader)
{
    struct hub_stream *stream = reader->stream;
    if (reader->next < stream->head) {
        count_dropped(reader, stream->head - reader->next);
        reader->next = stream->head;
        reader->waiting_key = true;
    }
    if (stream->has_key && stream->key_at > reader->next &&
        (reader->waiting_key || stream->key_at - reader->next > LAG_TOLERANCE)) {
        count_dropped(reader, stream->key_at - reader->next);
        reader->next = stream->key_at;
        reader->waiting_key = false;
    }
}

static void give(const struct item *item, struct hub_item *out)
{
    out->message = item->message;
    out->unit = item->unit;
}

bool hub_next(struct hub_reader *reader, struct hub_item *out)
{
    struct hub_stream *stream = reader->stream;
    catch_up(reader);
    while (reader->next < stream->tail) {
        struct item *item = item_at(stream, reader->next);
        if (reader->waiting_key && !(item->unit.flags & WIRE_UNIT_KEY)) {
            reader->next++;
            count_dropped(reader, 1);
            continue;
        }
        reader->waiting_key = false;
        if (stream->init && reader->inits != stream->inits) {
            reader->inits = stream->inits;
            out->message = stream->init;
            out->unit = stream->init_unit;
            return true;
        }
        reader->next++;
        give(item, out);
        return true;
    }
    return false;
}

guint64 hub_dropped(const struct hub_reader *reader)
{
    return reader->dropped;
}

/* --- from the link */

static struct hub_stream *stream_of(struct hub *hub, guint32 sub)
{
    return g_hash_table_lookup(hub->by_sub, GUINT_TO_POINTER(sub));
}

/* Keeps the group that is running and the one before, inside the ring's bounds. */
static void make_room(struct hub_stream *stream, bool keyframe, size_t size)
{
    if (keyframe) {
        stream->before_at = stream->has_key ? stream->key_at : stream->tail;
        drop_until(stream, stream->before_at);
        stream->key_at = stream->tail;
        stream->has_key = true;
    }
    while (stream->head < stream->tail &&
           (stream->tail - stream->head >= RING_ITEMS || stream->bytes + size > RING_BYTES ||
            stream->hub->bytes + size > HUB_BYTES))
        drop_until(stream, stream->head + 1);
    if (keyframe)
        stream->has_key = true;
}

/* A message that is not kept: readers wait for the next keyframe. */
static void pass_over(struct hub_stream *stream)
{
    drop_until(stream, stream->tail);
    stream->head = ++stream->tail;
    stream->has_key = false;
}

void hub_take_unit(struct hub *hub, guint32 sub, GBytes *message)
{
    struct hub_stream *stream = stream_of(hub, sub);
    gsize size;
    const uint8_t *data = g_bytes_get_data(message, &size);
    struct wire_unit unit;
    if (!stream || !wire_unit_read(data, size, &unit))
        return;
    hub->units++;
    if (size > MESSAGE_BYTES) {
        pass_over(stream);
        return;
    }
    if (unit.flags & WIRE_UNIT_INIT) {
        /* an init piece stands for all that follows: kept beside the ring */
        g_clear_pointer(&stream->init, g_bytes_unref);
        stream->init = g_bytes_ref(message);
        stream->inits++;
        stream->init_unit = unit;
        drop_until(stream, stream->tail);
        return;
    }
    make_room(stream, unit.flags & WIRE_UNIT_KEY, size);
    *item_at(stream, stream->tail) = (struct item){g_bytes_ref(message), unit};
    stream->tail++;
    stream->bytes += size;
    hub->bytes += size;
    for (guint i = 0; i < stream->readers->len; i++) {
        struct hub_reader *reader = stream->readers->pdata[i];
        reader->ops.ready(reader, reader->user);
    }
}

void hub_take_stream(struct hub *hub, guint32 sub, const json_t *info)
{
    struct hub_stream *stream = stream_of(hub, sub);
    const char *codec = json_string_value(json_object_get(info, "codec"));
    if (!stream || !codec)
        return;
    g_clear_pointer(&stream->waiting, g_free);
    g_free(stream->codec);
    stream->codec = g_strdup(codec);
    stream->h265 = json_is_true(json_object_get(info, "h265"));
    stream->width = (int)json_integer_value(json_object_get(info, "width"));
    stream->height = (int)json_integer_value(json_object_get(info, "height"));
    for (guint i = 0; i < stream->readers->len; i++)
        tell_info(stream->readers->pdata[i]);
}

void hub_take_waiting(struct hub *hub, guint32 sub, const char *code, const char *detail)
{
    struct hub_stream *stream = stream_of(hub, sub);
    if (!stream)
        return;
    g_free(stream->waiting);
    stream->waiting = g_strdup(code);
    g_free(stream->waiting_detail);
    stream->waiting_detail = g_strdup(detail);
    for (guint i = 0; i < stream->readers->len; i++) {
        struct hub_reader *reader = stream->readers->pdata[i];
        reader->ops.waiting(reader, code, detail, reader->user);
    }
}

void hub_take_ended(struct hub *hub, guint32 sub, const char *code, const char *detail)
{
    struct hub_stream *stream = stream_of(hub, sub);
    if (!stream)
        return;
    g_hash_table_remove(hub->by_sub, GUINT_TO_POINTER(sub));
    stream->sub = 0; /* whoever comes next starts a new one */
    drop_until(stream, stream->tail);
    if (stream->readers->len == 0) {
        stream_destroy(stream);
        return;
    }
    g_autoptr(GPtrArray) readers = g_ptr_array_copy(stream->readers, NULL, NULL);
    for (guint i = 0; i < readers->len; i++) {
        struct hub_reader *reader = readers->pdata[i];
        reader->ops.ended(reader, code, detail, reader->user);
    }
}

guint hub_streams(const struct hub *hub)
{
    return hub->streams->len;
}

guint hub_readers(const struct hub *hub)
{
    return hub->readers;
}

guint64 hub_units(const struct hub *hub)
{
    return hub->units;
}

guint64 hub_dropped_units(const struct hub *hub)
{
    return hub->dropped;
}
