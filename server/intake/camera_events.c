#include "intake/camera_events.h"
#include "common/clock.h"
#include "common/log.h"
#include "intake/camera_rules.h"
#include "intake/states.h"
#include <string.h>

#define TICK_MS  500
#define RETRY_MS 2000
/* A camera whose state was told lately has to hold the next one longer: doubled each time, so that
 * one that flaps is told 8 times in the first ten minutes and then less than once in two. */
#define CALM_US     (INT64_C(10) * 60 * G_USEC_PER_SEC)
#define MAX_DOUBLES 4
#define MOST        500 /* events in one batch, and one camera's more */

struct watched {
    char *id, *name, *area, *place, *host, *source_system;
    double lon, lat, azimuth_deg, fov_deg;
    const struct camera_fault *fault; /* newest; NULL: well */
    int64_t since_us;                 /* of the newest, by the wall clock */
    int64_t seen_us;                  /* when it was first seen, monotonic */
    guint told;                       /* changes told lately */
    int64_t told_us;                  /* the newest, monotonic */
};

/* One batch on its way: first its states on disk as not told, then its events on the stream, then
 * the states as told. One that is refused takes no other with it: the batch is halved until it is
 * alone. It outlives the camera events. */
struct flight {
    struct camera_events *owner;         /* NULL: gone */
    GPtrArray *states;                   /* struct state, copies */
    GPtrArray *events;                   /* struct event */
    guint at, count;                     /* events that are being put on the stream */
    void (*step)(struct flight *flight); /* which is under way, and tried again */
    bool warned;
};

struct camera_events {
    struct camera_events_options options;
    struct states *states;
    GHashTable *cameras;   /* id → struct watched */
    GHashTable *hosts;     /* host → how many cameras */
    GHashTable *pending;   /* ids of those whose newest state is not what was told */
    struct flight *flight; /* NULL: none */
    guint tick, retry;
};

static void watched_free(gpointer data)
{
    struct watched *camera = data;
    g_free(camera->id);
    g_free(camera->name);
    g_free(camera->area);
    g_free(camera->place);
    g_free(camera->host);
    g_free(camera->source_system);
    g_free(camera);
}

static void flight_free(struct flight *flight)
{
    g_ptr_array_unref(flight->states);
    g_ptr_array_unref(flight->events);
    g_free(flight);
}

/* --- events */

/* What it hangs on: a host that several share (recorder, platform), else the system that it belongs
 * to. "" when nothing is known. */
static const char *parent_of(const struct camera_events *events, const struct watched *camera)
{
    bool shared = GPOINTER_TO_UINT(g_hash_table_lookup(events->hosts, camera->host)) > 1;
    return (shared && *camera->host) || !*camera->source_system ? camera->host
                                                                : camera->source_system;
}

static struct event *event_of(const struct camera_events *events, const struct watched *camera,
                              const struct state *state, const char *says)
{
    const struct camera_facts facts = {.id = camera->id,
                                       .name = camera->name,
                                       .area = camera->area,
                                       .place = camera->place,
                                       .parent = parent_of(events, camera),
                                       .lon = camera->lon,
                                       .lat = camera->lat,
                                       .azimuth_deg = camera->azimuth_deg,
                                       .fov_deg = camera->fov_deg};
    return camera_event(&facts, state, says);
}

/* --- a batch on its way */

static void begin_flight(struct camera_events *events);
static void submit(struct flight *flight);

static void take_step(struct flight *flight, void (*step)(struct flight *flight))
{
    flight->step = step;
    step(flight);
}

static gboolean try_again(gpointer user)
{
    struct camera_events *events = user;
    events->retry = 0;
    events->flight->step(events->flight);
    return G_SOURCE_REMOVE;
}

static void try_later(struct camera_events *events)
{
    events->retry = loop_after(events->options.loop, RETRY_MS, try_again, events);
}

/* Is it given up, or not on disk? What is not saved would be told again by a number that is known
 * already: a full disk is waited for. */
