/* What has to be known again of an alert: written as JSON, read back from what was written. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

void past_clear(gpointer user)
{
    struct past *past = user;
    g_free(past->end);
    g_free(past->case_id);
    g_free(past->situation);
    g_free(past->acknowledged_by);
}

static json_t *past_json(const struct past *past)
{
    return json_pack("{s:s,s:s,s:s*,s:s*,s:s*,s:s*,s:I,s:I,s:I}", "act", alert_act_name(past->act),
                     "state", alert_state_name(past->state), "end", past->end, "case",
                     past->case_id, "situation", past->situation, "by", past->acknowledged_by,
                     "acknowledged_us", (json_int_t)past->acknowledged_us, "shelved_until_us",
                     (json_int_t)past->shelved_until_us, "ended_us", (json_int_t)past->ended_us);
}

static json_t *names(const GPtrArray *list)
{
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(array, json_string(list->pdata[i]));
    return array;
}

static json_t *updates_json(GHashTable *updates)
{
    json_t *object = json_object();
    GHashTableIter iter;
    gpointer id, first;
    g_hash_table_iter_init(&iter, updates);
    while (g_hash_table_iter_next(&iter, &id, &first))
        json_object_set_new(object, id, json_string(first));
    return object;
}

json_t *memo_write(const struct live *live)
{
    json_t *memo = json_object();
    json_t *transitions = json_array(), *undo = json_array();
    for (unsigned i = 0; i < live->transition_count; i++)
        json_array_append_new(transitions, json_integer(live->transitions[i]));
    for (guint i = 0; i < live->undo->len; i++)
        json_array_append_new(undo, past_json(&g_array_index(live->undo, struct past, i)));
    json_object_set_new(memo, "ids", names(live->ids));
    json_object_set_new(memo, "transitions", transitions);
    json_object_set_new(memo, "undo", undo);
    json_object_set_new(memo, "cancelled", json_integer((json_int_t)live->cancelled));
    json_object_set_new(memo, "joined",
                        isnan(live->joined) ? json_null() : json_real(live->joined));
    json_object_set_new(memo, "gathers", json_boolean(live->gathers));
    json_object_set_new(memo, "history", json_boolean(live->history));
    json_object_set_new(memo, "lifted", json_boolean(live->lifted));
    json_object_set_new(memo, "steady", json_boolean(live->steady));
    if (live->gone)
        json_object_set_new(memo, "gone", json_string(live->gone));
    if (live->part_of)
        json_object_set_new(memo, "part_of", json_string(live->part_of));
    if (live->lost)
        json_object_set_new(memo, "lost", names(live->lost));
    if (live->taken_back)
        json_object_set_new(memo, "taken_back", names(live->taken_back));
    if (live->updates)
        json_object_set_new(memo, "updates", updates_json(live->updates));
    if (live->muted && live->muted->len)
        json_object_set_new(memo, "muted", mute_json(live));
    return memo;
}

static void read_names(GPtrArray *list, const json_t *array)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item) if (json_is_string(item))
        g_ptr_array_add(list, g_strdup(json_string_value(item)));
}

static void read_past(struct live *live, const json_t *json)
{
    struct past past = {0};
    if (!alert_act_find(json_string_value(json_object_get(json, "act")), &past.act) ||
        !alert_state_find(json_string_value(json_object_get(json, "state")), &past.state))
        return;
    past.end = g_strdup(json_string_value(json_object_get(json, "end")));
    past.case_id = g_strdup(json_string_value(json_object_get(json, "case")));
    past.situation = g_strdup(json_string_value(json_object_get(json, "situation")));
    past.acknowledged_by = g_strdup(json_string_value(json_object_get(json, "by")));
    past.acknowledged_us = json_integer_value(json_object_get(json, "acknowledged_us"));
    past.shelved_until_us = json_integer_value(json_object_get(json, "shelved_until_us"));
    past.ended_us = json_integer_value(json_object_get(json, "ended_us"));
    g_array_append_val(live->undo, past);
}

static const char *gone_of(const json_t *memo)
{
    const char *gone = json_string_value(json_object_get(memo, "gone"));
    if (!gone)
        return NULL;
    return !strcmp(gone, "expired") ? "expired" : "cleared";
}

void memo_read(struct correlator *c, struct live *live, const char *text)
{
    json_t *memo = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *joined = json_object_get(memo, "joined");
    const json_t *lost = json_object_get(memo, "lost");
    const json_t *back = json_object_get(memo, "taken_back");
    const char *key;
    size_t i;
    json_t *item;
    read_names(live->ids, json_object_get(memo, "ids"));
    json_array_foreach(json_object_get(memo, "transitions"), i, item) if (i < TRANSITIONS_KEPT)
        live->transitions[live->transition_count++] = json_integer_value(item);
    json_array_foreach(json_object_get(memo, "undo"), i, item) if (i < UNDO_KEPT)
        read_past(live, item);
    live->cancelled = (guint64)json_integer_value(json_object_get(memo, "cancelled"));
    live->joined = json_is_null(joined) ? NAN : json_number_value(joined);
    live->gathers = json_is_true(json_object_get(memo, "gathers"));
    live->history = json_is_true(json_object_get(memo, "history"));
    live->lifted = json_is_true(json_object_get(memo, "lifted"));
    live->steady = json_is_true(json_object_get(memo, "steady"));
    live->gone = gone_of(memo);
    live->part_of = g_strdup(json_string_value(json_object_get(memo, "part_of")));
    if (lost) {
        live->lost = g_ptr_array_new_with_free_func(g_free);
        read_names(live->lost, lost);
    }
    if (back) {
        live->taken_back = g_ptr_array_new_with_free_func(g_free);
        read_names(live->taken_back, back);
    }
    json_object_foreach(json_object_get(memo, "updates"), key, item) if (json_is_string(item))
        live_replaces(live, key, json_string_value(item));
    mute_read(c, live, json_object_get(memo, "muted"));
    json_decref(memo);
}
