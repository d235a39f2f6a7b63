#include "intake/sensor.h"
#include "intake/csv_table.h"
#include "intake/feed.h"
#include "intake/mapping_private.h"
#include "intake/units.h"
#include "place/crs.h"
#include <math.h>
#include <string.h>

enum { MAX_ERRORS = 1000 };

void sensor_free(gpointer data)
{
    struct sensor *sensor = data;
    if (!sensor)
        return;
    g_free(sensor->feed);
    g_free(sensor->device);
    g_free(sensor->type);
    g_free(sensor->name);
    g_free(sensor->crs);
    g_free(sensor->area);
    g_free(sensor->address);
    g_free(sensor->parent);
    g_free(sensor->unit);
    g_free(sensor);
}

static void put_text(json_t *json, const char *key, const char *text)
{
    if (*text)
        json_object_set_new(json, key, json_string(text));
}

static void put_number(json_t *json, const char *key, double value)
{
    if (!isnan(value))
        json_object_set_new(json, key, json_real(value));
}

json_t *sensor_json(const struct sensor *sensor)
{
    json_t *json = json_pack("{s:s,s:s,s:s}", "feed", sensor->feed, "device", sensor->device,
                             "type", sensor->type);
    put_text(json, "name", sensor->name);
    put_number(json, "lon", sensor->lon);
    put_number(json, "lat", sensor->lat);
    put_text(json, "crs", sensor->crs);
    put_text(json, "area", sensor->area);
    put_text(json, "address", sensor->address);
    put_text(json, "parent", sensor->parent);
    put_text(json, "unit", sensor->unit);
    put_number(json, "raise_above", sensor->bounds.raise_above);
    put_number(json, "clear_below", sensor->bounds.clear_below);
    put_number(json, "raise_below", sensor->bounds.raise_below);
    put_number(json, "clear_above", sensor->bounds.clear_above);
    if (sensor->priority)
        json_object_set_new(json, "priority", json_integer(sensor->priority));
    return json;
}

/* --- rows */

static bool wrong(struct form_fault *fault, const char *column, const char *zh, const char *en)
{
    *fault = (struct form_fault){.field = column, .zh = zh, .en = g_strdup(en)};
    return false;
}

static bool read_text(const json_t *row, const char *column, size_t most, char **text,
                      struct form_fault *fault)
{
    const char *cell = json_string_value(json_object_get(row, column));
    if (cell && strlen(cell) > most)
        return wrong(fault, column, "过长", "is too long");
    *text = g_strdup(cell ? cell : "");
    return true;
}

static bool read_number(const json_t *row, const char *column, double *number,
                        struct form_fault *fault)
{
    const char *cell = json_string_value(json_object_get(row, column));
    char *end = NULL;
    *number = cell ? g_ascii_strtod(cell, &end) : (double)NAN;
    if (cell && (end == cell || *end != '\0' || !isfinite(*number)))
        return wrong(fault, column, "应为数字", "is no number");
    return true;
}

static bool read_names(const json_t *row, struct sensor *sensor, struct form_fault *fault)
{
    static const char *const letters = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    if (!read_text(row, "feed", 32, &sensor->feed, fault) ||
        !read_text(row, "device", 64, &sensor->device, fault) ||
        !read_text(row, "type", 48, &sensor->type, fault) ||
        !read_text(row, "name", 200, &sensor->name, fault) ||
        !read_text(row, "area", 15, &sensor->area, fault) ||
        !read_text(row, "address", 600, &sensor->address, fault) ||
        !read_text(row, "parent", 64, &sensor->parent, fault) ||
        !read_text(row, "unit", 16, &sensor->unit, fault))
        return false;
    if (!feed_id_good(sensor->feed))
        return wrong(fault, "feed", "不是数据源编号", "is no id of a feed");
    if (!*sensor->device)
        return wrong(fault, "device", "必填", "is missing");
    if (!*sensor->type || strspn(sensor->type, letters) != strlen(sensor->type))
        return wrong(fault, "type", "应为小写字母、数字、下划线或点", "expected a-z 0-9 _ .");
    if (strspn(sensor->area, "0123456789") != strlen(sensor->area))
        return wrong(fault, "area", "应为区划代码", "expected a code of digits");
    if (g_utf8_strlen(sensor->address, -1) > 200)
        return wrong(fault, "address", "过长", "is too long");
    if (!unit_known(sensor->unit))
        return wrong(fault, "unit", "不认识的单位", "is no unit that we know");
    return true;
}