static bool is_held_up(struct flight *flight, const GError *error)
{
    if (!flight->owner) {
        flight_free(flight);
        return true;
    }
    if (error) {
        if (!flight->warned)
            log_warn("intake", "states of cameras are not saved: %s", error->message);
        flight->warned = true;
        try_later(flight->owner);
    }
    return error != NULL;
}

static void on_told(const GError *error, gpointer user)
{
    struct flight *flight = user;
    struct camera_events *events = flight->owner;
    if (is_held_up(flight, error))
        return;
    flight_free(flight);
    events->flight = NULL;
    begin_flight(events);
}

static void save_told(struct flight *flight)
{
    states_save(flight->owner->states, flight->states, NULL, on_told, flight);
}

static void on_submitted(enum intake_outcome outcome, const char *why, gpointer user)
{
    struct flight *flight = user;
    struct camera_events *events = flight->owner;
    if (!events) {
        flight_free(flight);
        return;
    }
    if (outcome == INTAKE_AWAY) {
        try_later(events);
        return;
    }
    if (outcome == INTAKE_REFUSED && flight->count > 1) {
        flight->count /= 2;
        submit(flight);
        return;
    }
    if (outcome == INTAKE_REFUSED) /* it would never get better */
        log_warn("intake", "a state of a camera cannot be told: %s", why);
    for (guint i = 0; i < flight->count; i++)
        ((struct state *)flight->states->pdata[flight->at + i])->told = true;
    flight->at += flight->count;
    flight->count = flight->events->len - flight->at;
    if (flight->count)
        submit(flight);
    else
        take_step(flight, save_told);
}

static void submit(struct flight *flight)
{
    intake_submit(flight->owner->options.intake,
                  (struct event *const *)flight->events->pdata + flight->at, flight->count,
                  on_submitted, flight);
}

static void on_intended(const GError *error, gpointer user)
{
    if (!is_held_up(user, error))
        take_step(user, submit);
}

static void save_intended(struct flight *flight)
{
    states_save(flight->owner->states, flight->states, NULL, on_intended, flight);
}

/* --- what is due */

static int64_t settle_us(const struct camera_events *events, struct watched *camera,
                         int64_t mono_us)
{
    if (mono_us - camera->told_us > CALM_US)
        camera->told = 0;
    return ((int64_t)events->options.settle_ms * 1000) << MIN(camera->told, MAX_DOUBLES);
}

/* The states of one camera that differ from what was told, or of which it is not known whether they
 * were: the last run ended on the way. Told again it is the same event. Returned: how many. */
static guint settle(struct camera_events *events, struct flight *flight, struct watched *camera)
{
    const struct camera_fault *fault = camera->fault;
    guint before = flight->events->len;
    for (const char *const *type = camera_fault_types(); *type; type++) {
        bool raised = fault && strcmp(fault->type, *type) == 0;
        const struct state *state = states_find(events->states, camera->id, *type);
        bool was = state && state->raised;
        if (was != raised)
            state = states_set(events->states, camera->id, *type, raised, camera->since_us);
        else if (!state || state->told)
            continue;
        g_ptr_array_add(flight->states, state_copy(state));
        g_ptr_array_add(flight->events,
                        event_of(events, camera, state, raised ? fault->zh : "恢复正常"));
    }
    return flight->events->len - before;
}

static void begin_flight(struct camera_events *events)
{
    int64_t mono_us = clock_mono_us();
    struct flight *flight = g_new0(struct flight, 1);
    flight->owner = events;
    flight->states = g_ptr_array_new_with_free_func(state_free);
    flight->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, events->pending);
    while (flight->events->len < MOST && g_hash_table_iter_next(&iter, &id, NULL)) {
        struct watched *camera = g_hash_table_lookup(events->cameras, id);
        if (mono_us - camera->seen_us < settle_us(events, camera, mono_us))
            continue;
        if (settle(events, flight, camera) > 0) {
            camera->told++;
            camera->told_us = mono_us;
        }
        g_hash_table_iter_remove(&iter);
    }
    if (!flight->events->len) {
        flight_free(flight);
        return;
    }
    flight->count = flight->events->len;
    events->flight = flight;
    take_step(flight, save_intended);
}

