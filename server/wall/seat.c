#include "common/clock.h"
#include "wall/play.h"
#include "wall/wall_private.h"
#include <string.h>

#define BATCH_ENTRIES   64
#define BATCH_BYTES     (256 * 1024)
#define MIN_INTERVAL_MS 200
#define MAX_INTERVAL_MS 600000
/* a set that is shown for so long is a view on record, not a movement of the map */
#define VIEW_AFTER_US (5 * G_USEC_PER_SEC)

struct seat {
    struct wall *wall;
    struct net_client *client;
    GHashTable *plays; /* stream number → struct play */
    GPtrArray *turn;   /* the same plays, for going round */
    guint next_turn;
    bool thumbs_first; /* whose turn it is when both have something */
    bool hidden;
    struct thumb_view *view;
    json_t *asked; /* "cameras" of the last `thumbs`; NULL: none came */
    gint64 interval_us;
    char *why;                  /* "mosaic", "map", "layout" */
    guint64 view_record;        /* of the thumbnails, 0: none yet */
    gint64 unrecorded_since_us; /* thumbnails are shown that no record tells of; 0: none */
};

static void say_hello(struct seat *seat)
{
    const struct net_session *session = net_client_session(seat->client);
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock_wall_us());
    net_client_send_json(
        seat->client,
        json_pack("{s:s,s:i,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:o},s:s}", "t", "hello", "proto", 1, "boot",
                  seat->wall->boot, "server", seat->wall->options.version, "now_us", now, "session",
                  "user", session->login, "name", session->name, "role", session->role, "rights",
                  identity_rights_json(session), "seat", net_client_id(seat->client)));
}

struct seat *seat_create(struct wall *wall, struct net_client *client)
{
    struct seat *seat = g_new0(struct seat, 1);
    seat->wall = wall;
    seat->client = client;
    seat->plays = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)play_destroy);
    seat->turn = g_ptr_array_new();
    seat->view = thumb_view_create();
    seat->why = g_strdup("mosaic");
    say_hello(seat);
    return seat;
}

static void end_view(struct seat *seat, const char *why)
{
    if (seat->view_record)
        identity_view_end(seat->wall->options.identity, seat->view_record, why);
    seat->view_record = 0;
}

void seat_destroy(struct seat *seat, const char *why)
{
    struct wall *wall = seat->wall;
    for (guint i = 0; i < wall->topics->len; i++)
        topic_unsubscribe(g_array_index(wall->topics, struct wall_topic, i).topic, seat->client);
    end_view(seat, why);
    g_hash_table_unref(seat->plays);
    g_ptr_array_unref(seat->turn);
    thumb_view_destroy(seat->view);
    json_decref(seat->asked);
    g_free(seat->why);
    g_free(seat);
}

json_t *seat_json(const struct seat *seat)
{
    const struct net_session *session = net_client_session(seat->client);
    return json_pack("{s:s,s:s,s:s,s:s}", "seat", net_client_id(seat->client), "user",
                     session->user_id, "name", session->name, "role", session->role);
}

static void begin_view(struct seat *seat)
{
    json_t *content =
        json_pack("{s:s,s:i,s:b}", "why", seat->why, "cameras", (int)thumb_view_count(seat->view),
                  "all", thumb_view_all(seat->view));
    if (!thumb_view_all(seat->view)) {
        json_t *ids = json_array();
        for (guint32 n = 1; n <= camera_set_size(seat->wall->cameras); n++)
            if (thumb_view_shows(seat->view, n))
                json_array_append_new(
                    ids, json_string(camera_set_at(seat->wall->cameras, n)->fields.id));
        json_object_set_new(content, "ids", ids);
    }
    char *text = json_dumps(content, JSON_COMPACT);
    json_decref(content);
    const struct identity_view view = {.camera = "",
                                       .profile = "",
                                       .kind = "mosaic",
                                       .content = text,
                                       .seat = net_client_id(seat->client)};
    seat->view_record =
        identity_view_begin(seat->wall->options.identity, net_client_session(seat->client), &view);
    free(text);
}

/* --- commands */

static void refuse(struct seat *seat, const json_t *message, const char *zh, const char *en)
{
    net_client_send_error(seat->client, "bad_message", zh, en, json_object_get(message, "re"));
}

