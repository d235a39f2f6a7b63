#include "duty/plan.h"
#include <stdio.h>
#include <string.h>

#define MINUTE_US (INT64_C(60) * G_USEC_PER_SEC)
enum { DAY_MIN = 1440, LEAST_MIN = 30, MOST_NEED = 20, NOTE_CHARS = 100 };

extern const unsigned char duty_plan_json[];
extern const unsigned duty_plan_json_len;

json_t *plan_default(void)
{
    json_t *plan = json_loadb((const char *)duty_plan_json, duty_plan_json_len, 0, NULL);
    g_assert(plan);
    return plan;
}

/* --- checking */

G_GNUC_PRINTF(4, 5)
static bool wrong(struct duty_fault *fault, const char *zh, const char *en, const char *path, ...)
{
    va_list words;
    va_start(words, path);
    g_vsnprintf(fault->path, sizeof fault->path, path, words);
    va_end(words);
    fault->zh = zh;
    fault->en = en;
    return false;
}

static bool code_good(const char *code)
{
    return code && *code && strlen(code) <= 24 &&
           strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(code);
}

static bool words_good(const char *text, glong most)
{
    return text && *text && g_utf8_strlen(text, -1) <= most;
}

static bool named(const json_t *item)
{
    const json_t *name = json_object_get(item, "name");
    return words_good(json_string_value(json_object_get(name, "zh")), DUTY_NAME_CHARS) &&
           words_good(json_string_value(json_object_get(name, "en")), DUTY_NAME_CHARS);
}

/* Minutes after midnight; -1: no time of day. */
static int minute_of(const json_t *item)
{
    const char *text = json_string_value(json_object_get(item, "begin"));
    int hours = -1, minutes = -1, end = 0;
    if (!text || strlen(text) != 5 || sscanf(text, "%2d:%2d%n", &hours, &minutes, &end) != 2 ||
        end != 5 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return -1;
    return hours * 60 + minutes;
}

static bool codes_once(const json_t *list, const char *what, struct duty_fault *fault)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)list, i, item)
    {
        const char *code = json_string_value(json_object_get(item, "code"));
        if (!code_good(code))
            return wrong(fault, "代码应为小写字母、数字、下划线", "wants a-z, 0-9 and _",
                         "%s[%zu].code", what, i);
        if (!g_hash_table_add(seen, (gpointer)code))
            return wrong(fault, "代码重复", "is there twice", "%s[%zu].code", what, i);
        if (!named(item))
            return wrong(fault, "须有中英文名称，各 40 字以内", "wants zh and en of at most 40",
                         "%s[%zu].name", what, i);
    }
    return true;
}

static bool roles_good(const json_t *roles, struct duty_fault *fault)
{
    size_t i;
    json_t *item;
    if (!json_array_size(roles) || json_array_size(roles) > DUTY_MOST_ROLES)
        return wrong(fault, "须有 1 至 30 个岗位", "wants 1 to 30 roles", "roles");
    json_array_foreach((json_t *)roles, i, item)
    {
        const json_t *need = json_object_get(item, "need");
        if (!json_is_integer(need) || json_integer_value(need) < 0 ||
            json_integer_value(need) > MOST_NEED)
            return wrong(fault, "应为 0 到 20 的整数", "wants a whole number 0 to 20",
                         "roles[%zu].need", i);
    }
    return codes_once(roles, "roles", fault);
}

/* Do two times of a day lie on each other, on that day or the next? */
static bool overlap(const json_t *a, const json_t *b)
{
    int begin = minute_of(a), other = minute_of(b);
    int minutes = (int)json_integer_value(json_object_get(a, "minutes"));
    int others = (int)json_integer_value(json_object_get(b, "minutes"));
    for (int shift = -DAY_MIN; shift <= DAY_MIN; shift += DAY_MIN)
        if (begin < other + shift + others && other + shift < begin + minutes)
            return true;
    return false;
}

static bool times_good(const json_t *times, struct duty_fault *fault)
{
    if (!json_array_size(times) || json_array_size(times) > DUTY_MOST_TIMES)
        return wrong(fault, "须有 1 至 12 个班次", "wants 1 to 12 times", "times");
    for (size_t i = 0; i < json_array_size(times); i++) {
        const json_t *item = json_array_get(times, i), *length = json_object_get(item, "minutes");
        if (minute_of(item) < 0)
            return wrong(fault, "应为 HH:MM", "wants HH:MM", "times[%zu].begin", i);
        if (!json_is_integer(length) || json_integer_value(length) < LEAST_MIN ||
            json_integer_value(length) > DAY_MIN)
            return wrong(fault, "应为 30 到 1440 分钟", "wants 30 to 1440 minutes",
                         "times[%zu].minutes", i);
        for (size_t k = 0; k < i; k++)
            if (overlap(item, json_array_get(times, k)))
                return wrong(fault, "与另一班次重叠", "lies on another one", "times[%zu]", i);
    }
    return codes_once(times, "times", fault);
}

bool plan_check(const json_t *plan, struct duty_fault *fault)
{
    return roles_good(json_object_get(plan, "roles"), fault) &&
           times_good(json_object_get(plan, "times"), fault);
}

static const json_t *find(const json_t *plan, const char *list, const char *code)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(plan, list), i, item)
    {
        if (g_strcmp0(json_string_value(json_object_get(item, "code")), code) == 0)
            return item;
    }
    return NULL;
}

