#include "intake/feed_fields.h"
#include "event/event.h"
#include "intake/cap_folder.h"
#include "intake/file_roots.h"
#include "intake/mapping.h"
#include "intake/mqtt_rules.h"
#include "intake/pull_source.h"
#include <stdlib.h>
#include <string.h>

enum { NAME_CHARS = 60, RATE_MAX = 1000000, SETTINGS_BYTES = 64 << 10, SECRET_BYTES = 1024 };

static bool wrong(struct feeds_problem *problem, const char *field, const char *zh, const char *en)
{
    *problem = (struct feeds_problem){"invalid", field, zh, en, NULL};
    return false;
}

static void put(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

static bool apply_name(char **place, const json_t *value, struct feeds_problem *problem)
{
    const char *text = json_string_value(value);
    if (!value)
        return true;
    if (!text || g_utf8_strlen(text, -1) > NAME_CHARS)
        return wrong(problem, "name", "应为至多 60 字的文字",
                     "is not a text of at most 60 letters");
    put(place, text);
    return true;
}

static bool apply_dimension(struct feed *feed, const json_t *value, struct feeds_problem *problem)
{
    const char *text = json_string_value(value);
    if (!value)
        return true;
    if (!text || (*text && !event_dimension_known(text)))
        return wrong(problem, "dimension", "没有这个维度", "is none of the dimensions");
    put(&feed->dimension, text);
    return true;
}

/* Returned: what is wrong with them, owned by the caller; NULL: nothing. */
static char *settings_fault(const struct feed *feed, const json_t *settings,
                            char *const *file_roots)
{
    if (feed->kind == FEED_PULL)
        return pull_settings_fault(settings, file_roots);
    if (feed->kind == FEED_CAP)
        return cap_settings_fault(settings, file_roots);
    if (feed->kind != FEED_MQTT)
        return NULL;
    g_autoptr(GError) error = NULL;
    struct mqtt_settings *mqtt = mqtt_settings_read(settings, feed->id, &error);
    g_autofree char *ca = mqtt && mqtt->ca ? file_roots_resolve(file_roots, mqtt->ca) : NULL;
    char *fault = !mqtt             ? g_strdup(error->message)
                  : mqtt->ca && !ca ? g_strdup("ca: " FILE_ROOTS_EN)
                                    : NULL;
    mqtt_settings_free(mqtt);
    return fault;
}

static bool apply_settings(struct feed *feed, const json_t *value, char *const *file_roots,
                           struct feeds_problem *problem)
{
    if (!value)
        return true;
    if (!json_is_object(value) || json_dumpb(value, NULL, 0, 0) > SETTINGS_BYTES)
        return wrong(problem, "settings", "应为对象", "is not an object of at most 64 KiB");
    g_autofree char *fault = settings_fault(feed, value, file_roots);
    if (fault) {
        wrong(problem, "settings", "设置有误或缺项", "has something wrong or missing");
        problem->detail = g_steal_pointer(&fault);
        return false;
    }
    json_decref(feed->settings);
    feed->settings = json_deep_copy(value);
    return true;
}

/* A name, an object, or "" for our own form. */
static bool apply_mapping(struct feed *feed, const json_t *value, struct feeds_problem *problem)
{
    if (!value)
        return true;
    char *dumped = json_is_object(value) ? json_dumps(value, JSON_COMPACT) : NULL;
    g_autofree char *text = g_strdup(dumped ? dumped : json_string_value(value));
    free(dumped);
    if (!text || strlen(text) > SETTINGS_BYTES)
        return wrong(problem, "mapping", "应为名称或对象", "is neither a name nor an object");
    g_autoptr(GError) error = NULL;
    struct mapping *mapping = *text ? mapping_open(text, &error) : NULL;
    if (*text && !mapping) {
        wrong(problem, "mapping", "字段映射有误", "is wrong");
        problem->detail = g_strdup(error->message);
        return false;
    }
    mapping_free(feed->mapping);
    feed->mapping = mapping;
    put(&feed->mapping_text, text);
    return true;
}

static bool apply_secret(struct feed *feed, const json_t *value, struct feeds_problem *problem)
{
    const char *text = json_string_value(value);
    if (!value)
        return true;
    if (feed->kind == FEED_HTTP || feed->kind == FEED_CAP)
        return wrong(problem, "secret", "密钥由系统生成", "is made by the server for this kind");
    if (!json_is_null(value) && (!text || strlen(text) > SECRET_BYTES))
        return wrong(problem, "secret", "应为文字", "is not a text of at most 1,024 bytes");
    secret_free(feed->secret);
    feed->secret = text && *text ? g_strdup(text) : NULL;
    return true;
}

static bool apply_bounds(struct feed *feed, const json_t *fields, struct feeds_problem *problem)
{
    const json_t *rate = json_object_get(fields, "rate_per_s");
    const json_t *enabled = json_object_get(fields, "enabled");
    json_int_t per_s = json_integer_value(rate);
    if (rate && (per_s < 1 || per_s > RATE_MAX))
        return wrong(problem, "rate_per_s", "应为 1 到 1000000 的整数",
                     "is not a whole number from 1 to 1,000,000");
    if (enabled && !json_is_boolean(enabled))
        return wrong(problem, "enabled", "应为真或假", "is neither true nor false");
    if (rate)
        feed->rate_per_s = (guint)per_s;
    if (enabled)
        feed->enabled = json_is_true(enabled);
    return true;
}

static bool check_names(const json_t *fields, struct feeds_problem *problem)
{
    static const char *const known[] = {"id",      "kind",     "name",   "dimension",
                                        "mapping", "settings", "secret", "rate_per_s",
                                        "enabled", "version",  NULL};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)fields, key, value)
    {
        if (g_strv_contains(known, key))
            continue;
        wrong(problem, NULL, "有不认识的字段", "has an unknown field");
        problem->detail = g_strdup(key);
        return false;
    }
    return true;
}

