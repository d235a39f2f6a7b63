/* The form of an event: docs/events.md. */
#include "event/event.h"
#include <math.h>
#include <string.h>

static const char whole[] =
    "{\"source\":\"12345\",\"id\":\"A-77\",\"kind\":\"updated\",\"dimension\":\"livelihood\","
    "\"type\":\"noise\",\"title\":\"夜间施工噪音\",\"text\":\"一直到\\n凌晨\",\"priority\":3,"
    "\"device\":\"s1\",\"parent\":\"sw1\",\"lon\":120.125,\"lat\":30.5,\"crs\":\"GCJ02\","
    "\"area\":\"330109105001\",\"address\":\"石桥村\",\"azimuth\":10,\"fov\":90.5,"
    "\"reporter\":\"ab12\",\"occurred_us\":1795340000000000,\"received_us\":1795340001000000,"
    "\"skew_us\":-1500000,\"marks\":[\"late\",\"test\"],\"expires_us\":1795350000000000,"
    "\"refs\":[\"A-1\",\"A-2\"],\"shape\":{\"type\":\"Polygon\",\"coordinates\":[]},"
    "\"extra\":{\"a\":[1,{\"b\":null}]}}";

static void test_round(void)
{
    g_autoptr(GError) error = NULL;
    event_auto event = event_parse(whole, strlen(whole), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(event->title, ==, "夜间施工噪音");
    g_assert_cmpuint(event->priority, ==, 3);
    g_assert_cmpuint(event->marks, ==, EVENT_LATE | EVENT_TEST);
    g_assert_cmpfloat(event->lon, ==, 120.125);
    g_assert_cmpstr(event->ref_ids[1], ==, "A-2");
    g_autofree char *text = event_text(event);
    event_auto again = event_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    g_autofree char *second = event_text(again);
    g_assert_cmpstr(text, ==, second);
    json_t *given = json_loads(whole, 0, NULL), *written = json_loads(text, 0, NULL);
    g_assert_cmpuint(json_object_size(given), ==, json_object_size(written));
    json_decref(given);
    json_decref(written);
}

/* `changes` replaces members of `whole`; null takes one away. */
static void check_refused(const char *changes, const char *field)
{
    json_t *json = json_loads(whole, 0, NULL), *by = json_loads(changes, 0, NULL);
    g_assert_nonnull(by);
    json_object_update(json, by);
    const char *found = "", *zh = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_null(event_from_json(json, &found, &zh, &error));
    g_assert_cmpstr(found, ==, field);
    g_assert_nonnull(zh);
    g_assert_nonnull(error);
    json_decref(json);
    json_decref(by);
}

static void test_faults(void)
{
    static const char *const cases[][2] = {
        {"{\"source\":null}", "source"},
        {"{\"source\":\"Big\"}", "source"},
        {"{\"id\":\"\"}", "id"},
        {"{\"id\":7}", "id"},
        {"{\"kind\":\"told\"}", "kind"},
        {"{\"kind\":null,\"x\":1}", "x"},
        {"{\"kind\":\"updated\",\"refs\":[]}", "refs"},
        {"{\"kind\":\"raised\",\"device\":null}", "device"},
        {"{\"dimension\":\"weather\"}", "dimension"},
        {"{\"type\":\"a b\"}", "type"},
        {"{\"title\":\"a\\u0001\"}", "title"},
        {"{\"priority\":0}", "priority"},
        {"{\"priority\":\"1\"}", "priority"},
        {"{\"lon\":null}", "lon"},
        {"{\"lat\":91}", "lat"},
        {"{\"azimuth\":360}", "azimuth"},
        {"{\"received_us\":null}", "received_us"},
        {"{\"received_us\":1.5}", "received_us"},
        {"{\"occurred_us\":-1}", "occurred_us"},
        {"{\"marks\":[\"old\"]}", "marks"},
        {"{\"refs\":[3]}", "refs"},
        {"{\"shape\":{\"type\":\"Point\",\"coordinates\":[1,2]}}", "shape"},
        {"{\"extra\":{\"a\":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}}", "extra"},
        {"{\"unknown\":1}", "unknown"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_refused(cases[i][0], cases[i][1]);
    json_t *long_title = json_object();
    g_autofree char *title = g_strnfill(201, 'x');
    json_object_set_new(long_title, "title", json_string(title));
    char *text = json_dumps(long_title, 0);
    check_refused(text, "title");
    free(text);
    json_decref(long_title);
}

static void test_time(void)
{
    event_auto event = event_new();
    event->received_us = 20;
    g_assert_cmpint(event_time_us(event), ==, 20);
    event->occurred_us = 10;
    g_assert_cmpint(event_time_us(event), ==, 10);
    event->marks = EVENT_FUTURE;
    g_assert_cmpint(event_time_us(event), ==, 20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/event/round", test_round);
    g_test_add_func("/event/faults", test_faults);
    g_test_add_func("/event/time", test_time);
    return g_test_run();
}