static bool read_place(const json_t *row, struct sensor *sensor, struct form_fault *fault)
{
    double lon, lat;
    if (!read_text(row, "crs", 16, &sensor->crs, fault) || !read_number(row, "lon", &lon, fault) ||
        !read_number(row, "lat", &lat, fault))
        return false;
    sensor->lon = sensor->lat = (double)NAN;
    if (isnan(lon) != isnan(lat))
        return wrong(fault, isnan(lon) ? "lon" : "lat", "经纬度应同时填写",
                     "lon and lat need each other");
    if (isnan(lon))
        return true;
    if (fabs(lon) > 180 || fabs(lat) > 90)
        return wrong(fault, "lon", "经纬度超出范围", "no such position");
    if (!crs_to_wgs84(*sensor->crs ? sensor->crs : "WGS84", lon, lat, &sensor->lon, &sensor->lat))
        return wrong(fault, "crs", "应为 WGS84、CGCS2000、GCJ02 或 BD09",
                     "expected WGS84, CGCS2000, GCJ02 or BD09");
    return true;
}

static bool read_bounds(const json_t *row, struct sensor *sensor, struct form_fault *fault)
{
    double priority;
    struct bounds *bounds = &sensor->bounds;
    if (!read_number(row, "raise_above", &bounds->raise_above, fault) ||
        !read_number(row, "clear_below", &bounds->clear_below, fault) ||
        !read_number(row, "raise_below", &bounds->raise_below, fault) ||
        !read_number(row, "clear_above", &bounds->clear_above, fault) ||
        !read_number(row, "priority", &priority, fault))
        return false;
    const char *zh, *en = bounds_fault(bounds, &zh);
    if (en)
        return wrong(fault, "raise_above", zh, en);
    if (!isnan(priority) && priority != 1 && priority != 2 && priority != 3 && priority != 4)
        return wrong(fault, "priority", "应为 1 到 4", "expected 1 to 4");
    sensor->priority = isnan(priority) ? 0 : (unsigned)priority;
    return true;
}

static const char *unknown_column(const json_t *row)
{
    static const char *const known[] = {
        "feed",        "device",      "type",        "name",     "lon",  "lat",
        "crs",         "area",        "address",     "parent",   "unit", "raise_above",
        "clear_below", "raise_below", "clear_above", "priority", NULL};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)row, key, value) if (!g_strv_contains(known, key)) return key;
    return NULL;
}

/* Returned: owned by the caller; NULL + *fault. */
static struct sensor *read_row(const json_t *row, GHashTable *seen, struct form_fault *fault)
{
    struct sensor *sensor = g_new0(struct sensor, 1);
    const char *odd = unknown_column(row);
    if (odd) {
        *fault = (struct form_fault){.field = NULL,
                                     .zh = "有不认识的列",
                                     .en = g_strdup_printf("there is no column \"%s\"", odd)};
    } else if (read_names(row, sensor, fault) && read_place(row, sensor, fault) &&
               read_bounds(row, sensor, fault)) {
        char *key = g_strdup_printf("%s\n%s\n%s", sensor->feed, sensor->device, sensor->type);
        if (g_hash_table_add(seen, key))
            return sensor;
        wrong(fault, "device", "本文件中重复", "stands in this file twice");
    }
    sensor_free(sensor);
    return NULL;
}

struct sensor *sensor_from_json(const json_t *fields, struct form_fault *fault)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    json_t *row = json_object();
    const char *key;
    json_t *value;
    struct sensor *sensor = NULL;
    bool plain = json_is_object(fields);
    json_object_foreach((json_t *)fields, key, value)
    {
        g_autofree char *text = mapping_text(value);
        plain = plain && (text || json_is_null(value));
        if (text && *text)
            json_object_set_new(row, key, json_string(text));
    }
    if (plain)
        sensor = read_row(row, seen, fault);
    else
        wrong(fault, NULL, "应为由文字和数字组成的对象", "is no object of texts and numbers");
    json_decref(row);
    return sensor;
}

static void note_error(struct sensor_list *list, guint line, struct form_fault *fault)
{
    if (json_array_size(list->errors) < MAX_ERRORS) {
        json_t *error = json_pack("{s:i}", "line", (int)line);
        form_fault_put(fault, error);
        json_object_set(error, "column", json_object_get(error, "field"));
        json_object_del(error, "field");
        json_array_append_new(list->errors, error);
    }
    form_fault_clear(fault);
}

struct sensor_list sensor_list_read(const char *data, size_t size)
{
    struct sensor_list list = {.sensors = g_ptr_array_new_with_free_func(sensor_free),
                               .errors = json_array()};
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct csv_table table = {0};
    struct form_fault fault = {0};
    if (!csv_table_open(&table, data, size, &fault)) {
        note_error(&list, 1, &fault);
        csv_table_close(&table);
        return list;
    }
    for (;;) {
        json_t *row = NULL;
        guint line = 0;
        enum csv_row kind = csv_table_next(&table, &row, &line, &fault);
        if (kind == CSV_ROW_END)
            break;
        list.rows++;
        struct sensor *sensor = kind == CSV_ROW ? read_row(row, seen, &fault) : NULL;
        if (sensor)
            g_ptr_array_add(list.sensors, sensor);
        else
            note_error(&list, line, &fault);
        json_decref(row);
    }
    csv_table_close(&table);
    return list;
}

void sensor_list_clear(struct sensor_list *list)
{
    g_ptr_array_unref(list->sensors);
    json_decref(list->errors);
}
