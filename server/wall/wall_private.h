/* What the files of this folder share. Loop thread only. `wall` outlives every call; sessions,
 * requests and cameras are borrowed. */
#pragma once
#include "identity/limiter.h"
#include "net/topic.h"
#include "wall/camera_set.h"
#include "wall/history.h"
#include "wall/hub.h"
#include "wall/media.h"
#include "wall/thumbs.h"
#include "wall/wall.h"

/* Ages of the newest thumbnails; −1: none. */
struct wall_ages {
    gint64 p50_ms, p99_ms;
};

/* A topic and the right it needs. */
struct wall_topic {
    struct topic *topic; /* those of other modules are theirs */
    enum right right;
};

struct wall {
    struct wall_options options; /* borrowed values of the caller */
    char *boot;                  /* names this server start */
    struct camera_set *cameras;  /* as the store has them, with their states; owned, as all below */
    struct history *history;     /* of states */
    struct media *media;         /* nodes that are connected */
    struct hub *hub;             /* streams that run, to whom they go */
    struct thumbs *thumbs;       /* the newest of each camera */
    struct topic *camera_topic, *media_topic, *presence_topic, *notice_topic;
    GArray *topics;               /* of struct wall_topic: all that can be subscribed to */
    const struct wall_more *more; /* NULL: none */
    gpointer more_user;
    wall_camera_fn camera_fn; /* NULL: nobody follows */
    gpointer camera_user;     /* of camera_fn */
    json_t *notices;          /* of wall_set_notices() */
    GPtrArray *seats;         /* struct seat * */
    GPtrArray *mp4s;          /* struct mp4 *, endless answers */
    struct limiter *plays;    /* streams opened in a minute, by login */
    struct wall_metrics *metrics;
    guint tick_source, second_source; /* loop timers: thumbnails, numbers */
    struct wall_ages ages;            /* of every camera, a second old at most */
    bool watch_changed;               /* what seats show is another set: told to the media nodes */
    bool presence_changed;            /* to be told with the next second */
};

/* near.c: tells camera_fn how a camera is now. Nothing when nobody follows. */
void wall_tell_camera(struct wall *wall, const struct camera *camera);

/* camera_api.c, camera_edit.c, camera_import.c, camera_trial.c, history_api.c, picture_api.c,
 * wall_control.c, wall_metrics.c: register their routes, commands and metrics. Once, at start. */
void wall_add_camera_routes(struct wall *wall);
void wall_add_picture_routes(struct wall *wall);
void wall_add_edit_routes(struct wall *wall);
void wall_add_import_routes(struct wall *wall);
void wall_add_trial_routes(struct wall *wall);
void wall_add_history_routes(struct wall *wall);
/* Ends every endless answer. */
void wall_end_mp4s(struct wall *wall);
void wall_add_commands(struct wall *wall);
void wall_add_metrics(struct wall *wall);

/* The camera of a request's ":id" that its session may see; NULL: answered 404. */
struct camera *wall_find_camera(struct wall *wall, struct net_request *request);

/* The right of the route holds somewhere; this asks whether it does in the area (NULL: none).
 * false: answered 403. */
bool wall_may_edit(struct net_request *request, const char *area);
/* The same for the area a camera gets, and the one it has. false: answered 403. */
bool wall_may_put(struct wall *wall, struct net_request *request,
                  const struct camera_fields *fields);
/* Answers that a change was not taken, by the code of `error` (STORE_ERROR): 404, 409 with `camera`
 * as it is now (may be NULL), 503 or 507. */
void wall_reply_store_error(struct net_request *request, const struct camera *camera,
                            const GError *error);
/* An address as a person gave it, its hidden credentials taken from the camera (NULL: none), as
 * camera_url_fill(). Returned: g_free(), or NULL as there. */
char *wall_fill_url(const struct camera *camera, const char *given);

/* May this session see that camera in lists? */
bool wall_may_list(const struct net_session *session, const struct camera *camera);
/* … and its pictures, thumbnails too? */
bool wall_may_watch(const struct net_session *session, const struct camera *camera);

/* --- in numbers (summary.c). `session` NULL: of everything; else of what it may see. */
/* Counts of cameras by state: {state: n}. Returned: owned by the caller. */
json_t *wall_counts_json(const struct wall *wall, const struct net_session *session);
/* Looks at every camera that the session may see and sorts: once a second, not for each message. */
struct wall_ages wall_measure_ages(const struct wall *wall, const struct net_session *session);
/* The topic `media` (docs/websocket.md). Returned: owned by the caller. */
json_t *wall_media_json(const struct wall *wall, const struct net_session *session);

/* --- seats (seat.c): one WebSocket each */
struct seat;
/* Greets. `client` is borrowed, it ends with seat_destroy(). Returned: owned by the wall, never
 * NULL. */
struct seat *seat_create(struct wall *wall, struct net_client *client);
/* Ends its streams, topics and views; `why` (borrowed) goes into the view log. */
void seat_destroy(struct seat *seat, const char *why);
/* A message of the browser, borrowed; a bad one is answered. */
void seat_take(struct seat *seat, json_t *message);
/* The connection has room for one binary message: fills `frame`. false: there is nothing to send.
 */
bool seat_pull(struct seat *seat, struct net_frame *frame);
/* A thumbnail of the camera of handle `n` arrived. */
void seat_thumb(struct seat *seat, guint32 n);
/* Cameras came, went or changed their area: what this seat sees is worked out anew. */
void seat_cameras_changed(struct seat *seat);
/* Some times a second: due thumbnails go out. */
void seat_tick(struct seat *seat);
/* Adds what this seat shows to `visible` (one bool a handle); true: it shows all. */
bool seat_visible(const struct seat *seat, GByteArray *visible);
/* Its line of the topic `presence`. Returned: owned by the caller. */
json_t *seat_json(const struct seat *seat);
