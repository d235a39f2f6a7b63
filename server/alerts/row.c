#include "alerts/row.h"
#include <math.h>
#include <string.h>

json_t *json_of_time(gint64 time_us)
{
    if (!time_us)
        return json_null();
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return json_string(text);
}

json_t *json_of_text(const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

json_t *json_of_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

/* --- alerts */

/* Every text of an alert, for copying and freeing. */
static const size_t texts[] = {
    offsetof(struct alert, id),
    offsetof(struct alert, source),
    offsetof(struct alert, device),
    offsetof(struct alert, parent),
    offsetof(struct alert, dimension),
    offsetof(struct alert, type),
    offsetof(struct alert, title),
    offsetof(struct alert, text),
    offsetof(struct alert, address),
    offsetof(struct alert, reporter),
    offsetof(struct alert, area),
    offsetof(struct alert, end),
    offsetof(struct alert, situation),
    offsetof(struct alert, case_id),
    offsetof(struct alert, acknowledged_by),
    offsetof(struct alert, memo),
};

static inline char **text_at(struct alert *alert, size_t i)
{
    return (char **)((char *)alert + texts[i]);
}

struct alert_row *alert_row_new(const struct alert_row *before)
{
    struct alert_row *row = g_new0(struct alert_row, 1);
    g_atomic_ref_count_init(&row->refs);
    row->is_new = before == NULL;
    row->version = before ? before->version : 0;
    row->case_code = g_strdup(before ? before->case_code : NULL);
    row->assigned = g_strdup(before ? before->assigned : NULL);
    row->assigned_name = g_strdup(before ? before->assigned_name : NULL);
    row->suggestion = before && before->suggestion ? json_deep_copy(before->suggestion) : NULL;
    row->near_cases = g_strdup(before ? before->near_cases : "");
    row->recent_cases = g_strdup(before ? before->recent_cases : "");
    row->by_name = g_strdup(before ? before->by_name : NULL);
    row->by_act = g_strdup(before ? before->by_act : NULL);
    row->by_us = before ? before->by_us : 0;
    row->reason_zh = g_strdup(before ? before->reason_zh : NULL);
    row->reason_en = g_strdup(before ? before->reason_en : NULL);
    return row;
}

struct alert_row *alert_row_ref(struct alert_row *row)
{
    g_atomic_ref_count_inc(&row->refs);
    return row;
}

void alert_row_unref(struct alert_row *row)
{
    if (!row || !g_atomic_ref_count_dec(&row->refs))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*text_at(&row->alert, i));
    char *own[] = {row->case_code,  row->assigned,     row->assigned_name,
                   row->near_cases, row->recent_cases, row->by_name,
                   row->by_act,     row->reason_zh,    row->reason_en};
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        g_free(own[i]);
    json_decref(row->suggestion);
    g_free(row);
}

void alert_row_fill(struct alert_row *row, const struct alert *alert, char *memo)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*text_at(&row->alert, i));
    row->alert = *alert;
    row->alert.memo = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        *text_at(&row->alert, i) = g_strdup(*text_at(&row->alert, i));
    row->alert.memo = memo;
}

bool alert_row_informs(const struct alert *alert)
{
    /* somebody has to mend a camera */
    return alert->priority == 4 && alert->device &&
           g_strcmp0(alert->dimension, "camera_health") != 0;
}

/* Was anything of its situation, before it, more than information? */
static bool joined(const struct alert *alert, const struct situation_row *row,
                   const struct alert *(*find)(const char *id, gpointer user), gpointer user)
{
    const GPtrArray *alerts = row ? row->situation.alerts : NULL;
    for (guint i = 0; alerts && i < alerts->len; i++) {
        const char *id = alerts->pdata[i];
        if (strcmp(id, alert->id) == 0)
            return false;
        const struct alert *before = find(id, user);
        if (!before || !alert_row_informs(before))
            return true;
    }
    return false;
}

