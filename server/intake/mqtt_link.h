/* One connection to an MQTT broker that comes back by itself: reads what we subscribed to, sends an
 * acknowledgement only when told to. Loop thread only. Why it is ours:
 * docs/decisions/2026-11-22-mqtt-subscriber.md. */
#pragma once
#include "common/loop.h"
#include "intake/mqtt_packet.h"

struct mqtt_link;

struct mqtt_link_options { /* copied */
    const char *host;
    guint16 port;
    bool tls;
    const char *ca;                          /* file of authorities; NULL: those of this machine */
    const char *client_id, *user, *password; /* user, password may be NULL */
    guint keepalive_s;
    const char *const *filters; /* NULL-terminated, at least one */
};

struct mqtt_link_face {
    /* A PUBLISH; `packet` is borrowed during the call. */
    void (*message)(const struct mqtt_packet *packet, gpointer user);
    /* A PUBLISH that was too large to be taken went by: `packet` (borrowed) has no payload. */
    void (*too_large)(const struct mqtt_packet *packet, gpointer user);
    /* The broker lets us in; `known`: it has kept our session. Otherwise it counts anew. */
    void (*welcome)(bool known, gpointer user);
    /* `why` NULL: subscribed. Else (English) there is no connection, the next try follows by
     * itself; the numbers of messages that came so far are of no more use. */
    void (*state)(const char *why, gpointer user);
    /* The broker refuses a filter. */
    void (*refused)(const char *filter, gpointer user);
};

/* Begins to connect. Returned: owned by the caller. */
struct mqtt_link *mqtt_link_create(struct loop *loop, const struct mqtt_link_options *options,
                                   const struct mqtt_link_face *face, gpointer user);
/* Says goodbye when it can; the broker keeps the session. NULL is fine. */
void mqtt_link_destroy(struct mqtt_link *link);

/* Acknowledges a message of this connection. */
void mqtt_link_ack(struct mqtt_link *link, uint16_t packet);
/* Reads nothing more while paused; the broker keeps what comes. */
void mqtt_link_pause(struct mqtt_link *link, bool paused);
