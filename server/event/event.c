#include "event/event.h"
#include <math.h>
#include <string.h>

enum {
    SOURCE_BYTES = 32,
    ID_BYTES = 128,
    TYPE_BYTES = 48,
    DEVICE_BYTES = 64,
    REPORTER_BYTES = 64,
    CONTACT_BYTES = 1024,
    CRS_BYTES = 16,
    AREA_BYTES = 32,
    TITLE_CHARS = 200,
    TEXT_CHARS = 4000,
    ADDRESS_CHARS = 200,
    EXTRA_BYTES = 8 << 10,
    SHAPE_BYTES = 64 << 10,
    DEEPEST = 12,
};

static const char *const kinds[EVENT_KINDS] = {"report", "raised", "cleared", "cancelled",
                                               "updated"};
static const char *const mark_names[] = {"future", "late", "exercise", "test", "past"};
static const char *const dimensions[] = {
    "public_security", "traffic",       "petition", "enforcement", "dispute", "livelihood",
    "camera_alarm",    "camera_health", "sensor",   "warning",     NULL,
};

/* --- life */

struct event *event_new(void)
{
    struct event *event = g_new0(struct event, 1);
    g_atomic_ref_count_init(&event->refs);
    event->lon = event->lat = event->azimuth_deg = event->fov_deg = NAN;
    return event;
}

struct event *event_ref(struct event *event)
{
    g_atomic_ref_count_inc(&event->refs);
    return event;
}

void event_unref(struct event *event)
{
    if (!event || !g_atomic_ref_count_dec(&event->refs))
        return;
    char *texts[] = {event->source,  event->id,       event->dimension, event->type, event->title,
                     event->text,    event->device,   event->parent,    event->crs,  event->area,
                     event->address, event->reporter, event->contact};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(event->ref_ids);
    json_decref(event->shape);
    json_decref(event->extra);
    g_free(event);
}

/* --- names */

const char *event_kind_name(enum event_kind kind)
{
    return (unsigned)kind < EVENT_KINDS ? kinds[kind] : NULL;
}

