#include "camera/camera.h"
#include "camera/freshness.h"
#include "camera/lane.h"
#include "camera/loss.h"
#include "common/clock.h"
#include <string.h>

enum { CLOCK_NEWS_US = 1000000 }; /* a camera's clock that differs by so much more is told */
enum turn_outcome { TURN_NONE, TURN_SHOWN, TURN_FAILED };

struct camera {
    guint n;
    char *id, *name, *url, *sub_url;
    enum camera_mode mode;
    const struct camera_surroundings *surroundings;
    struct lane *lanes[CAMERA_PROFILES]; /* the same lane twice when there is one address */
    /* of a sampled camera, else NULL; likewise */
    struct sample_seat *seats[CAMERA_PROFILES];
    enum turn_outcome turn; /* how the last turn of the sub stream went */
    enum reason turn_reason;
    char *turn_detail;
    enum reason judgement;
    bool stale;
    /* as told last */
    enum camera_state state;
    enum reason reason;
    int64_t since_us;
    enum codec codec;
    int width_px, height_px;
    bool clock_known;
    int64_t clock_offset_us;
    int loss_permille; /* of the sub stream */
    struct loss loss;
    struct freshness freshness; /* by a clock that nobody sets */
    bool created;
};

static const char *const state_codes[] = {
    [CAMERA_STATE_CONNECTING] = "connecting", [CAMERA_STATE_LIVE] = "live",
    [CAMERA_STATE_SAMPLED] = "sampled",       [CAMERA_STATE_IDLE] = "idle",
    [CAMERA_STATE_STALE] = "stale",           [CAMERA_STATE_DOWN] = "down",
    [CAMERA_STATE_DISABLED] = "disabled",
};

const char *camera_state_code(enum camera_state state)
{
    return state_codes[state];
}

/* --- status */

static const enum camera_state lane_states[] = {
    [LANE_IDLE] = CAMERA_STATE_IDLE,
    [LANE_CONNECTING] = CAMERA_STATE_CONNECTING,
    [LANE_LIVE] = CAMERA_STATE_LIVE,
    [LANE_DOWN] = CAMERA_STATE_DOWN,
};

static enum camera_profile profile_of(const struct camera *camera, const struct lane *lane)
{
    return lane == camera->lanes[CAMERA_SUB] ? CAMERA_SUB : CAMERA_MAIN;
}

/* Does this stream show what its turns bring? Not while somebody watches it live. */
static bool by_turns(const struct camera *camera, const struct lane *lane)
{
    const struct sample_seat *seat = camera->seats[profile_of(camera, lane)];
    return seat && lane == camera->lanes[CAMERA_SUB] && !sample_viewed(seat);
}

/* A platform that was full once does not make a camera whose pictures come in turn go down. */
static void derive_from_turn(const struct camera *camera, enum camera_state *state,
                             enum reason *reason)
{
    static const enum camera_state states[] = {[TURN_NONE] = CAMERA_STATE_CONNECTING,
                                               [TURN_SHOWN] = CAMERA_STATE_SAMPLED,
                                               [TURN_FAILED] = CAMERA_STATE_DOWN};
    *state = states[camera->turn];
    *reason = camera->turn_reason;
}

static void derive(const struct camera *camera, const struct lane *lane, enum camera_state *state,
                   enum reason *reason)
{
    *state = lane_states[lane_phase(lane)];
    *reason = lane_reason(lane);
    if (camera->mode == CAMERA_DISABLED)
        *state = CAMERA_STATE_DISABLED;
    bool turns = by_turns(camera, lane);
    if (turns)
        derive_from_turn(camera, state, reason);
    bool pictures = *state == CAMERA_STATE_LIVE || *state == CAMERA_STATE_SAMPLED;
    if (!pictures || lane != camera->lanes[CAMERA_SUB] || *reason != REASON_NONE)
        return;
    if (camera->judgement == REASON_CANNOT_DECODE)
        *state = CAMERA_STATE_DOWN;
    else if (camera->judgement != REASON_NONE || (camera->stale && !turns))
        *state = CAMERA_STATE_STALE;
    *reason = camera->judgement;
}

