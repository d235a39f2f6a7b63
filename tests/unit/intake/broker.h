/* A broker of MQTT 3.1.1 on a free port of loopback that does only what it is told: for what a real
 * one does too seldom. On the default main context. */
#pragma once
#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

struct broker {
    GSocketService *service;
    guint16 port;
    GSocketConnection *peer; /* the newest one */
    GByteArray *in, *out;
    bool writing;
    guint8 chunk[4096];
    guint connections, subscriptions;
    bool session;         /* said in CONNACK */
    guint8 granted;       /* said of each filter */
    GArray *acknowledged; /* uint16_t, in their order */
};

void broker_open(struct broker *broker);
void broker_close(struct broker *broker);
/* Ends the connection; the client comes back. */
void broker_hang_up(struct broker *broker);
/* A message of QoS 1 (packet 0: QoS 0). */
void broker_publish(struct broker *broker, const char *topic, uint16_t packet, bool again,
                    const char *payload, gsize size);
