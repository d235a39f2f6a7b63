#include "wallctl/print.h"
#include "wallctl/table.h"
#include "wallctl/text.h"
#include "wallctl/words.h"
#include <stdlib.h>
#include <string.h>

#define COLUMNS 12

/* Returned: one value as text; objects and arrays as JSON. */
static char *value_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (!value || json_is_null(value))
        return g_strdup("");
    size_t digits = json_is_real(value) ? 4 : 0;
    return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(digits));
}

/* As people read it, by the clock of this machine: "2026-11-23 09:41:07". */
static char *time_text(const json_t *value)
{
    gint64 us = json_is_string(value) ? g_ascii_strtoll(json_string_value(value), NULL, 10)
                                      : json_integer_value(value);
    g_autoptr(GDateTime) at = us > 0 ? g_date_time_new_from_unix_local(us / G_USEC_PER_SEC) : NULL;
    return at ? g_date_time_format(at, "%Y-%m-%d %H:%M:%S") : value_text(value);
}

static char *cell_text(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    return g_str_has_suffix(key, "_us") ? time_text(value) : value_text(value);
}

static bool all_plain(const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (json_is_object(json_array_get(array, i)))
            return false;
    }
    return true;
}

/* `name`: of the field that `value` is of, or that its list is of. */
static void flatten(const char *path, const char *name, const json_t *value, enum language language,
                    struct table *table)
{
    const char *key;
    json_t *element;
    size_t index;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, element)
        {
            const char *word = word_of_name(key, language);
            g_autofree char *inner = *path ? g_strdup_printf("%s.%s", path, word) : g_strdup(word);
            flatten(inner, key, element, language, table);
        }
    } else if (json_is_array(value) && !all_plain(value)) {
        json_array_foreach(value, index, element)
        {
            g_autofree char *inner = g_strdup_printf("%s.%zu", path, index);
            flatten(inner, name, element, language, table);
        }
    } else {
        g_autofree char *text = value_text(value);
        table_add(table, (const char *[]){path, word_of_value(name, text, language), NULL});
    }
}

void print_status(const json_t *data, enum language language, GString *out)
{
    static const char *const heads[][3] = {{"NAME", "VALUE", NULL}, {"名称", "值", NULL}};
    struct table *table = table_create(heads[language]);
    flatten("", "", data, language, table);
    table_write(table, out);
    table_destroy(table);
}

/* One row for each object of `list`, its fields by `keys`. */
static void print_list(const json_t *list, const char *const *heads, const char *const *keys,
                       GString *out)
{
    struct table *table = table_create(heads);
    for (size_t i = 0; i < json_array_size(list); i++) {
        char *cells[COLUMNS + 1] = {NULL};
        for (int k = 0; keys[k] && k < COLUMNS; k++)
            cells[k] = cell_text(json_array_get(list, i), keys[k]);
        table_add(table, (const char *const *)cells);
        for (int k = 0; k < COLUMNS; k++)
            g_free(cells[k]);
    }
    table_write(table, out);
    table_destroy(table);
}

void print_cameras(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"id", "name", "area", "state", "reason", "codec", NULL};
    static const char *const heads[][7] = {
        {"ID", "NAME", "AREA", "STATE", "REASON", "CODEC", NULL},
        {"编号", "名称", "区划", "状态", "原因", "编码", NULL},
    };
    print_list(json_object_get(data, "cameras"), heads[language], keys, out);
}

static void append_moment(GString *out, const json_t *value)
{
    gint64 us = json_is_string(value) ? g_ascii_strtoll(json_string_value(value), NULL, 10) : 0;
    g_autoptr(GDateTime) at = us > 0 ? g_date_time_new_from_unix_local(us / G_USEC_PER_SEC) : NULL;
    g_autofree char *text = at ? g_date_time_format(at, "%Y-%m-%dT%H:%M") : NULL;
    g_string_append(out, text ? text : "");
}

/* As `users change --grants` takes them, with what does not hold now: "deputy@330108102,
 * deputy_observe@330108102/..2026-12-31T18:00 (over)". Returned. */
static char *grants_text(const json_t *grants, enum language language)
{
    static const struct {
        const char *state, *words[2];
    } states[] = {{"waits", {" (not yet)", "（未开始）"}}, {"over", {" (over)", "（已到期）"}}};
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(grants); i++) {
        const json_t *grant = json_array_get(grants, i);
        const json_t *from = json_object_get(grant, "from_us");
        const json_t *until = json_object_get(grant, "until_us");
        const char *area = json_string_value(json_object_get(grant, "area"));
        const char *state = json_string_value(json_object_get(grant, "state"));
        g_string_append_printf(out, "%s%s%s%s", i ? ", " : "",
                               json_string_value(json_object_get(grant, "role")),
                               area && *area ? "@" : "", area ? area : "");
        if (json_is_string(from) || json_is_string(until)) {
            g_string_append_c(out, '/');
            append_moment(out, from);
            g_string_append(out, "..");
            append_moment(out, until);
        }
        for (size_t s = 0; s < G_N_ELEMENTS(states); s++) {
            if (g_strcmp0(state, states[s].state) == 0)
                g_string_append(out, states[s].words[language]);
        }
    }
    return g_string_free(out, FALSE);
}