static struct topic *topic_of(struct seat *seat, const json_t *message, enum right *right)
{
    const char *name = json_string_value(json_object_get(message, "topic"));
    const GArray *topics = seat->wall->topics;
    for (guint i = 0; i < topics->len; i++) {
        const struct wall_topic *entry = &g_array_index(topics, struct wall_topic, i);
        if (g_strcmp0(name, topic_name(entry->topic)) == 0) {
            *right = entry->right;
            return entry->topic;
        }
    }
    return NULL;
}

static bool is_of_another(struct seat *seat, json_t *message)
{
    const struct wall *wall = seat->wall;
    return wall->more && wall->more->take(seat->client, message, wall->more_user);
}

static void take_sub(struct seat *seat, json_t *message)
{
    enum right right;
    struct topic *topic = topic_of(seat, message, &right);
    if (!topic && is_of_another(seat, message))
        return;
    if (!topic) {
        refuse(seat, message, "没有这个主题", "there is no such topic");
        return;
    }
    if (!identity_may(net_client_session(seat->client), right)) {
        net_client_send_error(seat->client, "no_right", "没有查看该主题的权限",
                              "no right to follow this topic", json_object_get(message, "re"));
        return;
    }
    topic_subscribe(topic, seat->client, json_string_value(json_object_get(message, "from")));
}

static void take_unsub(struct seat *seat, json_t *message)
{
    enum right right;
    struct topic *topic = topic_of(seat, message, &right);
    if (topic)
        topic_unsubscribe(topic, seat->client);
    else if (!is_of_another(seat, message))
        refuse(seat, message, "没有这个主题", "there is no such topic");
}

static bool may_show(const struct seat *seat, guint32 n)
{
    const struct camera *camera = camera_set_at(seat->wall->cameras, n);
    return camera && wall_may_watch(net_client_session(seat->client), camera);
}

static bool are_handles(const json_t *list)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value)
    {
        json_int_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < 1 || number > G_MAXINT32)
            return false;
    }
    return json_is_array(list);
}

/* What was asked for, as far as this session may see it now. */
static GArray *visible_handles(struct seat *seat)
{
    GArray *handles = g_array_new(FALSE, FALSE, sizeof(guint32));
    bool all = json_is_string(seat->asked);
    for (guint32 n = 1; all && n <= camera_set_size(seat->wall->cameras); n++)
        if (may_show(seat, n))
            g_array_append_val(handles, n);
    size_t i;
    json_t *value;
    json_array_foreach(seat->asked, i, value)
    {
        guint32 n = (guint32)json_integer_value(value);
        if (may_show(seat, n))
            g_array_append_val(handles, n);
    }
    return handles;
}

static bool is_overdue(const struct seat *seat)
{
    return !seat->view_record && thumb_view_count(seat->view) && seat->unrecorded_since_us &&
           clock_mono_us() - seat->unrecorded_since_us > VIEW_AFTER_US;
}

/* Keyframes of cameras that stand in the seat's mosaic are part of its record. */
static void record_plays(struct seat *seat)
{
    for (guint i = 0; i < seat->turn->len; i++) {
        struct play *play = seat->turn->pdata[i];
        if (!thumb_view_shows(seat->view, play_handle(play)))
            play_record(play);
    }
}

/* The time without a record goes on over sets that change quickly, so that nobody looks for long
 * unrecorded by asking anew. */
static void show(struct seat *seat)
{
    g_autoptr(GArray) handles = visible_handles(seat);
    const struct net_session *session = net_client_session(seat->client);
    /* one who sees everywhere sees later cameras too; the others when they are worked out anew */
    bool whole = json_is_string(seat->asked) && identity_may_in(session, RIGHT_CAMERA_LIST, "") &&
                 identity_may_in(session, RIGHT_CAMERA_LIVE, "");
    if (is_overdue(seat))
        begin_view(seat);
    if (seat->view_record)
        seat->unrecorded_since_us = 0;
    end_view(seat, "replaced");
    thumb_view_show(seat->view, seat->wall->thumbs, whole, handles, seat->interval_us);
    if (handles->len && !seat->unrecorded_since_us)
        seat->unrecorded_since_us = clock_mono_us();
    record_plays(seat);
    seat->wall->watch_changed = true;
    net_client_want_pull(seat->client);
}