bool event_kind_find(const char *name, enum event_kind *kind)
{
    for (unsigned i = 0; i < EVENT_KINDS; i++) {
        if (g_strcmp0(name, kinds[i]) == 0) {
            *kind = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

bool event_dimension_known(const char *dimension)
{
    return dimension && g_strv_contains(dimensions, dimension);
}

const char *const *event_dimensions(void)
{
    return dimensions;
}

int64_t event_time_us(const struct event *event)
{
    bool usable = event->occurred_us && !(event->marks & (EVENT_FUTURE | EVENT_LATE));
    return usable ? event->occurred_us : event->received_us;
}

/* --- checks. Whoever finds a fault says where, and in both languages. */

struct fault {
    const char **field, **zh;
    GError **error;
};

static bool wrong(const struct fault *fault, const char *field, const char *zh, const char *en)
{
    if (fault->field)
        *fault->field = field;
    if (fault->zh)
        *fault->zh = zh;
    if (field)
        g_set_error(fault->error, EVENT_ERROR, 0, "%s: %s", field, en);
    else
        g_set_error(fault->error, EVENT_ERROR, 0, "%s", en);
    return false;
}

static bool is_code(const char *text, const char *more)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && !strchr(more, *c))
            return false;
    return true;
}

static bool has_controls(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t')
            return true;
    return false;
}

struct text_rule {
    const char *field;
    size_t offset;
    size_t max; /* characters, or bytes when `bytes` */
    bool bytes, needed;
    const char *code; /* other characters of a code; NULL: any text */
};

#define TEXT(name, most, bytes, needed, code)                                                      \
    {                                                                                              \
#name, offsetof(struct event, name), most, bytes, needed, code                             \
    }
static const struct text_rule text_rules[] = {
    TEXT(source, SOURCE_BYTES, true, true, "._-"),
    TEXT(id, ID_BYTES, true, true, NULL),
    TEXT(dimension, TYPE_BYTES, true, true, "_"),
    TEXT(type, TYPE_BYTES, true, true, "_."),
    TEXT(title, TITLE_CHARS, false, true, NULL),
    TEXT(text, TEXT_CHARS, false, false, NULL),
    TEXT(device, DEVICE_BYTES, true, false, NULL),
    TEXT(parent, DEVICE_BYTES, true, false, NULL),
    TEXT(crs, CRS_BYTES, true, false, NULL),
    TEXT(area, AREA_BYTES, true, false, NULL),
    TEXT(address, ADDRESS_CHARS, false, false, NULL),
    TEXT(reporter, REPORTER_BYTES, true, false, NULL),
    TEXT(contact, CONTACT_BYTES, true, false, NULL),
};

static char **text_of(const struct event *event, const struct text_rule *rule)
{
    return (char **)(void *)((char *)event + rule->offset);
}

static bool check_text(const struct text_rule *rule, const char *text, const struct fault *fault)
{
    if (!text)
        return !rule->needed || wrong(fault, rule->field, "必填", "is missing");
    if (!*text)
        return wrong(fault, rule->field, "不能为空", "is empty");
    if (!g_utf8_validate(text, -1, NULL))
        return wrong(fault, rule->field, "不是有效的 UTF-8", "is not valid UTF-8");
    size_t size = rule->bytes ? strlen(text) : (size_t)g_utf8_strlen(text, -1);
    if (size > rule->max)
        return wrong(fault, rule->field, "过长", "is too long");
    if (rule->code && !is_code(text, rule->code))
        return wrong(fault, rule->field, "只能用小写字母、数字和规定的符号",
                     "has other characters than lower-case letters, digits and marks");
    if (has_controls(text))
        return wrong(fault, rule->field, "含有控制字符", "has control characters");
    return true;
}

static bool check_place(const struct event *event, const struct fault *fault)
{
    if (isnan(event->lon) != isnan(event->lat))
        return wrong(fault, isnan(event->lon) ? "lon" : "lat", "经纬度要成对", "is missing");
    if (!isnan(event->lon) && !(event->lon >= -180 && event->lon <= 180))
        return wrong(fault, "lon", "应在 -180 到 180 之间", "is not between -180 and 180");
    if (!isnan(event->lat) && !(event->lat >= -90 && event->lat <= 90))
        return wrong(fault, "lat", "应在 -90 到 90 之间", "is not between -90 and 90");
    if (!isnan(event->azimuth_deg) && !(event->azimuth_deg >= 0 && event->azimuth_deg < 360))
        return wrong(fault, "azimuth", "应在 0 到 360 之间", "is not between 0 and 360");
    if (!isnan(event->fov_deg) && !(event->fov_deg > 0 && event->fov_deg <= 360))
        return wrong(fault, "fov", "应在 0 到 360 之间", "is not between 0 and 360");
    return true;
}

static size_t json_bytes(const json_t *json)
{
    return json ? json_dumpb(json, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) : 0;
}

static unsigned json_depth(const json_t *json, unsigned most)
{
    unsigned deepest = 0;
    size_t i;
    const char *key;
    json_t *value;
    if (!most)
        return 1;
    if (json_is_object(json)) {
        json_object_foreach((json_t *)json, key, value) deepest =
            MAX(deepest, json_depth(value, most - 1));
        return deepest + 1;
    }
    json_array_foreach(json, i, value) deepest = MAX(deepest, json_depth(value, most - 1));
    return json_is_array(json) ? deepest + 1 : 0;
}

static bool check_shape(const json_t *shape, const struct fault *fault)
{
    if (!shape)
        return true;
    const char *type = json_string_value(json_object_get(shape, "type"));
    if ((g_strcmp0(type, "Polygon") != 0 && g_strcmp0(type, "MultiPolygon") != 0) ||
        !json_is_array(json_object_get(shape, "coordinates")))
        return wrong(fault, "shape", "应为 GeoJSON 面", "is no GeoJSON Polygon or MultiPolygon");
    if (json_bytes(shape) > SHAPE_BYTES)
        return wrong(fault, "shape", "过大", "is larger than 64 KiB");
    return true;
}

bool event_check(const struct event *event, const char **field, const char **zh, GError **error)
{
    const struct fault fault = {field, zh, error};
    for (size_t i = 0; i < G_N_ELEMENTS(text_rules); i++)
        if (!check_text(&text_rules[i], *text_of(event, &text_rules[i]), &fault))
            return false;
    if (!event_dimension_known(event->dimension))
        return wrong(&fault, "dimension", "没有这个维度", "is none of the dimensions");
    if (event->priority > 4)
        return wrong(&fault, "priority", "应为 1 到 4", "is not between 1 and 4");
    if ((event->kind == EVENT_RAISED || event->kind == EVENT_CLEARED) && !event->device)
        return wrong(&fault, "device", "设备信号要有设备", "is missing: a signal has a device");
    if ((event->kind == EVENT_CANCELLED || event->kind == EVENT_UPDATED) &&
        (!event->ref_ids || !event->ref_ids[0]))
        return wrong(&fault, "refs", "必填", "is missing");
    if (event->received_us <= 0)
        return wrong(&fault, "received_us", "必填", "is missing");
    if (event->occurred_us < 0)
        return wrong(&fault, "occurred_us", "不能为负", "is negative");
    if (!check_place(event, &fault) || !check_shape(event->shape, &fault))
        return false;
    if (event->extra && json_depth(event->extra, DEEPEST) > DEEPEST)
        return wrong(&fault, "extra", "嵌套过深", "is nested too deeply");
    if (json_bytes(event->extra) > EXTRA_BYTES)
        return wrong(&fault, "extra", "过大", "is larger than 8 KiB");
    return true;
}

/* --- reading */

static bool read_text(struct event *event, const char *key, const json_t *value, bool *known,
                      const struct fault *fault)
{
    for (size_t i = 0; i < G_N_ELEMENTS(text_rules); i++) {
        const struct text_rule *rule = &text_rules[i];
        if (strcmp(rule->field, key) != 0)
            continue;
        *known = true;
        if (!json_is_string(value))
            return wrong(fault, rule->field, "应为文字", "is not a string");
        if (json_string_length(value) != strlen(json_string_value(value)))
            return wrong(fault, rule->field, "含有空字符", "has a NUL character");
        *text_of(event, rule) = g_strdup(json_string_value(value));
        return true;
    }
    return true;
}

static bool read_number(struct event *event, const char *key, const json_t *value, bool *known,
                        const struct fault *fault)
{
    const struct {
        const char *field;
        double *number;
        int64_t *time;
    } numbers[] = {
        {"lon", &event->lon, NULL},
        {"lat", &event->lat, NULL},
        {"azimuth", &event->azimuth_deg, NULL},
        {"fov", &event->fov_deg, NULL},
        {"occurred_us", NULL, &event->occurred_us},
        {"received_us", NULL, &event->received_us},
        {"skew_us", NULL, &event->skew_us},
        {"expires_us", NULL, &event->expires_us},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(numbers[i].field, key) != 0)
            continue;
        *known = true;
        if (numbers[i].time && !json_is_integer(value))
            return wrong(fault, numbers[i].field, "应为整数", "is not an integer");
        if (!json_is_number(value))
            return wrong(fault, numbers[i].field, "应为数字", "is not a number");
        if (numbers[i].time)
            *numbers[i].time = json_integer_value(value);
        else
            *numbers[i].number = json_number_value(value);
        return true;
    }
    return true;
}

