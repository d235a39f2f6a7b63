#include "correlate/rules_private.h"
#include <string.h>

extern const unsigned char rules_json[];
extern const unsigned int rules_json_len;

enum { RULES_BYTES = 1 << 20 };

static void free_rules(struct rules *rules)
{
    g_free(rules->text);
    g_free(rules->name);
    json_decref(rules->json);
    g_strfreev(rules->inhibit.mutes);
    g_free(rules->inhibit.fault_type);
    for (size_t i = 0; i < G_N_ELEMENTS(rules->warning.colours); i++) {
        g_free(rules->warning.colours[i].zh);
        g_free(rules->warning.colours[i].en);
    }
    g_strfreev(rules->warning.leave_out);
    g_strfreev(rules->warning.sum_only);
    g_strfreev(rules->warning.dimensions);
    g_clear_pointer(&rules->affinity.pairs, g_hash_table_unref);
    g_clear_pointer(&rules->sources, g_hash_table_unref);
    g_clear_pointer(&rules->types, g_hash_table_unref);
    g_free(rules);
}

struct rules *rules_ref(struct rules *rules)
{
    g_atomic_ref_count_inc(&rules->refs);
    return rules;
}

void rules_unref(struct rules *rules)
{
    if (rules && g_atomic_ref_count_dec(&rules->refs))
        free_rules(rules);
}

static json_t *load(const char *text, size_t size, GError **error)
{
    if (size > RULES_BYTES) {
        g_set_error(error, RULES_ERROR, 0, "rules have at most %d bytes", RULES_BYTES);
        return NULL;
    }
    if (memchr(text ? text : "", '\0', size)) {
        g_set_error(error, RULES_ERROR, 0, "rules are text: there is a byte of zero");
        return NULL;
    }
    json_error_t at;
    json_t *json = json_loadb(text ? text : "", size, JSON_REJECT_DUPLICATES, &at);
    if (!json)
        g_set_error(error, RULES_ERROR, 0, "line %d, column %d: %s", at.line, at.column, at.text);
    return json;
}

struct rules *rules_parse(const char *text, size_t size, GError **error)
{
    json_t *json = load(text, size, error);
    if (!json)
        return NULL;
    struct rules *rules = g_new0(struct rules, 1);
    g_atomic_ref_count_init(&rules->refs);
    rules->json = json;
    if (!rules_read(rules, json, error)) {
        rules_unref(rules);
        return NULL;
    }
    rules->text = g_strndup(text, size);
    g_autofree char *digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, size);
    g_strlcpy(rules->digest, digest, sizeof rules->digest);
    return rules;
}

struct rules *rules_default(void)
{
    static struct rules *kept;
    static gsize once;
    if (g_once_init_enter(&once)) {
        g_autoptr(GError) error = NULL;
        kept = rules_parse((const char *)rules_json, rules_json_len, &error);
        if (!kept)
            g_error("config/rules.json: %s", error->message);
        g_once_init_leave(&once, 1);
    }
    return rules_ref(kept);
}

const char *rules_text(const struct rules *rules)
{
    return rules->text;
}

const char *rules_digest(const struct rules *rules)
{
    return rules->digest;
}

const char *rules_name(const struct rules *rules)
{
    return rules->name;
}

unsigned rules_shelve_minutes(const struct rules *rules)
{
    return (unsigned)rules->chatter.shelve_min;
}

const struct type_rule *type_rule(const struct rules *rules, const char *type)
{
    return g_hash_table_lookup(rules->types, type);
}

const json_t *rules_type(const struct rules *rules, const char *type)
{
    const struct type_rule *rule = type_rule(rules, type);
    return rule ? rule->source : NULL;
}

static bool share_group(const struct type_rule *a, const struct type_rule *b)
{
    if (!a || !b || !a->groups || !b->groups)
        return false;
    for (char **group = a->groups; *group; group++)
        if (g_strv_contains((const char *const *)b->groups, *group))
            return true;
    return false;
}

double rules_affinity(const struct rules *rules, const char *dimension_a, const char *type_a,
                      const char *dimension_b, const char *type_b, const char **why)
{
    const struct affinity_rules *r = &rules->affinity;
    const char *unused;
    why = why ? why : &unused;
    *why = "same type";
    if (g_strcmp0(type_a, type_b) == 0)
        return r->same_type;
    if (!type_a || !type_b)
        return r->other;
    char key[128];
    bool ordered = strcmp(type_a, type_b) < 0;
    g_snprintf(key, sizeof key, "%s %s", ordered ? type_a : type_b, ordered ? type_b : type_a);
    const double *pair = g_hash_table_lookup(r->pairs, key);
    *why = "pair";
    if (pair)
        return *pair;
    *why = "same group";
    if (share_group(type_rule(rules, type_a), type_rule(rules, type_b)))
        return r->same_group;
    bool same = g_strcmp0(dimension_a, dimension_b) == 0;
    *why = same ? "same dimension" : "other";
    return same ? r->same_dimension : r->other;
}

unsigned rules_priority(const struct rules *rules, const char *source, const char *type,
                        unsigned told, const char **from)
{
    const struct type_rule *rule = type_rule(rules, type);
    const struct source_rule *of = g_hash_table_lookup(rules->sources, source);
    unsigned mapped = of ? GPOINTER_TO_UINT(g_hash_table_lookup(of->types, type)) : 0;
    unsigned priority = (unsigned)rules->ordinary;
    *from = "ordinary";
    if (told && (!of || of->trusted)) {
        priority = told;
        *from = "event";
    } else if (mapped || (of && of->ordinary && !rule)) {
        priority = mapped ? mapped : of->ordinary;
        *from = "source";
    } else if (rule) {
        priority = rule->priority;
        *from = "type";
    }
    if (rule && rule->at_least && rule->at_least < priority) {
        priority = rule->at_least;
        *from = "at_least";
    }
    return priority;
}