void print_users(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"login", "name", "role", "unit", "enabled", NULL};
    static const char *const heads[][7] = {
        {"LOGIN", "NAME", "ROLE", "UNIT", "ENABLED", "GRANTS", NULL},
        {"登录名", "姓名", "角色", "单位", "启用", "授权", NULL},
    };
    const json_t *users = json_object_get(data, "users");
    struct table *table = table_create(heads[language]);
    for (size_t i = 0; i < json_array_size(users); i++) {
        const json_t *user = json_array_get(users, i);
        char *cells[7] = {NULL};
        for (int k = 0; keys[k]; k++)
            cells[k] = cell_text(user, keys[k]);
        cells[5] = grants_text(json_object_get(user, "grants"), language);
        table_add(table, (const char *const *)cells);
        for (int k = 0; k < 6; k++)
            g_free(cells[k]);
    }
    table_write(table, out);
    table_destroy(table);
}

static int integer(const json_t *data, const char *key)
{
    return (int)json_integer_value(json_object_get(data, key));
}

static void print_notes(const json_t *notes, enum text text, enum language language, GString *out)
{
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *note = json_array_get(notes, i);
        const json_t *message = json_object_get(note, "message");
        g_autofree char *column = value_text(json_object_get(note, "column"));
        g_autofree char *words =
            value_text(json_is_object(message)
                           ? json_object_get(message, language == LANGUAGE_ZH ? "zh" : "en")
                           : message);
        g_autofree char *clean_column = text_clean(column);
        g_autofree char *clean_words = text_clean(words);
        g_string_append_printf(out, text_of(text, language), integer(note, "line"),
                               *clean_column ? ", " : "", clean_column, clean_words);
    }
}

void print_findings(const json_t *data, enum language language, GString *out)
{
    const json_t *findings = json_object_get(data, "findings");
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *message = json_object_get(json_array_get(findings, i), "message");
        g_autofree char *words =
            value_text(json_object_get(message, language == LANGUAGE_ZH ? "zh" : "en"));
        g_autofree char *clean = text_clean(words);
        g_string_append_printf(out, "%s\n", clean);
    }
    g_string_append_printf(out, text_of(TEXT_FINDINGS, language), integer(data, "areas"),
                           (int)json_array_size(findings));
}

void print_import(const json_t *data, enum language language, GString *out)
{
    bool dry = json_is_true(json_object_get(data, "dry_run"));
    print_notes(json_object_get(data, "errors"), TEXT_LINE, language, out);
    print_notes(json_object_get(data, "warnings"), TEXT_WARNING, language, out);
    g_string_append_printf(out, text_of(dry ? TEXT_WOULD_IMPORT : TEXT_IMPORTED, language),
                           integer(data, "rows"), integer(data, "created"),
                           integer(data, "updated"), integer(data, "unchanged"),
                           integer(data, "refused"));
}

void print_user(const json_t *data, enum language language, GString *out)
{
    g_autofree char *login = value_text(json_object_get(data, "login"));
    g_autofree char *role = value_text(json_object_get(data, "role"));
    g_string_append_printf(out, text_of(TEXT_USER_ADDED, language), login, role);
}

void print_password(const json_t *data, enum language language, GString *out)
{
    g_autofree char *login = value_text(json_object_get(data, "login"));
    g_string_append_printf(out, text_of(TEXT_PASSWORD_SET, language), login);
}

/* --- feeds */

/* A feed's row: what a person looks for first. */
static json_t *feed_row(const json_t *feed, enum language language)
{
    const json_t *numbers = json_object_get(feed, "numbers");
    const json_t *name = json_object_get(feed, "name"), *error = json_object_get(numbers, "error");
    const char *in = language == LANGUAGE_ZH ? "zh" : "en";
    const char *named = json_string_value(json_object_get(name, in));
    json_t *row = json_pack(
        "{s:O,s:O,s:O*,s:O*,s:O*,s:O*}", "id", json_object_get(feed, "id"), "kind",
        json_object_get(feed, "kind"), "enabled", json_object_get(feed, "enabled"), "accepted",
        json_object_get(numbers, "accepted"), "refused", json_object_get(numbers, "refused"),
        "lag_ms", json_object_get(numbers, "lag_ms"));
    json_object_set(row, "name",
                    named && *named ? json_object_get(name, in) : json_object_get(name, "zh"));
    if (json_is_true(json_object_get(numbers, "failing")))
        json_object_set(row, "error", json_object_get(json_object_get(error, "message"), in));
    return row;
}

