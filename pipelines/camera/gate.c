#include "camera/gate.h"
#include <stdbool.h>

struct gate {
    unsigned most_per_host;
    GHashTable *hosts; /* name → struct host */
};

struct host {
    unsigned inside;
    GQueue waiting; /* of struct gate_ticket */
};

struct gate_ticket {
    struct host *host; /* NULL: not counted */
    bool inside;
    void (*pass)(gpointer user);
    gpointer user;
    unsigned most;
};

struct gate *gate_create(unsigned most_per_host)
{
    struct gate *gate = g_new0(struct gate, 1);
    gate->most_per_host = most_per_host;
    gate->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
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
        g_hash_table_insert(gate->hosts, g_strdup(name), host);
    }
    return host;
}

static void let_in(struct gate_ticket *ticket)
{
    ticket->inside = true;
    if (ticket->host)
        ticket->host->inside++;
    ticket->pass(ticket->user);
}

struct gate_ticket *gate_ticket_create(struct gate *gate, const char *host,
                                       void (*pass)(gpointer user), gpointer user)
{
    struct gate_ticket *ticket = g_new0(struct gate_ticket, 1);
    ticket->pass = pass;
    ticket->user = user;
    ticket->most = gate->most_per_host;
    ticket->host = host ? host_of(gate, host) : NULL;
    return ticket;
}

void gate_enter(struct gate_ticket *ticket)
{
    if (ticket->host && ticket->host->inside >= ticket->most)
        g_queue_push_tail(&ticket->host->waiting, ticket);
    else
        let_in(ticket);
}

void gate_leave(struct gate_ticket *ticket)
{
    if (!ticket)
        return;
    struct host *host = ticket->host;
    if (host && !ticket->inside)
        g_queue_remove(&host->waiting, ticket);
    if (host && ticket->inside) {
        host->inside--;
        struct gate_ticket *next =
            host->inside < ticket->most ? g_queue_pop_head(&host->waiting) : NULL;
        if (next)
            let_in(next);
    }
    g_free(ticket);
}