static gboolean on_tick(gpointer user)
{
    struct camera_events *events = user;
    if (!events->flight && g_hash_table_size(events->pending))
        begin_flight(events);
    return G_SOURCE_CONTINUE;
}

/* --- what the wall says */

static void put(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text ? text : "");
}

/* Counts who hangs on which host; the port says nothing. */
static void put_host(struct camera_events *events, struct watched *camera, const char *host)
{
    const char *colon = strrchr(host, ':');
    bool port = colon && colon[1] && colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
                (strchr(host, ':') == colon || colon[-1] == ']');
    g_autofree char *bare = g_strndup(host, port ? (gsize)(colon - host) : strlen(host));
    if (g_strcmp0(bare, camera->host) == 0)
        return;
    guint left =
        camera->host ? GPOINTER_TO_UINT(g_hash_table_lookup(events->hosts, camera->host)) : 0;
    if (left)
        g_hash_table_replace(events->hosts, g_strdup(camera->host), GUINT_TO_POINTER(left - 1));
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(events->hosts, bare));
    g_hash_table_replace(events->hosts, g_strdup(bare), GUINT_TO_POINTER(count + 1));
    g_free(camera->host);
    camera->host = g_steal_pointer(&bare);
}

static struct watched *watch(struct camera_events *events, const struct camera_news *news)
{
    struct watched *camera = g_hash_table_lookup(events->cameras, news->id);
    if (!camera) {
        camera = g_new0(struct watched, 1);
        camera->id = g_strdup(news->id);
        camera->told_us = -CALM_US;
        g_hash_table_insert(events->cameras, camera->id, camera);
    }
    put(&camera->name, news->name);
    put(&camera->area, news->area);
    put(&camera->place, news->place);
    put(&camera->source_system, news->source_system);
    put_host(events, camera, news->host ? news->host : "");
    camera->lon = news->lon;
    camera->lat = news->lat;
    camera->azimuth_deg = news->azimuth_deg;
    camera->fov_deg = news->fov_deg;
    return camera;
}

void camera_events_tell(struct camera_events *events, const struct camera_news *news)
{
    const struct camera_fault *fault = NULL;
    enum camera_verdict verdict = camera_judge(news->state, news->reason, &fault);
    struct watched *camera = watch(events, news);
    if (verdict == CAMERA_UNKNOWN) {
        g_hash_table_remove(events->pending, camera->id);
        return;
    }
    bool same =
        g_hash_table_contains(events->pending, camera->id) &&
        g_strcmp0(fault ? fault->type : NULL, camera->fault ? camera->fault->type : NULL) == 0;
    camera->fault = fault;
    if (same)
        return;
    camera->since_us = news->since_us;
    camera->seen_us = clock_mono_us();
    g_hash_table_add(events->pending, camera->id);
}

/* --- life */

struct camera_events *camera_events_create(const struct camera_events_options *options,
                                           GError **error)
{
    struct camera_events *events = g_new0(struct camera_events, 1);
    events->options = *options;
    events->cameras = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, watched_free);
    events->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    events->pending = g_hash_table_new(g_str_hash, g_str_equal);
    events->states = states_create(options->store, CAMERA_EVENTS_FEED, error);
    if (!events->states) {
        camera_events_destroy(events);
        return NULL;
    }
    events->tick = loop_every(options->loop, TICK_MS, on_tick, events);
    return events;
}

void camera_events_destroy(struct camera_events *events)
{
    if (!events)
        return;
    loop_cancel(events->options.loop, &events->tick);
    bool waiting = events->retry != 0;
    loop_cancel(events->options.loop, &events->retry);
    if (events->flight) {
        events->flight->owner = NULL;
        if (waiting)
            flight_free(events->flight);
    }
    states_destroy(events->states);
    g_hash_table_destroy(events->hosts);
    g_hash_table_destroy(events->pending);
    g_hash_table_destroy(events->cameras);
    g_free(events);
}
