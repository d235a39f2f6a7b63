/* The settings of a feed of kind "mqtt", checked. */
#include "intake/mqtt_packet.h"
#include "intake/mqtt_rules.h"
#include "intake/time_text.h"
#include "intake/units.h"
#include <math.h>
#include <string.h>

#define MQTT_ERROR    (g_quark_from_static_string("townwall-mqtt"))
#define MAX_TEMPLATES 200
#define MAX_VALUES    50

static bool wrong(GError **error, const char *where, const char *what)
{
    g_set_error(error, MQTT_ERROR, 0, "%s: %s", where, what);
    return false;
}

static bool keys_known(const json_t *object, const char *const *known, const char *where,
                       GError **error)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return wrong(error, where, "expected an object");
    json_object_foreach((json_t *)object, key, value)
    {
        if (!g_strv_contains(known, key)) {
            g_set_error(error, MQTT_ERROR, 0, "%s.%s: there is no such setting", where, key);
            return false;
        }
    }
    return true;
}

/* A text or NULL when there is none; another thing is wrong. */
static bool read_text(const json_t *object, const char *key, const char *where, char **text,
                      GError **error)
{
    const json_t *value = json_object_get(object, key);
    if (value && !json_is_string(value)) {
        g_set_error(error, MQTT_ERROR, 0, "%s.%s: expected a text", where, key);
        return false;
    }
    *text = g_strdup(json_string_value(value));
    return true;
}

/* Words, lower case; NULL when there are none. */
static bool read_words(const json_t *object, const char *key, const char *where, char ***words,
                       GError **error)
{
    const json_t *list = json_object_get(object, key);
    size_t i;
    json_t *word;
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    json_array_foreach((json_t *)list, i, word)
    {
        if (!json_is_string(word)) {
            g_set_error(error, MQTT_ERROR, 0, "%s.%s[%zu]: expected a text", where, key, i);
            return false;
        }
        g_ptr_array_add(found, g_utf8_strdown(json_string_value(word), -1));
    }
    if (list && !found->len) {
        g_set_error(error, MQTT_ERROR, 0, "%s.%s: expected a list of words", where, key);
        return false;
    }
    if (list) {
        g_ptr_array_add(found, NULL);
        *words = g_strdupv((char **)found->pdata);
    }
    return true;
}

static bool read_bounds(const json_t *object, const char *where, struct bounds *bounds,
                        GError **error)
{
    const struct {
        const char *key;
        double *place;
    } keys[] = {{"raise_above", &bounds->raise_above},
                {"clear_below", &bounds->clear_below},
                {"raise_below", &bounds->raise_below},
                {"clear_above", &bounds->clear_above}};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const json_t *value = json_object_get(object, keys[i].key);
        if (value && !json_is_number(value)) {
            g_set_error(error, MQTT_ERROR, 0, "%s.%s: expected a number", where, keys[i].key);
            return false;
        }
        *keys[i].place = value ? json_number_value(value) : (double)NAN;
    }
    const char *zh;
    const char *fault = bounds_fault(bounds, &zh);
    return !fault || wrong(error, where, fault);
}

static bool type_good(const char *type)
{
    size_t size = strlen(type);
    return size >= 1 && size <= 48 &&
           strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789_.") == size;
}

static bool read_value(const json_t *object, const char *where, bool typed,
                       struct mqtt_value *value, GError **error)
{
    static const char *const known[] = {"type",        "name",        "at",          "unit",
                                        "raised",      "cleared",     "raise_above", "clear_below",
                                        "raise_below", "clear_above", "priority",    NULL};
    g_autofree char *at = NULL;
    const json_t *priority = json_object_get(object, "priority");
    json_int_t rank = json_integer_value(priority);
    if (!keys_known(object, known, where, error) ||
        !read_text(object, "type", where, &value->type, error) ||
        !read_text(object, "name", where, &value->name, error) ||
        !read_text(object, "at", where, &at, error) ||
        !read_text(object, "unit", where, &value->unit, error) ||
        !read_words(object, "raised", where, &value->raised, error) ||
        !read_words(object, "cleared", where, &value->cleared, error) ||
        !read_bounds(object, where, &value->bounds, error))
        return false;
    path_init(&value->at, at ? at : "");
    if (!value->unit)
        value->unit = g_strdup("");
    if (value->type && !type_good(value->type))
        return wrong(error, where, "type: expected 1 to 48 of a-z 0-9 _ .");
    if (!value->type && !typed)
        return wrong(error, where, "type: is missing, and the topic has no {type}");
    if (!unit_known(value->unit))
        return wrong(error, where, "unit: is not known");
    if ((value->raised != NULL) != (value->cleared != NULL))
        return wrong(error, where, "raised and cleared need each other");
    if (priority && (rank < 1 || rank > 4))
        return wrong(error, where, "priority: expected 1 to 4");
    value->priority = (unsigned)rank;
    return true;
}

