/* From JSON to numbers: every mistake is named with its exact place. */
#include "correlate/rules_private.h"
#include <math.h>
#include <string.h>

enum number_kind { REAL, WHOLE, SECONDS };

struct number {
    const char *section, *key;
    size_t offset;
    enum number_kind kind;
    double least, most, otherwise;
};

#define AT(member) offsetof(struct rules, member)
static const struct number numbers[] = {
    {"dedup", "window_s", AT(dedup.window_us), SECONDS, 0, 86400, 60},
    {"dedup", "longest_s", AT(dedup.longest_us), SECONDS, 0, 86400, 1800},
    {"dedup", "same_place_m", AT(dedup.same_place_m), REAL, 0, 100, 20},
    {"chatter", "transitions", AT(chatter.transitions), WHOLE, 2, 16, 3},
    {"chatter", "window_s", AT(chatter.window_us), SECONDS, 1, 86400, 60},
    {"chatter", "quiet_s", AT(chatter.quiet_us), SECONDS, 1, 86400, 120},
    {"chatter", "shelve_min", AT(chatter.shelve_min), WHOLE, 1, 1440, 30},
    {"inhibit", "spare_priority", AT(inhibit.spare_priority), WHOLE, 0, 4, 1},
    {"inhibit", "cameras", AT(inhibit.cameras), WHOLE, 2, 1000, 3},
    {"inhibit", "window_s", AT(inhibit.window_us), SECONDS, 1, 86400, 120},
    {"background", "window_s", AT(background.window_us), SECONDS, 60, 86400, 14400},
    {"background", "longest_s", AT(background.longest_us), SECONDS, 60, 604800, 86400},
    {"group", "affinity_weight", AT(group.affinity_weight), REAL, 0, 1, 0.4},
    {"group", "distance_weight", AT(group.distance_weight), REAL, 0, 1, 0.5},
    {"group", "time_weight", AT(group.time_weight), REAL, 0, 1, 0.1},
    {"group", "reporter_weight", AT(group.reporter_weight), REAL, 0, 1, 0.05},
    {"group", "view_weight", AT(group.view_weight), REAL, 0, 1, 0.05},
    {"group", "street_weight", AT(group.street_weight), REAL, 0, 1, 0.05},
    {"group", "join", AT(group.join), REAL, 0.01, 1, 0.72},
    {"group", "core", AT(group.core), REAL, 0.01, 1, 0.78},
    {"group", "background_join", AT(group.background_join), REAL, 0.01, 1, 0.5},
    {"group", "full_m", AT(group.full_m), REAL, 0, 5000, 50},
    {"group", "zero_m", AT(group.zero_m), REAL, 1, 5000, 300},
    {"group", "time_s", AT(group.time_us), SECONDS, 1, 86400, 1800},
    {"group", "cap_m", AT(group.cap_m), REAL, 1, 5000, 300},
    {"group", "cap_s", AT(group.cap_us), SECONDS, 1, 86400, 7200},
    {"group", "same_area", AT(group.same_area), REAL, 0, 1, 0.72},
    {"group", "same_village", AT(group.same_village), REAL, 0, 1, 0.66},
    {"group", "same_street", AT(group.same_street), REAL, 0, 1, 0.85},
    {"group", "same_address", AT(group.same_address), REAL, 0, 1, 0.9},
    {"group", "view_m", AT(group.view_m), REAL, 0, 5000, 150},
    {"affinity", "same_type", AT(affinity.same_type), REAL, 0, 1, 1},
    {"affinity", "same_group", AT(affinity.same_group), REAL, 0, 1, 0.9},
    {"affinity", "same_dimension", AT(affinity.same_dimension), REAL, 0, 1, 0},
    {"affinity", "other", AT(affinity.other), REAL, 0, 1, 0},
    {"link", "affinity_weight", AT(link.affinity_weight), REAL, 0, 1, 0.35},
    {"link", "distance_weight", AT(link.distance_weight), REAL, 0, 1, 0.35},
    {"link", "time_weight", AT(link.time_weight), REAL, 0, 1, 0.2},
    {"link", "area_weight", AT(link.area_weight), REAL, 0, 1, 0.1},
    {"link", "suggest", AT(link.suggest), REAL, 0.01, 1, 0.7},
    {"link", "nearby", AT(link.nearby), REAL, 0.01, 1, 0.4},
    {"link", "full_m", AT(link.full_m), REAL, 0, 5000, 50},
    {"link", "zero_m", AT(link.zero_m), REAL, 1, 5000, 300},
    {"link", "same_area", AT(link.same_area), REAL, 0, 1, 0.5},
    {"link", "full_s", AT(link.full_us), SECONDS, 0, 31536000, 1800},
    {"link", "zero_s", AT(link.zero_us), SECONDS, 1, 31536000, 86400},
    {"link", "recent_s", AT(link.recent_us), SECONDS, 0, 31536000, 2592000},
    {"link", "most", AT(link.most), WHOLE, 0, 32, 5},
    {"end", "unattended_priority", AT(unattended_priority), WHOLE, 1, 5, 4},
    {"end", "history_s", AT(history_us), SECONDS, 86400, 31536000, 604800},
    {"priority", "ordinary", AT(ordinary), WHOLE, 1, 4, 3},
    {"warning", "p", AT(warning.p), REAL, 0, 1, 0.01},
    {"warning", "least", AT(warning.least), WHOLE, 1, 1000, 3},
    {"warning", "window_days", AT(warning.window_days), WHOLE, 1, 366, 7},
    {"warning", "past_windows", AT(warning.past_windows), WHOLE, 1, 520, 12},
    {"warning", "display_least", AT(warning.display_least), WHOLE, 0, 1000, 3},
};
/* What else stands in a section. */
static const char *const others[][2] = {{"inhibit", "mutes"},    {"inhibit", "fault_type"},
                                        {"affinity", "pairs"},   {"priority", "sources"},
                                        {"warning", "red"},      {"warning", "yellow"},
                                        {"warning", "green"},    {"warning", "leave_out"},
                                        {"warning", "sum_only"}, {"warning", "dimensions"}};

