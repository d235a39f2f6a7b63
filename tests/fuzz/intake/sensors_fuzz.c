/* The register of sensors as CSV, and the settings of a broker as JSON: good rows can be told, bad
 * ones have a line. */
#include "intake/mqtt_rules.h"
#include "intake/sensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sensor_list list = sensor_list_read((const char *)data, size);
    g_assert_cmpuint(list.sensors->len, <=, list.rows);
    for (guint i = 0; i < list.sensors->len; i++)
        json_decref(sensor_json(list.sensors->pdata[i]));
    sensor_list_clear(&list);
    json_t *json = json_loadb((const char *)data, size, 0, NULL);
    g_autoptr(GError) error = NULL;
    struct mqtt_settings *settings = json ? mqtt_settings_read(json, "fuzz", &error) : NULL;
    g_assert_true(!json || (settings == NULL) == (error != NULL));
    mqtt_settings_free(settings);
    json_decref(json);
    return 0;
}