bool plan_has_role(const json_t *plan, const char *code)
{
    return find(plan, "roles", code) != NULL;
}

bool plan_has_time(const json_t *plan, const char *code)
{
    return find(plan, "times", code) != NULL;
}

bool plan_people_check(const json_t *plan, const json_t *people, struct duty_fault *fault)
{
    size_t i;
    json_t *one;
    if (!json_is_array(people) || json_array_size(people) > DUTY_MOST_PEOPLE)
        return wrong(fault, "应为 60 人以内的名单", "wants a list of at most 60", "people");
    json_array_foreach((json_t *)people, i, one)
    {
        const json_t *user = json_object_get(one, "user"), *note = json_object_get(one, "note");
        if (!plan_has_role(plan, json_string_value(json_object_get(one, "role"))))
            return wrong(fault, "没有这个岗位", "is no role of the plan", "people[%zu].role", i);
        if (!words_good(json_string_value(json_object_get(one, "name")), DUTY_NAME_CHARS))
            return wrong(fault, "姓名应为 1 到 40 字", "wants 1 to 40 characters",
                         "people[%zu].name", i);
        if (user && !json_is_null(user) && !words_good(json_string_value(user), 32))
            return wrong(fault, "应为人员编号", "wants the id of a user", "people[%zu].user", i);
        if (note && !json_is_null(note) &&
            (!json_is_string(note) || g_utf8_strlen(json_string_value(note), -1) > NOTE_CHARS))
            return wrong(fault, "备注 100 字以内", "wants at most 100 characters",
                         "people[%zu].note", i);
    }
    return true;
}

/* --- shifts */

bool plan_day_good(const char *day)
{
    int y, m, d, end = 0;
    return day && strlen(day) == 10 && sscanf(day, "%4d-%2d-%2d%n", &y, &m, &d, &end) == 3 &&
           end == 10 && y >= 2000 && y <= 2999 && m >= 1 && d >= 1 &&
           g_date_valid_dmy((GDateDay)d, (GDateMonth)m, (GDateYear)y);
}

static bool fill(const json_t *item, const char *day, GTimeZone *zone, struct duty_shift *shift)
{
    int y, m, d, begin = minute_of(item);
    if (begin < 0 || !plan_day_good(day) || sscanf(day, "%4d-%2d-%2d", &y, &m, &d) != 3)
        return false;
    g_autoptr(GDateTime) at = g_date_time_new(zone, y, m, d, begin / 60, begin % 60, 0);
    if (!at)
        return false;
    g_strlcpy(shift->day, day, sizeof shift->day);
    g_strlcpy(shift->time, json_string_value(json_object_get(item, "code")), sizeof shift->time);
    g_snprintf(shift->id, sizeof shift->id, "%s.%s", shift->day, shift->time);
    shift->begin_us = g_date_time_to_unix(at) * G_USEC_PER_SEC;
    shift->end_us =
        shift->begin_us + json_integer_value(json_object_get(item, "minutes")) * MINUTE_US;
    return true;
}

bool plan_shift(const json_t *plan, const char *id, GTimeZone *zone, struct duty_shift *shift)
{
    if (!id || strlen(id) < 12 || id[10] != '.')
        return false;
    g_autofree char *day = g_strndup(id, 10);
    const json_t *item = find(plan, "times", id + 11);
    return item && fill(item, day, zone, shift);
}

enum which { WHICH_NOW, WHICH_BEFORE, WHICH_AFTER };

static bool better(enum which which, const struct duty_shift *one, const struct duty_shift *best,
                   int64_t now_us)
{
    if (which == WHICH_NOW)
        return one->begin_us <= now_us && now_us < one->end_us;
    if (which == WHICH_BEFORE)
        return one->end_us <= now_us && (!*best->id || one->end_us > best->end_us);
    return one->begin_us > now_us && (!*best->id || one->begin_us < best->begin_us);
}

static bool look(const json_t *plan, int64_t now_us, GTimeZone *zone, enum which which,
                 struct duty_shift *best)
{
    *best = (struct duty_shift){0};
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, zone) : NULL;
    for (int days = -2; local && days <= 2; days++) {
        g_autoptr(GDateTime) day = g_date_time_add_days(local, days);
        g_autofree char *text = g_date_time_format(day, "%Y-%m-%d");
        size_t i;
        json_t *item;
        json_array_foreach(json_object_get(plan, "times"), i, item)
        {
            struct duty_shift one;
            if (fill(item, text, zone, &one) && better(which, &one, best, now_us))
                *best = one;
        }
    }
    return *best->id != '\0';
}

bool plan_shift_at(const json_t *plan, int64_t now_us, GTimeZone *zone, struct duty_shift *shift)
{
    return look(plan, now_us, zone, WHICH_NOW, shift);
}

bool plan_shift_before(const json_t *plan, int64_t now_us, GTimeZone *zone,
                       struct duty_shift *shift)
{
    return look(plan, now_us, zone, WHICH_BEFORE, shift);
}

bool plan_shift_after(const json_t *plan, int64_t now_us, GTimeZone *zone, struct duty_shift *shift)
{
    return look(plan, now_us, zone, WHICH_AFTER, shift);
}