static void take_thumbs(struct seat *seat, json_t *message)
{
    json_t *cameras = json_object_get(message, "cameras");
    if (g_strcmp0(json_string_value(cameras), "all") != 0 && !are_handles(cameras)) {
        refuse(seat, message, "cameras 应为编号数组或 \"all\"",
               "cameras: expected an array of handles or \"all\"");
        return;
    }
    json_t *interval = json_object_get(message, "interval_ms");
    gint64 interval_ms = json_is_integer(interval) ? json_integer_value(interval) : 1000;
    seat->interval_us = CLAMP(interval_ms, MIN_INTERVAL_MS, MAX_INTERVAL_MS) * 1000;
    json_decref(seat->asked);
    seat->asked = json_incref(cameras);
    show(seat);
    const char *why = json_string_value(json_object_get(message, "why"));
    g_free(seat->why);
    seat->why = g_strdup(why && strlen(why) <= 32 ? why : "mosaic");
}

static void forget_play(struct seat *seat, guint stream, const char *why)
{
    struct play *play = g_hash_table_lookup(seat->plays, GUINT_TO_POINTER(stream));
    if (!play)
        return;
    play_end(play, why);
    g_ptr_array_remove(seat->turn, play);
    g_hash_table_remove(seat->plays, GUINT_TO_POINTER(stream));
}

static void forget_plays_that_are_over(struct seat *seat)
{
    for (guint i = seat->turn->len; i > 0; i--) {
        const struct play *play = seat->turn->pdata[i - 1];
        if (play_is_over(play))
            forget_play(seat, play_stream(play), "ended");
    }
}

/* Every opened stream is a record of the view log. By login: connecting anew gives no new tries. */
static unsigned play_wait_s(const struct seat *seat)
{
    return limiter_take(seat->wall->plays, net_client_session(seat->client)->login, clock_mono_us(),
                        NULL);
}

static void take_play(struct seat *seat, json_t *message)
{
    struct play_request request;
    const char *zh, *en;
    if (!play_request_read(message, &request, &zh, &en)) {
        refuse(seat, message, zh, en);
        return;
    }
    forget_play(seat, request.stream, "replaced");
    forget_plays_that_are_over(seat);
    const char *code = g_hash_table_size(seat->plays) >= PLAY_LIMIT ? "limit" : NULL;
    unsigned wait_s = code ? 0 : play_wait_s(seat);
    if (wait_s)
        code = "too_often";
    struct play *play = code ? NULL : play_create(seat->wall, seat->client, &request, &code);
    if (!play) {
        g_autofree char *detail = wait_s ? g_strdup_printf("%u s", wait_s) : NULL;
        play_send_ended(seat->client, request.stream, code, detail);
        return;
    }
    g_hash_table_insert(seat->plays, GUINT_TO_POINTER(request.stream), play);
    g_ptr_array_add(seat->turn, play);
    record_plays(seat);
    net_client_want_pull(seat->client);
}

static void take_stop(struct seat *seat, json_t *message)
{
    json_int_t stream = json_integer_value(json_object_get(message, "stream"));
    if (stream < 1 || stream > G_MAXUINT16)
        refuse(seat, message, "stream 应为 1 到 65535", "stream: expected 1 to 65535");
    else
        forget_play(seat, (guint)stream, "stopped");
}

static void take_hidden(struct seat *seat, json_t *message)
{
    seat->hidden = json_is_true(json_object_get(message, "hidden"));
    seat->wall->watch_changed = true;
    if (seat->hidden)
        end_view(seat, "hidden");
    else
        net_client_want_pull(seat->client);
}

static void take_ping(struct seat *seat, json_t *message)
{
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock_wall_us());
    json_t *re = json_object_get(message, "re");
    net_client_send_json(seat->client,
                         json_pack("{s:s,s:o,s:s}", "t", "pong", "re",
                                   re ? json_incref(re) : json_null(), "now_us", now));
}

