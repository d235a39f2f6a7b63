/* A recording of docs/events.md through the rules, with its own clock: the same answer each time.
 */
#include "wallctl/replay.h"
#include "correlate/correlate.h"
#include "place/areas.h"
#include "wallctl/score.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct rules *rules;
    struct ground *ground;
    struct correlator *correlator;
    struct score *score;
    bool brief;
    guint made[2];
    GHashTable *known;      /* "source\x1fid" */
    GPtrArray *alerts;      /* json_t, in the order in which they were made; owned */
    GHashTable *by_id;      /* id → json_t of `alerts` */
    GHashTable *situations; /* id → json_t, borrowed from the list */
    GHashTable *parts;      /* id of an alert → of the fault that it was made a part of */
    json_t *situation_list, *decisions, *events;
    guint64 count, repeated, drills;
    int64_t clock_us;
};

static char *next_id(const char *what, gpointer user)
{
    struct replay *r = user;
    bool alert = strcmp(what, "alert") == 0;
    return g_strdup_printf("%c%u", alert ? 'a' : 's', ++r->made[alert]);
}

/* --- what is printed */

static void put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value ? value : json_null());
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *degrees(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *marks_of(const struct alert *a)
{
    json_t *marks = json_array();
    if (a->marks & EVENT_EXERCISE)
        json_array_append_new(marks, json_string("exercise"));
    if (a->marks & EVENT_TEST)
        json_array_append_new(marks, json_string("test"));
    return marks;
}

static json_t *alert_json(const struct alert *a)
{
    json_t *json = json_object();
    put(json, "id", json_string(a->id));
    put(json, "source", json_string(a->source));
    put(json, "dimension", json_string(a->dimension));
    put(json, "type", json_string(a->type));
    put(json, "title", text_or_null(a->title));
    put(json, "device", text_or_null(a->device));
    put(json, "lon", degrees(a->lon));
    put(json, "lat", degrees(a->lat));
    put(json, "place", json_string(place_how_name(a->place)));
    put(json, "area", text_or_null(a->area));
    put(json, "created_us", json_integer(a->created_us));
    put(json, "marks", marks_of(a));
    return json;
}

/* What changes while it lives. */
static void renew_alert(json_t *json, const struct alert *a)
{
    put(json, "state", json_string(alert_state_name(a->state)));
    put(json, "priority", json_integer((json_int_t)a->priority));
    put(json, "active", json_boolean(a->active));
    put(json, "chatter", json_boolean(a->chatter));
    put(json, "first_us", json_integer(a->first_us));
    put(json, "last_us", json_integer(a->last_us));
    put(json, "count", json_integer((json_int_t)a->count));
    put(json, "situation", text_or_null(a->situation));
    put(json, "ended_us", json_integer(a->ended_us));
    put(json, "end", text_or_null(a->end));
}

static void keep_alert(struct replay *r, const struct alert *a)
{
    json_t *json = g_hash_table_lookup(r->by_id, a->id);
    if (!json) {
        json = alert_json(a);
        g_ptr_array_add(r->alerts, json);
        g_hash_table_insert(r->by_id, g_strdup(a->id), json);
    }
    renew_alert(json, a);
}

static void keep_situation(struct replay *r, const struct situation *s)
{
    json_t *json = g_hash_table_lookup(r->situations, s->id);
    if (!json) {
        json = json_object();
        put(json, "id", json_string(s->id));
        json_array_append_new(r->situation_list, json);
        g_hash_table_insert(r->situations, g_strdup(s->id), json);
    }
    json_t *alerts = json_array();
    for (guint i = 0; i < s->alerts->len; i++)
        json_array_append_new(alerts, json_string(s->alerts->pdata[i]));
    put(json, "priority", json_integer((json_int_t)s->priority));
    put(json, "lon", degrees(s->lon));
    put(json, "lat", degrees(s->lat));
    put(json, "area", text_or_null(s->area));
    put(json, "first_us", json_integer(s->first_us));
    put(json, "last_us", json_integer(s->last_us));
    put(json, "ended_us", json_integer(s->ended_us));
    put(json, "alerts", alerts);
}

static json_t *decision_json(const struct replay *r, const struct decision *d)
{
    json_t *json = json_object();
    put(json, "time_us", json_integer(r->clock_us));
    put(json, "kind", json_string(decision_kind_name(d->kind)));
    put(json, "rule", json_string(d->rule));
    put(json, "source", text_or_null(d->event ? d->event->source : NULL));
    put(json, "event", text_or_null(d->event ? d->event->id : NULL));
    put(json, "alert", text_or_null(d->alert ? d->alert->id : NULL));
    put(json, "other", text_or_null(d->other));
    put(json, "situation", text_or_null(d->situation ? d->situation->id : NULL));
    put(json, "case", text_or_null(d->case_id));
    if (d->score > 0)
        put(json, "score", json_real(d->score));
    put(json, "inputs", json_incref(d->inputs));
    put(json, "zh", text_or_null(d->zh));
    put(json, "en", text_or_null(d->en));
    return json;
}

/* Where the event went: the first decision that it made says so. */
static void keep_event(struct replay *r, const struct event *event, const GArray *decisions)
{
    for (guint i = 0; i < decisions->len; i++) {
        const struct decision *d = &g_array_index(decisions, struct decision, i);
        if (d->event != event)
            continue;
        bool tells = event->kind == EVENT_REPORT || event->kind == EVENT_RAISED;
        json_t *json = json_object();
        put(json, "source", json_string(event->source));
        put(json, "id", json_string(event->id));
        put(json, "kind", json_string(decision_kind_name(d->kind)));
        put(json, "alert", text_or_null(d->alert ? d->alert->id : NULL));
        put(json, "muted", json_boolean(d->kind == DECISION_INHIBITED));
        put(json, "tells",
            json_boolean(tells && d->kind != DECISION_INHIBITED &&
                         !(event->marks & (EVENT_EXERCISE | EVENT_TEST))));
        json_array_append_new(r->events, json);
        return;
    }
}

static void keep(struct replay *r, const GArray *decisions)
{
    for (guint i = 0; i < decisions->len; i++) {
        const struct decision *d = &g_array_index(decisions, struct decision, i);
        if (d->alert)
            keep_alert(r, d->alert);
        if (d->situation && d->kind != DECISION_COUNT)
            keep_situation(r, d->situation);
        if (d->kind == DECISION_FAULT && d->alert)
            g_hash_table_replace(r->parts, g_strdup(d->alert->id), g_strdup(d->other));
        if (!r->brief)
            json_array_append_new(r->decisions, decision_json(r, d));
    }
}

/* --- running */

static bool take_line(struct replay *r, const char *line, size_t size, GError **error)
{
    event_auto event = event_parse(line, size, error);
    if (!event)
        return false;
    char *key = g_strconcat(event->source, "\x1f", event->id, NULL);
    if (!g_hash_table_add(r->known, key)) {
        r->repeated++;
        return true;
    }
    r->count++;
    r->drills += (event->marks & (EVENT_EXERCISE | EVENT_TEST)) != 0;
    r->clock_us = MAX(r->clock_us, event->received_us);
    const GArray *decisions = correlator_take(r->correlator, event, r->clock_us);
    keep(r, decisions);
    keep_event(r, event, decisions);
    return true;
}

static bool label_line(struct replay *r, const char *line, size_t size, GError **error)
{
    return score_label(r->score, line, size, error);
}

static bool each_line(struct replay *r, const char *path,
                      bool (*fn)(struct replay *r, const char *line, size_t size, GError **error),
                      GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    const char *name = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
    if (!g_file_get_contents(name, &text, &size, error))
        return false;
    guint number = 0;
    for (const char *line = text, *end = text + size; line < end; number++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        if (stop > line && !fn(r, line, (size_t)(stop - line), error)) {
            g_prefix_error(error, "%s:%u: ", path, number + 1);
            return false;
        }
        line = stop + 1;
    }
    return true;
}

static struct rules *read_rules(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!path)
        return rules_default();
    if (!g_file_get_contents(path, &text, &size, error))
        return NULL;
    struct rules *rules = rules_parse(text, size, error);
    if (!rules)
        g_prefix_error(error, "%s: ", path);
    return rules;
}