static void refresh(struct camera *camera);

static void refresh_changed(struct camera *camera)
{
    enum camera_state state;
    enum reason reason;
    derive(camera, camera->lanes[CAMERA_SUB], &state, &reason);
    if (state != camera->state || reason != camera->reason)
        refresh(camera);
}

static void refresh(struct camera *camera)
{
    enum camera_state state;
    enum reason reason;
    derive(camera, camera->lanes[CAMERA_SUB], &state, &reason);
    if (state != camera->state || reason != camera->reason || !camera->since_us) {
        camera->state = state;
        camera->reason = reason;
        camera->since_us = clock_wall_us();
    }
    if (camera->created)
        camera->surroundings->changed(camera, camera->surroundings->user);
}

/* What a turn (or a viewer's stream) tells the sampler; and what stays when it is over. */
static void note_turn(struct camera *camera, struct lane *lane)
{
    struct sample_seat *seat = camera->seats[profile_of(camera, lane)];
    enum lane_phase phase = lane_phase(lane);
    bool full = lane_reason(lane) == REASON_LIMIT_REACHED;
    bool sub = lane == camera->lanes[CAMERA_SUB];
    if (sub && (phase == LANE_LIVE || phase == LANE_DOWN)) {
        bool keeps = full && camera->turn == TURN_SHOWN;
        if (!keeps)
            camera->turn = phase == LANE_LIVE ? TURN_SHOWN : TURN_FAILED;
        camera->turn_reason = lane_reason(lane);
        g_free(camera->turn_detail);
        camera->turn_detail = g_strdup(lane_detail(lane));
    }
    if (phase == LANE_LIVE)
        sample_shown(seat);
    else if (phase == LANE_DOWN)
        sample_failed(seat, lane_wait_us(lane), full);
}

static void lane_changed(struct lane *lane, gpointer user)
{
    struct camera *camera = user;
    if (camera->seats[profile_of(camera, lane)])
        note_turn(camera, lane);
    if (lane != camera->lanes[CAMERA_SUB]) {
        if (camera->created)
            camera->surroundings->changed(camera, camera->surroundings->user);
        return;
    }
    if (lane_phase(lane) != LANE_LIVE && !by_turns(camera, lane)) {
        camera->stale = false;
        camera->freshness = (struct freshness){0};
        camera->loss = (struct loss){0};
        camera->loss_permille = -1;
        camera->judgement = REASON_NONE;
    }
    refresh(camera);
}

void camera_profile_status(struct camera *camera, enum camera_profile profile,
                           struct camera_status *status)
{
    struct lane *lane = camera->lanes[profile];
    *status = (struct camera_status){.detail = lane_detail(lane), .since_us = camera->since_us};
    if (by_turns(camera, lane))
        status->detail = camera->turn_detail;
    derive(camera, lane, &status->state, &status->reason);
    struct stream_format *format = stream_format(lane_stream(lane));
    if (format) {
        status->codec = format->codec;
        status->width_px = format->width_px;
        status->height_px = format->height_px;
        stream_format_unref(format);
    }
    status->loss_permille = profile == CAMERA_SUB ? camera->loss_permille : -1;
    status->clock_known = lane_clock_offset(lane, &status->clock_offset_us);
}

void camera_status(struct camera *camera, struct camera_status *status)
{
    camera_profile_status(camera, CAMERA_SUB, status);
}

/* --- turns */

static struct lane *lane_of(struct camera *camera, enum camera_profile profile)
{
    return camera->lanes[profile];
}

static void open_sub(gpointer user)
{
    lane_want(lane_of(user, CAMERA_SUB));
}

static void close_sub(gpointer user)
{
    struct camera *camera = user;
    lane_drop(lane_of(camera, CAMERA_SUB));
    refresh(camera);
}

static void open_main(gpointer user)
{
    lane_want(lane_of(user, CAMERA_MAIN));
}

static void close_main(gpointer user)
{
    lane_drop(lane_of(user, CAMERA_MAIN));
}

