/* The media nodes, seen from townwalld: listens on the media link (docs/link.md), gives every node
 * its cameras, keeps subscriptions alive over reconnects, and answers requests. Loop thread only.
 */
#pragma once
#include "common/loop.h"
#include "wall/camera_set.h"
#include <gio/gio.h>

struct media;

/* One subscription; every string is static. */
struct media_key {
    guint32 n;
    const char *profile; /* "sub", "main" */
    const char *format;  /* "annexb", "fmp4" */
    const char *variant; /* "plain", "h264" */
    const char *rung;    /* "live", "key" */
};

struct media_ops {
    /* The list of the link's `states`; borrowed. */
    void (*states)(const json_t *list, gpointer user);
    /* The link's thumbnail payload; borrowed. */
    void (*thumbs)(GBytes *payload, gpointer user);
    /* One message of a subscription: unit prefix and bytes; borrowed. */
    void (*unit)(guint32 sub, GBytes *message, gpointer user);
    /* The link's `stream` of a subscription; borrowed. */
    void (*stream)(guint32 sub, const json_t *info, gpointer user);
    /* Nothing comes of a subscription: its camera is down, `code` says why. It goes on by itself,
     * and is told anew what it is then. */
    void (*waiting)(guint32 sub, const char *code, const char *detail, gpointer user);
    /* A subscription ended by itself and is forgotten. */
    void (*ended)(guint32 sub, const char *code, const char *detail, gpointer user);
    /* A node's connection was lost: its cameras have no pictures until it is back. */
    void (*lost)(const char *node, gpointer user);
};

/* `address`: "unix:PATH" or "tcp:HOST:PORT"; `certificate` as in link_listen(). NULL + error. */
struct media *media_create(struct loop *loop, const char *address, GTlsCertificate *certificate,
                           struct camera_set *cameras, const struct media_ops *ops, gpointer user,
                           GError **error);
/* NULL is fine. */
void media_destroy(struct media *media);

/* The camera set changed: every node gets its part anew (gathered for 50 ms). */
void media_cameras_changed(struct media *media);

/* Whether the camera's node is connected. */
bool media_reaches(const struct media *media, guint32 n);

/* Never 0. With the node away the subscription waits for it. */
guint32 media_subscribe(struct media *media, const struct media_key *key);
void media_unsubscribe(struct media *media, guint32 sub);

/* Which thumbnails are wanted first (gathered for 200 ms); `visible` is copied. */
void media_watch(struct media *media, bool all, const GArray *visible);

/* The newest keyframe as JPEG. `done` gets either `jpeg` or `code` (docs/camera-states.md,
 * "timeout", "media_away" as soon as the node is lost), exactly once. */
typedef void (*media_snapshot_fn)(GBytes *jpeg, gint64 wall_us, const char *code, gpointer user);
void media_snapshot(struct media *media, guint32 n, guint width_px, media_snapshot_fn done,
                    gpointer user);
/* What was tried and answered; `result` (borrowed) NULL: `code` says why there is none. */
typedef void (*media_diagnosis_fn)(const json_t *result, const char *code, gpointer user);
void media_diagnose(struct media *media, guint32 n, const char *profile, media_diagnosis_fn done,
                    gpointer user);
/* The same of an address that no camera has yet; any connected node is asked. */
void media_try(struct media *media, const char *url, media_diagnosis_fn done, gpointer user);

/* [{"id","state":"connected|lost","cameras","live"…}], with the node's own stats. */
json_t *media_nodes_json(const struct media *media);
/* Sum of a number over the nodes' stats ("units_per_s"); nested keys by dots. */
double media_stat(const struct media *media, const char *path);
