#include "alerts/alerts_private.h"
#include "alerts/api.h"
#include "alerts/counts.h"
#include "alerts/ingest.h"
#include "alerts/load.h"
#include "alerts/poison.h"
#include "alerts/rulebook.h"
#include "common/clock.h"
#include "common/log.h"
#include <time.h>

#define SETTING_SERVER "alerts_server"
enum {
    TICK_LEAST_MS = 10,
    TICK_MOST_MS = 3600 * 1000,
    AFTER_FAILURE_US = 1000000,
    CLOCK_SEEN_US = 1000000,
    CLOCK_STEP_US = 10 * 1000000, /* less is how clocks are kept right all the time */
};

gint64 alerts_now(struct alerts *alerts)
{
    alerts->last_now_us = MAX(alerts->last_now_us + 1, clock_wall_us());
    return alerts->last_now_us;
}

bool alerts_clock_fell(struct alerts *alerts)
{
    gint64 now_us = clock_wall_us();
    if (now_us >= alerts->last_now_us - CLOCK_STEP_US)
        return false;
    log_warn("alerts", "the clock was set back by %" G_GINT64_FORMAT " s",
             (alerts->last_now_us - now_us) / G_USEC_PER_SEC);
    alerts->last_now_us = now_us;
    alerts->tick_after_us = 0;
    counts_clock_fell(alerts->counts);
    return true;
}

gint64 alerts_day(gint64 time_us)
{
    time_t second = (time_t)(time_us / G_USEC_PER_SEC);
    struct tm local;
    localtime_r(&second, &local);
    return (gint64)(second + local.tm_gmtoff) / 86400;
}

/* --- what time brings */

static void tick_begin(struct turn *turn)
{
    struct alerts *alerts = turn->alerts;
    turn_take(turn, correlator_tick(alerts->correlator, turn->now_us), NULL, false);
    if (turn->decisions->len)
        turn_write(turn);
    else
        turn_end(turn, NULL);
}

static void tick_end(struct turn *turn, const GError *error)
{
    if (!error)
        return;
    turn->alerts->tick_after_us = turn->now_us + AFTER_FAILURE_US;
    log_warn("alerts", "what time brings could not be saved: %s", error->message);
}

static gboolean on_tick(gpointer user)
{
    struct alerts *alerts = user;
    alerts->tick_source = 0;
    turn_add(alerts, tick_begin, tick_end, NULL);
    return G_SOURCE_REMOVE;
}

/* What waits for a time waits by the monotonic clock, and a clock that was set back is seen when
 * something happens: both are looked at anew. */
void alerts_look_clock(struct alerts *alerts)
{
    gint64 ahead_us = clock_wall_us() - clock_mono_us();
    gint64 step_us = ahead_us - alerts->ahead_us;
    alerts->ahead_us = ahead_us;
    if (ABS(step_us) > CLOCK_SEEN_US)
        turn_add(alerts, tick_begin, tick_end, NULL);
}

void alerts_plan_tick(struct alerts *alerts)
{
    if (alerts->closing || !g_queue_is_empty(&alerts->turns))
        return;
    loop_cancel(alerts->options.loop, &alerts->tick_source);
    gint64 next_us = MAX(correlator_next_us(alerts->correlator), alerts->tick_after_us);
    if (next_us == G_MAXINT64)
        return;
    gint64 left_ms = (next_us - clock_wall_us()) / 1000 + 1;
    alerts->tick_source = loop_after(
        alerts->options.loop, (guint)CLAMP(left_ms, TICK_LEAST_MS, TICK_MOST_MS), on_tick, alerts);
}

/* --- the stream */

static void reload_end(struct turn *turn, const GError *error)
{
    (void)error;
    consumer_start(turn->alerts->consumer);
}

/* What another server wrote meanwhile has to be known first. */
static void reload_begin(struct turn *turn)
{
    turn_fail(turn, NULL);
}

