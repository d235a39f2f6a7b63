/* From a message of a broker to an alarm: topics, payloads, units, bounds; the register. */
#include "intake/sensor_event.h"
#include "intake/units.h"
#include <math.h>
#include <string.h>

#define NEAR(a, b) g_assert_cmpfloat(fabs((a) - (b)), <, 1e-9)

static struct mqtt_settings *settings_of(const char *topics)
{
    g_autofree char *text = g_strdup_printf("{\"broker\":\"mqtt://h\",\"topics\":[%s]}", topics);
    json_t *json = json_loads(text, 0, NULL);
    g_assert_nonnull(json);
    g_autoptr(GError) error = NULL;
    struct mqtt_settings *settings = mqtt_settings_read(json, "river", &error);
    g_assert_no_error(error);
    json_decref(json);
    return settings;
}

static GArray *readings_of(const struct mqtt_settings *settings, const char *topic,
                           const char *payload, const char *fault)
{
    g_autoptr(GError) error = NULL;
    GArray *readings =
        mqtt_readings(settings, topic, strlen(topic), payload, strlen(payload), &error);
    g_assert_true((readings == NULL) == (error != NULL));
    g_assert_true((fault != NULL) == (error != NULL));
    if (fault && !strstr(error->message, fault))
        g_error("%s, not %s", error->message, fault);
    return readings;
}