static int64_t late_sub(gpointer user)
{
    struct camera *camera = user;
    if (lane_phase(camera->lanes[CAMERA_SUB]) != LANE_DOWN) {
        camera->turn = TURN_FAILED;
        camera->turn_reason = REASON_NO_DATA;
        g_free(camera->turn_detail);
        camera->turn_detail = g_strdup("no whole keyframe came during its turn");
    }
    return camera->surroundings->retry.max_ms * 1000;
}

static int64_t late_main(gpointer user)
{
    (void)user;
    return 0;
}

/* A platform is a host and port; an address without them is one of its own. */
static struct sample_seat *take_seat(struct camera *camera, enum camera_profile profile,
                                     const struct sample_ops *ops)
{
    const char *url = camera_url(camera, profile);
    g_autofree char *platform = url ? source_platform(url) : NULL;
    return sampler_join(camera->surroundings->sampler, platform ? platform : camera->id,
                        profile == CAMERA_SUB, ops, camera);
}

static void take_seats(struct camera *camera)
{
    static const struct sample_ops sub_ops = {open_sub, close_sub, late_sub};
    static const struct sample_ops main_ops = {open_main, close_main, late_main};
    camera->seats[CAMERA_SUB] = take_seat(camera, CAMERA_SUB, &sub_ops);
    camera->seats[CAMERA_MAIN] = camera->lanes[CAMERA_MAIN] == camera->lanes[CAMERA_SUB]
                                     ? camera->seats[CAMERA_SUB]
                                     : take_seat(camera, CAMERA_MAIN, &main_ops);
}

/* --- life */

struct camera *camera_create(const struct camera_config *config,
                             const struct camera_surroundings *surroundings)
{
    struct camera *camera = g_new0(struct camera, 1);
    camera->n = config->n;
    camera->id = g_strdup(config->id);
    camera->name = g_strdup(config->name);
    camera->url = g_strdup(config->url);
    camera->sub_url = g_strdup(config->sub_url && *config->sub_url ? config->sub_url : NULL);
    camera->mode = config->mode;
    camera->loss_permille = -1;
    camera->surroundings = surroundings;
    struct lane_config lane = {
        .camera_id = camera->id,
        .profile = "sub",
        .url = camera->sub_url ? camera->sub_url : camera->url,
        .affinity = config->n,
        .surroundings = surroundings,
        .changed = lane_changed,
        .user = camera,
    };
    camera->lanes[CAMERA_SUB] = lane_create(&lane);
    camera->lanes[CAMERA_MAIN] = camera->lanes[CAMERA_SUB];
    if (camera->sub_url && camera->url && *camera->url) {
        lane.profile = "main";
        lane.url = camera->url;
        camera->lanes[CAMERA_MAIN] = lane_create(&lane);
    }
    if (camera->mode == CAMERA_SAMPLED)
        take_seats(camera);
    camera->created = true;
    if (camera->mode == CAMERA_ALWAYS)
        lane_want(camera->lanes[CAMERA_SUB]);
    else
        refresh(camera);
    return camera;
}

void camera_destroy(struct camera *camera)
{
    if (!camera)
        return;
    camera->created = false;
    if (camera->seats[CAMERA_MAIN] != camera->seats[CAMERA_SUB])
        sample_leave(camera->seats[CAMERA_MAIN]);
    sample_leave(camera->seats[CAMERA_SUB]);
    memset(camera->seats, 0, sizeof camera->seats);
    if (camera->lanes[CAMERA_MAIN] != camera->lanes[CAMERA_SUB])
        lane_destroy(camera->lanes[CAMERA_MAIN]);
    lane_destroy(camera->lanes[CAMERA_SUB]);
    g_free(camera->id);
    g_free(camera->name);
    g_free(camera->url);
    g_free(camera->sub_url);
    g_free(camera->turn_detail);
    g_free(camera);
}