void seat_take(struct seat *seat, json_t *message)
{
    static const struct {
        const char *type;
        void (*take)(struct seat *seat, json_t *message);
    } commands[] = {
        {"sub", take_sub},   {"unsub", take_unsub}, {"thumbs", take_thumbs}, {"play", take_play},
        {"stop", take_stop}, {"ping", take_ping},   {"hidden", take_hidden},
    };
    const char *type = json_string_value(json_object_get(message, "t"));
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_strcmp0(type, commands[i].type) == 0) {
            commands[i].take(seat, message);
            return;
        }
    if (!is_of_another(seat, message))
        refuse(seat, message, "不认识的命令", "unknown command");
}

/* --- pictures */

void seat_thumb(struct seat *seat, guint32 n)
{
    thumb_view_arrived(seat->view, n);
}

void seat_tick(struct seat *seat)
{
    forget_plays_that_are_over(seat);
    if (seat->hidden)
        return;
    if (thumb_view_due(seat->view, seat->wall->thumbs))
        net_client_want_pull(seat->client);
    if (is_overdue(seat))
        begin_view(seat);
}

static bool shows_exactly(const struct seat *seat, const GArray *handles)
{
    for (guint i = 0; i < handles->len; i++)
        if (!thumb_view_shows(seat->view, g_array_index(handles, guint32, i)))
            return false;
    return handles->len == thumb_view_count(seat->view);
}

void seat_cameras_changed(struct seat *seat)
{
    for (guint i = seat->turn->len; i > 0; i--) {
        const struct play *play = seat->turn->pdata[i - 1];
        if (play_is_over(play) || play_may(play))
            continue;
        play_send_ended(seat->client, play_stream(play), "no_right", NULL);
        forget_play(seat, play_stream(play), "no_right");
    }
    if (!seat->asked)
        return;
    g_autoptr(GArray) handles = visible_handles(seat);
    if (!shows_exactly(seat, handles))
        show(seat);
}

bool seat_visible(const struct seat *seat, GByteArray *visible)
{
    if (seat->hidden)
        return false;
    for (guint32 n = 1; n < visible->len; n++)
        if (thumb_view_shows(seat->view, n))
            visible->data[n] = 1;
    return thumb_view_all(seat->view);
}

/* What this seat alone is still to be sent. */
static bool pull_own_thumbs(struct seat *seat, struct net_frame *frame)
{
    gint64 now_us = clock_mono_us();
    uint16_t count = 0;
    const struct thumb *thumb;
    while (count < BATCH_ENTRIES && net_frame_size(frame) < BATCH_BYTES &&
           (thumb = thumb_view_next(seat->view, seat->wall->thumbs, now_us))) {
        if (count == 0)
            net_frame_reserve(frame, WIRE_THUMBS_WS_HEAD);
        wire_thumb_write(net_frame_reserve(frame, WIRE_THUMB_BYTES), &thumb->head);
        net_frame_append(frame, thumb->jpeg, thumb->head.size_bytes);
        count++;
    }
    if (count)
        wire_thumbs_ws_head(net_frame_data(frame), count, clock_wall_us());
    return count > 0;
}

static bool pull_thumbs(struct seat *seat, struct net_frame *frame)
{
    GBytes *shared =
        thumb_view_batch(seat->view, seat->wall->thumbs, clock_wall_us(), net_message_new);
    if (shared) {
        bool last = seat->turn->len == 0 && !thumb_view_due(seat->view, seat->wall->thumbs);
        net_frame_share(frame, shared, last);
        return true;
    }
    return !thumb_view_follow(seat->view, seat->wall->thumbs) && pull_own_thumbs(seat, frame);
}

static bool pull_unit(struct seat *seat, struct net_frame *frame)
{
    for (guint i = 0; i < seat->turn->len; i++) {
        seat->next_turn = (seat->next_turn + 1) % seat->turn->len;
        if (play_pull(seat->turn->pdata[seat->next_turn], frame))
            return true;
    }
    return false;
}

bool seat_pull(struct seat *seat, struct net_frame *frame)
{
    if (seat->hidden)
        return false;
    seat->thumbs_first = !seat->thumbs_first;
    if (seat->thumbs_first)
        return pull_thumbs(seat, frame) || pull_unit(seat, frame);
    return pull_unit(seat, frame) || pull_thumbs(seat, frame);
}
