#include "intake/mqtt_packet.h"
#include <string.h>

#define CONNECT_USER     0x80
#define CONNECT_PASSWORD 0x40
#define PROTOCOL_LEVEL   4
#define TOPIC_BYTES      1000

/* --- reading */

struct cursor {
    const uint8_t *at;
    size_t left;
};

static bool take_u16(struct cursor *cursor, uint16_t *value)
{
    if (cursor->left < 2)
        return false;
    *value = (uint16_t)(cursor->at[0] << 8 | cursor->at[1]);
    cursor->at += 2;
    cursor->left -= 2;
    return true;
}

static bool read_publish(struct cursor *body, uint8_t flags, struct mqtt_packet *packet)
{
    uint16_t length;
    packet->qos = (flags >> 1) & 3;
    packet->dup = flags & 8;
    packet->retain = flags & 1;
    if (packet->qos > 1 || !take_u16(body, &length) || length == 0 || length > body->left)
        return false;
    packet->topic = (const char *)body->at;
    packet->topic_size = length;
    body->at += length;
    body->left -= length;
    if (memchr(packet->topic, '\0', length) || !g_utf8_validate(packet->topic, length, NULL) ||
        memchr(packet->topic, '+', length) || memchr(packet->topic, '#', length))
        return false;
    if (packet->qos == 1 && (!take_u16(body, &packet->packet) || packet->packet == 0))
        return false;
    packet->payload = body->at;
    packet->payload_size = body->left;
    return true;
}

static bool read_connack(struct cursor *body, struct mqtt_packet *packet)
{
    if (body->left != 2 || body->at[0] > 1)
        return false;
    packet->session = body->at[0] == 1;
    packet->code = body->at[1];
    return true;
}

static bool read_suback(struct cursor *body, struct mqtt_packet *packet)
{
    if (!take_u16(body, &packet->packet) || body->left == 0)
        return false;
    packet->codes = body->at;
    packet->code_count = body->left;
    return true;
}

static bool read_body(struct cursor *body, uint8_t head, struct mqtt_packet *packet)
{
    uint8_t flags = head & 15;
    packet->type = (enum mqtt_type)(head >> 4);
    if (packet->type == MQTT_PUBLISH)
        return read_publish(body, flags, packet);
    if (flags != 0)
        return false;
    if (packet->type == MQTT_CONNACK)
        return read_connack(body, packet);
    if (packet->type == MQTT_SUBACK)
        return read_suback(body, packet);
    return packet->type == MQTT_PINGRESP && body->left == 0;
}

/* The head of a message that is too large to be taken; a broker that is not told that we have it
 * would send it again and again. `size` of its `length` bytes are there. */
static enum mqtt_result read_large(const uint8_t *data, size_t size, size_t length, uint8_t head,
                                   struct mqtt_packet *packet, const char **why)
{
    struct cursor at = {data, size};
    uint16_t topic_size;
    *why = "a packet is larger than we take";
    if (head >> 4 != MQTT_PUBLISH)
        return MQTT_BAD;
    *why = NULL;
    if (!take_u16(&at, &topic_size))
        return MQTT_MORE;
    size_t known = 2 + (size_t)topic_size + (head & 6 ? 2 : 0);
    if (known <= length && known > size)
        return MQTT_MORE;
    struct cursor body = {data, MIN(known, size)};
    packet->type = MQTT_PUBLISH;
    if (read_publish(&body, head & 15, packet)) {
        packet->payload = NULL;
        packet->payload_size = length - known;
        return MQTT_LARGE;
    }
    *why = "a message that is too large, and none of MQTT 3.1.1";
    return MQTT_BAD;
}