/* Did its situation already have one like it that is danger to life and not over? */
static bool repeats(const struct alert *alert, const struct situation_row *row,
                    const struct alert *(*find)(const char *id, gpointer user), gpointer user)
{
    const GPtrArray *alerts = row ? row->situation.alerts : NULL;
    for (guint i = 0; alerts && i < alerts->len; i++) {
        const struct alert *before = find(alerts->pdata[i], user);
        if (strcmp(alerts->pdata[i], alert->id) == 0)
            return false;
        if (before && before->priority == 1 && !before->ended_us &&
            g_strcmp0(before->type, alert->type) == 0)
            return true;
    }
    return false;
}

bool alert_row_alarms(const struct alert *alert, const struct situation_row *situation,
                      const struct alert *(*find)(const char *id, gpointer user), gpointer user)
{
    bool at_once = alert->ended_us && alert->ended_us == alert->created_us;
    if (alert->marks & (EVENT_EXERCISE | EVENT_TEST | EVENT_LATE) || at_once ||
        alert_row_informs(alert))
        return false;
    return alert->priority == 1 ? !repeats(alert, situation, find, user)
                                : !joined(alert, situation, find, user);
}

guint alert_row_ids(const char *list)
{
    guint count = *list != '\0';
    for (const char *at = list; *at; at++)
        count += *at == ' ';
    return count;
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value);
}

static void set_person(json_t *object, const char *key, const char *id, const char *name)
{
    set(object, key,
        id ? json_pack("{s:o,s:o}", "user", json_of_text(id), "name", json_of_text(name))
           : json_null());
}

static void add_what(json_t *object, const struct alert *a)
{
    set(object, "state", json_of_text(alert_state_name(a->state)));
    set(object, "priority", json_integer((json_int_t)a->priority));
    set(object, "signal", json_boolean(a->signal));
    set(object, "active", json_boolean(a->active));
    set(object, "chatter", json_boolean(a->chatter));
    set(object, "exercise", json_boolean(a->marks & EVENT_EXERCISE));
    set(object, "test", json_boolean(a->marks & EVENT_TEST));
    set(object, "source", json_of_text(a->source));
    set(object, "device", json_of_text(a->device));
    set(object, "dimension", json_of_text(a->dimension));
    set(object, "type", json_of_text(a->type));
    set(object, "title", json_of_text(a->title));
    set(object, "text", json_of_text(a->text));
    set(object, "address", json_of_text(a->address));
    set(object, "lon", json_of_number(a->lon));
    set(object, "lat", json_of_number(a->lat));
    set(object, "area", json_of_text(a->area));
    set(object, "place", json_of_text(place_how_name(a->place)));
}

static void add_when(json_t *object, const struct alert *a)
{
    set(object, "first_us", json_of_time(a->first_us));
    set(object, "last_us", json_of_time(a->last_us));
    set(object, "created_us", json_of_time(a->created_us));
    set(object, "count", json_integer((json_int_t)a->count));
    set(object, "situation", json_of_text(a->situation));
    set(object, "case", json_of_text(a->case_id));
    set(object, "acknowledged_by", json_of_text(a->acknowledged_by));
    set(object, "acknowledged_us", json_of_time(a->acknowledged_us));
    set(object, "shelved_until_us", json_of_time(a->shelved_until_us));
    set(object, "ended_us", json_of_time(a->ended_us));
    set(object, "end", json_of_text(a->end));
}

json_t *alert_row_json(const struct alert_row *row)
{
    json_t *object = json_object();
    set(object, "id", json_of_text(row->alert.id));
    set(object, "version", json_integer(row->version));
    add_what(object, &row->alert);
    add_when(object, &row->alert);
    set(object, "case_code", json_of_text(row->case_code));
    set(object, "suggestion", row->suggestion ? json_incref(row->suggestion) : json_null());
    set(object, "nearby", json_integer(alert_row_ids(row->near_cases)));
    set(object, "recent", json_integer(alert_row_ids(row->recent_cases)));
    set_person(object, "assigned", row->assigned, row->assigned_name);
    set(object, "by",
        row->by_name ? json_pack("{s:o,s:o,s:o}", "name", json_of_text(row->by_name), "act",
                                 json_of_text(row->by_act), "time_us", json_of_time(row->by_us))
                     : json_null());
    set(object, "reason",
        row->reason_zh ? json_pack("{s:o,s:o}", "zh", json_of_text(row->reason_zh), "en",
                                   json_of_text(row->reason_en))
                       : json_null());
    return object;
}

