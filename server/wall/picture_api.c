/* Pictures by REST: the newest keyframe as JPEG, the live stream as endless fragmented MP4. */
#include "wall/reasons.h"
#include "wall/wall_private.h"
#include <string.h>

#define MP4_HIGH_BYTES (2 * 1024 * 1024) /* waiting; over it a slow player skips */

/* for the first piece */
enum { MP4_WAIT_DOWN_S = 3, MP4_WAIT_S = 15 };

static bool may_in(const struct net_request *request, enum right right, const struct camera *camera)
{
    return identity_may_in(net_request_session(request), right, camera->fields.area);
}

/* Checks right and reason and opens the view's record. 0: answered. */
static guint64 begin_view(struct wall *wall, struct net_request *request,
                          const struct camera *camera, const char *kind, const char *profile)
{
    const struct net_session *session = net_request_session(request);
    const char *code = NULL;
    if (!may_in(request, RIGHT_CAMERA_LIVE, camera))
        code = "no_right";
    else if (!identity_view_reason(wall->options.identity, session))
        code = "reason_required";
    if (code) {
        const struct reason *reason = reason_find(code);
        net_reply_error(request, 403, code, reason->zh, reason->en);
        return 0;
    }
    const struct identity_view view = {
        .camera = camera->fields.id, .profile = profile, .kind = kind};
    return identity_view_begin(wall->options.identity, session, &view);
}

/* Why a camera gives no picture, in its own words where it has some. */
static const char *reason_of(const struct camera *camera)
{
    if (camera && camera->reason)
        return camera->reason;
    return camera && !camera->fields.enabled ? "disabled" : "no_data";
}

static void reply_without_picture(struct net_request *request, const char *code)
{
    const struct reason *reason = reason_find(code);
    net_reply_error(request, strcmp(code, "timeout") == 0 ? 504 : 503, code, reason->zh,
                    reason->en);
}

struct snapshot {
    struct wall *wall;
    struct net_request *request;
    guint32 n;
};

static void snapshot_done(GBytes *jpeg, gint64 wall_us, const char *code, gpointer user)
{
    g_autofree struct snapshot *snapshot = user;
    if (jpeg) {
        g_autofree char *at = g_strdup_printf("%" G_GINT64_FORMAT, wall_us);
        net_request_set_header(snapshot->request, "X-Picture-Wall-Us", at);
        net_reply_bytes(snapshot->request, 200, "image/jpeg", jpeg);
    } else {
        if (strcmp(code, "no_data") == 0)
            code = reason_of(camera_set_at(snapshot->wall->cameras, snapshot->n));
        reply_without_picture(snapshot->request, code);
    }
    net_request_unref(snapshot->request);
}

static void get_snapshot(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    gint64 width;
    const struct camera *camera = wall_find_camera(wall, request);
    if (!camera || !net_request_query_int(request, "width", 0, 8192, 0, &width))
        return;
    guint64 view = begin_view(wall, request, camera, "snapshot", "sub");
    if (!view)
        return;
    identity_view_end(wall->options.identity, view, "ended");
    struct snapshot *snapshot = g_new(struct snapshot, 1);
    *snapshot = (struct snapshot){wall, net_request_ref(request), camera->n};
    media_snapshot(wall->media, camera->n, (guint)width, snapshot_done, snapshot);
}

/* One endless MP4. It is answered when its first piece is there. */
struct mp4 {
    struct wall *wall;
    struct net_request *request; /* NULL: answered */
    struct net_stream *stream;   /* NULL: not answered yet */
    struct hub_reader *reader;
    guint64 view;
    guint32 n;
    bool begun;        /* its init piece is out */
    char *ended_code;  /* the stream ended by itself */
    guint end_source;  /* ending, outside the call that told so */
    guint wait_source; /* until its first piece is there */
    guint waited_s;
};

static void mp4_refuse(struct mp4 *mp4)
{
    const char *code = mp4->ended_code;
    if (!code || strcmp(code, "stopped") == 0)
        code = media_reaches(mp4->wall->media, mp4->n)
                   ? reason_of(camera_set_at(mp4->wall->cameras, mp4->n))
                   : "media_away";
    reply_without_picture(mp4->request, code);
}

static void mp4_end(struct mp4 *mp4, const char *why)
{
    loop_cancel(mp4->wall->options.loop, &mp4->end_source);
    loop_cancel(mp4->wall->options.loop, &mp4->wait_source);
    g_ptr_array_remove_fast(mp4->wall->mp4s, mp4);
    identity_view_end(mp4->wall->options.identity, mp4->view, why);
    hub_close(mp4->reader);
    if (mp4->request && !net_request_cancelled(mp4->request))
        mp4_refuse(mp4);
    net_request_unref(mp4->request);
    net_stream_end(mp4->stream);
    g_free(mp4->ended_code);
    g_free(mp4);
}

static gboolean mp4_end_later(gpointer user)
{
    struct mp4 *mp4 = user;
    mp4->end_source = 0;
    mp4_end(mp4, "ended");
    return G_SOURCE_REMOVE;
}

static void mp4_end_soon(struct mp4 *mp4)
{
    if (!mp4->end_source)
        mp4->end_source = loop_after(mp4->wall->options.loop, 0, mp4_end_later, mp4);
}