static void on_gained(gint64 fence, gpointer user)
{
    struct alerts *alerts = user;
    bool first = alerts->fence + 1 >= fence;
    alerts->fence = fence;
    if (first)
        consumer_start(alerts->consumer);
    else
        turn_add(alerts, reload_begin, reload_end, NULL);
}

static void on_lost(gpointer user)
{
    (void)user;
    log_warn("alerts", "another server takes the events now");
}

static void on_batch(struct consumer_batch *batch, gpointer user)
{
    struct alerts *alerts = user;
    ingest_take(alerts->ingest, batch);
}

/* The name under which this database takes events: a restart goes on with what it was given. */
struct server {
    char *token;
    gint64 fence;
};

static bool read_server(struct store_tx *tx, gpointer job, GError **error)
{
    struct server *server = job;
    GError *bad = NULL;
    server->token = store_setting_get(tx, SETTING_SERVER, &bad);
    g_autofree char *fence = bad ? NULL : store_setting_get(tx, ALERTS_SETTING_FENCE, &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    server->fence = fence ? g_ascii_strtoll(fence, NULL, 10) : 0;
    if (server->token)
        return true;
    server->token = store_id_new();
    return store_setting_put(tx, SETTING_SERVER, server->token, error);
}

static bool open_stream(struct alerts *alerts, GError **error)
{
    struct server server = {0};
    bool fine = store_write_now(alerts->options.store, read_server, &server, error);
    if (fine) {
        alerts->fence = server.fence;
        const struct consumer_options options = {.url = alerts->options.redis_url,
                                                 .context = loop_context(alerts->options.loop),
                                                 .token = server.token,
                                                 .least_fence = server.fence,
                                                 .lease_ms = alerts->options.lease_ms,
                                                 .timing = alerts->options.timing,
                                                 .gained = on_gained,
                                                 .lost = on_lost,
                                                 .batch = on_batch,
                                                 .user = alerts};
        alerts->consumer = consumer_create(&options, error);
    }
    g_free(server.token);
    return alerts->consumer != NULL;
}

/* --- the whole */

struct alerts *alerts_create(const struct alerts_options *options, GError **error)
{
    struct alerts *alerts = g_new0(struct alerts, 1);
    alerts->options = *options;
    alerts->boot = g_strdup_printf("a%" G_GINT64_MODIFIER "x", clock_wall_us());
    alerts->ahead_us = clock_wall_us() - clock_mono_us(); /* a step before the first look counts */
    g_queue_init(&alerts->turns);
    model_open(alerts);
    alerts->rulebook = rulebook_create(alerts, error);
    housekeeping_start(alerts);
    if (!alerts->rulebook || !model_load_now(alerts, error))
        goto fail;
    sources_open(alerts);
    topic_open(alerts);
    alerts->counts = counts_create(alerts);
    alerts->load = load_create(alerts);
    alerts->ingest = ingest_create(alerts);
    if (!open_stream(alerts, error))
        goto fail;
    rulebook_start(alerts->rulebook);
    api_add_routes(alerts);
    poison_add_face(alerts);
    alerts->metrics = alerts_metrics_create(alerts);
    offers_again(alerts);
    alerts_plan_tick(alerts);
    return alerts;
fail:
    alerts_destroy(alerts);
    return NULL;
}

void alerts_destroy(struct alerts *alerts)
{
    if (!alerts)
        return;
    alerts->closing = true;
    loop_cancel(alerts->options.loop, &alerts->tick_source);
    housekeeping_stop(alerts);
    while (!g_queue_is_empty(&alerts->turns)) {
        store_drain(alerts->options.store);
        model_hurry(alerts);
    }
    store_drain(alerts->options.store);
    ingest_destroy(alerts->ingest);
    consumer_destroy(alerts->consumer);
    alerts_metrics_destroy(alerts->metrics);
    load_destroy(alerts->load);
    counts_destroy(alerts->counts);
    if (alerts->topic)
        topic_close(alerts);
    rulebook_destroy(alerts->rulebook);
    offers_close(alerts);
    sources_close(alerts);
    model_close(alerts);
    g_free(alerts->boot);
    g_free(alerts);
}
