#include "wall/play.h"
#include "common/wire.h"
#include "wall/reasons.h"
#include <string.h>

struct play {
    struct wall *wall;
    struct net_client *client;
    guint stream;
    struct media_key key;
    char *camera; /* id */
    bool h265;    /* the client can decode it */
    struct hub_reader *reader;
    guint reopen_source;
    guint64 view_record; /* 0: none (yet) */
    guint32 sequence;
    bool over;
};

static const char *one_of(const json_t *value, const char *const *choices)
{
    const char *text = json_string_value(value);
    for (; *choices; choices++)
        if (g_strcmp0(text, *choices) == 0)
            return *choices;
    return NULL;
}

static bool has_text(const json_t *list, const char *text)
{
    size_t i;
    json_t *value;
    json_array_foreach((json_t *)list, i, value)
    {
        if (g_strcmp0(json_string_value(value), text) == 0)
            return true;
    }
    return false;
}

bool play_request_read(const json_t *message, struct play_request *request, const char **zh,
                       const char **en)
{
    static const char *const profiles[] = {"sub", "main", NULL};
    static const char *const rungs[] = {"live", "key", NULL};
    static const char *const formats[] = {"annexb", "fmp4", NULL};
    json_int_t stream = json_integer_value(json_object_get(message, "stream"));
    request->stream = (guint)stream;
    request->camera = json_string_value(json_object_get(message, "camera"));
    request->profile = one_of(json_object_get(message, "profile"), profiles);
    request->rung = one_of(json_object_get(message, "rung"), rungs);
    request->format = one_of(json_object_get(message, "format"), formats);
    request->h265 = has_text(json_object_get(message, "codecs"), "h265");
    *zh = "stream 应为 1 到 65535";
    *en = "stream: expected 1 to 65535";
    if (stream < 1 || stream > G_MAXUINT16)
        return false;
    *zh = "camera 应为镜头编号";
    *en = "camera: expected a camera id";
    if (!request->camera)
        return false;
    *zh = "profile 应为 sub 或 main，rung 应为 live 或 key，format 应为 annexb 或 fmp4";
    *en = "expected profile sub or main, rung live or key, format annexb or fmp4";
    return request->profile && request->rung && request->format;
}

static void send_why(struct net_client *client, const char *type, guint stream, const char *code,
                     const char *detail)
{
    const struct reason *reason = reason_find(code);
    net_client_send_json(client, json_pack("{s:s,s:i,s:s,s:{s:s,s:s},s:s*}", "t", type, "stream",
                                           (int)stream, "code", code, "message", "zh", reason->zh,
                                           "en", reason->en, "detail", detail));
}

void play_send_ended(struct net_client *client, guint stream, const char *code, const char *detail)
{
    send_why(client, "ended", stream, code, detail);
}

/* --- the reader's calls */

static void on_ready(struct hub_reader *reader, gpointer user)
{
    (void)reader;
    struct play *play = user;
    net_client_want_pull(play->client);
}

static void open_reader(struct play *play);

/* Outside the hub's call: the stream turned out to be H.265, which this client cannot decode. */
static gboolean reopen(gpointer user)
{
    struct play *play = user;
    play->reopen_source = 0;
    hub_close(play->reader);
    play->key.variant = "h264";
    open_reader(play);
    return G_SOURCE_REMOVE;
}

static void on_changed(struct hub_reader *reader, const struct hub_info *info, gpointer user)
{
    (void)reader;
    struct play *play = user;
    if (info->h265 && !play->h265 && strcmp(play->key.variant, "plain") == 0) {
        if (!play->reopen_source)
            play->reopen_source = loop_after(play->wall->options.loop, 0, reopen, play);
        return;
    }
    net_client_send_json(play->client,
                         json_pack("{s:s,s:i,s:s,s:i,s:s,s:s,s:s,s:s,s:b,s:i,s:i}", "t", "playing",
                                   "stream", (int)play->stream, "camera", play->camera, "n",
                                   (int)play->key.n, "profile", play->key.profile, "rung",
                                   play->key.rung, "format", play->key.format, "codec", info->codec,
                                   "transcoded", strcmp(play->key.variant, "h264") == 0, "width",
                                   info->width, "height", info->height));
}

