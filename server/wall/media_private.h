/* What media.c and media_numbers.c share. */
#pragma once
#include "common/link.h"
#include "wall/media.h"
#include "wall/media_node.h"

struct media {
    struct loop *loop;
    struct camera_set *cameras;
    struct media_ops ops;
    gpointer user;
    struct link_listener *listener;
    GPtrArray *nodes;          /* struct media_node *, connected or lost */
    GHashTable *subscriptions; /* id → struct subscription */
    GHashTable *requests;      /* id → struct request */
    guint32 last_id;
    gint64 generation;
    bool watch_all;
    GArray *visible;
    guint push_source, watch_source, timeout_source;
};

/* Who has which camera: rendezvous hashing over the known nodes. NULL: there is none. */
struct media_node *media_node_for(const struct media *media, guint32 n);