static bool read_areas(struct replay *r, const char *path, GError **error)
{
    if (!path)
        return true;
    json_error_t at;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &at);
    if (!json) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s:%d: %s", path, at.line, at.text);
        return false;
    }
    g_autoptr(GArray) areas = areas_check(json, path, error);
    r->ground = areas ? ground_create(json, NULL, error) : NULL;
    json_decref(json);
    return r->ground != NULL;
}

/* --- the end */

/* The alert that tells of it in the end: the fault, of what became a part of one. */
static void follow_parts(struct replay *r)
{
    size_t i;
    json_t *event;
    json_array_foreach(r->events, i, event)
    {
        const char *alert = json_string_value(json_object_get(event, "alert"));
        const char *fault = alert ? g_hash_table_lookup(r->parts, alert) : NULL;
        if (fault)
            put(event, "alert", json_string(fault));
    }
    for (guint k = 0; k < r->alerts->len; k++) {
        json_t *alert = r->alerts->pdata[k];
        const char *id = json_string_value(json_object_get(alert, "id"));
        put(alert, "part_of", text_or_null(g_hash_table_lookup(r->parts, id)));
    }
}

static const char *item_of(const struct replay *r, const char *alert)
{
    const json_t *json = alert ? g_hash_table_lookup(r->by_id, alert) : NULL;
    const char *situation = json_string_value(json_object_get(json, "situation"));
    return situation ? situation : alert;
}

