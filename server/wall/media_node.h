/* One media node's connection: greeting, camera set in parts, messages. It stays known after the
 * connection is lost, so that its cameras keep their place. Loop thread only. */
#pragma once
#include "common/link.h"
#include <jansson.h>
#include <stdbool.h>

struct media_node;

struct media_node_ops {
    /* The greeting was read; from now on the callee owns the node. A connection that never greets
     * destroys itself. */
    void (*ready)(struct media_node *node, gpointer user);
    /* Any other control message; borrowed. */
    void (*control)(struct media_node *node, const char *type, json_t *message, gpointer user);
    void (*data)(struct media_node *node, enum wire_kind kind, guint32 channel, GBytes *data,
                 gpointer user);
    /* The connection is gone; the node may be destroyed later, not in this call. */
    void (*lost)(struct media_node *node, const char *reason, gpointer user);
};

/* Takes over an accepted connection. Owned by itself until `ready`. Until it has applied the first
 * camera set pushed to it, its states and thumbnails are passed over: their handles may be those of
 * the server's last start, which meant other cameras. */
void media_node_create(GIOStream *stream, GMainContext *context, const struct media_node_ops *ops,
                       gpointer user);
/* NULL is fine. */
void media_node_destroy(struct media_node *node);

/* Ends the connection; `lost` is called inside the call. */
void media_node_drop(struct media_node *node, const char *reason);

const char *media_node_id(const struct media_node *node);
bool media_node_connected(const struct media_node *node);
/* clock_mono_us() when it last sent anything; a living node does every second. */
gint64 media_node_heard_us(const struct media_node *node);
/* The newest `stats`; borrowed, NULL before the first. */
const json_t *media_node_stats(const struct media_node *node);

/* Takes `message`; dropped when the connection is lost. */
void media_node_send(struct media_node *node, json_t *message);
/* Sends the whole camera set (borrowed array of entries) in parts as generation `generation`. */
void media_node_push(struct media_node *node, gint64 generation, const json_t *cameras);
/* Grants `bytes` more to a subscription. */
void media_node_credit(struct media_node *node, guint32 sub, guint32 bytes);