static bool wrong(GError **error, const char *place, const char *what)
{
    g_set_error(error, RULES_ERROR, 0, "%s: %s", place, what);
    return false;
}

/* "a.b" into a buffer of the caller. */
#define PLACE_BYTES 256
static const char *place_of(char place[PLACE_BYTES], const char *a, const char *b)
{
    g_snprintf(place, PLACE_BYTES, "%s.%s", a, b);
    return place;
}

/* --- values */

static bool read_text(char **out, const json_t *value, const char *place, GError **error)
{
    const char *text = json_string_value(value);
    if (!value)
        return wrong(error, place, "is missing");
    if (!text || !*text || json_string_length(value) != strlen(text) || strlen(text) > 400)
        return wrong(error, place, "is no text of 1 to 400 bytes");
    g_free(*out);
    *out = g_strdup(text);
    return true;
}

static bool is_name(const char *name)
{
    size_t size = name ? strlen(name) : 0;
    return size >= 1 && size <= 48 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") == size;
}

static bool read_names(char ***out, const json_t *value, const char *place, GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    size_t i;
    json_t *item;
    if (!json_is_array(value) || json_array_size(value) > 64)
        return wrong(error, place, "is no array of at most 64 names");
    json_array_foreach(value, i, item)
    {
        g_autofree char *at = g_strdup_printf("%s[%zu]", place, i);
        if (!is_name(json_string_value(item)))
            return wrong(error, at, "is no name of a-z, 0-9, _ and .");
        g_strv_builder_add(builder, json_string_value(item));
    }
    g_strfreev(*out);
    *out = g_strv_builder_end(builder);
    return true;
}

static bool read_number(double *out, const json_t *value, double least, double most, bool whole,
                        const char *place, GError **error)
{
    bool right = whole ? json_is_integer(value) : json_is_number(value);
    double number = json_number_value(value);
    if (!right || !(number >= least && number <= most)) {
        g_set_error(error, RULES_ERROR, 0, "%s: is no %s between %g and %g", place,
                    whole ? "integer" : "number", least, most);
        return false;
    }
    *out = number;
    return true;
}

static bool read_priority(unsigned *out, const json_t *value, const char *place, GError **error)
{
    double number;
    if (!read_number(&number, value, 1, 4, true, place, error))
        return false;
    *out = (unsigned)number;
    return true;
}

/* Only these keys, ended by NULL. */
static bool only(const json_t *object, const char *const *keys, const char *place, GError **error)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return wrong(error, place, "is no object");
    json_object_foreach((json_t *)object, key, value)
    {
        char at[PLACE_BYTES];
        if (!g_strv_contains(keys, key))
            return wrong(error, place_of(at, place, key), "is unknown");
    }
    return true;
}

/* --- the numbers */