static json_t *score(struct replay *r)
{
    size_t i;
    json_t *event;
    json_array_foreach(r->events, i, event)
    {
        const char *alert = json_string_value(json_object_get(event, "alert"));
        score_event(r->score, json_string_value(json_object_get(event, "source")),
                    json_string_value(json_object_get(event, "id")), alert, item_of(r, alert),
                    json_is_true(json_object_get(event, "tells")));
    }
    return score_result(r->score);
}

static json_t *summary(struct replay *r, bool labels)
{
    g_autoptr(GHashTable) items = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < r->alerts->len; i++) {
        const json_t *alert = r->alerts->pdata[i];
        const char *id = json_string_value(json_object_get(alert, "id"));
        if (!json_array_size(json_object_get(alert, "marks")) &&
            json_is_null(json_object_get(alert, "part_of")))
            g_hash_table_add(items, (gpointer)item_of(r, id));
    }
    guint count = g_hash_table_size(items);
    json_t *json =
        json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:f}", "rules", rules_name(r->rules), "digest",
                  rules_digest(r->rules), "events", (json_int_t)r->count, "repeated",
                  (json_int_t)r->repeated, "alerts", (json_int_t)r->alerts->len, "situations",
                  (json_int_t)json_array_size(r->situation_list), "items", (json_int_t)count,
                  "reduction_ratio", count ? (double)(r->count - r->drills) / count : 0);
    if (labels)
        json_object_set_new(json, "labels", score(r));
    return json;
}

static json_t *result(struct replay *r, bool labels)
{
    json_t *alerts = json_array(), *json = json_object();
    for (guint i = 0; i < r->alerts->len; i++)
        json_array_append(alerts, r->alerts->pdata[i]);
    put(json, "summary", summary(r, labels));
    put(json, "events", json_incref(r->events));
    put(json, "alerts", alerts);
    put(json, "situations", json_incref(r->situation_list));
    if (!r->brief)
        put(json, "decisions", json_incref(r->decisions));
    return json;
}

static void free_json(gpointer json)
{
    json_decref(json);
}

static void finish(struct replay *r)
{
    correlator_destroy(r->correlator);
    ground_unref(r->ground);
    rules_unref(r->rules);
    score_free(r->score);
    g_hash_table_unref(r->known);
    g_hash_table_unref(r->by_id);
    g_hash_table_unref(r->situations);
    g_hash_table_unref(r->parts);
    g_ptr_array_unref(r->alerts);
    json_decref(r->situation_list);
    json_decref(r->decisions);
    json_decref(r->events);
}

static void renew_all(struct replay *r)
{
    for (guint i = 0; i < r->alerts->len; i++) {
        json_t *json = r->alerts->pdata[i];
        const struct alert *a =
            correlator_alert(r->correlator, json_string_value(json_object_get(json, "id")));
        if (a)
            renew_alert(json, a);
    }
}

json_t *replay_args(const struct arguments *arguments, GError **error)
{
    struct replay r = {
        .rules = read_rules(arguments->rules, error),
        .score = score_new(),
        .brief = arguments->brief,
        .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .situations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .alerts = g_ptr_array_new_with_free_func(free_json),
        .parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .situation_list = json_array(),
        .decisions = json_array(),
        .events = json_array(),
    };
    json_t *json = NULL;
    if (r.rules && read_areas(&r, arguments->areas, error)) {
        r.correlator = correlator_create(&(struct correlator_options){
            .rules = r.rules, .ground = r.ground, .next_id = next_id, .user = &r});
        if (each_line(&r, arguments->operand, take_line, error) &&
            (!arguments->labels || each_line(&r, arguments->labels, label_line, error))) {
            renew_all(&r);
            follow_parts(&r);
            json = result(&r, arguments->labels != NULL);
        }
    }
    finish(&r);
    return json;
}

/* --- for people */

static void print_time(GString *out, json_int_t time_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autofree char *text = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
    g_string_append(out, text ? text : "?");
}

void print_replay(const json_t *data, enum language language, GString *out)
{
    size_t i;
    const char *key;
    json_t *d, *value;
    json_array_foreach(json_object_get(data, "decisions"), i, d)
    {
        const char *alert = json_string_value(json_object_get(d, "alert"));
        const char *words =
            json_string_value(json_object_get(d, language == LANGUAGE_ZH ? "zh" : "en"));
        print_time(out, json_integer_value(json_object_get(d, "time_us")));
        g_string_append_printf(out, " %-9s %-6s %s\n",
                               json_string_value(json_object_get(d, "kind")), alert ? alert : "-",
                               words ? words : "");
    }
    json_t *summary = json_object_get(data, "summary");
    json_object_foreach(summary, key, value) if (!json_is_object(value))
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        g_string_append_printf(out, "%s %s\n", key, text);
        free(text);
    }
    json_object_foreach(json_object_get(summary, "labels"), key, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        g_string_append_printf(out, "%s %s\n", key, text);
        free(text);
    }
}