json_t *alert_row_count_json(const struct alert_row *row)
{
    return json_pack("[s,I,o]", row->alert.id, (json_int_t)row->alert.count,
                     json_of_time(row->alert.last_us));
}

/* --- situations */

static gpointer copy_text(gconstpointer text, gpointer user)
{
    (void)user;
    return g_strdup(text);
}

struct situation_row *situation_row_new(const struct situation *situation, gint64 version,
                                        const char *title)
{
    struct situation_row *row = g_new0(struct situation_row, 1);
    g_atomic_ref_count_init(&row->refs);
    situation_row_fill(row, situation);
    row->version = version;
    row->title = g_strdup(title);
    return row;
}

void situation_row_fill(struct situation_row *row, const struct situation *situation)
{
    struct situation *s = &row->situation;
    g_free(s->id);
    g_free(s->area);
    g_clear_pointer(&s->alerts, g_ptr_array_unref);
    *s = *situation;
    s->id = g_strdup(situation->id);
    s->area = g_strdup(situation->area);
    s->alerts = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_extend(s->alerts, situation->alerts, copy_text, NULL);
}

struct situation_row *situation_row_ref(struct situation_row *row)
{
    g_atomic_ref_count_inc(&row->refs);
    return row;
}

void situation_row_unref(struct situation_row *row)
{
    if (!row || !g_atomic_ref_count_dec(&row->refs))
        return;
    g_free(row->situation.id);
    g_free(row->situation.area);
    g_ptr_array_unref(row->situation.alerts);
    g_free(row->title);
    g_free(row);
}

static json_t *ids_json(const GPtrArray *ids)
{
    json_t *list = json_array();
    for (guint i = 0; i < ids->len; i++)
        json_array_append_new(list, json_string(ids->pdata[i]));
    return list;
}

json_t *situation_row_json(const struct situation_row *row)
{
    const struct situation *s = &row->situation;
    json_t *object = json_object();
    set(object, "id", json_of_text(s->id));
    set(object, "version", json_integer(row->version));
    set(object, "priority", json_integer((json_int_t)s->priority));
    set(object, "lon", json_of_number(s->lon));
    set(object, "lat", json_of_number(s->lat));
    set(object, "area", json_of_text(s->area));
    set(object, "first_us", json_of_time(s->first_us));
    set(object, "last_us", json_of_time(s->last_us));
    set(object, "ended_us", json_of_time(s->ended_us));
    set(object, "alerts", ids_json(s->alerts));
    set(object, "title", json_of_text(row->title));
    return object;
}

json_t *situation_row_count_json(const struct situation_row *row)
{
    return json_pack("[s,o]", row->situation.id, json_of_time(row->situation.last_us));
}

/* --- decisions */

static void take_words(struct decision_row *row, struct decision *decision)
{
    json_decref(row->inputs);
    g_free(row->zh);
    g_free(row->en);
    row->inputs = g_steal_pointer(&decision->inputs);
    row->zh = g_steal_pointer(&decision->zh);
    row->en = g_steal_pointer(&decision->en);
    row->score = decision->score;
}

struct decision_row *decision_row_take(struct decision *decision, gint64 time_us)
{
    struct decision_row *row = g_new0(struct decision_row, 1);
    row->time_us = time_us;
    row->kind = decision->kind;
    row->rule = g_strdup(decision->rule);
    row->alert = g_strdup(decision->alert ? decision->alert->id : NULL);
    row->other = g_strdup(decision->other);
    row->situation = g_strdup(decision->situation ? decision->situation->id : NULL);
    row->case_id = g_strdup(decision->case_id);
    row->events = 1;
    take_words(row, decision);
    return row;
}

void decision_row_fold(struct decision_row *row, struct decision *decision)
{
    row->events++;
    take_words(row, decision);
}

void decision_row_free(struct decision_row *row)
{
    if (!row)
        return;
    char *own[] = {row->id,        row->rule,    row->alert, row->other,
                   row->situation, row->case_id, row->zh,    row->en};
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        g_free(own[i]);
    json_decref(row->inputs);
    g_free(row);
}
