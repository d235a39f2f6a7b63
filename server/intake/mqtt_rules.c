#include "intake/mqtt_rules.h"
#include "intake/time_text.h"
#include <math.h>
#include <string.h>

#define MQTT_ERROR   (g_quark_from_static_string("townwall-mqtt"))
#define DEVICE_BYTES 64
#define WORD_BYTES   64
#define PLACES_BYTES 200

void mqtt_reading_clear(gpointer data)
{
    struct mqtt_reading *reading = data;
    g_free(reading->device);
    g_free(reading->type);
}

/* --- topics */

struct captured {
    const char *device, *type; /* borrowed; NULL: the topic names none */
};

static bool matches(const struct mqtt_template *template, char *const *topic,
                    struct captured *captured)
{
    *captured = (struct captured){template->device, NULL};
    char *const *level = template->levels;
    /* topics of the broker itself are not meant by a wildcard at the beginning */
    if (**topic == '$' && strcmp(*level, *topic) != 0)
        return false;
    for (; *level && *topic; level++, topic++) {
        if (strcmp(*level, "#") == 0)
            return true;
        if (strcmp(*level, "{device}") == 0)
            captured->device = *topic;
        else if (strcmp(*level, "{type}") == 0)
            captured->type = *topic;
        else if (**level != '{' && strcmp(*level, "+") != 0 && strcmp(*level, *topic) != 0)
            return false;
    }
    /* "a/#" is about "a" too */
    return !*topic && (!*level || strcmp(*level, "#") == 0);
}

/* --- payloads */

/* JSON, else the text as it is without the white space around it. Returned: owned; NULL: neither.
 */