static void on_waiting(struct hub_reader *reader, const char *code, const char *detail,
                       gpointer user)
{
    (void)reader;
    struct play *play = user;
    send_why(play->client, "waiting", play->stream, code, detail);
}

static void on_ended(struct hub_reader *reader, const char *code, const char *detail, gpointer user)
{
    struct play *play = user;
    (void)reader;
    play->over = true;
    loop_cancel(play->wall->options.loop, &play->reopen_source);
    play_send_ended(play->client, play->stream, code, detail);
    play_end(play, "ended");
}

static void open_reader(struct play *play)
{
    static const struct hub_reader_ops ops = {
        .ready = on_ready, .changed = on_changed, .waiting = on_waiting, .ended = on_ended};
    play->reader = hub_open(play->wall->hub, &play->key, &ops, play);
}

/* --- life */

static bool is_h264(const struct camera *camera)
{
    return camera->codec &&
           (g_str_has_prefix(camera->codec, "h264") || g_str_has_prefix(camera->codec, "avc"));
}

struct play *play_create(struct wall *wall, struct net_client *client,
                         const struct play_request *request, const char **code)
{
    const struct net_session *session = net_client_session(client);
    const struct camera *camera = camera_set_find(wall->cameras, request->camera);
    *code = "unknown_camera";
    if (!camera || !wall_may_list(session, camera))
        return NULL;
    *code = "no_right";
    if (!wall_may_watch(session, camera))
        return NULL;
    *code = "reason_required";
    if (!identity_view_reason(wall->options.identity, session))
        return NULL;
    struct play *play = g_new0(struct play, 1);
    play->wall = wall;
    play->client = client;
    play->stream = request->stream;
    play->camera = g_strdup(camera->fields.id);
    play->h265 = request->h265;
    play->key = (struct media_key){.n = camera->n,
                                   .profile = request->profile,
                                   .format = request->format,
                                   .variant = request->h265 || is_h264(camera) ? "plain" : "h264",
                                   .rung = request->rung};
    if (strcmp(request->rung, "live") == 0)
        play_record(play);
    open_reader(play);
    return play;
}

void play_record(struct play *play)
{
    if (play->view_record || play->over)
        return;
    const struct identity_view view = {.camera = play->camera,
                                       .profile = play->key.profile,
                                       .kind = play->key.rung,
                                       .content = NULL,
                                       .seat = net_client_id(play->client)};
    play->view_record =
        identity_view_begin(play->wall->options.identity, net_client_session(play->client), &view);
}

bool play_is_over(const struct play *play)
{
    return play->over;
}

guint play_stream(const struct play *play)
{
    return play->stream;
}

guint32 play_handle(const struct play *play)
{
    return play->key.n;
}

bool play_may(const struct play *play)
{
    const struct camera *camera = camera_set_at(play->wall->cameras, play->key.n);
    return wall_may_watch(net_client_session(play->client), camera);
}

void play_end(struct play *play, const char *why)
{
    if (play->view_record)
        identity_view_end(play->wall->options.identity, play->view_record, why);
    play->view_record = 0;
}

void play_destroy(struct play *play)
{
    if (!play)
        return;
    play_end(play, "closed");
    loop_cancel(play->wall->options.loop, &play->reopen_source);
    hub_close(play->reader);
    g_free(play->camera);
    g_free(play);
}

bool play_pull(struct play *play, struct net_frame *frame)
{
    struct hub_item item;
    if (play->over || play->reopen_source || !hub_next(play->reader, &item))
        return false;
    gsize size;
    const uint8_t *data = g_bytes_get_data(item.message, &size);
    struct wire_ws_unit unit = {
        .stream = (uint16_t)play->stream, .sequence = play->sequence++, .unit = item.unit};
    unit.unit.dropped += (uint32_t)hub_dropped(play->reader);
    wire_ws_unit_write(net_frame_reserve(frame, WIRE_WS_UNIT_BYTES), &unit);
    net_frame_append(frame, data + WIRE_UNIT_PREFIX_BYTES, size - WIRE_UNIT_PREFIX_BYTES);
    return true;
}
