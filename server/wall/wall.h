/* The wall: cameras, their live state, thumbnails and streams, given to the seats that look at it.
 * Loop thread only. */
#pragma once
#include "common/loop.h"
#include "control/control.h"
#include "identity/identity.h"
#include "net/net.h"
#include "net/topic.h"
#include "store/store.h"
#include <gio/gio.h>

struct ground;
struct wall;

/* All borrowed; they outlive the wall. */
struct wall_options {
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    const struct ground *ground;       /* NULL: there are no areas yet */
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

/* Lets people subscribe to a topic of another module; it stays that module's and must go after the
 * wall. */
void wall_add_topic(struct wall *wall, struct topic *topic, enum right right);
/* Messages of seats that the wall does not know, and topics that were not added to it, are asked of
 * another module. */
struct wall_more {
    /* true: it was its own, and is answered. `message` is borrowed. */
    bool (*take)(struct net_client *client, json_t *message, gpointer user);
    void (*closed)(struct net_client *client, gpointer user);
};
/* `more` is borrowed; NULL: nobody (any more). */
void wall_set_more(struct wall *wall, const struct wall_more *more, gpointer user);
/* Calls `fn` for each topic that can be subscribed to, with the right that it needs. */
void wall_each_topic(const struct wall *wall,
                     void (*fn)(const char *name, enum right right, gpointer user), gpointer user);

/* --- cameras, for other modules: wired together in app */

/* What may be known of a camera outside of the wall. Strings are borrowed until the next turn of
 * the loop; numbers that are not known are NAN. */
struct wall_camera {
    const char *id, *name, *area, *place, *source_system;
    char host[128]; /* of its address: what it hangs on; "" unknown */
    double lon, lat, azimuth_deg, fov_deg;
    const char *state, *reason, *codec; /* docs/camera-states.md; reason, codec NULL: none */
    gint64 since_us;
    double distance_m; /* of wall_near() */
    guint32 n;
    bool works; /* its picture is as new as its mode allows */
    bool faces; /* of wall_near(): the point lies in its field of view */
};

/* Fills `out` with at most `most` working cameras nearest to a point, none farther than `reach_m`,
 * those that face it first
 * among equals: a camera that looks at it counts as half as far away. `skipped` (may be NULL; an
 * array of struct wall_camera) gets those that do not work and would have been among them.
 * Returned: how many. */
guint wall_near(const struct wall *wall, double lon, double lat, guint most, double reach_m,
                struct wall_camera *out, GArray *skipped);

/* false: no such camera. */
bool wall_camera_get(const struct wall *wall, const char *id, struct wall_camera *out);

/* Told whenever state or reason of a camera is another one, and when it was taken out of the list
 * ("disabled"). One function; NULL ends it. */
typedef void (*wall_camera_fn)(const struct wall_camera *camera, gpointer user);
void wall_on_camera(struct wall *wall, wall_camera_fn fn, gpointer user);
/* Calls `fn` for every camera there is. */
void wall_each_camera(const struct wall *wall, wall_camera_fn fn, gpointer user);

/* What of the server itself people at the wall have to know: an array (taken) of
 * {"code","since_us"} in the order of weight, codes of docs/websocket.md; told when it differs. */
void wall_set_notices(struct wall *wall, json_t *notices);
