#include "cases/routing.h"
#include <string.h>

enum { MOST_RULES = 2000, MOST_CO = 12, MOST_TEXT = 64, CONDITIONS = 6, OF_AREA = 5 };

static const char *const conditions[CONDITIONS] = {"dimension", "type",   "category",
                                                   "channel",   "ledger", "area"};

struct rule {
    char *when[CONDITIONS]; /* NULL: whatever it is */
    char *lead, *workflow;
    char **co;
};
struct routing {
    GArray *routes, *workflows; /* struct rule */
};

static bool fail(GError **error, const char *name, const char *place, const char *what)
{
    g_set_error(error, ROUTING_ERROR, ROUTING_ERROR_BAD, "%s: %s: %s", name, place, what);
    return false;
}

static void rule_clear(gpointer data)
{
    struct rule *rule = data;
    for (int i = 0; i < CONDITIONS; i++)
        g_free(rule->when[i]);
    g_free(rule->lead);
    g_free(rule->workflow);
    g_strfreev(rule->co);
}

static bool is_text(const json_t *value)
{
    return json_string_length(value) >= 1 && json_string_length(value) <= MOST_TEXT;
}

static bool read_co(struct rule *rule, const json_t *list)
{
    size_t count = json_array_size(list);
    if ((list && !json_is_array(list)) || count > MOST_CO)
        return false;
    rule->co = g_new0(char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!is_text(json_array_get(list, i)))
            return false;
        rule->co[i] = g_strdup(json_string_value(json_array_get(list, i)));
    }
    return true;
}

static bool read_rule(struct rule *rule, const json_t *value, const char *result, const char *name,
                      const char *place, GError **error)
{
    const char *key;
    json_t *field;
    if (!json_is_object(value))
        return fail(error, name, place, "an object is needed");
    if (!read_co(rule, json_object_get(value, "co")))
        return fail(error, name, place, "\"co\" is a list of departments");
    json_object_foreach((json_t *)value, key, field)
    {
        int condition = 0;
        while (condition < CONDITIONS && strcmp(conditions[condition], key) != 0)
            condition++;
        bool known = condition < CONDITIONS || strcmp(key, result) == 0;
        if (strcmp(key, "co") == 0)
            continue;
        if (!known || !is_text(field))
            return fail(error, name, place, known ? "a short text is needed" : "unknown condition");
        if (condition < CONDITIONS)
            rule->when[condition] = g_strdup(json_string_value(field));
    }
    char **to = strcmp(result, "lead") == 0 ? &rule->lead : &rule->workflow;
    *to = g_strdup(json_string_value(json_object_get(value, result)));
    return *to || fail(error, name, place, "where does it go?");
}

static bool read_rules(GArray *rules, const json_t *file, const char *key, const char *result,
                       const char *name, GError **error)
{
    const json_t *list = json_object_get(file, key);
    if ((list && !json_is_array(list)) || json_array_size(list) > MOST_RULES)
        return fail(error, name, key, "a list is needed");
    for (size_t i = 0; i < json_array_size(list); i++) {
        g_autofree char *place = g_strdup_printf("%s[%zu]", key, i);
        struct rule rule = {0};
        bool fine = read_rule(&rule, json_array_get(list, i), result, name, place, error);
        g_array_append_val(rules, rule);
        if (!fine)
            return false;
    }
    return true;
}

struct routing *routing_read(const char *text, gsize size, const char *name, GError **error)
{
    json_error_t wrong;
    json_t *file = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_object(file)) {
        fail(error, name, "file", file ? "an object is needed" : wrong.text);
        json_decref(file);
        return NULL;
    }
    struct routing *routing = g_new0(struct routing, 1);
    routing->routes = g_array_new(FALSE, FALSE, sizeof(struct rule));
    routing->workflows = g_array_new(FALSE, FALSE, sizeof(struct rule));
    g_array_set_clear_func(routing->routes, rule_clear);
    g_array_set_clear_func(routing->workflows, rule_clear);
    if (!read_rules(routing->routes, file, "routes", "lead", name, error) ||
        !read_rules(routing->workflows, file, "workflows", "workflow", name, error))
        g_clear_pointer(&routing, routing_destroy);
    json_decref(file);
    return routing;
}

static bool check_rules(const GArray *rules, const char *key, const char *name,
                        bool (*known)(const char *field, const char *value, gpointer user),
                        gpointer user, GError **error)
{
    static const char *const listed[] = {"category", "channel", "ledger", NULL};
    for (guint i = 0; i < rules->len; i++) {
        const struct rule *rule = &g_array_index(rules, struct rule, i);
        g_autofree char *place = g_strdup_printf("%s[%u]", key, i);
        for (int c = 0; c < CONDITIONS; c++) {
            if (rule->when[c] && g_strv_contains(listed, conditions[c]) &&
                !known(conditions[c], rule->when[c], user)) {
                g_autofree char *what =
                    g_strdup_printf("there is no %s %s", conditions[c], rule->when[c]);
                return fail(error, name, place, what);
            }
        }
        if (rule->workflow && !known("workflow", rule->workflow, user)) {
            g_autofree char *what = g_strdup_printf("there is no workflow %s", rule->workflow);
            return fail(error, name, place, what);
        }
    }
    return true;
}

bool routing_check(const struct routing *routing, const char *name,
                   bool (*known)(const char *field, const char *value, gpointer user),
                   gpointer user, GError **error)
{
    return check_rules(routing->routes, "routes", name, known, user, error) &&
           check_rules(routing->workflows, "workflows", name, known, user, error);
}

void routing_destroy(struct routing *routing)
{
    if (!routing)
        return;
    g_array_unref(routing->routes);
    g_array_unref(routing->workflows);
    g_free(routing);
}

/* What kind of thing says more than where it came from. */
static const int weights[CONDITIONS] = {1, 4, 3, 2, 1, 0};

/* How much a rule says; −1: it does not fit. */
static int weigh(const struct rule *rule, const char *const values[CONDITIONS])
{
    int weight = 0;
    for (int i = 0; i < CONDITIONS; i++) {
        const char *wanted = rule->when[i];
        if (!wanted)
            continue;
        bool fits = values[i] && (i == OF_AREA ? g_str_has_prefix(values[i], wanted)
                                               : strcmp(values[i], wanted) == 0);
        if (!fits)
            return -1;
        weight += i == OF_AREA ? 20 * (int)strlen(wanted) : weights[i];
    }
    return weight;
}

static int best(const GArray *rules, const struct routed *about)
{
    const char *const values[CONDITIONS] = {about->dimension, about->type,   about->category,
                                            about->channel,   about->ledger, about->area};
    int found = -1, weight = -1;
    for (guint i = 0; i < rules->len; i++) {
        const struct rule *rule = &g_array_index(rules, struct rule, i);
        int w = weigh(rule, values);
        bool conflict = about->about && g_strcmp0(rule->lead, about->about) == 0;
        if (w > weight && !conflict) {
            weight = w;
            found = (int)i;
        }
    }
    return found;
}

struct route routing_find(const struct routing *routing, const struct routed *about)
{
    struct route route = {.workflow = "default", .rule = best(routing->routes, about)};
    int workflow = best(routing->workflows, about);
    if (route.rule >= 0) {
        const struct rule *rule = &g_array_index(routing->routes, struct rule, (guint)route.rule);
        route.lead = rule->lead;
        route.co = (const char *const *)rule->co;
    }
    if (workflow >= 0)
        route.workflow = g_array_index(routing->workflows, struct rule, (guint)workflow).workflow;
    return route;
}
