/* Applying a mapping to one item. */
#include "intake/mapping.h"
#include "event/event.h"
#include "intake/mapping_private.h"
#include "intake/prose.h"
#include "intake/time_text.h"
#include <math.h>
#include <string.h>

json_t *mapping_items(const struct mapping *mapping, json_t *body)
{
    json_t *items = mapping && mapping->items.text ? path_find(&mapping->items, body) : body;
    if (json_is_array(items))
        return json_incref(items);
    return json_is_object(items) ? json_pack("[O]", items) : NULL;
}

static bool refuse(struct form_fault *fault, const struct rule *rule, const char *zh,
                   const char *en, const char *text)
{
    g_autofree char *cut = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), 40));
    *fault = (struct form_fault){.field = rule->target->name, .zh = zh, .en = NULL};
    fault->en = g_strdup_printf("%s: \"%s\"", en, cut);
    return false;
}

char *mapping_text(const json_t *value)
{
    char *text = NULL;
    if (json_is_string(value))
        text = g_strdup(json_string_value(value));
    else if (json_is_integer(value))
        text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        text = g_strdup_printf("%.12g", json_real_value(value));
    else if (json_is_boolean(value))
        text = g_strdup(json_is_true(value) ? "true" : "false");
    if (text && !*g_strstrip(text))
        g_clear_pointer(&text, g_free);
    return text;
}

/* The text that a path leads to; NULL: nothing, or what means nothing. */
static char *found(const struct rule *rule, guint i, const json_t *theirs)
{
    char *text = mapping_text(path_find(&rule->from[i], theirs));
    if (text && rule->absent && g_strv_contains((const char *const *)rule->absent, text))
        g_clear_pointer(&text, g_free);
    return text;
}

static char *find_text(const struct rule *rule, const json_t *theirs)
{
    GString *joined = NULL;
    for (guint i = 0; i < rule->from_count; i++) {
        char *text = found(rule, i, theirs);
        if (text && !rule->join)
            return text;
        if (!text)
            continue;
        if (!joined)
            joined = g_string_new(NULL);
        else
            g_string_append(joined, rule->with ? rule->with : " ");
        g_string_append(joined, text);
        g_free(text);
    }
    return joined ? g_string_free(joined, FALSE) : NULL;
}

static json_t *read_number(const struct rule *rule, const char *text, struct form_fault *fault)
{
    char *end;
    double number = g_ascii_strtod(text, &end);
    if (end == text || *end || !isfinite(number)) {
        refuse(fault, rule, "不是数字", "is not a number", text);
        return NULL;
    }
    return json_real(rule->scale != 0 ? number * rule->scale : number);
}

static json_t *read_priority(const struct rule *rule, const char *text, struct form_fault *fault)
{
    gint64 priority;
    if (g_ascii_string_to_signed(text, 10, 1, 4, &priority, NULL))
        return json_integer(priority);
    refuse(fault, rule, "应为 1 到 4", "is not between 1 and 4", text);
    return NULL;
}

static json_t *read_time(const struct rule *rule, const char *text, struct form_fault *fault)
{
    int64_t time_us;
    if (time_text_read(text, rule->time, rule->zone, &time_us))
        return json_integer(time_us);
    refuse(fault, rule, "时间格式不符", "is not a time of the form that the mapping says", text);
    return NULL;
}

static json_t *read_list(const char *text)
{
    json_t *list = json_array();
    g_auto(GStrv) words = g_strsplit_set(text, ",;| ", -1);
    for (char **word = words; *word; word++)
        if (**word)
            json_array_append_new(list, json_string(*word));
    return list;
}

