#include "camera/lane.h"
#include "common/clock.h"
#include "common/log.h"

enum { LOCKOUT_US = 300000000 };

struct lane {
    /* --- immutable */
    char *name; /* "c0007/sub" */
    char *url;
    char *host;  /* NULL: none */
    char *login; /* as in lockout.h; NULL: none */
    bool paced;
    unsigned affinity;
    const struct camera_surroundings *surroundings;
    void (*changed)(struct lane *lane, gpointer user);
    gpointer user;
    struct stream *stream;
    /* --- state */
    unsigned wants;
    enum lane_phase phase;
    enum reason reason;
    char *detail;
    struct retry retry;
    struct gate_ticket *ticket;
    struct host_member *member;
    bool accepted; /* by the camera, as told to the lockout */
    struct source *source;
    GSource *timer;        /* the next attempt, or the end of lingering */
    int64_t live_since_us; /* monotonic */
    int64_t next_us;       /* monotonic: the next attempt after a failure */
    /* what a camera that must not be asked again soon has said */
    int64_t held_until_us; /* monotonic; 0: not held */
    enum reason held_reason;
    char *held_detail;
};

static void attempt(struct lane *lane);

static void set_phase(struct lane *lane, enum lane_phase phase, enum reason reason,
                      const char *detail)
{
    lane->phase = phase;
    lane->reason = reason;
    /* what a camera answered may be no text at all, and goes on as JSON */
    char *copy = detail ? g_utf8_make_valid(detail, -1) : NULL;
    g_free(lane->detail);
    lane->detail = copy;
    lane->changed(lane, lane->user);
}

static void stop_timer(struct lane *lane)
{
    if (!lane->timer)
        return;
    g_source_destroy(lane->timer);
    g_clear_pointer(&lane->timer, g_source_unref);
}

static void start_timer(struct lane *lane, int64_t wait_ms, GSourceFunc fn)
{
    stop_timer(lane);
    lane->timer = g_timeout_source_new((guint)wait_ms);
    g_source_set_callback(lane->timer, fn, lane, NULL);
    g_source_attach(lane->timer, lane->surroundings->context);
}

static void hold(struct lane *lane, int64_t wait_ms, enum reason reason, const char *detail)
{
    bool held = reason == REASON_WRONG_PASSWORD || reason == REASON_LIMIT_REACHED;
    lane->held_until_us = held ? clock_mono_us() + wait_ms * 1000 : 0;
    lane->held_reason = reason;
    g_free(lane->held_detail);
    lane->held_detail = held ? g_strdup(detail) : NULL;
}

/* --- attempts */

static gboolean on_retry(gpointer user)
{
    struct lane *lane = user;
    g_clear_pointer(&lane->timer, g_source_unref);
    attempt(lane);
    return G_SOURCE_REMOVE;
}

static void close_source(struct lane *lane)
{
    g_clear_pointer(&lane->source, source_close);
    g_clear_pointer(&lane->ticket, gate_leave);
    if (lane->accepted)
        lockout_ended(lane->surroundings->lockout, lane->login);
    lane->accepted = false;
}

/* The outage that it waits for is over: soon, but not together with all others. */
static void wake(gpointer user)
{
    struct lane *lane = user;
    const struct camera_surroundings *surroundings = lane->surroundings;
    int64_t wait_ms = (int64_t)(surroundings->chance() * (double)surroundings->retry.min_ms);
    if (lane->timer && lane->wants && wait_ms * 1000 < lane_wait_us(lane))
        start_timer(lane, wait_ms, on_retry);
}

static void fail(struct lane *lane, enum reason reason, const char *detail)
{
    int64_t asked_ms = lane->source ? source_retry_after_ms(lane->source) : 0;
    close_source(lane);
    retry_ended(&lane->retry, lane->phase == LANE_LIVE ? clock_mono_us() - lane->live_since_us : 0);
    int64_t wait_ms = retry_next_ms(&lane->retry, &lane->surroundings->retry, reason, asked_ms,
                                    lane->surroundings->chance());
    bool news = lane->phase != LANE_DOWN || lane->reason != reason;
    lane->next_us = wait_ms == RETRY_NEVER ? INT64_MAX : clock_mono_us() + wait_ms * 1000;
    hold(lane, wait_ms, reason, detail);
    host_member_down(lane->member, reason, detail, wait_ms != RETRY_NEVER && !lane->held_until_us,
                     news);
    if (wait_ms != RETRY_NEVER)
        start_timer(lane, wait_ms, on_retry);
    set_phase(lane, LANE_DOWN, reason, detail);
}

static void on_playing(gpointer user)
{
    struct lane *lane = user;
    g_clear_pointer(&lane->ticket, gate_leave);
    if (lane->login && !lane->accepted)
        lockout_accepted(lane->surroundings->lockout, lane->login);
    lane->accepted = lane->login != NULL;
}

static void on_live(gpointer user)
{
    struct lane *lane = user;
    lane->live_since_us = clock_mono_us();
    host_member_live(lane->member);
    set_phase(lane, LANE_LIVE, REASON_NONE, NULL);
}

static void on_ended(enum reason reason, const char *detail, gpointer user)
{
    struct lane *lane = user;
    if (reason == REASON_WRONG_PASSWORD && lane->login)
        lockout_refused(lane->surroundings->lockout, lane->login, clock_mono_us(), LOCKOUT_US);
    fail(lane, reason, detail);
}

