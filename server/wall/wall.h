/* The wall: cameras, their live state, thumbnails and streams, given to the seats that look at it.
 * Loop thread only. */
#pragma once
#include "common/loop.h"
#include "control/control.h"
#include "identity/identity.h"
#include "net/net.h"
#include "store/store.h"
#include <gio/gio.h>

struct wall;

/* All borrowed; they outlive the wall. */
struct wall_options {
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    const char *link_address;          /* "unix:PATH" or "tcp:HOST:PORT" */
    GTlsCertificate *link_certificate; /* of a TCP link; NULL: Unix socket or loopback only */
    unsigned plays_per_minute;         /* streams that one login may open, each a record; 0: 600 */
    const char *version;
    guint history_days; /* states over time are kept so long */
};

/* Loads the cameras, listens on the media link, registers routes, topics, commands and metrics.
 * NULL + error. */
struct wall *wall_create(const struct wall_options *options, GError **error);
/* NULL is fine. Before net, identity and store. */
void wall_destroy(struct wall *wall);

/* What of the server itself people at the wall have to know: an array (taken) of
 * {"code","since_us"} in the order of weight, codes of docs/websocket.md; told when it differs. */
void wall_set_notices(struct wall *wall, json_t *notices);