static void value_clear(gpointer data)
{
    struct mqtt_value *value = data;
    g_free(value->type);
    g_free(value->name);
    g_free(value->unit);
    g_strfreev(value->raised);
    g_strfreev(value->cleared);
    path_clear(&value->at);
}

static bool read_values(const json_t *list, const char *where, bool typed,
                        struct mqtt_template *topic, GError **error)
{
    size_t i;
    json_t *object;
    if (list && (!json_is_array(list) || json_array_size(list) > MAX_VALUES))
        return wrong(error, where, "values: expected a list of at most 50");
    json_array_foreach((json_t *)list, i, object)
    {
        g_autofree char *here = g_strdup_printf("%s.values[%zu]", where, i);
        struct mqtt_value value = {0};
        bool good = read_value(object, here, typed, &value, error);
        g_array_append_val(topic->values, value);
        if (!good)
            return false;
    }
    return true;
}

/* --- topics */

static bool is_name(const char *level)
{
    size_t size = strlen(level);
    return size > 2 && level[0] == '{' && level[size - 1] == '}';
}

/* "town/{device}/level" → levels and filter. */
static bool read_topic(const char *text, const char *where, struct mqtt_template *topic,
                       GError **error)
{
    topic->levels = g_strsplit(text, "/", -1);
    g_autoptr(GString) filter = g_string_new(NULL);
    for (char **level = topic->levels; *level; level++)
        g_string_append_printf(filter, "%s%s", level == topic->levels ? "" : "/",
                               is_name(*level) ? "+" : *level);
    topic->filter = g_strdup(filter->str);
    if (!mqtt_filter_good(topic->filter))
        return wrong(error, where,
                     "topic: expected a topic filter, a name in braces stands for a "
                     "whole level");
    return true;
}

static bool has_level(const struct mqtt_template *topic, const char *name)
{
    return g_strv_contains((const char *const *)topic->levels, name);
}

static bool read_time(const json_t *object, const char *where, struct mqtt_template *topic,
                      GError **error)
{
    const json_t *time = json_object_get(object, "time");
    static const char *const known[] = {"at", "form", NULL};
    g_autofree char *at = NULL;
    if (!time) {
        path_init(&topic->time_at, "");
        return true;
    }
    if (!keys_known(time, known, where, error) || !read_text(time, "at", where, &at, error) ||
        !read_text(time, "form", where, &topic->time_form, error))
        return false;
    path_init(&topic->time_at, at ? at : "");
    if (!at || !topic->time_form || !time_text_form_good(topic->time_form))
        return wrong(error, where, "time: expected at, and form iso, s, ms, us or a pattern");
    return true;
}

static bool read_template(const json_t *object, const char *where, struct mqtt_template *topic,
                          GError **error)
{
    static const char *const known[] = {"topic",   "device",    "values", "online",
                                        "offline", "online_at", "time",   NULL};
    g_autofree char *text = NULL, *online_at = NULL;
    if (!keys_known(object, known, where, error) ||
        !read_text(object, "topic", where, &text, error) ||
        !read_text(object, "device", where, &topic->device, error) ||
        !read_text(object, "online_at", where, &online_at, error) ||
        !read_words(object, "online", where, &topic->online, error) ||
        !read_words(object, "offline", where, &topic->offline, error) ||
        !read_time(object, where, topic, error))
        return false;
    path_init(&topic->online_at, online_at ? online_at : "");
    if (!text)
        return wrong(error, where, "topic: is missing");
    if (!read_topic(text, where, topic, error) ||
        !read_values(json_object_get(object, "values"), where, has_level(topic, "{type}"), topic,
                     error))
        return false;
    if (!has_level(topic, "{device}") && !topic->device)
        return wrong(error, where, "topic: has no {device}, and there is no device beside it");
    if ((topic->online != NULL) != (topic->offline != NULL))
        return wrong(error, where, "online and offline need each other");
    if (!topic->values->len && !topic->online)
        return wrong(error, where, "values or online and offline: one of them is needed");
    return true;
}