static void put_number(struct rules *rules, const struct number *number, double value)
{
    void *at = (char *)rules + number->offset;
    if (number->kind == REAL)
        *(double *)at = value;
    else if (number->kind == WHOLE)
        *(int64_t *)at = (int64_t)value;
    else
        *(int64_t *)at = (int64_t)llround(value * G_USEC_PER_SEC);
}

static bool read_numbers(struct rules *rules, const json_t *json, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const struct number *n = &numbers[i];
        const json_t *value = json_object_get(json_object_get(json, n->section), n->key);
        double number = n->otherwise;
        char place[PLACE_BYTES];
        if (value && !read_number(&number, value, n->least, n->most, n->kind == WHOLE,
                                  place_of(place, n->section, n->key), error))
            return false;
        put_number(rules, n, number);
    }
    return true;
}

static bool knows_key(const char *section, const char *key, bool *is_section)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        *is_section = *is_section || !strcmp(numbers[i].section, section);
        if (!strcmp(numbers[i].section, section) && !strcmp(numbers[i].key, key))
            return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (!strcmp(others[i][0], section) && !strcmp(others[i][1], key))
            return true;
    return false;
}

static bool check_keys(const json_t *json, GError **error)
{
    static const char *const free_keys[] = {"$schema", "name", "types", NULL};
    const char *section, *key;
    json_t *object, *value;
    json_object_foreach((json_t *)json, section, object)
    {
        bool is_section = false;
        if (g_strv_contains(free_keys, section))
            continue;
        knows_key(section, "", &is_section);
        if (!is_section)
            return wrong(error, section, "is unknown");
        if (!json_is_object(object))
            return wrong(error, section, "is no object");
        json_object_foreach(object, key, value)
        {
            char place[PLACE_BYTES];
            if (!knows_key(section, key, &is_section))
                return wrong(error, place_of(place, section, key), "is unknown");
        }
    }
    return true;
}

static bool check_order(const struct rules *rules, GError **error)
{
    const struct {
        double less, more;
        const char *place, *what;
    } table[] = {
        {rules->group.full_m, rules->group.zero_m, "group.zero_m", "is less than group.full_m"},
        {rules->group.join, rules->group.core, "group.core", "is less than group.join"},
        {rules->link.full_m, rules->link.zero_m, "link.zero_m", "is less than link.full_m"},
        {rules->link.nearby, rules->link.suggest, "link.suggest", "is less than link.nearby"},
        {(double)rules->link.full_us, (double)rules->link.zero_us, "link.zero_s",
         "is less than link.full_s"},
        {(double)rules->dedup.window_us, (double)rules->dedup.longest_us, "dedup.longest_s",
         "is less than dedup.window_s"},
        {(double)rules->background.window_us, (double)rules->background.longest_us,
         "background.longest_s", "is less than background.window_s"},
        {rules->warning.colours[2].p, rules->warning.p, "warning.red.p", "is more than warning.p"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].less > table[i].more)
            return wrong(error, table[i].place, table[i].what);
    return true;
}

/* --- types */

static void free_type(gpointer user)
{
    struct type_rule *type = user;
    g_strfreev(type->groups);
    g_free(type);
}

static bool read_nature(struct type_rule *type, const json_t *json, const char *place,
                        GError **error)
{
    const json_t *fault = json_object_get(json, "fault"), *lost = json_object_get(json, "lost");
    const json_t *background = json_object_get(json, "background");
    const char *scope = json_string_value(fault);
    char at[PLACE_BYTES];
    if (g_strcmp0(scope, "device") == 0)
        type->fault = FAULT_DEVICE;
    else if (g_strcmp0(scope, "network") == 0)
        type->fault = FAULT_NETWORK;
    else if (fault)
        return wrong(error, place_of(at, place, "fault"), "is neither device nor network");
    if (lost && !json_is_boolean(lost))
        return wrong(error, place_of(at, place, "lost"), "is neither true nor false");
    if (background && !json_is_boolean(background))
        return wrong(error, place_of(at, place, "background"), "is neither true nor false");
    type->lost = json_is_true(lost);
    type->background = json_is_true(background);
    return true;
}

