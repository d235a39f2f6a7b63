/* MQTT packets: what a broker sends, in pieces and broken; what we send, byte for byte. */
#include "intake/mqtt_packet.h"
#include <string.h>

#define SAME(a, size_a, b, size_b) g_assert_true((size_a) == (size_b) && memcmp(a, b, size_b) == 0)

static enum mqtt_result take(const char *bytes, size_t size, struct mqtt_packet *packet)
{
    const char *why = NULL;
    enum mqtt_result result = mqtt_read((const uint8_t *)bytes, size, 1000, packet, &why);
    g_assert_true((result == MQTT_BAD) == (why != NULL));
    return result;
}

static void publish(void)
{
    static const char bytes[] = "\x3b\x0c\x00\x03"
                                "a/b"
                                "\x00\x07"
                                "21.5 "
                                "rest";
    struct mqtt_packet packet;
    for (size_t size = 0; size < 14; size++)
        g_assert_cmpint(take(bytes, size, &packet), ==, MQTT_MORE);
    g_assert_cmpint(take(bytes, sizeof bytes - 1, &packet), ==, MQTT_PACKET);
    g_assert_cmpint(packet.type, ==, MQTT_PUBLISH);
    g_assert_cmpuint(packet.size, ==, 14);
    SAME(packet.topic, packet.topic_size, "a/b", 3);
    SAME(packet.payload, packet.payload_size, "21.5 ", 5);
    g_assert_cmpuint(packet.qos, ==, 1);
    g_assert_true(packet.dup && packet.retain);
    g_assert_cmpuint(packet.packet, ==, 7);
}

/* Of a message that is too large, its head says what it was. */
static void large(void)
{
    static const char bytes[] = "\x32\xe8\x07\x00\x03"
                                "a/b"
                                "\x01\x02"
                                "21.5";
    struct mqtt_packet packet;
    for (size_t size = 0; size < 10; size++)
        g_assert_cmpint(take(bytes, size, &packet), ==, MQTT_MORE);
    for (size_t size = 10; size < sizeof bytes; size++) {
        g_assert_cmpint(take(bytes, size, &packet), ==, MQTT_LARGE);
        g_assert_cmpuint(packet.size, ==, 1003);
        SAME(packet.topic, packet.topic_size, "a/b", 3);
        g_assert_cmpuint(packet.packet, ==, 258);
        g_assert_cmpuint(packet.payload_size, ==, 993);
    }
}

static void answers(void)
{
    struct mqtt_packet packet;
    g_assert_cmpint(take("\x20\x02\x01\x00", 4, &packet), ==, MQTT_PACKET);
    g_assert_true(packet.session);
    g_assert_cmpint(take("\x20\x02\x00\x05", 4, &packet), ==, MQTT_PACKET);
    g_assert_cmpuint(packet.code, ==, 5);
    g_assert_cmpstr(mqtt_connack_words(5), ==, "the broker does not let us in");
    g_assert_cmpint(take("\x90\x04\x00\x01\x01\x80", 6, &packet), ==, MQTT_PACKET);
    SAME(packet.codes, packet.code_count, "\x01\x80", 2);
    g_assert_cmpint(take("\xd0\x00", 2, &packet), ==, MQTT_PACKET);
}

static void bad(void)
{
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
        {"\x00\x00", 2},         /* no such packet */
        {"\x10\x00", 2},         /* a client's */
        {"\x20\x01\x00", 3},     /* short CONNACK */
        {"\x20\x02\x02\x00", 4}, /* reserved bits */
        {"\x21\x02\x00\x00", 4}, /* flags */
        {"\x34\x07\x00\x01"
         "a"
         "\x00\x01"
         "xy",
         9}, /* QoS 2 */
        {"\x36\x07\x00\x01"
         "a"
         "\x00\x01"
         "xy",
         9}, /* QoS 3 */
        {"\x32\x05\x00\x01"
         "a"
         "\x00\x00",
         7}, /* number 0 */
        {"\x30\x03\x00\x09"
         "a",
         5},                     /* topic longer than the packet */
        {"\x30\x02\x00\x00", 4}, /* empty topic */
        {"\x30\x04\x00\x02"
         "a+",
         6}, /* wildcard in a topic */
        {"\x30\x04\x00\x02"
         "a\xff",
         6}, /* not UTF-8 */
        {"\x30\x04\x00\x02"
         "a\x00",
         6},                             /* NUL */
        {"\x30\xff\xff\xff\xff\x01", 6}, /* length of five bytes */
        {"\x90\xff\x7f", 3},             /* longer than we take, and no message */
        {"\x30\xff\x7f\xff\xff", 5},     /* its topic too */
        {"\x34\xff\x7f\x00\x01"
         "a"
         "\x00\x01",
         8},                     /* of QoS 2 */
        {"\x90\x02\x00\x01", 4}, /* SUBACK without codes */
        {"\xd0\x01\x00", 3},     /* PINGRESP with a body */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct mqtt_packet packet;
        if (take(cases[i].bytes, cases[i].size, &packet) != MQTT_BAD)
            g_error("case %zu is taken", i);
    }
}

static void expect(GByteArray *out, const char *bytes, size_t size)
{
    SAME(out->data, out->len, bytes, size);
    g_byte_array_unref(out);
}

static void writing(void)
{
    GByteArray *out = g_byte_array_new();
    const struct mqtt_hello hello = {
        .client_id = "tw", .user = "u", .password = "p", .keepalive_s = 30};
    mqtt_write_connect(out, &hello);
    expect(out, "\x10\x14\x00\x04MQTT\x04\xc0\x00\x1e\x00\x02tw\x00\x01u\x00\x01p", 22);
    out = g_byte_array_new();
    static const char *const filters[] = {"a/+", "b", NULL};
    mqtt_write_subscribe(out, 3, filters);
    expect(out,
           "\x82\x0c\x00\x03\x00\x03"
           "a/+"
           "\x01\x00\x01"
           "b"
           "\x01",
           14);
    out = g_byte_array_new();
    mqtt_write_puback(out, 258);
    mqtt_write_pingreq(out);
    mqtt_write_disconnect(out);
    expect(out, "\x40\x02\x01\x02\xc0\x00\xe0\x00", 8);
}

static void filters(void)
{
    static const char *const good[] = {"a", "a/b", "+/b/#", "#", "+", "/a", "a//b", "$SYS/#"};
    static const char *const wrong[] = {"", "a/#/b", "a+", "a/b#", "a/+b", "\xff"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(mqtt_filter_good(good[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(mqtt_filter_good(wrong[i]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mqtt-packet/publish", publish);
    g_test_add_func("/mqtt-packet/large", large);
    g_test_add_func("/mqtt-packet/answers", answers);
    g_test_add_func("/mqtt-packet/bad", bad);
    g_test_add_func("/mqtt-packet/writing", writing);
    g_test_add_func("/mqtt-packet/filters", filters);
    return g_test_run();
}