static void template_free(gpointer data)
{
    struct mqtt_template *topic = data;
    g_free(topic->filter);
    g_strfreev(topic->levels);
    g_free(topic->device);
    g_array_unref(topic->values);
    g_strfreev(topic->online);
    g_strfreev(topic->offline);
    path_clear(&topic->online_at);
    path_clear(&topic->time_at);
    g_free(topic->time_form);
    g_free(topic);
}

static bool read_templates(const json_t *list, struct mqtt_settings *settings, GError **error)
{
    size_t i;
    json_t *object;
    if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > MAX_TEMPLATES)
        return wrong(error, "topics", "expected a list of 1 to 200");
    json_array_foreach((json_t *)list, i, object)
    {
        g_autofree char *where = g_strdup_printf("topics[%zu]", i);
        struct mqtt_template *topic = g_new0(struct mqtt_template, 1);
        topic->values = g_array_new(FALSE, TRUE, sizeof(struct mqtt_value));
        g_array_set_clear_func(topic->values, value_clear);
        g_ptr_array_add(settings->templates, topic);
        if (!read_template(object, where, topic, error))
            return false;
    }
    return true;
}

/* --- the whole */

static bool read_broker(const json_t *object, struct mqtt_settings *settings, GError **error)
{
    g_autofree char *text = NULL;
    if (!read_text(object, "broker", "settings", &text, error))
        return false;
    g_autoptr(GUri) uri = text ? g_uri_parse(text, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    settings->tls = strcmp(scheme, "mqtts") == 0;
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    if ((!settings->tls && strcmp(scheme, "mqtt") != 0) || !host || !*host ||
        g_uri_get_userinfo(uri) || g_uri_get_query(uri) || strlen(g_uri_get_path(uri)) > 1)
        return wrong(error, "broker",
                     "expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]; user and "
                     "password stand apart");
    settings->host = g_strdup(host);
    int port = g_uri_get_port(uri);
    settings->port = (uint16_t)(port > 0 ? port : settings->tls ? 8883 : 1883);
    return true;
}

struct mqtt_settings *mqtt_settings_read(const json_t *object, const char *feed, GError **error)
{
    static const char *const known[] = {"broker",      "client_id", "user", "ca",
                                        "keepalive_s", "topics",    NULL};
    struct mqtt_settings *settings = g_new0(struct mqtt_settings, 1);
    settings->templates = g_ptr_array_new_with_free_func(template_free);
    const json_t *keepalive = json_object_get(object, "keepalive_s");
    json_int_t keepalive_s = keepalive ? json_integer_value(keepalive) : 30;
    if (!keys_known(object, known, "settings", error) || !read_broker(object, settings, error) ||
        !read_text(object, "client_id", "settings", &settings->client_id, error) ||
        !read_text(object, "user", "settings", &settings->user, error) ||
        !read_text(object, "ca", "settings", &settings->ca, error) ||
        !read_templates(json_object_get(object, "topics"), settings, error))
        goto fail;
    if (keepalive_s < 2 || keepalive_s > 3600) {
        wrong(error, "keepalive_s", "expected 2 to 3600");
        goto fail;
    }
    settings->keepalive_s = (unsigned)keepalive_s;
    if (!settings->client_id)
        settings->client_id = g_strconcat("townwall-", feed, NULL);
    return settings;
fail:
    mqtt_settings_free(settings);
    return NULL;
}

void mqtt_settings_free(struct mqtt_settings *settings)
{
    if (!settings)
        return;
    g_free(settings->host);
    g_free(settings->client_id);
    g_free(settings->user);
    g_free(settings->ca);
    g_ptr_array_unref(settings->templates);
    g_free(settings);
}