void print_feeds(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"id",      "name",   "kind",  "enabled", "accepted",
                                       "refused", "lag_ms", "error", NULL};
    static const char *const heads[][9] = {
        {"ID", "NAME", "KIND", "ENABLED", "ACCEPTED", "REFUSED", "LAG MS", "ERROR", NULL},
        {"编号", "名称", "方式", "启用", "接收", "拒绝", "延迟毫秒", "错误", NULL},
    };
    const json_t *feeds = json_object_get(data, "feeds");
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(feeds); i++)
        json_array_append_new(rows, feed_row(json_array_get(feeds, i), language));
    print_list(rows, heads[language], keys, out);
    json_decref(rows);
}

void print_feed_key(const json_t *data, enum language language, GString *out)
{
    const json_t *feed = json_object_get(data, "feed");
    g_autofree char *id = value_text(json_object_get(feed, "id"));
    const char *key = json_string_value(json_object_get(data, "key"));
    bool enabled = json_is_true(json_object_get(feed, "enabled"));
    g_string_append_printf(out, text_of(enabled ? TEXT_FEED_ON : TEXT_FEED_OFF, language), id);
    if (key)
        g_string_append_printf(out, "%s%s\n", text_of(TEXT_FEED_KEY, language), key);
}

void print_feed_removed(const json_t *data, enum language language, GString *out)
{
    (void)data;
    g_string_append(out, text_of(TEXT_FEED_REMOVED, language));
}

void print_rejected(const json_t *data, enum language language, GString *out)
{
    static const char *const heads[][6] = {
        {"ID", "SINCE", "FIELD", "REASON", "ITEM", NULL},
        {"编号", "时间", "字段", "原因", "条目", NULL},
    };
    static const char *const keys[] = {"id", "time_us", "field"};
    const json_t *list = json_object_get(data, "rejected");
    struct table *table = table_create(heads[language]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i), *item = json_object_get(row, "item");
        char *cells[6] = {NULL};
        for (int k = 0; k < 3; k++)
            cells[k] = cell_text(row, keys[k]);
        cells[3] = value_text(json_object_get(json_object_get(row, "message"),
                                              language == LANGUAGE_ZH ? "zh" : "en"));
        char *dumped = json_is_null(item) ? NULL : json_dumps(item, JSON_COMPACT | JSON_ENCODE_ANY);
        cells[4] = g_strdup(dumped ? dumped : "–");
        free(dumped);
        table_add(table, (const char *const *)cells);
        for (int k = 0; k < 5; k++)
            g_free(cells[k]);
    }
    table_write(table, out);
    table_destroy(table);
}

void print_retried(const json_t *data, enum language language, GString *out)
{
    g_string_append_printf(out, text_of(TEXT_RETRIED, language), integer(data, "taken"),
                           integer(data, "refused"), integer(data, "left"));
}

void print_dropped(const json_t *data, enum language language, GString *out)
{
    g_string_append_printf(out, text_of(TEXT_DROPPED, language), integer(data, "dropped"),
                           integer(data, "left"));
}

void print_deliveries(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"id",    "channel", "kind",   "code",   "for",
                                       "state", "tries",   "status", "answer", NULL};
    static const char *const heads[][10] = {
        {"ID", "CHANNEL", "KIND", "CASE", "FOR", "STATE", "TRIES", "HTTP", "ANSWER", NULL},
        {"编号", "通道", "事由", "案件", "对象", "状态", "次数", "HTTP", "应答", NULL},
    };
    print_list(json_object_get(data, "deliveries"), heads[language], keys, out);
}

/* The last value with the unit that it was told in, which need not be the register's. */
static json_t *last_json(const json_t *last)
{
    const json_t *value = json_object_get(last, "value"), *unit = json_object_get(last, "unit");
    if (!json_is_number(value))
        return json_incref(json_object_get(last, "raised"));
    g_autofree char *text = value_text(value);
    return json_sprintf("%s%s%s", text, json_is_string(unit) ? " " : "",
                        json_is_string(unit) ? json_string_value(unit) : "");
}

void print_sensors(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"feed",        "device",      "type",        "name",
                                       "unit",        "raise_above", "raise_below", "clear_above",
                                       "clear_below", "shown",       "online",      NULL};
    static const char *const heads[][12] = {
        {"FEED", "DEVICE", "TYPE", "NAME", "UNIT", "ABOVE", "BELOW", "CLEAR ABOVE", "CLEAR BELOW",
         "LAST", "ONLINE", NULL},
        {"数据源", "设备", "类型", "名称", "单位", "上限", "下限", "高于则解除", "低于则解除",
         "最近值", "在线", NULL},
    };
    const json_t *list = json_object_get(data, "sensors");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *row = json_array_get(list, i), *last = json_object_get(row, "last");
        json_t *shown = last_json(last);
        json_object_set_new(row, "shown", shown ? shown : json_null());
    }
    print_list(list, heads[language], keys, out);
}