/* Once a second. A camera that is down is asked again when somebody comes, and gets a moment; one
 * that plays may have its next keyframe far away. */
static gboolean mp4_waited(gpointer user)
{
    struct mp4 *mp4 = user;
    const struct camera *camera = camera_set_at(mp4->wall->cameras, mp4->n);
    bool down = !camera || !camera->fields.enabled || g_strcmp0(camera->state, "down") == 0;
    if (++mp4->waited_s < (down ? MP4_WAIT_DOWN_S : MP4_WAIT_S))
        return G_SOURCE_CONTINUE;
    mp4->wait_source = 0;
    mp4_end(mp4, "ended");
    return G_SOURCE_REMOVE;
}

static void mp4_drained(gpointer user);
static void mp4_closed(gpointer user);

/* false: the client left, or asked for the head only. */
static bool mp4_answer(struct mp4 *mp4)
{
    if (mp4->stream)
        return true;
    loop_cancel(mp4->wall->options.loop, &mp4->wait_source);
    net_request_on_cancel(mp4->request, NULL, NULL);
    mp4->stream = net_stream_begin(mp4->request, "video/mp4", mp4_drained, mp4_closed, mp4);
    net_request_unref(g_steal_pointer(&mp4->request));
    return mp4->stream != NULL;
}

static void mp4_write(struct mp4 *mp4)
{
    struct hub_item item;
    while (!mp4->end_source &&
           (!mp4->stream || net_stream_pending_bytes(mp4->stream) < MP4_HIGH_BYTES) &&
           hub_next(mp4->reader, &item)) {
        if (!mp4_answer(mp4)) {
            mp4_end_soon(mp4);
            return;
        }
        bool init = item.unit.flags & WIRE_UNIT_INIT;
        if (init && mp4->begun) {
            /* codec, size or parameter sets are others now: players of files pass a second init
             * piece over, and show what follows wrong; they come again for a new file */
            mp4_end_soon(mp4);
            return;
        }
        mp4->begun |= init;
        gsize size = g_bytes_get_size(item.message);
        g_autoptr(GBytes) piece = g_bytes_new_from_bytes(item.message, WIRE_UNIT_PREFIX_BYTES,
                                                         size - WIRE_UNIT_PREFIX_BYTES);
        if (!net_stream_write(mp4->stream, piece))
            mp4_end_soon(mp4); /* a hole would break the file */
    }
}

static void mp4_ready(struct hub_reader *reader, gpointer user)
{
    struct mp4 *mp4 = user;
    if (mp4->reader == reader) /* not yet while it is being opened */
        mp4_write(mp4);
}

static void mp4_changed(struct hub_reader *reader, const struct hub_info *info, gpointer user)
{
    (void)reader;
    (void)info;
    (void)user;
}

static void mp4_ended(struct hub_reader *reader, const char *code, const char *detail,
                      gpointer user)
{
    struct mp4 *mp4 = user;
    (void)reader;
    (void)detail;
    g_free(mp4->ended_code);
    mp4->ended_code = g_strdup(code);
    mp4_end_soon(mp4);
}

/* Who has not got a piece yet is answered why; who has waits for more. */
static void mp4_waiting(struct hub_reader *reader, const char *code, const char *detail,
                        gpointer user)
{
    const struct mp4 *mp4 = user;
    if (!mp4->begun)
        mp4_ended(reader, code, detail, user);
}

static void mp4_drained(gpointer user)
{
    mp4_write(user);
}

static void mp4_closed(gpointer user)
{
    mp4_end_soon(user);
}

static void get_mp4(struct net_request *request, gpointer user)
{
    static const struct hub_reader_ops ops = {
        .ready = mp4_ready, .changed = mp4_changed, .waiting = mp4_waiting, .ended = mp4_ended};
    struct wall *wall = user;
    const struct camera *camera = wall_find_camera(wall, request);
    if (!camera)
        return;
    const char *wanted = net_request_query(request, "profile");
    const char *codec = net_request_query(request, "codec");
    bool main_profile = wanted && strcmp(wanted, "main") == 0;
    guint64 view = begin_view(wall, request, camera, "mp4", main_profile ? "main" : "sub");
    if (!view)
        return;
    struct mp4 *mp4 = g_new0(struct mp4, 1);
    mp4->wall = wall;
    mp4->view = view;
    mp4->n = camera->n;
    mp4->request = net_request_ref(request);
    net_request_on_cancel(request, mp4_closed, mp4);
    mp4->wait_source = loop_every(wall->options.loop, 1000, mp4_waited, mp4);
    struct media_key key = {.n = camera->n,
                            .profile = main_profile ? "main" : "sub",
                            .format = "fmp4",
                            .variant = codec && strcmp(codec, "h264") == 0 ? "h264" : "plain",
                            .rung = "live"};
    g_ptr_array_add(wall->mp4s, mp4);
    mp4->reader = hub_open(wall->hub, &key, &ops, mp4);
    mp4_write(mp4);
}

void wall_end_mp4s(struct wall *wall)
{
    for (guint i = wall->mp4s->len; i > 0; i--)
        mp4_end(wall->mp4s->pdata[i - 1], "server_stopped");
}

void wall_add_picture_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cameras/:id/snapshot.jpg", "camera.live", get_snapshot, 0},
        {"GET", "/api/v1/cameras/:id/live.mp4", "camera.live", get_mp4, 0},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
