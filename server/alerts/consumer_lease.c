/* Who takes events: a lease that is renewed, and the connections that it needs. */
#include "alerts/consumer_private.h"
#include "alerts/entries.h"
#include "alerts/script.h"
#include "common/log.h"

#define KEY_FENCE "tw:events:fence"

static void on_groups(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    (void)why;
    if (consumer)
        consumer->lag = entries_lag(reply, EVENT_GROUP);
}

static void lose(struct consumer *consumer)
{
    bool had = consumer->fence != 0;
    consumer->fence = 0;
    consumer->started = false;
    consumer_step_back(consumer, had ? "another server takes the events" : "");
    if (had)
        consumer->options.lost(consumer->options.user);
}

static void on_lease(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    (void)why;
    if (!consumer)
        return;
    if (reply->type != REDIS_INTEGER || reply->integer == 0) {
        lose(consumer);
        return;
    }
    bool same = consumer->fence == reply->integer;
    if (same && consumer->step != STEP_AWAY)
        return;
    consumer->step = STEP_LEASED;
    if (same) {
        consumer_advance(consumer);
        return;
    }
    consumer->fence = reply->integer;
    consumer->started = false;
    log_info("alerts", "takes events as number %lld", reply->integer);
    consumer->options.gained(consumer->fence, consumer->options.user);
}

void consumer_lead(struct consumer *consumer)
{
    char ms[16], least[32], held[32];
    g_snprintf(ms, sizeof ms, "%u",
               consumer->options.lease_ms ? consumer->options.lease_ms : CONSUMER_LEASE_MS);
    g_snprintf(least, sizeof least, "%" G_GINT64_FORMAT,
               MAX(consumer->options.least_fence, consumer->fence));
    g_snprintf(held, sizeof held, "%" G_GINT64_FORMAT, consumer->fence);
    ASK(consumer, consumer->control, on_lease, "EVAL", SCRIPT_EVENTS_LEASE, "2", CONSUMER_KEY_LEASE,
        KEY_FENCE, consumer->token, ms, least, held);
}

gboolean consumer_on_timer(gpointer user)
{
    struct consumer *consumer = user;
    if (!consumer->control_up || !consumer->reader_up)
        return G_SOURCE_CONTINUE;
    consumer_lead(consumer);
    if (consumer->step == STEP_NEW) {
        consumer_ask_others(consumer);
        ASK(consumer, consumer->control, on_groups, "XINFO", "GROUPS", EVENT_STREAM);
        consumer_trim(consumer);
    }
    return G_SOURCE_CONTINUE;
}

static void on_state(struct consumer *consumer, bool *up, bool connected, const char *why)
{
    *up = connected;
    if (!connected)
        consumer_step_back(consumer, why);
    else if (consumer->control_up && consumer->reader_up)
        consumer_lead(consumer);
}

void consumer_on_control(bool connected, const char *why, gpointer user)
{
    struct consumer *consumer = user;
    on_state(consumer, &consumer->control_up, connected, why);
}

void consumer_on_reader(bool connected, const char *why, gpointer user)
{
    struct consumer *consumer = user;
    on_state(consumer, &consumer->reader_up, connected, why);
}
