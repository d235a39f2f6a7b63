/* What a feed of kind "mqtt" is told to listen to, and what a message says then (docs/feeds.md).
 * Pure; any thread. */
#pragma once
#include "intake/bounds.h"
#include "intake/path.h"
#include <glib.h>
#include <jansson.h>
#include <stdint.h>

#define MQTT_ONLINE_TYPE "sensor_offline" /* of birth and will */

/* One thing that a message tells. */
struct mqtt_value {
    char *type; /* NULL: from the topic */
    char *name; /* in words, NULL: none */
    struct path at;
    char *unit;               /* of the number, "" none */
    char **raised, **cleared; /* words, lower case; NULL: numbers with bounds */
    struct bounds bounds;     /* of a device that the register gives none */
    unsigned priority;        /* 0: none */
};

struct mqtt_template {
    char *filter;             /* "town/+/level" */
    char **levels;            /* "town", "{device}", "level" */
    char *device;             /* of messages whose topic names none; NULL */
    GArray *values;           /* struct mqtt_value */
    char **online, **offline; /* words of birth and will, lower case; NULL: none */
    struct path online_at;
    struct path time_at; /* of the time in the payload */
    char *time_form;     /* of time_text.h; NULL: none */
};

struct mqtt_settings {
    char *host, *client_id, *user, *ca; /* user, ca NULL: none */
    uint16_t port;
    bool tls;
    unsigned keepalive_s;
    GPtrArray *templates; /* struct mqtt_template */
};

/* `feed`: its id, of which the client id is made when none is given. NULL + error:
 * "topics[0].topic: what is wrong". Returned: owned by the caller. */
struct mqtt_settings *mqtt_settings_read(const json_t *settings, const char *feed, GError **error);
void mqtt_settings_free(struct mqtt_settings *settings); /* NULL is fine */

struct mqtt_reading {
    char *device, *type;
    const struct mqtt_value *value; /* borrowed from the settings; NULL: birth or will */
    bool is_state, raised;          /* is_state: a word decided */
    double number;                  /* otherwise */
    int64_t time_us;                /* 0: the message names none */
};
void mqtt_reading_clear(gpointer reading);

/* What a message says. Returned: array of struct mqtt_reading (empty: no template is about this
 * topic), owned by the caller; NULL + error: it cannot be understood. */
GArray *mqtt_readings(const struct mqtt_settings *settings, const char *topic, size_t topic_size,
                      const void *payload, size_t payload_size, GError **error);