bool camera_differs(const struct camera *camera, const struct camera_config *config)
{
    const char *sub_url = config->sub_url && *config->sub_url ? config->sub_url : NULL;
    return camera->mode != config->mode || g_strcmp0(camera->id, config->id) != 0 ||
           g_strcmp0(camera->url, config->url) != 0 || g_strcmp0(camera->sub_url, sub_url) != 0;
}

guint camera_n(const struct camera *camera)
{
    return camera->n;
}

const char *camera_id(const struct camera *camera)
{
    return camera->id;
}

const char *camera_url(const struct camera *camera, enum camera_profile profile)
{
    bool own = profile == CAMERA_SUB && camera->sub_url && *camera->sub_url;
    return own ? camera->sub_url : camera->url;
}

struct stream *camera_stream(struct camera *camera, enum camera_profile profile)
{
    return lane_stream(camera->lanes[profile]);
}

const char *camera_want(struct camera *camera, enum camera_profile profile)
{
    if (camera->seats[profile]) {
        const char *refusal = sample_view(camera->seats[profile]);
        if (!refusal)
            refresh(camera);
        return refusal;
    }
    if (camera->mode != CAMERA_DISABLED)
        lane_want(camera->lanes[profile]);
    return NULL;
}

void camera_release(struct camera *camera, enum camera_profile profile)
{
    if (camera->seats[profile]) {
        sample_unview(camera->seats[profile]); /* what changes is seen by camera_check() */
    } else if (camera->mode != CAMERA_DISABLED) {
        lane_release(camera->lanes[profile]);
    }
}

void camera_watch(struct camera *camera, enum sample_class class)
{
    if (camera->seats[CAMERA_SUB])
        sample_set_class(camera->seats[CAMERA_SUB], class);
}

void camera_judge(struct camera *camera, enum reason reason)
{
    struct lane *lane = camera->lanes[CAMERA_SUB];
    bool pictures =
        lane_phase(lane) == LANE_LIVE || (by_turns(camera, lane) && camera->turn == TURN_SHOWN);
    if (camera->judgement == reason || !pictures)
        return;
    camera->judgement = reason;
    refresh(camera);
}

/* A camera may change its pictures in mid-stream, while its state stays as it is. */
static bool note_stream(struct camera *camera)
{
    struct lane *lane = camera->lanes[CAMERA_SUB];
    int64_t offset_us = 0;
    bool known = lane_clock_offset(lane, &offset_us);
    bool clock =
        known != camera->clock_known || ABS(offset_us - camera->clock_offset_us) > CLOCK_NEWS_US;
    camera->clock_known = known;
    if (clock)
        camera->clock_offset_us = offset_us;
    struct stream_format *format = stream_format(lane_stream(lane));
    if (!format)
        return clock;
    bool changed = format->codec != camera->codec || format->width_px != camera->width_px ||
                   format->height_px != camera->height_px;
    camera->codec = format->codec;
    camera->width_px = format->width_px;
    camera->height_px = format->height_px;
    stream_format_unref(format);
    return changed || clock;
}

static bool note_loss(struct camera *camera, int64_t now_mono_us)
{
    guint64 packets, lost;
    if (!lane_packets(camera->lanes[CAMERA_SUB], &packets, &lost))
        return false;
    loss_look(&camera->loss, packets, lost, now_mono_us);
    int permille = loss_permille(&camera->loss);
    bool news = loss_is_news(camera->loss_permille, permille);
    if (news)
        camera->loss_permille = permille;
    return news;
}

void camera_check(struct camera *camera, int64_t now_mono_us)
{
    struct lane *lane = camera->lanes[CAMERA_SUB];
    if (camera->seats[CAMERA_SUB])
        refresh_changed(camera);
    if (lane_phase(lane) != LANE_LIVE)
        return;
    bool news = note_stream(camera);
    news |= note_loss(camera, now_mono_us);
    struct stream_stats stats;
    stream_stats(lane_stream(lane), &stats);
    bool stale = freshness_look(&camera->freshness, stats.units, stats.keyframes, now_mono_us,
                                camera->surroundings->stale_us);
    if (stale == camera->stale && !news)
        return;
    camera->stale = stale;
    refresh(camera);
}
