#include "common/clock.h"
#include "common/log.h"
#include "wall/wall_private.h"
#include <stdlib.h>
#include <string.h>

#define TICK_MS          100
#define KEEP_DELTAS      4096
#define PLAYS_PER_MINUTE 600
#define MAX_PLAYERS      10000 /* logins whose pace is remembered */

/* --- who sees what */

bool wall_may_list(const struct net_session *session, const struct camera *camera)
{
    return !camera->gone && identity_may_in(session, RIGHT_CAMERA_LIST, camera->fields.area);
}

bool wall_may_watch(const struct net_session *session, const struct camera *camera)
{
    return wall_may_list(session, camera) &&
           identity_may_in(session, RIGHT_CAMERA_LIVE, camera->fields.area);
}

static bool sees_all(const struct net_session *session, gpointer user)
{
    (void)user;
    return identity_may_in(session, RIGHT_CAMERA_LIST, "");
}

/* --- topics */

static json_t *cameras_snapshot(const struct net_session *session, gpointer user)
{
    struct wall *wall = user;
    json_t *list = json_array();
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (wall_may_list(session, camera))
            json_array_append_new(list, camera_json(camera));
    }
    return json_pack("{s:o}", "cameras", list);
}

/* The part of {"set":[…],"gone":[…]} about cameras that this session sees. One whose fields changed
 * and that it does not see (any more: it may have been moved to another area) is gone to it. */
static json_t *cameras_part(const json_t *delta, const struct net_session *session, gpointer user)
{
    struct wall *wall = user;
    json_t *set = json_array(), *gone = json_copy(json_object_get(delta, "gone"));
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(delta, "set"), i, entry)
    {
        json_t *n = json_object_get(entry, "n");
        const struct camera *camera = camera_set_at(wall->cameras, (guint32)json_integer_value(n));
        if (camera && wall_may_list(session, camera))
            json_array_append(set, entry);
        else if (json_object_get(entry, "id"))
            json_array_append(gone, n);
    }
    return json_pack("{s:o,s:o}", "set", set, "gone", gone);
}

static json_t *media_snapshot_topic(const struct net_session *session, gpointer user)
{
    return wall_media_json(user, sees_all(session, user) ? NULL : session);
}

static json_t *media_part(const json_t *delta, const struct net_session *session, gpointer user)
{
    (void)delta; /* whole each time; an older one tells nothing more */
    return wall_media_json(user, session);
}

static json_t *notices_snapshot(const struct net_session *session, gpointer user)
{
    (void)session;
    const struct wall *wall = user;
    return json_pack("{s:O}", "notices", wall->notices);
}

static json_t *presence_json(const struct net_session *session, gpointer user)
{
    (void)session;
    const struct wall *wall = user;
    json_t *seats = json_array();
    for (guint i = 0; i < wall->seats->len; i++)
        json_array_append_new(seats, seat_json(wall->seats->pdata[i]));
    return json_pack("{s:o}", "seats", seats);
}

/* --- cameras changed */

static void on_set_changed(const GArray *handles, gpointer user)
{
    struct wall *wall = user;
    json_t *set = json_array(), *gone = json_array();
    for (guint i = 0; i < handles->len; i++) {
        guint32 n = g_array_index(handles, guint32, i);
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (camera->gone) {
            json_array_append_new(gone, json_integer(n));
            thumbs_forget(wall->thumbs, n);
            history_forget(wall->history, camera);
            wall_tell_camera(wall, camera);
        } else {
            json_array_append_new(set, camera_json(camera));
        }
    }
    topic_publish(wall->camera_topic, json_pack("{s:o,s:o}", "set", set, "gone", gone));
    media_cameras_changed(wall->media);
    for (guint i = 0; i < wall->seats->len; i++)
        seat_cameras_changed(wall->seats->pdata[i]);
}

static void publish_live(struct wall *wall, json_t *set)
{
    if (json_array_size(set))
        topic_publish(wall->camera_topic, json_pack("{s:O,s:[]}", "set", set, "gone"));
    json_decref(set);
}

static void on_states(const json_t *list, gpointer user)
{
    struct wall *wall = user;
    json_t *set = json_array();
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)list, i, entry)
    {
        struct camera *camera =
            camera_set_at(wall->cameras, (guint32)json_integer_value(json_object_get(entry, "n")));
        if (!camera || camera->gone || !camera_take_state(camera, entry))
            continue;
        history_note(wall->history, camera);
        wall_tell_camera(wall, camera);
        json_array_append_new(set, camera_live_json(camera));
    }
    publish_live(wall, set);
}

/* The cameras of a lost node have no pictures; the node says anew what it has when it is back. */
static void on_lost(const char *node, gpointer user)
{
    (void)node;
    struct wall *wall = user;
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock_wall_us());
    json_t *set = json_array();
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        struct camera *camera = camera_set_at(wall->cameras, n);
        if (camera->gone || media_reaches(wall->media, n))
            continue;
        json_t *entry = json_pack("{s:s,s:s,s:s,s:s*}", "state", "down", "reason", "media_away",
                                  "since_us", now, "codec", camera->codec);
        if (camera_take_state(camera, entry)) {
            history_note(wall->history, camera);
            wall_tell_camera(wall, camera);
            json_array_append_new(set, camera_live_json(camera));
        }
        json_decref(entry);
    }
    publish_live(wall, set);
}

