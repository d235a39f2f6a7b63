/* Shared by mqtt.c (what brokers say) and mqtt_queue.c (what becomes of it). Loop thread only. */
#pragma once
#include "intake/mqtt.h"
#include "intake/mqtt_link.h"
#include "intake/mqtt_rules.h"
#include "intake/rejects.h"
#include "intake/states.h"

/* A message that was not acknowledged yet. They are acknowledged in the order in which they came
 * [MQTT-4.6.0-2], each when its events are on the stream and its states in the store. */
struct item {
    GPtrArray *events;     /* struct event; NULL: nothing to tell */
    GPtrArray *states;     /* struct state, copies */
    struct taken taken;    /* packet 0: QoS 0 */
    guint connection;      /* over which it came */
    struct reject *reject; /* is still to be kept; NULL: nothing is */
    bool keeping;          /* it is on its way to the store */
    mqtt_retried_fn done;  /* of a message that is tried again; NULL: it came by itself */
    gpointer user;
};

/* Batches on their way outlive the listener. */
struct flight {
    struct listener *owner; /* NULL: gone */
    guint items;            /* from the head of its queue */
    GPtrArray *events;
    bool told;   /* they are on the stream; their states are to be saved */
    bool failed; /* they were not saved, at least once */
};

/* Messages on their way to where a person sees what was wrong with them. */
struct keeping {
    struct listener *owner; /* NULL: gone */
};

/* One broker. */
struct listener {
    struct mqtt *mqtt;
    char *feed;
    struct mqtt_settings *settings;
    struct states *states;
    struct mqtt_link *link;
    guint connection;        /* which one it is, counted */
    GQueue items;            /* struct item */
    struct flight *flight;   /* NULL: none */
    struct keeping *keeping; /* NULL: none */
    guint keep_again;
    bool alone; /* the next batch is one item: one of several is wrong */
    guint retry;
    bool paused;
    bool refused; /* a filter, of the subscription under way */
};

struct mqtt {
    struct mqtt_options options;
    GHashTable *listeners; /* feed → struct listener */
};

void mqtt_item_free(gpointer item);
/* Borrowed; NULL: it is gone. */
struct feed *mqtt_feed_of(const struct listener *listener);
/* Notes "ZH：EN" and EN at the feed. */
void mqtt_note_error(const struct listener *listener, const char *zh, const char *en);
/* Takes `item`: its events go on the stream, its states and what is wrong with it into the store,
 * in the order of all; then it is acknowledged. */
void mqtt_push(struct listener *listener, struct item *item);
/* A batch that nobody waits for any more. */
void mqtt_flight_free(struct flight *flight);