static bool read_type(struct rules *rules, const char *name, const json_t *json, GError **error)
{
    static const char *const keys[] = {"zh",    "en",   "priority", "at_least",   "groups",
                                       "fault", "lost", "dedup_s",  "background", NULL};
    char place[PLACE_BYTES], at[PLACE_BYTES];
    if (!is_name(name))
        return wrong(error, "types", "has a name that is not 1 to 48 of a-z, 0-9, _ and .");
    if (!only(json, keys, place_of(place, "types", name), error))
        return false;
    struct type_rule *type = g_new0(struct type_rule, 1);
    type->source = json;
    g_hash_table_insert(rules->types, g_strdup(name), type);
    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *text = NULL;
        const json_t *value = json_object_get(json, keys[i]);
        if (!read_text(&text, value, place_of(at, place, keys[i]), error))
            return false;
        *(i ? &type->en : &type->zh) = json_string_value(value);
    }
    const json_t *least = json_object_get(json, "at_least"), *dedup;
    const json_t *groups = json_object_get(json, "groups");
    double seconds = 0;
    dedup = json_object_get(json, "dedup_s");
    if (!read_priority(&type->priority, json_object_get(json, "priority"),
                       place_of(at, place, "priority"), error) ||
        (least && !read_priority(&type->at_least, least, place_of(at, place, "at_least"), error)) ||
        (groups && !read_names(&type->groups, groups, place_of(at, place, "groups"), error)) ||
        (dedup &&
         !read_number(&seconds, dedup, 1, 86400, false, place_of(at, place, "dedup_s"), error)))
        return false;
    type->dedup_us = (int64_t)llround(seconds * G_USEC_PER_SEC);
    return read_nature(type, json, place, error);
}

static bool read_types(struct rules *rules, const json_t *json, GError **error)
{
    const char *name;
    json_t *value;
    const json_t *types = json_object_get(json, "types");
    if (types && !json_is_object(types))
        return wrong(error, "types", "is no object");
    json_object_foreach((json_t *)types, name,
                        value) if (!read_type(rules, name, value, error)) return false;
    return true;
}

/* --- the rest */

static bool read_pairs(struct rules *rules, const json_t *json, GError **error)
{
    const json_t *pairs = json_object_get(json_object_get(json, "affinity"), "pairs");
    size_t i;
    json_t *pair;
    if (pairs && !json_is_array(pairs))
        return wrong(error, "affinity.pairs", "is no array");
    json_array_foreach(pairs, i, pair)
    {
        g_autofree char *place = g_strdup_printf("affinity.pairs[%zu]", i);
        const char *a = json_string_value(json_array_get(pair, 0));
        const char *b = json_string_value(json_array_get(pair, 1));
        double value;
        if (json_array_size(pair) != 3 || !is_name(a) || !is_name(b))
            return wrong(error, place, "is no [type, type, number]");
        g_autofree char *at = g_strdup_printf("%s[2]", place);
        if (!read_number(&value, json_array_get(pair, 2), 0, 1, false, at, error))
            return false;
        bool ordered = strcmp(a, b) < 0;
        g_hash_table_insert(rules->affinity.pairs,
                            g_strdup_printf("%s %s", ordered ? a : b, ordered ? b : a),
                            g_memdup2(&value, sizeof value));
    }
    return true;
}

static void free_source(gpointer user)
{
    struct source_rule *source = user;
    g_hash_table_unref(source->types);
    g_free(source);
}

static bool read_source(struct rules *rules, const char *id, const json_t *json, GError **error)
{
    static const char *const keys[] = {"ordinary", "trusted", "types", NULL};
    char place[PLACE_BYTES], at[PLACE_BYTES];
    const char *name;
    json_t *value;
    if (!only(json, keys, place_of(place, "priority.sources", id), error))
        return false;
    struct source_rule *source = g_new0(struct source_rule, 1);
    source->types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_insert(rules->sources, g_strdup(id), source);
    const json_t *ordinary = json_object_get(json, "ordinary");
    const json_t *trusted = json_object_get(json, "trusted"), *types;
    types = json_object_get(json, "types");
    if (ordinary &&
        !read_priority(&source->ordinary, ordinary, place_of(at, place, "ordinary"), error))
        return false;
    if (trusted && !json_is_boolean(trusted))
        return wrong(error, place_of(at, place, "trusted"), "is neither true nor false");
    source->trusted = !json_is_false(trusted);
    if (types && !json_is_object(types))
        return wrong(error, place_of(at, place, "types"), "is no object");
    json_object_foreach((json_t *)types, name, value)
    {
        unsigned priority;
        g_autofree char *type = g_strdup_printf("%s.types.%s", place, name);
        if (!read_priority(&priority, value, type, error))
            return false;
        g_hash_table_insert(source->types, g_strdup(name), GUINT_TO_POINTER(priority));
    }
    return true;
}