/* --- pictures */

static void on_thumb(guint32 n, gpointer user)
{
    struct wall *wall = user;
    const struct camera *camera = camera_set_at(wall->cameras, n);
    if (!camera || camera->gone) { /* it was on its way when the camera was deleted */
        thumbs_forget(wall->thumbs, n);
        return;
    }
    for (guint i = 0; i < wall->seats->len; i++)
        seat_thumb(wall->seats->pdata[i], n);
}

static void on_thumbs(GBytes *payload, gpointer user)
{
    struct wall *wall = user;
    if (!thumbs_take(wall->thumbs, payload, on_thumb, wall))
        log_warn("wall", "a media node sent a malformed batch of thumbnails");
}

static void on_unit(guint32 sub, GBytes *message, gpointer user)
{
    struct wall *wall = user;
    hub_take_unit(wall->hub, sub, message);
}

static void on_stream(guint32 sub, const json_t *info, gpointer user)
{
    struct wall *wall = user;
    hub_take_stream(wall->hub, sub, info);
}

static void on_waiting(guint32 sub, const char *code, const char *detail, gpointer user)
{
    struct wall *wall = user;
    hub_take_waiting(wall->hub, sub, code, detail);
}

static void on_ended(guint32 sub, const char *code, const char *detail, gpointer user)
{
    struct wall *wall = user;
    hub_take_ended(wall->hub, sub, code, detail);
}

/* Tells the media plane what all seats together show. */
static void tell_watch(struct wall *wall)
{
    guint size = camera_set_size(wall->cameras) + 1;
    g_autoptr(GByteArray) visible = g_byte_array_sized_new(size);
    g_byte_array_set_size(visible, size);
    memset(visible->data, 0, size);
    bool all = false;
    for (guint i = 0; i < wall->seats->len; i++)
        all |= seat_visible(wall->seats->pdata[i], visible);
    g_autoptr(GArray) handles = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint32 n = 1; n < size && !all; n++)
        if (visible->data[n])
            g_array_append_val(handles, n);
    media_watch(wall->media, all, handles);
}

static gboolean on_tick(gpointer user)
{
    struct wall *wall = user;
    thumbs_seal(wall->thumbs);
    for (guint i = 0; i < wall->seats->len; i++)
        seat_tick(wall->seats->pdata[i]);
    if (wall->watch_changed)
        tell_watch(wall);
    wall->watch_changed = false;
    return G_SOURCE_CONTINUE;
}

static gboolean on_second(gpointer user)
{
    struct wall *wall = user;
    wall->ages = wall_measure_ages(wall, NULL);
    if (topic_subscribers(wall->media_topic))
        topic_publish(wall->media_topic, wall_media_json(wall, NULL));
    /* not at each coming and going: after a restart all seats come in one second */
    if (wall->presence_changed)
        topic_publish(wall->presence_topic, presence_json(NULL, wall));
    wall->presence_changed = false;
    return G_SOURCE_CONTINUE;
}

/* --- seats */

static void on_opened(struct net_client *client, gpointer user)
{
    struct wall *wall = user;
    struct seat *seat = seat_create(wall, client);
    net_client_set_user(client, seat);
    g_ptr_array_add(wall->seats, seat);
    wall->presence_changed = true;
}

static void on_text(struct net_client *client, json_t *message, gpointer user)
{
    (void)user;
    seat_take(net_client_user(client), message);
}

static bool on_pull(struct net_client *client, struct net_frame *frame, gpointer user)
{
    (void)user;
    return seat_pull(net_client_user(client), frame);
}

static void on_closed(struct net_client *client, gpointer user)
{
    struct wall *wall = user;
    struct seat *seat = net_client_user(client);
    g_ptr_array_remove_fast(wall->seats, seat);
    seat_destroy(seat, "closed");
    if (wall->more)
        wall->more->closed(client, wall->more_user);
    wall->watch_changed = true;
    wall->presence_changed = true;
}

/* --- notices */

void wall_set_notices(struct wall *wall, json_t *notices)
{
    if (!json_equal(wall->notices, notices))
        topic_publish(wall->notice_topic, json_pack("{s:O}", "notices", notices));
    json_decref(wall->notices);
    wall->notices = notices;
}

/* --- life */

