/* Fan-out of live streams: each stream crosses the media link once, however many watch. Keeps the
 * running group of pictures for late joiners; a slow reader skips to the next keyframe and is
 * counted. Loop thread only. */
#pragma once
#include "common/wire.h"
#include "wall/media.h"

struct hub;
struct hub_reader;

/* What the stream is; strings are borrowed from the hub until the next `changed`. */
struct hub_info {
    const char *codec; /* RFC 6381; NULL: not known yet */
    bool h265;
    int width, height;
};

struct hub_reader_ops {
    /* Something may be read; may be called often. */
    void (*ready)(struct hub_reader *reader, gpointer user);
    /* The info is known, or another one. */
    void (*changed)(struct hub_reader *reader, const struct hub_info *info, gpointer user);
    /* The camera is down, `code` says why; `changed` comes again when it is back. Also for a reader
     * that is being opened: it gets nothing of before. */
    void (*waiting)(struct hub_reader *reader, const char *code, const char *detail, gpointer user);
    /* The stream ended by itself; the reader must still be closed. */
    void (*ended)(struct hub_reader *reader, const char *code, const char *detail, gpointer user);
};

/* One message for a reader. */
struct hub_item {
    GBytes *message; /* borrowed until the next call: link prefix, then the bytes */
    struct wire_unit unit;
};

struct hub *hub_create(struct loop *loop, struct media *media);
/* NULL is fine; readers are closed before. */
void hub_destroy(struct hub *hub);

/* Joins the stream of `key`, starting it when nobody watches yet. `changed` follows at once, inside
 * the call, when the info is known. */
struct hub_reader *hub_open(struct hub *hub, const struct media_key *key,
                            const struct hub_reader_ops *ops, gpointer user);
/* NULL is fine. The stream itself goes on for some seconds. */
void hub_close(struct hub_reader *reader);

/* The next message, or false. A reader begins with an init piece (fmp4) and a keyframe. */
bool hub_next(struct hub_reader *reader, struct hub_item *item);
guint64 hub_dropped(const struct hub_reader *reader);

/* From the media link. */
void hub_take_unit(struct hub *hub, guint32 sub, GBytes *message);
void hub_take_stream(struct hub *hub, guint32 sub, const json_t *info);
void hub_take_waiting(struct hub *hub, guint32 sub, const char *code, const char *detail);
void hub_take_ended(struct hub *hub, guint32 sub, const char *code, const char *detail);

guint hub_streams(const struct hub *hub);
guint hub_readers(const struct hub *hub);
guint64 hub_units(const struct hub *hub);         /* taken, ever */
guint64 hub_dropped_units(const struct hub *hub); /* by all readers, ever */