enum mqtt_result mqtt_read(const uint8_t *data, size_t size, size_t most,
                           struct mqtt_packet *packet, const char **why)
{
    size_t length = 0, at = 1;
    memset(packet, 0, sizeof *packet);
    for (unsigned shift = 0;; shift += 7, at++) {
        if (at >= size)
            return MQTT_MORE;
        length |= (size_t)(data[at] & 0x7f) << shift;
        if (!(data[at] & 0x80))
            break;
        if (shift == 21) {
            *why = "a length of more than four bytes";
            return MQTT_BAD;
        }
    }
    at++;
    packet->size = at + length;
    if (packet->size > most)
        return read_large(data + at, size - at, length, data[0], packet, why);
    if (size < packet->size)
        return MQTT_MORE;
    struct cursor body = {data + at, length};
    if (read_body(&body, data[0], packet))
        return MQTT_PACKET;
    *why = "a packet that is none of MQTT 3.1.1, or not for a subscriber of QoS 1";
    return MQTT_BAD;
}

/* --- writing */

static void put_u8(GByteArray *out, uint8_t value)
{
    g_byte_array_append(out, &value, 1);
}

static void put_u16(GByteArray *out, uint16_t value)
{
    put_u8(out, (uint8_t)(value >> 8));
    put_u8(out, (uint8_t)value);
}

static void put_text(GByteArray *out, const char *text)
{
    size_t size = MIN(strlen(text), G_MAXUINT16);
    put_u16(out, (uint16_t)size);
    g_byte_array_append(out, (const guint8 *)text, (guint)size);
}

/* Takes `body`. */
static void put_packet(GByteArray *out, enum mqtt_type type, uint8_t flags, GByteArray *body)
{
    size_t length = body->len;
    put_u8(out, (uint8_t)((unsigned)type << 4 | flags));
    do {
        put_u8(out, (uint8_t)((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
        length >>= 7;
    } while (length);
    g_byte_array_append(out, body->data, body->len);
    g_byte_array_unref(body);
}

void mqtt_write_connect(GByteArray *out, const struct mqtt_hello *hello)
{
    GByteArray *body = g_byte_array_new();
    put_text(body, "MQTT");
    put_u8(body, PROTOCOL_LEVEL);
    put_u8(body, (uint8_t)((hello->user ? CONNECT_USER : 0) |
                           (hello->user && hello->password ? CONNECT_PASSWORD : 0)));
    put_u16(body, hello->keepalive_s);
    put_text(body, hello->client_id);
    if (hello->user)
        put_text(body, hello->user);
    if (hello->user && hello->password)
        put_text(body, hello->password);
    put_packet(out, MQTT_CONNECT, 0, body);
}

void mqtt_write_subscribe(GByteArray *out, uint16_t packet, const char *const *filters)
{
    GByteArray *body = g_byte_array_new();
    put_u16(body, packet);
    for (; *filters; filters++) {
        put_text(body, *filters);
        put_u8(body, 1);
    }
    put_packet(out, MQTT_SUBSCRIBE, 2, body);
}

void mqtt_write_puback(GByteArray *out, uint16_t packet)
{
    GByteArray *body = g_byte_array_new();
    put_u16(body, packet);
    put_packet(out, MQTT_PUBACK, 0, body);
}

void mqtt_write_pingreq(GByteArray *out)
{
    put_packet(out, MQTT_PINGREQ, 0, g_byte_array_new());
}

void mqtt_write_disconnect(GByteArray *out)
{
    put_packet(out, MQTT_DISCONNECT, 0, g_byte_array_new());
}

/* --- words */

bool mqtt_filter_good(const char *filter)
{
    size_t size = strlen(filter);
    if (size == 0 || size > TOPIC_BYTES || !g_utf8_validate(filter, (gssize)size, NULL))
        return false;
    g_auto(GStrv) levels = g_strsplit(filter, "/", -1);
    for (char **level = levels; *level; level++) {
        bool wild = strpbrk(*level, "+#") != NULL;
        if (wild && strlen(*level) != 1)
            return false;
        if (**level == '#' && level[1])
            return false;
    }
    return true;
}

const char *mqtt_connack_words(uint8_t code)
{
    static const char *const words[] = {
        "welcome",
        "the broker does not speak MQTT 3.1.1",
        "the broker refuses our client id",
        "the broker is not available",
        "the broker refuses user or password",
        "the broker does not let us in",
    };
    return code < G_N_ELEMENTS(words) ? words[code] : "the broker refuses us";
}