static bool read_sources(struct rules *rules, const json_t *json, GError **error)
{
    const json_t *sources = json_object_get(json_object_get(json, "priority"), "sources");
    const char *id;
    json_t *value;
    if (sources && !json_is_object(sources))
        return wrong(error, "priority.sources", "is no object");
    json_object_foreach((json_t *)sources, id,
                        value) if (!read_source(rules, id, value, error)) return false;
    return true;
}

static bool read_inhibit(struct rules *rules, const json_t *json, GError **error)
{
    const json_t *inhibit = json_object_get(json, "inhibit"), *mutes, *type;
    mutes = json_object_get(inhibit, "mutes");
    type = json_object_get(inhibit, "fault_type");
    rules->inhibit.mutes = g_strsplit("camera_alarm", " ", -1);
    rules->inhibit.fault_type = g_strdup("network_fault");
    if (mutes && !read_names(&rules->inhibit.mutes, mutes, "inhibit.mutes", error))
        return false;
    if (type && !is_name(json_string_value(type)))
        return wrong(error, "inhibit.fault_type", "is no name of a type");
    return !type || read_text(&rules->inhibit.fault_type, type, "inhibit.fault_type", error);
}

static bool read_colours(struct rules *rules, const json_t *warning, GError **error)
{
    static const char *const keys[] = {"p", "zh", "en", NULL};
    static const struct {
        const char *name, *zh, *en;
    } colours[] = {{"green", "网格员随访", "followed up by the grid worker"},
                   {"yellow", "干部跟进", "an official takes it"},
                   {"red", "领导包案", "the leader leads"}};
    for (size_t i = 0; i < G_N_ELEMENTS(colours); i++) {
        struct colour_rule *colour = &rules->warning.colours[i];
        const json_t *json = json_object_get(warning, colours[i].name);
        char place[PLACE_BYTES], at[PLACE_BYTES];
        place_of(place, "warning", colours[i].name);
        colour->p = i == 2 ? rules->warning.p / 10 : i == 1 ? rules->warning.p : 1;
        colour->zh = g_strdup(colours[i].zh);
        colour->en = g_strdup(colours[i].en);
        if (!json)
            continue;
        if (!only(json, keys, place, error))
            return false;
        const json_t *p = json_object_get(json, "p"), *zh = json_object_get(json, "zh"), *en;
        en = json_object_get(json, "en");
        if (p && i != 2)
            return wrong(error, place_of(at, place, "p"),
                         "stands only at red; warning.p is yellow's");
        if ((p && !read_number(&colour->p, p, 0, 1, false, place_of(at, place, "p"), error)) ||
            (zh && !read_text(&colour->zh, zh, place_of(at, place, "zh"), error)) ||
            (en && !read_text(&colour->en, en, place_of(at, place, "en"), error)))
            return false;
    }
    return true;
}

static bool read_warning(struct rules *rules, const json_t *json, GError **error)
{
    const json_t *warning = json_object_get(json, "warning");
    const struct {
        const char *key, *otherwise;
        char ***names;
    } lists[] = {
        {"leave_out", "ethnic_religious", &rules->warning.leave_out},
        {"sum_only", "petition", &rules->warning.sum_only},
        {"dimensions", "public_security traffic petition enforcement dispute livelihood",
         &rules->warning.dimensions},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        const json_t *value = json_object_get(warning, lists[i].key);
        char place[PLACE_BYTES];
        *lists[i].names = g_strsplit(lists[i].otherwise, " ", -1);
        if (value &&
            !read_names(lists[i].names, value, place_of(place, "warning", lists[i].key), error))
            return false;
    }
    return read_colours(rules, warning, error);
}

bool rules_read(struct rules *rules, const json_t *json, GError **error)
{
    rules->types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_type);
    rules->sources = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_source);
    rules->affinity.pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    rules->name = g_strdup("unnamed");
    if (!json_is_object(json))
        return wrong(error, "rules", "is no object");
    const json_t *name = json_object_get(json, "name");
    return (!name || read_text(&rules->name, name, "name", error)) && check_keys(json, error) &&
           read_numbers(rules, json, error) && read_inhibit(rules, json, error) &&
           read_pairs(rules, json, error) && read_sources(rules, json, error) &&
           read_warning(rules, json, error) && read_types(rules, json, error) &&
           check_order(rules, error);
}