static bool read_marks(struct event *event, const json_t *value, const struct fault *fault)
{
    size_t i;
    json_t *item;
    if (!json_is_array(value))
        return wrong(fault, "marks", "应为数组", "is not an array");
    json_array_foreach(value, i, item)
    {
        size_t mark = 0;
        while (mark < G_N_ELEMENTS(mark_names) &&
               g_strcmp0(json_string_value(item), mark_names[mark]) != 0)
            mark++;
        if (mark == G_N_ELEMENTS(mark_names))
            return wrong(fault, "marks", "没有这个标记", "has an unknown mark");
        event->marks |= 1U << mark;
    }
    return true;
}

static bool read_refs(struct event *event, const json_t *value, const struct fault *fault)
{
    if (!json_is_array(value) || json_array_size(value) > EVENT_MAX_REFS)
        return wrong(fault, "refs", "应为至多 32 个编号的数组",
                     "is not an array of at most 32 ids");
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        const char *id = json_string_value(item);
        if (!id || !*id || strlen(id) > ID_BYTES)
            return wrong(fault, "refs", "应为编号", "has something that is no id");
        g_strv_builder_add(builder, id);
    }
    g_strfreev(event->ref_ids);
    event->ref_ids = g_strv_builder_end(builder);
    return true;
}

static bool read_object(json_t **place, const char *field, json_t *value, const struct fault *fault)
{
    if (!json_is_object(value))
        return wrong(fault, field, "应为对象", "is not an object");
    *place = json_incref(value);
    return true;
}