static void settings_are_checked(void)
{
    static const struct {
        const char *json, *words;
    } cases[] = {
        {"{}", "broker: expected mqtt://"},
        {"{\"broker\":\"http://h\",\"topics\":[]}", "broker: expected mqtt://"},
        {"{\"broker\":\"mqtt://u:p@h\",\"topics\":[]}", "broker: expected mqtt://"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[]}", "topics: expected a list"},
        {"{\"broker\":\"mqtt://h\",\"tpoics\":[]}", "settings.tpoics: there is no such setting"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{}]}", "topics[0]: topic: is missing"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{\"topic\":\"a/b\"}]}", "topics[0]: topic: has no"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{\"topic\":\"a/{device}\"}]}", "values or online"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{\"topic\":\"a/#/{device}\"}]}", "topic filter"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{\"topic\":\"{device}\",\"values\":[{}]}]}",
         "topics[0].values[0]: type: is missing"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{\"topic\":\"{device}\",\"values\":[{\"type\":\"x\","
         "\"unit\":\"furlong\"}]}]}",
         "unit: is not known"},
        {"{\"broker\":\"mqtt://h\",\"topics\":[{\"topic\":\"{device}\",\"values\":[{\"type\":\"x\","
         "\"raise_above\":1,\"clear_below\":2}]}]}",
         "clear_below is greater"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *json = json_loads(cases[i].json, 0, NULL);
        g_autoptr(GError) error = NULL;
        g_assert_null(mqtt_settings_read(json, "x", &error));
        if (!strstr(error->message, cases[i].words))
            g_error("%s, not %s", error->message, cases[i].words);
        json_decref(json);
    }
    struct mqtt_settings *settings =
        settings_of("{\"topic\":\"a/{device}/{type}\",\"values\":[{\"at\":\"\"}]}");
    g_assert_cmpstr(settings->client_id, ==, "townwall-river");
    g_assert_cmpuint(settings->port, ==, 1883);
    mqtt_settings_free(settings);
}

static void topics_and_payloads(void)
{
    struct mqtt_settings *settings = settings_of(
        "{\"topic\":\"t/{device}/{type}\",\"values\":[{}]},"
        "{\"topic\":\"j/{site}/"
        "{device}\",\"values\":[{\"type\":\"water_level\",\"at\":\"data.level\","
        "\"unit\":\"cm\"},{\"type\":\"battery_low\",\"at\":\"battery\",\"unit\":\"%\"}],"
        "\"time\":{\"at\":\"ts\",\"form\":\"ms\"}},"
        "{\"topic\":\"b/{device}\",\"values\":[{\"type\":\"help_button\",\"raised\":[\"Alarm\"],"
        "\"cleared\":[\"idle\"]}]},"
        "{\"topic\":\"s/{device}/#\",\"online\":[\"online\"],\"offline\":[\"offline\"]}");
    GArray *readings = readings_of(settings, "t/d1/heat", " 21.5 ", NULL);
    const struct mqtt_reading *first = &g_array_index(readings, struct mqtt_reading, 0);
    g_assert_cmpuint(readings->len, ==, 1);
    g_assert_cmpstr(first->device, ==, "d1");
    g_assert_cmpstr(first->type, ==, "heat");
    NEAR(first->number, 21.5);
    g_array_unref(readings);
    readings =
        readings_of(settings, "j/north/d2",
                    "{\"data\":{\"level\":321},\"battery\":\"80\",\"ts\":1790000000123}", NULL);
    g_assert_cmpuint(readings->len, ==, 2);
    first = &g_array_index(readings, struct mqtt_reading, 0);
    NEAR(first->number, 321);
    g_assert_cmpint(first->time_us, ==, 1790000000123000);
    NEAR(g_array_index(readings, struct mqtt_reading, 1).number, 80);
    g_array_unref(readings);
    readings = readings_of(settings, "j/north/d2", "{\"battery\":79}", NULL);
    g_assert_cmpuint(readings->len, ==, 1);
    g_array_unref(readings);
    readings = readings_of(settings, "b/d3", "ALARM", NULL);
    g_assert_true(g_array_index(readings, struct mqtt_reading, 0).raised);
    g_array_unref(readings);
    readings = readings_of(settings, "s/d4", "\"offline\"", NULL);
    g_assert_cmpstr(g_array_index(readings, struct mqtt_reading, 0).type, ==, MQTT_ONLINE_TYPE);
    g_assert_true(g_array_index(readings, struct mqtt_reading, 0).raised);
    g_array_unref(readings);
    readings = readings_of(settings, "s/d4/deeper/still", "online", NULL);
    g_assert_false(g_array_index(readings, struct mqtt_reading, 0).raised);
    g_array_unref(readings);
    static const char *const others[] = {"t/d1", "t/d1/heat/more", "q/d1", "$SYS/d1/heat", "/t/d1"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        readings = readings_of(settings, others[i], "1", NULL);
        g_assert_cmpuint(readings->len, ==, 0);
        g_array_unref(readings);
    }
    readings = readings_of(settings, "t/d1/heat", "", NULL);
    g_assert_cmpuint(readings->len, ==, 0);
    g_array_unref(readings);
    readings_of(settings, "t/d1/heat", "warm", "\"warm\" is neither");
    readings_of(settings, "t//heat", "1", "no good device");
    readings_of(settings, "t/d1/He at", "1", "no good type");
    readings_of(settings, "t/d1/heat", "\xff", "neither JSON nor text");
    readings_of(settings, "b/d3", "maybe", "\"maybe\"");
    readings_of(settings, "s/d4", "{}", "neither online nor offline");
    readings_of(settings, "j/north/d2", "{\"data\":{\"depth\":321}}", "(data.level, battery)");
    readings_of(settings, "j/north/d2", "\"garbage\"", "none of the values");
    mqtt_settings_free(settings);
}

static void units_convert(void)
{
    double out;
    g_assert_true(unit_convert(321, "cm", "m", &out));
    NEAR(out, 3.21);
    g_assert_true(unit_convert(68, "°F", "°C", &out));
    NEAR(out, 20);
    g_assert_true(unit_convert(20, "°C", "K", &out));
    NEAR(out, 293.15);
    g_assert_true(unit_convert(36, "km/h", "m/s", &out));
    NEAR(out, 10);
    g_assert_false(unit_convert(1, "m", "°C", &out));
    g_assert_false(unit_convert(1, "furlong", "m", &out));
    g_assert_true(unit_convert(1, "furlong", "furlong", &out));
}

static void hysteresis(void)
{
    const struct bounds level = {3.0, 2.8, (double)NAN, (double)NAN};
    const struct bounds heat = {60, 55, -10, -5};
    g_assert_false(bounds_judge(&level, 2.99, false));
    g_assert_true(bounds_judge(&level, 3.0, false));
    g_assert_true(bounds_judge(&level, 2.9, true));
    g_assert_false(bounds_judge(&level, 2.9, false));
    g_assert_false(bounds_judge(&level, 2.79, true));
    g_assert_true(bounds_judge(&level, (double)NAN, true));
    g_assert_true(bounds_judge(&heat, -12, false));
    g_assert_true(bounds_judge(&heat, -6, true));
    g_assert_false(bounds_judge(&heat, 0, true));
    const struct bounds bare = {3.0, (double)NAN, (double)NAN, (double)NAN};
    g_assert_false(bounds_judge(&bare, 2.99, true));
}

static const char register_csv[] =
    "feed,device,type,name,lon,lat,crs,area,parent,unit,raise_above,clear_below,priority\n"
    "river,d2,water_level,石桥水位,116.01,35.01,WGS84,370812107200001,gw1,m,3,2.8,1\n"
    "river,d3,help_button,三号按钮,116.02,35.02,GCJ02,,gw1,,,,\n";

static void the_register(void)
{
    struct sensor_list list = sensor_list_read(register_csv, strlen(register_csv));
    g_assert_cmpuint(json_array_size(list.errors), ==, 0);
    g_assert_cmpuint(list.sensors->len, ==, 2);
    const struct sensor *row = list.sensors->pdata[0];
    g_assert_cmpstr(row->name, ==, "石桥水位");
    NEAR(row->bounds.raise_above, 3);
    const struct sensor *button = list.sensors->pdata[1];
    g_assert_cmpfloat(button->lon, <, 116.02); /* converted */
    sensor_list_clear(&list);
    static const struct {
        const char *row, *column;
    } wrong[] = {
        {"River,d,x,,,,,,,,,,", "feed"},       {"r,,x,,,,,,,,,,", "device"},
        {"r,d,X y,,,,,,,,,,", "type"},         {"r,d,x,,1,,,,,,,,", "lat"},
        {"r,d,x,,east,35,,,,,,,", "lon"},      {"r,d,x,,116,35,Beijing54,,,,,,", "crs"},
        {"r,d,x,,,,,village,,,,,", "area"},    {"r,d,x,,,,,,,furlong,,,", "unit"},
        {"r,d,x,,,,,,,m,1,2,", "raise_above"}, {"r,d,x,,,,,,,m,1,,9", "priority"},
    };
    const char *head = strchr(register_csv, '\n');
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *text =
            g_strdup_printf("%.*s\n%s\n", (int)(head - register_csv), register_csv, wrong[i].row);
        list = sensor_list_read(text, strlen(text));
        const json_t *error = json_array_get(list.errors, 0);
        g_assert_cmpstr(json_string_value(json_object_get(error, "column")), ==, wrong[i].column);
        g_assert_cmpint(json_integer_value(json_object_get(error, "line")), ==, 2);
        sensor_list_clear(&list);
    }
}

/* What a device whose clock stands tells live has happened now. */
static void a_clock_that_stands(void)
{
    const int64_t now_us = 1790000000000000, day_us = INT64_C(24) * 3600 * G_USEC_PER_SEC;
    const struct state state = {
        .device = (char *)"d1", .type = (char *)"help_button", .raised = true, .seq = 1};
    const struct mqtt_value value = {.type = (char *)"help_button"};
    struct mqtt_reading reading = {.device = (char *)"d1",
                                   .type = (char *)"help_button",
                                   .value = &value,
                                   .is_state = true,
                                   .raised = true};
    const int64_t times[] = {0, 946684800000000, now_us - day_us - 1, now_us - day_us, now_us + 5};
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autoptr(GError) error = NULL;
        reading.time_us = times[i];
        event_auto event = sensor_event("river", &reading, NULL, NULL, &state, now_us,
                                        now_us + 2 * day_us, &error);
        g_assert_no_error(error);
        const json_t *said = json_object_get(event->extra, "device_time_us");
        g_assert_cmpint(event->occurred_us, ==, i >= 3 ? times[i] : 0);
        g_assert_cmpint(json_integer_value(said), ==, i == 1 || i == 2 ? times[i] : 0);
        g_assert_true(i == 1 || i == 2 || !event->extra);
    }
}

static void events(void)
{
    struct mqtt_settings *settings = settings_of(
        "{\"topic\":\"{device}/level\",\"values\":[{\"type\":\"water_level\",\"unit\":\"cm\"}]}");
    struct sensor_list list = sensor_list_read(register_csv, strlen(register_csv));
    const struct sensor *row = list.sensors->pdata[0];
    GArray *readings = readings_of(settings, "d2/level", "321", NULL);
    const struct mqtt_reading *reading = &g_array_index(readings, struct mqtt_reading, 0);
    bool raised;
    g_autoptr(GError) error = NULL;
    g_assert_true(sensor_judge(reading, row, false, &raised, &error));
    g_assert_true(raised);
    g_assert_false(sensor_judge(reading, NULL, false, &raised, &error)); /* no bounds anywhere */
    g_assert_false(raised);
    const struct state state = {
        .device = (char *)"d2", .type = (char *)"water_level", .raised = true, .seq = 7};
    event_auto event = sensor_event("river", reading, row, row, &state, 1790000000000000,
                                    1790000000000000, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(event->id, ==, "d2/water_level/7");
    g_assert_cmpstr(event->title, ==, "石桥水位：水位 3.21 m，限值 3 m");
    g_assert_cmpint(event->kind, ==, EVENT_RAISED);
    g_assert_cmpstr(event->parent, ==, "gw1");
    g_assert_cmpstr(event->area, ==, "370812107200001");
    g_assert_cmpuint(event->priority, ==, 1);
    NEAR(event->lon, 116.01);
    g_array_unref(readings);
    sensor_list_clear(&list);
    mqtt_settings_free(settings);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sensor/settings", settings_are_checked);
    g_test_add_func("/sensor/topics-and-payloads", topics_and_payloads);
    g_test_add_func("/sensor/units", units_convert);
    g_test_add_func("/sensor/hysteresis", hysteresis);
    g_test_add_func("/sensor/register", the_register);
    g_test_add_func("/sensor/clock-stands", a_clock_that_stands);
    g_test_add_func("/sensor/events", events);
    return g_test_run();
}