static void create_topics(struct wall *wall)
{
    static const struct topic_ops cameras = {
        .snapshot = cameras_snapshot, .sees_all = sees_all, .part = cameras_part};
    static const struct topic_ops media = {
        .snapshot = media_snapshot_topic, .sees_all = sees_all, .part = media_part};
    static const struct topic_ops notices = {.snapshot = notices_snapshot};
    static const struct topic_ops presence = {.snapshot = presence_json};
    wall->camera_topic = topic_create("cameras", wall->boot, KEEP_DELTAS, &cameras, wall);
    wall->media_topic = topic_create("media", wall->boot, 1, &media, wall);
    wall->presence_topic = topic_create("presence", wall->boot, 16, &presence, wall);
    wall->notice_topic = topic_create("notices", wall->boot, 16, &notices, wall);
    wall->topics = g_array_new(FALSE, FALSE, sizeof(struct wall_topic));
    wall_add_topic(wall, wall->camera_topic, RIGHT_CAMERA_LIST);
    wall_add_topic(wall, wall->media_topic, RIGHT_CAMERA_LIST);
    wall_add_topic(wall, wall->presence_topic, RIGHT_WALL_SEE);
    wall_add_topic(wall, wall->notice_topic, RIGHT_WALL_SEE);
}

void wall_add_topic(struct wall *wall, struct topic *topic, enum right right)
{
    struct wall_topic entry = {topic, right};
    g_array_append_val(wall->topics, entry);
}

void wall_set_more(struct wall *wall, const struct wall_more *more, gpointer user)
{
    wall->more = more;
    wall->more_user = user;
}

void wall_each_topic(const struct wall *wall,
                     void (*fn)(const char *name, enum right right, gpointer user), gpointer user)
{
    for (guint i = 0; i < wall->topics->len; i++) {
        const struct wall_topic *entry = &g_array_index(wall->topics, struct wall_topic, i);
        fn(topic_name(entry->topic), entry->right, user);
    }
}

struct wall *wall_create(const struct wall_options *options, GError **error)
{
    static const struct media_ops media_ops = {.states = on_states,
                                               .thumbs = on_thumbs,
                                               .unit = on_unit,
                                               .stream = on_stream,
                                               .waiting = on_waiting,
                                               .ended = on_ended,
                                               .lost = on_lost};
    static const struct net_client_ops client_ops = {
        .opened = on_opened, .text = on_text, .pull = on_pull, .closed = on_closed};
    struct wall *wall = g_new0(struct wall, 1);
    wall->options = *options;
    wall->boot = g_strdup_printf("b%" G_GINT64_MODIFIER "x", clock_wall_us());
    wall->seats = g_ptr_array_new();
    wall->mp4s = g_ptr_array_new();
    wall->thumbs = thumbs_create();
    wall->ages = (struct wall_ages){.p50_ms = -1, .p99_ms = -1};
    wall->notices = json_array();
    wall->plays = limiter_create(
        options->plays_per_minute ? options->plays_per_minute : PLAYS_PER_MINUTE, MAX_PLAYERS);
    create_topics(wall);
    wall->cameras = camera_set_create(options->store, on_set_changed, wall, error);
    if (!wall->cameras)
        goto fail;
    const struct history_options history = {.loop = options->loop,
                                            .store = options->store,
                                            .cameras = wall->cameras,
                                            .keep_days = options->history_days};
    wall->history = history_create(&history, error);
    if (!wall->history)
        goto fail;
    wall->media = media_create(options->loop, options->link_address, options->link_certificate,
                               wall->cameras, &media_ops, wall, error);
    if (!wall->media)
        goto fail;
    wall->hub = hub_create(options->loop, wall->media);
    wall_add_camera_routes(wall);
    wall_add_edit_routes(wall);
    wall_add_import_routes(wall);
    wall_add_trial_routes(wall);
    wall_add_history_routes(wall);
    wall_add_picture_routes(wall);
    wall_add_commands(wall);
    wall_add_metrics(wall);
    net_set_client_ops(options->net, &client_ops, wall);
    wall->tick_source = loop_every(options->loop, TICK_MS, on_tick, wall);
    wall->second_source = loop_every(options->loop, 1000, on_second, wall);
    log_info("wall", "%u cameras, media link at %s", camera_set_count(wall->cameras),
             options->link_address);
    return wall;
fail:
    wall_destroy(wall);
    return NULL;
}

void wall_destroy(struct wall *wall)
{
    if (!wall)
        return;
    loop_cancel(wall->options.loop, &wall->tick_source);
    loop_cancel(wall->options.loop, &wall->second_source);
    net_set_client_ops(wall->options.net, NULL, NULL);
    store_drain(wall->options.store); /* changes of cameras under way: they tell media and topics */
    while (wall->seats->len) {
        struct seat *seat = g_ptr_array_steal_index_fast(wall->seats, 0);
        seat_destroy(seat, "server_stopped");
    }
    wall_end_mp4s(wall);
    hub_destroy(wall->hub);
    media_destroy(wall->media);
    history_destroy(wall->history);
    camera_set_destroy(wall->cameras);
    topic_destroy(wall->camera_topic);
    topic_destroy(wall->media_topic);
    topic_destroy(wall->presence_topic);
    topic_destroy(wall->notice_topic);
    g_array_unref(wall->topics);
    json_decref(wall->notices);
    thumbs_destroy(wall->thumbs);
    limiter_destroy(wall->plays);
    g_ptr_array_unref(wall->seats);
    g_ptr_array_unref(wall->mp4s);
    g_free(wall->metrics);
    g_free(wall->boot);
    g_free(wall);
}