static bool read_field(struct event *event, const char *key, json_t *value,
                       const struct fault *fault)
{
    bool known = false;
    if (!read_text(event, key, value, &known, fault) ||
        !read_number(event, key, value, &known, fault))
        return false;
    if (known)
        return true;
    if (!strcmp(key, "kind"))
        return event_kind_find(json_string_value(value), &event->kind) ||
               wrong(fault, "kind", "没有这种事件", "is none of the kinds");
    if (!strcmp(key, "priority")) {
        json_int_t priority = json_integer_value(value);
        event->priority = (unsigned)priority;
        return (priority >= 1 && priority <= 4) ||
               wrong(fault, "priority", "应为 1 到 4", "is not between 1 and 4");
    }
    if (!strcmp(key, "marks"))
        return read_marks(event, value, fault);
    if (!strcmp(key, "refs"))
        return read_refs(event, value, fault);
    if (!strcmp(key, "shape"))
        return read_object(&event->shape, "shape", value, fault);
    if (!strcmp(key, "extra"))
        return read_object(&event->extra, "extra", value, fault);
    return wrong(fault, key, "没有这个字段", "is no field of an event");
}

struct event *event_from_json(const json_t *json, const char **field, const char **zh,
                              GError **error)
{
    const struct fault fault = {field, zh, error};
    const char *key;
    json_t *value;
    if (!json_is_object(json)) {
        wrong(&fault, NULL, "应为对象", "an event is an object");
        return NULL;
    }
    if (!json_object_get(json, "kind")) {
        wrong(&fault, "kind", "必填", "is missing");
        return NULL;
    }
    event_auto event = event_new();
    json_object_foreach((json_t *)json, key,
                        value) if (!json_is_null(value) &&
                                   !read_field(event, key, value, &fault)) return NULL;
    if (!event_check(event, field, zh, error))
        return NULL;
    return g_steal_pointer(&event);
}

struct event *event_parse(const char *text, size_t size, GError **error)
{
    if (size > EVENT_MAX_BYTES) {
        g_set_error(error, EVENT_ERROR, 0, "an event has at most %zu bytes", EVENT_MAX_BYTES);
        return NULL;
    }
    json_error_t fault;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
    if (!json) {
        g_set_error(error, EVENT_ERROR, 0, "not JSON: %s at %d", fault.text, fault.position);
        return NULL;
    }
    struct event *event = event_from_json(json, NULL, NULL, error);
    json_decref(json);
    return event;
}

/* --- writing */

static void put_number(json_t *json, const char *name, double value)
{
    if (!isnan(value))
        json_object_set_new(json, name, json_real(value));
}

static void put_time(json_t *json, const char *name, int64_t value)
{
    if (value)
        json_object_set_new(json, name, json_integer(value));
}

json_t *event_json(const struct event *event)
{
    json_t *json = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(text_rules); i++) {
        const char *text = *text_of(event, &text_rules[i]);
        if (text)
            json_object_set_new(json, text_rules[i].field, json_string(text));
    }
    json_object_set_new(json, "kind", json_string(kinds[event->kind]));
    if (event->priority)
        json_object_set_new(json, "priority", json_integer(event->priority));
    put_number(json, "lon", event->lon);
    put_number(json, "lat", event->lat);
    put_number(json, "azimuth", event->azimuth_deg);
    put_number(json, "fov", event->fov_deg);
    put_time(json, "occurred_us", event->occurred_us);
    put_time(json, "received_us", event->received_us);
    put_time(json, "skew_us", event->skew_us);
    put_time(json, "expires_us", event->expires_us);
    for (unsigned i = 0; event->marks && i < G_N_ELEMENTS(mark_names); i++) {
        if (!(event->marks & 1U << i))
            continue;
        if (!json_object_get(json, "marks"))
            json_object_set_new(json, "marks", json_array());
        json_array_append_new(json_object_get(json, "marks"), json_string(mark_names[i]));
    }
    if (event->ref_ids && event->ref_ids[0]) {
        json_t *refs = json_array();
        for (char **id = event->ref_ids; *id; id++)
            json_array_append_new(refs, json_string(*id));
        json_object_set_new(json, "refs", refs);
    }
    if (event->shape)
        json_object_set(json, "shape", event->shape);
    if (event->extra)
        json_object_set(json, "extra", event->extra);
    return json;
}

char *event_text(const struct event *event)
{
    json_t *json = event_json(event);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    char *copy = g_strdup(text);
    free(text);
    json_decref(json);
    return copy;
}
