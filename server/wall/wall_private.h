/* What the files of this folder share. */
#pragma once
#include "identity/limiter.h"
#include "wall/camera_set.h"
#include "wall/history.h"
#include "wall/hub.h"
#include "wall/media.h"
#include "wall/thumbs.h"
#include "wall/topic.h"
#include "wall/wall.h"

/* Ages of the newest thumbnails; −1: none. */
struct wall_ages {
    gint64 p50_ms, p99_ms;
};

struct wall {
    struct wall_options options;
    char *boot; /* names this server start */
    struct camera_set *cameras;
    struct history *history;
    struct media *media;
    struct hub *hub;
    struct thumbs *thumbs;
    struct topic *camera_topic, *media_topic, *presence_topic, *notice_topic;
    json_t *notices;  /* of wall_set_notices() */
    GPtrArray *seats; /* struct seat * */
    GPtrArray *mp4s;  /* struct mp4 *, endless answers */
    struct limiter *plays;
    struct wall_metrics *metrics;
    guint tick_source, second_source;
    struct wall_ages ages; /* of every camera, a second old at most */
    bool watch_changed, presence_changed;
};

/* camera_api.c, camera_edit.c, camera_import.c, camera_trial.c, history_api.c, picture_api.c,
 * wall_control.c, wall_metrics.c: register themselves.
 */
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

/* The right of the route holds somewhere; this asks whether it does in the area. false: answered.
 */
bool wall_may_edit(struct net_request *request, const char *area);
/* The same for the area a camera gets, and the one it has. false: answered. */
bool wall_may_put(struct wall *wall, struct net_request *request,
                  const struct camera_fields *fields);
/* Answers that a change was not taken; `camera` as it is now, or NULL. */
void wall_reply_store_error(struct net_request *request, const struct camera *camera,
                            const GError *error);
/* An address as a person gave it, its hidden credentials taken from the camera (NULL: none), as
 * camera_url_fill(). Returned: new, or NULL. */
char *wall_fill_url(const struct camera *camera, const char *given);

/* May this session see that camera in lists? */
bool wall_may_list(const struct net_session *session, const struct camera *camera);
/* … and its pictures, thumbnails too? */
bool wall_may_watch(const struct net_session *session, const struct camera *camera);

/* --- in numbers (summary.c). `session` NULL: of everything; else of what it may see. */
/* Counts of cameras by state. Returned: an object. */
json_t *wall_counts_json(const struct wall *wall, const struct net_session *session);
struct wall_ages wall_measure_ages(const struct wall *wall, const struct net_session *session);
/* The topic `media`. */
json_t *wall_media_json(const struct wall *wall, const struct net_session *session);

/* --- seats (seat.c): one WebSocket each */
struct seat;
struct seat *seat_create(struct wall *wall, struct net_client *client);
void seat_destroy(struct seat *seat, const char *why);
void seat_take(struct seat *seat, json_t *message);
bool seat_pull(struct seat *seat, struct net_frame *frame);
/* A thumbnail arrived. */
void seat_thumb(struct seat *seat, guint32 n);
/* Cameras came, went or changed their area: what this seat sees is worked out anew. */
void seat_cameras_changed(struct seat *seat);
/* Some times a second: due thumbnails go out. */
void seat_tick(struct seat *seat);
/* Adds what this seat shows to `visible` (one bool a handle); true: it shows all. */
bool seat_visible(const struct seat *seat, GByteArray *visible);
json_t *seat_json(const struct seat *seat);