void print_sensor_import(const json_t *data, enum language language, GString *out)
{
    bool dry = json_is_true(json_object_get(data, "dry_run"));
    print_notes(json_object_get(data, "errors"), TEXT_LINE, language, out);
    g_string_append_printf(
        out, text_of(dry ? TEXT_WOULD_TAKE_SENSORS : TEXT_TOOK_SENSORS, language),
        integer(data, "rows"), integer(data, "accepted"), integer(data, "refused"));
}

void print_feed_import(const json_t *data, enum language language, GString *out)
{
    bool dry = json_is_true(json_object_get(data, "dry_run"));
    print_notes(json_object_get(data, "errors"), TEXT_LINE, language, out);
    g_string_append_printf(out, text_of(dry ? TEXT_WOULD_TAKE_EVENTS : TEXT_TOOK_EVENTS, language),
                           integer(data, "rows"), integer(data, "accepted"),
                           integer(data, "refused"));
}

/* --- backups */

static json_int_t number_of(const json_t *data, const char *name)
{
    return json_integer_value(json_object_get(data, name));
}

void print_backup(const json_t *data, enum language language, GString *out)
{
    static const char *const words[] = {
        "%s: %" JSON_INTEGER_FORMAT " rows of %" JSON_INTEGER_FORMAT
        " tables, %" JSON_INTEGER_FORMAT " files, %" JSON_INTEGER_FORMAT " bytes%s\n",
        "%s：%" JSON_INTEGER_FORMAT " 行（%" JSON_INTEGER_FORMAT " 张表），%" JSON_INTEGER_FORMAT
        " 个文件，%" JSON_INTEGER_FORMAT " 字节%s\n"};
    static const char *const secret[] = {
        ". It holds passwords and keys: keep it as carefully as the machine",
        "。内含口令与密钥，请与本机同等保管"};
    bool keys = json_is_true(json_object_get(data, "keys"));
    g_string_append_printf(out, words[language], json_string_value(json_object_get(data, "file")),
                           number_of(data, "rows"), number_of(data, "tables"),
                           number_of(data, "files"), number_of(data, "bytes"),
                           keys ? secret[language] : "");
}

void print_restore(const json_t *data, enum language language, GString *out)
{
    static const char *const words[] = {
        "%s is whole: %" JSON_INTEGER_FORMAT " rows, %" JSON_INTEGER_FORMAT
        " files. townwalld puts it in place and starts again; its log tells when it is done, and"
        " where the data of before lie\n",
        "%s 完好：%" JSON_INTEGER_FORMAT " 行，%" JSON_INTEGER_FORMAT
        " 个文件。townwalld 正在恢复并重新启动；完成情况和原数据的位置见其日志\n"};
    g_string_append_printf(out, words[language], json_string_value(json_object_get(data, "file")),
                           number_of(data, "rows"), number_of(data, "files"));
}

/* --- poison */

void print_poison(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"id", "time_us", "source", "event", "tries", "reason", NULL};
    static const char *const heads[][7] = {
        {"ID", "SINCE", "FEED", "EVENT", "TRIES", "REASON", NULL},
        {"编号", "时间", "数据源", "事件", "次数", "原因", NULL},
    };
    print_list(json_object_get(data, "poison"), heads[language], keys, out);
}

/* --- people */

void print_departments(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"id", "name", "kind", "area", "parent", "enabled", NULL};
    static const char *const heads[][7] = {
        {"ID", "NAME", "KIND", "AREA", "PARENT", "ENABLED", NULL},
        {"编号", "名称", "类型", "区划", "上级", "启用", NULL},
    };
    print_list(json_object_get(data, "departments"), heads[language], keys, out);
}

void print_routes(const json_t *data, enum language language, GString *out)
{
    static const char *const keys[] = {"method", "path", "right", NULL};
    static const char *const topic_keys[] = {"topic", "right", NULL};
    static const char *const heads[][4] = {{"METHOD", "PATH", "RIGHT", NULL},
                                           {"方法", "路径", "权限", NULL}};
    static const char *const topic_heads[][3] = {{"TOPIC", "RIGHT", NULL}, {"主题", "权限", NULL}};
    print_list(json_object_get(data, "routes"), heads[language], keys, out);
    print_list(json_object_get(data, "topics"), topic_heads[language], topic_keys, out);
}
