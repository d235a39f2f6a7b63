#include "intake/sensor_event.h"
#include "intake/form.h"
#include "intake/units.h"
#include <math.h>
#include <string.h>

#define SENSOR_ERROR (g_quark_from_static_string("townwall-sensor"))
#define NAME_CHARS   80

/* What a type is called in a line; the catalogue (config/rules.json) names the alert. */
static const struct {
    const char *type, *zh;
} names[] = {
    {"smoke", "烟雾"},
    {"heat", "温度"},
    {"temperature", "温度"},
    {"gas", "燃气"},
    {"water_level", "水位"},
    {"door", "门磁"},
    {"air", "空气质量"},
    {"noise_level", "噪声"},
    {"help_button", "一键求助"},
    {"manhole_open", "井盖"},
    {"tilt", "倾斜"},
    {"battery_low", "电量"},
    {"wind", "风速"},
    {"rainfall", "雨量"},
    {"humidity", "湿度"},
    {"pressure", "压力"},
    {"sensor_offline", "在线状态"},
};

static const char *name_of(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i].type, type) == 0)
            return names[i].zh;
    return type;
}

/* The bounds that hold, and their unit. */
static const struct bounds *bounds_of(const struct mqtt_reading *reading, const struct sensor *row,
                                      const char **unit)
{
    bool own = row && bounds_any(&row->bounds);
    *unit = own && *row->unit ? row->unit : reading->value->unit;
    return own ? &row->bounds : &reading->value->bounds;
}

/* The number in the unit of the bounds. A number without unit is taken to be in it. */
static bool measured(const struct mqtt_reading *reading, const char *unit, double *number)
{
    const char *from = *reading->value->unit ? reading->value->unit : unit;
    return unit_convert(reading->number, from, unit, number);
}

bool sensor_judge(const struct mqtt_reading *reading, const struct sensor *row, bool was,
                  bool *raised, GError **error)
{
    *raised = reading->is_state ? reading->raised : was;
    if (reading->is_state)
        return true;
    const char *unit;
    const struct bounds *bounds = bounds_of(reading, row, &unit);
    double number;
    if (!bounds_any(bounds))
        return false;
    if (!measured(reading, unit, &number)) {
        g_set_error(error, SENSOR_ERROR, 0, "%s %s: %s cannot be held against bounds in %s",
                    reading->device, reading->type, reading->value->unit, unit);
        return false;
    }
    *raised = bounds_judge(bounds, number, was);
    return true;
}

/* "水位 3.21 m，限值 3 m"; "烟雾报警"; "离线". */
static char *words_of(const struct mqtt_reading *reading, const struct sensor *row, bool raised)
{
    const char *name =
        reading->value && reading->value->name ? reading->value->name : name_of(reading->type);
    if (!reading->value)
        return g_strdup(raised ? "离线" : "恢复在线");
    if (reading->is_state)
        return g_strdup_printf("%s%s", name, raised ? "报警" : "恢复正常");
    const char *unit;
    const struct bounds *bounds = bounds_of(reading, row, &unit);
    double number = reading->number;
    measured(reading, unit, &number);
    double bound = bounds_crossed(bounds, number);
    if (!raised || isnan(bound))
        return g_strdup_printf("%s %.6g %s，恢复正常", name, number, unit);
    return g_strdup_printf("%s %.6g %s，限值 %.6g %s", name, number, unit, bound, unit);
}

static void put_place(struct event *event, const struct sensor *place)
{
    if (!place)
        return;
    event->lon = place->lon;
    event->lat = place->lat;
    event->crs = *place->crs && !isnan(place->lon) ? g_strdup(place->crs) : NULL;
    event->area = *place->area ? g_strdup(place->area) : NULL;
    event->address = *place->address ? g_strdup(place->address) : NULL;
    event->parent = *place->parent ? g_strdup(place->parent) : NULL;
}

static unsigned priority_of(const struct mqtt_reading *reading, const struct sensor *row)
{
    if (row && row->priority)
        return row->priority;
    return reading->value ? reading->value->priority : 0;
}

bool sensor_time_good(int64_t time_us, int64_t came_us)
{
    return time_us >= came_us - FORM_LATE_US;
}

/* What was measured, and a time that is not believed. NULL: neither. */
static json_t *extra_of(const struct mqtt_reading *reading, bool timed)
{
    json_t *extra =
        reading->value && !reading->is_state
            ? json_pack("{s:f,s:s}", "value", reading->number, "unit", reading->value->unit)
            : NULL;
    if (timed || !reading->time_us)
        return extra;
    if (!extra)
        extra = json_object();
    json_object_set_new(extra, "device_time_us", json_integer(reading->time_us));
    return extra;
}

struct event *sensor_event(const char *feed, const struct mqtt_reading *reading,
                           const struct sensor *row, const struct sensor *place,
                           const struct state *state, int64_t came_us, int64_t now_us,
                           GError **error)
{
    event_auto event = event_new();
    const char *name = place && *place->name ? place->name : reading->device;
    g_autofree char *cut = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), NAME_CHARS));
    g_autofree char *words = words_of(reading, row, state->raised);
    event->source = g_strdup(feed);
    event->id =
        g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, reading->device, reading->type, state->seq);
    event->kind = state->raised ? EVENT_RAISED : EVENT_CLEARED;
    event->dimension = g_strdup("sensor");
    event->type = g_strdup(reading->type);
    event->title = g_strdup_printf("%s：%s", cut, words);
    event->device = g_strdup(reading->device);
    event->priority = priority_of(reading, row);
    event->received_us = now_us;
    bool timed = sensor_time_good(reading->time_us, came_us);
    event->occurred_us = timed ? reading->time_us : 0;
    put_place(event, place);
    event->extra = extra_of(reading, timed);
    if (!event_check(event, NULL, NULL, error))
        return NULL;
    return event_ref(event);
}