static const struct source_events events = {on_playing, on_live, on_ended};

/* Others were refused with the same password a moment ago: false, and it fails like them. */
static bool may_ask(struct lane *lane)
{
    int64_t wait_us =
        lane->login ? lockout_wait_us(lane->surroundings->lockout, lane->login, clock_mono_us())
                    : 0;
    if (wait_us)
        fail(lane, REASON_WRONG_PASSWORD,
             "not asked: this password was refused by three cameras of the same host in a row");
    return wait_us == 0;
}

static void on_gate(gpointer user)
{
    struct lane *lane = user;
    if (!may_ask(lane))
        return;
    g_autoptr(GError) error = NULL;
    enum reason reason;
    lane->source = source_open(&lane->surroundings->ways,
                               &(struct source_config){.name = lane->name,
                                                       .url = lane->url,
                                                       .stream = lane->stream,
                                                       .affinity = lane->affinity,
                                                       .events = &events,
                                                       .user = lane},
                               &reason, &error);
    if (lane->source)
        return;
    g_autofree char *redacted = log_redact(error->message);
    fail(lane, reason, redacted);
}

static void attempt(struct lane *lane)
{
    host_member_wanted(lane->member);
    if (lane->phase == LANE_IDLE)
        set_phase(lane, LANE_CONNECTING, REASON_NONE, NULL);
    lane->ticket = gate_ticket_create(lane->surroundings->gate, lane->paced ? lane->host : NULL,
                                      on_gate, lane);
    gate_enter(lane->ticket);
}

/* --- wanted or not */

static void let_go(struct lane *lane)
{
    stop_timer(lane);
    close_source(lane);
    host_member_idle(lane->member);
}

static gboolean on_lingered(gpointer user)
{
    struct lane *lane = user;
    g_clear_pointer(&lane->timer, g_source_unref);
    let_go(lane);
    retry_reset(&lane->retry);
    set_phase(lane, LANE_IDLE, REASON_NONE, NULL);
    return G_SOURCE_REMOVE;
}

/* Somebody who clicks again and again must not make us ask for a password again and again. */
static void begin(struct lane *lane)
{
    int64_t rest_us = lane->held_until_us - clock_mono_us();
    if (rest_us <= 0) {
        attempt(lane);
        return;
    }
    start_timer(lane, rest_us / 1000 + 1, on_retry);
    if (lane->phase == LANE_IDLE)
        set_phase(lane, LANE_DOWN, lane->held_reason, lane->held_detail);
}

void lane_want(struct lane *lane)
{
    if (lane->wants++)
        return;
    stop_timer(lane); /* of lingering */
    if (!lane->source && !lane->ticket)
        begin(lane);
}

void lane_release(struct lane *lane)
{
    g_assert(lane->wants > 0);
    if (--lane->wants == 0)
        start_timer(lane, lane->surroundings->linger_ms, on_lingered);
}

void lane_drop(struct lane *lane)
{
    let_go(lane);
    if (lane->phase == LANE_LIVE)
        retry_reset(&lane->retry);
    lane->wants = 0;
    lane->phase = LANE_IDLE;
    lane->reason = REASON_NONE;
    g_clear_pointer(&lane->detail, g_free);
}

int64_t lane_wait_us(const struct lane *lane)
{
    int64_t at_us = MAX(lane->next_us, lane->held_until_us);
    return at_us == INT64_MAX ? INT64_MAX : MAX(at_us - clock_mono_us(), 0);
}

struct lane *lane_create(const struct lane_config *config)
{
    struct lane *lane = g_new0(struct lane, 1);
    lane->name = g_strdup_printf("%s/%s", config->camera_id, config->profile);
    lane->url = g_strdup(config->url ? config->url : "");
    lane->affinity = config->affinity;
    lane->surroundings = config->surroundings;
    bool loopback;
    lane->host = source_host(lane->url, &loopback);
    lane->login = source_login(lane->url);
    lane->paced = !loopback || lane->surroundings->pace_loopback;
    lane->member = hosts_join(lane->surroundings->hosts, lane->host, lane->name, wake, lane);
    lane->changed = config->changed;
    lane->user = config->user;
    lane->stream = stream_create(lane->name, &config->surroundings->limits);
    return lane;
}

void lane_destroy(struct lane *lane)
{
    if (!lane)
        return;
    let_go(lane);
    stream_unref(lane->stream);
    g_free(lane->name);
    host_member_leave(lane->member);
    g_free(lane->host);
    g_free(lane->login);
    g_free(lane->url);
    g_free(lane->detail);
    g_free(lane->held_detail);
    g_free(lane);
}

struct stream *lane_stream(struct lane *lane)
{
    return lane->stream;
}

enum lane_phase lane_phase(const struct lane *lane)
{
    return lane->phase;
}

enum reason lane_reason(const struct lane *lane)
{
    return lane->reason;
}

const char *lane_detail(const struct lane *lane)
{
    return lane->detail;
}

bool lane_clock_offset(struct lane *lane, int64_t *offset_us)
{
    return lane->source && source_clock_offset(lane->source, offset_us);
}

bool lane_packets(struct lane *lane, guint64 *packets, guint64 *lost)
{
    return lane->source && source_packets(lane->source, packets, lost);
}
