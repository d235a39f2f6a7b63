/* A broker that says anything: packets are whole, bad or wait for more, whatever they are cut into;
 * every PUBLISH goes on through templates of each kind, as its readings say. The first byte chooses
 * where the bytes are cut. */
#include "intake/mqtt_packet.h"
#include "intake/sensor_event.h"
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mqtt_settings *settings(void)
{
    static struct mqtt_settings *made;
    static const char text[] =
        "{\"broker\":\"mqtt://h\",\"topics\":["
        "{\"topic\":\"t/{device}/{type}\",\"values\":[{\"raise_above\":3,\"clear_below\":2}]},"
        "{\"topic\":\"j/{device}/"
        "#\",\"values\":[{\"type\":\"water_level\",\"at\":\"a.0.b\",\"unit\":"
        "\"cm\",\"raise_above\":3},{\"type\":\"heat\",\"at\":\"c\"}],\"time\":{\"at\":\"t\","
        "\"form\":"
        "\"iso\"}},{\"topic\":\"+/{device}\",\"online\":[\"on\"],\"offline\":[\"off\"]},"
        "{\"topic\":\"#\",\"device\":\"d\",\"values\":[{\"type\":\"x\",\"raised\":[\"1\"],"
        "\"cleared\":"
        "[\"0\"]}]}]}";
    if (!made) {
        json_t *json = json_loads(text, 0, NULL);
        made = mqtt_settings_read(json, "fuzz", NULL);
        json_decref(json);
    }
    return made;
}

static void take(const struct mqtt_packet *packet)
{
    g_autoptr(GError) error = NULL;
    GArray *readings = mqtt_readings(settings(), packet->topic, packet->topic_size, packet->payload,
                                     packet->payload_size, &error);
    g_assert_true((readings == NULL) == (error != NULL));
    for (guint i = 0; readings && i < readings->len; i++) {
        const struct mqtt_reading *reading = &g_array_index(readings, struct mqtt_reading, i);
        bool raised;
        g_autoptr(GError) fault = NULL;
        sensor_judge(reading, NULL, i % 2, &raised, &fault);
        const struct state state = {reading->device, reading->type, raised, false, 1, 1};
        event_auto event = sensor_event("fuzz", reading, NULL, NULL, &state, 1790000000000000,
                                        1790000000000000, NULL);
        g_autofree char *line = event ? event_text(event) : NULL;
        if (line) {
            event_auto again = event_parse(line, strlen(line), NULL);
            g_assert_nonnull(again);
        }
    }
    if (readings)
        g_array_unref(readings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mqtt_packet packet, whole;
    const char *why;
    if (size < 1)
        return 0;
    size_t cut = data[0];
    for (data++, size--; size > 0;) {
        enum mqtt_result part = mqtt_read(data, MIN(cut, size), 4096, &packet, &why);
        enum mqtt_result result = mqtt_read(data, size, 4096, &whole, &why);
        /* what can be told of a part stays so with more of it */
        g_assert_true(part == MQTT_MORE || part == result);
        if (result != MQTT_PACKET)
            break;
        g_assert_true(whole.size >= 2 && whole.size <= size);
        if (whole.type == MQTT_PUBLISH)
            take(&whole);
        data += whole.size;
        size -= whole.size;
    }
    return 0;
}
