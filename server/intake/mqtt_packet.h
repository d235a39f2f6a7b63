/* The part of MQTT 3.1.1 that a subscriber needs, up to QoS 1: packets to and from bytes. Pure.
 * Source: OASIS MQTT Version 3.1.1. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mqtt_type {
    MQTT_CONNECT = 1,
    MQTT_CONNACK = 2,
    MQTT_PUBLISH = 3,
    MQTT_PUBACK = 4,
    MQTT_SUBSCRIBE = 8,
    MQTT_SUBACK = 9,
    MQTT_PINGREQ = 12,
    MQTT_PINGRESP = 13,
    MQTT_DISCONNECT = 14,
};

/* A packet from a broker. What it points at is borrowed from the bytes. */
struct mqtt_packet {
    enum mqtt_type type;
    size_t size; /* of the whole packet */
    /* PUBLISH */
    const char *topic; /* UTF-8 without NUL, not ended by one */
    size_t topic_size;
    const uint8_t *payload;
    size_t payload_size; /* of MQTT_LARGE too */
    unsigned qos;        /* 0, 1 */
    bool dup, retain;
    uint16_t packet; /* its number, QoS 1; of SUBACK too */
    /* CONNACK */
    bool session; /* the broker knows us */
    uint8_t code; /* 0: welcome */
    /* SUBACK: one a filter, 0x80: refused */
    const uint8_t *codes;
    size_t code_count;
};

enum mqtt_result { MQTT_MORE, MQTT_PACKET, MQTT_LARGE, MQTT_BAD };
/* The first packet of `data`. MQTT_MORE: it is not whole yet. MQTT_LARGE: a PUBLISH of more than
 * `most` bytes; `packet` says what it is, without its payload, and the caller passes over the
 * packet->size bytes, which need not be there yet. MQTT_BAD: *why (static, English); the connection
 * must end. */
enum mqtt_result mqtt_read(const uint8_t *data, size_t size, size_t most,
                           struct mqtt_packet *packet, const char **why);

struct mqtt_hello {
    const char *client_id, *user, *password; /* user, password NULL: none */
    uint16_t keepalive_s;
};
/* Each appends one packet. The session is kept by the broker (clean session off). */
void mqtt_write_connect(GByteArray *out, const struct mqtt_hello *hello);
/* `filters` NULL-terminated, at least one, each for at most QoS 1. */
void mqtt_write_subscribe(GByteArray *out, uint16_t packet, const char *const *filters);
void mqtt_write_puback(GByteArray *out, uint16_t packet);
void mqtt_write_pingreq(GByteArray *out);
void mqtt_write_disconnect(GByteArray *out);

/* Is it a topic filter that a broker may take: UTF-8, 1–1,000 bytes, "+" and "#" alone in their
 * level, "#" last? */
bool mqtt_filter_good(const char *filter);

/* Words for a refused CONNECT; static. */
const char *mqtt_connack_words(uint8_t code);