static json_t *read_payload(const void *payload, size_t size)
{
    json_t *json = json_loadb(payload, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (json || !g_utf8_validate(payload, (gssize)size, NULL))
        return json;
    g_autofree char *text = g_strndup(payload, size);
    return json_string(g_strstrip(text));
}

/* One value as text: "1", "true", "Alarm". Returned: owned; NULL: no plain value, or a long one. */
static char *plain_of(const json_t *value)
{
    if (json_is_string(value) && json_string_length(value) <= WORD_BYTES)
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_is_real(value) ? g_strdup_printf("%.6f", json_real_value(value)) : NULL;
}

static char *word_of(const json_t *value)
{
    g_autofree char *plain = plain_of(value);
    return plain ? g_utf8_strdown(plain, -1) : NULL;
}

static double number_of(const json_t *value)
{
    if (json_is_number(value))
        return json_number_value(value);
    const char *text = json_string_value(value);
    char *end = NULL;
    double number = text && *text ? g_ascii_strtod(text, &end) : (double)NAN;
    return end && *end == '\0' && isfinite(number) ? number : (double)NAN;
}

static int64_t time_of(const struct mqtt_template *template, const json_t *payload)
{
    const json_t *value = template->time_form ? path_find(&template->time_at, payload) : NULL;
    g_autofree char *text = plain_of(value);
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    int64_t time_us = 0;
    return text && time_text_read(text, template->time_form, zone, &time_us) ? time_us : 0;
}

/* Which of two lists has the word: 1, 0; -1: none. */
static int decide(const char *word, char *const *yes, char *const *no)
{
    if (word && g_strv_contains((const char *const *)yes, word))
        return 1;
    return word && g_strv_contains((const char *const *)no, word) ? 0 : -1;
}

/* --- readings */

static bool fill_value(const struct mqtt_value *value, const json_t *found,
                       struct mqtt_reading *reading, GError **error)
{
    static char *const yes[] = {"true", "on", "alarm", "open", "1", NULL};
    static char *const no[] = {"false", "off", "normal", "ok", "closed", "0", NULL};
    g_autofree char *word = word_of(found);
    reading->number = value->raised ? (double)NAN : number_of(found);
    if (!isnan(reading->number))
        return true;
    int verdict =
        decide(word, value->raised ? value->raised : yes, value->raised ? value->cleared : no);
    reading->is_state = true;
    reading->raised = verdict == 1;
    if (verdict < 0)
        g_set_error(error, MQTT_ERROR, 0, "%s: \"%s\" is neither a number nor a known word",
                    reading->type, word ? word : "(no plain value)");
    return verdict >= 0;
}

static bool names_good(const struct captured *captured, const char *type, GError **error)
{
    bool device = captured->device && *captured->device && strlen(captured->device) <= DEVICE_BYTES;
    bool kind = type && *type && strlen(type) <= 48 &&
                strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(type);
    if (!device || !kind)
        g_set_error(error, MQTT_ERROR, 0, "%s: the topic names no good %s",
                    device ? captured->device : "a device", device ? "type" : "device");
    return device && kind;
}

static bool read_values(const struct mqtt_template *template, const struct captured *captured,
                        const json_t *payload, GArray *readings, GError **error)
{
    int64_t time_us = time_of(template, payload);
    for (guint i = 0; i < template->values->len; i++) {
        const struct mqtt_value *value = &g_array_index(template->values, struct mqtt_value, i);
        const json_t *found = path_find(&value->at, payload);
        const char *type = value->type ? value->type : captured->type;
        if (!found || json_is_null(found))
            continue; /* this message does not tell of it */
        if (!names_good(captured, type, error))
            return false;
        struct mqtt_reading reading = {.device = g_strdup(captured->device),
                                       .type = g_strdup(type),
                                       .value = value,
                                       .time_us = time_us};
        bool good = fill_value(value, found, &reading, error);
        g_array_append_val(readings, reading);
        if (!good)
            return false;
    }
    return true;
}

static bool read_online(const struct mqtt_template *template, const struct captured *captured,
                        const json_t *payload, GArray *readings, GError **error)
{
    if (!template->online || !names_good(captured, MQTT_ONLINE_TYPE, error))
        return !template->online;
    g_autofree char *word = word_of(path_find(&template->online_at, payload));
    int verdict = decide(word, template->offline, template->online);
    if (verdict < 0) {
        g_set_error(error, MQTT_ERROR, 0, "%s: \"%s\" says neither online nor offline",
                    captured->device, word ? word : "(no plain value)");
        return false;
    }
    struct mqtt_reading reading = {.device = g_strdup(captured->device),
                                   .type = g_strdup(MQTT_ONLINE_TYPE),
                                   .is_state = true,
                                   .raised = verdict == 1};
    g_array_append_val(readings, reading);
    return true;
}

/* A message on a topic that is looked at, in which nothing lies where values are looked for. */
static void nothing_found(const struct mqtt_settings *settings, char *const *levels, GError **error)
{
    g_autoptr(GString) places = g_string_new(NULL);
    for (guint i = 0; i < settings->templates->len; i++) {
        const struct mqtt_template *template = g_ptr_array_index(settings->templates, i);
        struct captured captured;
        for (guint j = 0; matches(template, levels, &captured) && j < template->values->len; j++) {
            const struct mqtt_value *value = &g_array_index(template->values, struct mqtt_value, j);
            if (*value->at.text && places->len < PLACES_BYTES)
                g_string_append_printf(places, "%s%s", places->len ? ", " : "", value->at.text);
        }
    }
    g_set_error(error, MQTT_ERROR, 0, "it has none of the values that are looked for (%s)",
                places->str);
}

GArray *mqtt_readings(const struct mqtt_settings *settings, const char *topic, size_t topic_size,
                      const void *payload, size_t payload_size, GError **error)
{
    GArray *readings = g_array_new(FALSE, FALSE, sizeof(struct mqtt_reading));
    g_array_set_clear_func(readings, mqtt_reading_clear);
    g_autofree char *name = g_strndup(topic, topic_size);
    g_auto(GStrv) levels = g_strsplit(name, "/", -1);
    json_t *json = NULL;
    bool good = true;
    if (payload_size == 0) /* a retained message was taken back */
        return readings;
    for (guint i = 0; good && *levels && i < settings->templates->len; i++) {
        const struct mqtt_template *template = g_ptr_array_index(settings->templates, i);
        struct captured captured;
        if (!matches(template, levels, &captured))
            continue;
        if (!json)
            json = read_payload(payload, payload_size);
        if (!json)
            g_set_error(error, MQTT_ERROR, 0, "neither JSON nor text");
        good = json && read_values(template, &captured, json, readings, error) &&
               read_online(template, &captured, json, readings, error);
    }
    if (good && json && !readings->len) {
        nothing_found(settings, levels, error);
        good = false;
    }
    json_decref(json);
    if (good)
        return readings;
    g_array_unref(readings);
    return NULL;
}