/* Returned: what the field gets, owned by the caller; NULL + *fault. */
static json_t *understand(const struct rule *rule, const char *text, struct form_fault *fault)
{
    switch (rule->target->kind) {
    case TARGET_NUMBER:
        return read_number(rule, text, fault);
    case TARGET_PRIORITY:
        return read_priority(rule, text, fault);
    case TARGET_TIME:
        return read_time(rule, text, fault);
    case TARGET_LIST:
        return read_list(text);
    case TARGET_TEXT:
    case TARGET_SHAPE:
    case TARGET_EXTRA:
        break;
    }
    g_autofree char *clean = prose_text(text, rule->target->cut);
    return json_string(clean);
}

/* By word or by table; NULL: neither has it. Borrowed. */
static json_t *look_up(const struct rule *rule, const char *text)
{
    for (guint i = 0; i < rule->word_count; i++)
        if (strstr(text, rule->words[i].text))
            return rule->words[i].value;
    json_t *value = rule->table ? json_object_get(rule->table, text) : NULL;
    return value || !rule->table ? value : json_object_get(rule->table, "*");
}

static json_t *pick(const struct rule *rule, const json_t *theirs)
{
    json_t *extra = json_object();
    for (guint i = 0; i < rule->pick_count; i++) {
        json_t *value = path_find(&rule->pick[i], theirs);
        if (value && !json_is_null(value))
            json_object_set(extra, rule->pick[i].text, value);
    }
    if (json_object_size(extra))
        return extra;
    json_decref(extra);
    return NULL;
}

/* A list or a shape that is there as such. Borrowed; NULL: there is none. */
static json_t *find_whole(const struct rule *rule, const json_t *theirs)
{
    enum target_kind kind = rule->target->kind;
    for (guint i = 0; i < rule->from_count; i++) {
        json_t *value = path_find(&rule->from[i], theirs);
        if ((kind == TARGET_LIST && json_is_array(value)) ||
            ((kind == TARGET_SHAPE || kind == TARGET_EXTRA) && json_is_object(value)))
            return value;
    }
    return NULL;
}

/* false: *fault. */
static bool apply_rule(const struct rule *rule, const json_t *theirs, json_t *ours,
                       struct form_fault *fault)
{
    json_t *value = rule->constant ? json_incref(rule->constant)
                    : rule->pick   ? pick(rule, theirs)
                                   : json_incref(find_whole(rule, theirs));
    g_autofree char *text = value || rule->pick ? NULL : find_text(rule, theirs);
    if (text) {
        bool tabled = rule->table || rule->word_count;
        json_t *entry = tabled ? look_up(rule, text) : NULL;
        if (entry)
            value = json_incref(entry);
        else if (!tabled)
            value = understand(rule, text, fault);
        else if (!rule->fallback)
            return refuse(fault, rule, "值不在对照表中", "is in no table", text);
        if (!tabled && !value)
            return false;
    }
    if (!value && rule->fallback)
        value = json_incref(rule->fallback);
    if (value)
        json_object_set_new(ours, rule->target->name, value);
    return true;
}

json_t *mapping_apply(const struct mapping *mapping, const json_t *theirs, struct form_fault *fault)
{
    if (!json_is_object(theirs)) {
        *fault = (struct form_fault){
            .field = NULL, .zh = "应为对象", .en = g_strdup("an event is an object")};
        return NULL;
    }
    json_t *ours = json_object();
    for (guint i = 0; i < mapping->rule_count; i++) {
        if (apply_rule(&mapping->rules[i], theirs, ours, fault))
            continue;
        json_decref(ours);
        return NULL;
    }
    return ours;
}

json_t *mapping_id(const struct mapping *mapping, const json_t *theirs)
{
    struct form_fault fault = {0};
    json_t *ours = json_object();
    for (guint i = 0; json_is_object(theirs) && i < mapping->rule_count; i++)
        if (strcmp(mapping->rules[i].target->name, "id") == 0)
            apply_rule(&mapping->rules[i], theirs, ours, &fault);
    form_fault_clear(&fault);
    json_t *id = json_incref(json_object_get(ours, "id"));
    json_decref(ours);
    return id;
}