bool feed_fields_apply(struct feed *feed, const json_t *fields, char *const *file_roots,
                       struct feeds_problem *problem)
{
    const json_t *name = json_object_get(fields, "name");
    return check_names(fields, problem) &&
           apply_name(&feed->name_zh, json_object_get(name, "zh"), problem) &&
           apply_name(&feed->name_en, json_object_get(name, "en"), problem) &&
           apply_dimension(feed, json_object_get(fields, "dimension"), problem) &&
           apply_mapping(feed, json_object_get(fields, "mapping"), problem) &&
           apply_settings(feed, json_object_get(fields, "settings"), file_roots, problem) &&
           apply_secret(feed, json_object_get(fields, "secret"), problem) &&
           apply_bounds(feed, fields, problem);
}

struct feed *feed_fields_new(const json_t *fields, char *const *file_roots,
                             struct feeds_problem *problem)
{
    const char *id = json_string_value(json_object_get(fields, "id"));
    const char *kind_name = json_string_value(json_object_get(fields, "kind"));
    enum feed_kind kind;
    if (!feed_id_good(id)) {
        wrong(problem, "id", "应为 1 到 32 个小写字母、数字、点、横线或下划线",
              "is not 1–32 of [a-z0-9._-]");
        return NULL;
    }
    if (!feed_kind_find(kind_name ? kind_name : "http", &kind)) {
        wrong(problem, "kind", "没有这种数据源", "is none of the kinds");
        return NULL;
    }
    if (kind == FEED_PULL && !json_object_get(fields, "settings")) {
        wrong(problem, "settings", "取数要有设置", "is missing: where to ask");
        return NULL;
    }
    struct feed *feed = feed_new(id, kind);
    if (feed_fields_apply(feed, fields, file_roots, problem))
        return feed;
    feed_free(feed);
    return NULL;
}

struct feed *feed_fields_copy(const struct feed *feed)
{
    struct feed *copy = feed_new(feed->id, feed->kind);
    put(&copy->name_zh, feed->name_zh);
    put(&copy->name_en, feed->name_en);
    put(&copy->dimension, feed->dimension);
    put(&copy->mapping_text, feed->mapping_text);
    copy->mapping = *feed->mapping_text ? mapping_open(feed->mapping_text, NULL) : NULL;
    json_decref(copy->settings);
    copy->settings = json_deep_copy(feed->settings);
    copy->secret = g_strdup(feed->secret);
    copy->secret_us = feed->secret_us;
    copy->created_us = feed->created_us;
    copy->rate_per_s = feed->rate_per_s;
    copy->enabled = feed->enabled;
    copy->version = feed->version;
    return copy;
}
