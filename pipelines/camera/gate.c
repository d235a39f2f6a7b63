#include "camera/gate.h"
#include "camera/pace.h"
#include "common/clock.h"
#include <stdbool.h>

struct gate {
    struct gate_limits limits;
    GMainContext *context;
    GHashTable *hosts; /* name → struct host */
};

struct host {
    struct gate *gate;
    unsigned inside;
    struct pace pace;
    GQueue waiting;  /* of struct gate_ticket */
    GSource *timer;  /* the next may go then */
    bool letting_in; /* a loop runs: what is called from it only changes the queue */
};

struct gate_ticket {
    struct host *host; /* NULL: not counted */
    bool inside;
    void (*pass)(gpointer user);
    gpointer user;
};

static void stop_timer(struct host *host)
{
    if (!host->timer)
        return;
    g_source_destroy(host->timer);
    g_clear_pointer(&host->timer, g_source_unref);
}

static void host_free(gpointer data)
{
    stop_timer(data);
    g_free(data);
}

struct gate *gate_create(const struct gate_limits *limits, GMainContext *context)
{
    struct gate *gate = g_new0(struct gate, 1);
    gate->limits = *limits;
    gate->context = context;
    gate->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, host_free);
    return gate;
}

void gate_destroy(struct gate *gate)
{
    if (!gate)
        return;
    g_hash_table_unref(gate->hosts);
    g_free(gate);
}

static struct host *host_of(struct gate *gate, const char *name)
{
    struct host *host = g_hash_table_lookup(gate->hosts, name);
    if (!host) {
        host = g_new0(struct host, 1);
        host->gate = gate;
        host->pace = (struct pace){
            .interval_us = (int64_t)(1e6 / gate->limits.per_host_per_second),
            .burst = gate->limits.most_per_host,
        };
        g_hash_table_insert(gate->hosts, g_strdup(name), host);
    }
    return host;
}

static gboolean on_timer(gpointer user);

static void wait_for_pace(struct host *host, int64_t wait_us)
{
    if (host->timer)
        return;
    host->timer = g_timeout_source_new((guint)(wait_us / 1000 + 1));
    g_source_set_callback(host->timer, on_timer, host, NULL);
    g_source_attach(host->timer, host->gate->context);
}

/* An attempt may be over inside its own call: then the next one goes in the same loop. */
static void let_in(struct host *host)
{
    if (host->letting_in)
        return;
    host->letting_in = true;
    while (host->inside < host->gate->limits.most_per_host && host->waiting.length) {
        int64_t now_us = clock_mono_us(), wait_us = pace_wait_us(&host->pace, now_us);
        if (wait_us) {
            wait_for_pace(host, wait_us);
            break;
        }
        struct gate_ticket *ticket = g_queue_pop_head(&host->waiting);
        pace_take(&host->pace, now_us);
        ticket->inside = true;
        host->inside++;
        ticket->pass(ticket->user);
    }
    host->letting_in = false;
}

static gboolean on_timer(gpointer user)
{
    struct host *host = user;
    g_clear_pointer(&host->timer, g_source_unref);
    let_in(host);
    return G_SOURCE_REMOVE;
}

struct gate_ticket *gate_ticket_create(struct gate *gate, const char *host,
                                       void (*pass)(gpointer user), gpointer user)
{
    struct gate_ticket *ticket = g_new0(struct gate_ticket, 1);
    ticket->pass = pass;
    ticket->user = user;
    ticket->host = host ? host_of(gate, host) : NULL;
    return ticket;
}

void gate_enter(struct gate_ticket *ticket)
{
    if (!ticket->host) {
        ticket->inside = true;
        ticket->pass(ticket->user);
        return;
    }
    g_queue_push_tail(&ticket->host->waiting, ticket);
    let_in(ticket->host);
}

void gate_leave(struct gate_ticket *ticket)
{
    if (!ticket)
        return;
    struct host *host = ticket->host;
    if (host && !ticket->inside)
        g_queue_remove(&host->waiting, ticket);
    else if (host)
        host->inside--;
    g_free(ticket);
    if (host)
        let_in(host);
}
