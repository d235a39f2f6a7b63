/* Rows to and from the store. */
#include "alerts/alerts_private.h"
#include "alerts/row.h"
#include "common/words.h"
#include <math.h>

/* Of the word by which the words of an alert are found again: no one types it (U+E000). */
#define ID_MARK "\xee\x80\x80"

static bool write_words(struct store_tx *tx, const struct alert *a, GError **error)
{
    g_autoptr(GString) words = g_string_new(NULL);
    const char *const found_by[] = {a->title, a->text, a->address, a->device, a->type, a->source};
    for (size_t i = 0; i < G_N_ELEMENTS(found_by); i++)
        words_add(words, found_by[i]);
    g_string_append_printf(words, " " ID_MARK "%s", a->id);
    return store_exec(tx, error, "INSERT INTO alert_search (alert, words) VALUES (?, ?)", "ss",
                      a->id, words->str);
}

static bool forget_words(struct store_tx *tx, const struct alert *a, GError **error)
{
    g_autofree char *id = g_strconcat("\"" ID_MARK, a->id, "\"", NULL);
    return store_exec(tx, error,
                      "DELETE FROM alert_search WHERE rowid IN (SELECT rowid FROM alert_search"
                      " WHERE alert_search MATCH ? AND alert = ?)",
                      "ss", id, a->id);
}

/* What differs when the same thing was only told again. */
static bool write_count(struct store_tx *tx, const struct alert *a, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE alert SET count = ?, last_us = ?, expires_us = ?, memo = ?"
                      " WHERE id = ?",
                      "iiiss", (gint64)a->count, (gint64)a->last_us, (gint64)a->expires_us, a->memo,
                      a->id);
}

static char *json_text(const json_t *value)
{
    return value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
}

bool alert_row_write(struct store_tx *tx, const struct alert_row *row, GError **error)
{
    const struct alert *a = &row->alert;
    if (row->counted)
        return write_count(tx, a, error);
    g_autofree char *suggestion = json_text(row->suggestion);
    if (!store_exec(
            tx, error,
            "INSERT INTO alert (" ALERT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state,"
            " priority = excluded.priority, signal = excluded.signal, active = excluded.active,"
            " chatter = excluded.chatter, marks = excluded.marks, parent = excluded.parent,"
            " title = excluded.title, body = excluded.body, address = excluded.address,"
            " lon = excluded.lon, lat = excluded.lat, azimuth = excluded.azimuth,"
            " fov = excluded.fov, area = excluded.area, place = excluded.place,"
            " first_us = excluded.first_us, last_us = excluded.last_us,"
            " shelved_until_us = excluded.shelved_until_us, expires_us = excluded.expires_us,"
            " ended_us = excluded.ended_us, end_reason = excluded.end_reason,"
            " situation = excluded.situation, case_id = excluded.case_id,"
            " case_code = excluded.case_code, count = excluded.count,"
            " acknowledged_by = excluded.acknowledged_by,"
            " acknowledged_us = excluded.acknowledged_us, assigned = excluded.assigned,"
            " assigned_name = excluded.assigned_name, suggestion = excluded.suggestion,"
            " near_cases = excluded.near_cases, recent_cases = excluded.recent_cases,"
            " by_name = excluded.by_name, by_act = excluded.by_act, by_us = excluded.by_us,"
            " reason_zh = excluded.reason_zh, reason_en = excluded.reason_en,"
            " memo = excluded.memo",
            "sisiiiiisssssssssddddssiiiiiissssisisssssssisss", a->id, row->version,
            alert_state_name(a->state), (gint64)a->priority, (gint64)a->signal, (gint64)a->active,
            (gint64)a->chatter, (gint64)a->marks, a->source, a->device, a->parent, a->dimension,
            a->type, a->title, a->text, a->address, a->reporter, a->lon, a->lat, a->azimuth_deg,
            a->fov_deg, a->area, place_how_name(a->place), (gint64)a->first_us, (gint64)a->last_us,
            (gint64)a->created_us, (gint64)a->shelved_until_us, (gint64)a->expires_us,
            (gint64)a->ended_us, a->end, a->situation, a->case_id, row->case_code, (gint64)a->count,
            a->acknowledged_by, (gint64)a->acknowledged_us, row->assigned, row->assigned_name,
            suggestion, row->near_cases, row->recent_cases, row->by_name, row->by_act, row->by_us,
            row->reason_zh, row->reason_en, a->memo))
        return false;
    if (!row->is_new && !row->retold)
        return true;
    return (row->is_new || forget_words(tx, a, error)) && write_words(tx, a, error);
}

bool alert_row_count(struct store_tx *tx, const struct alert_row *row, GError **error)
{
    const struct alert *a = &row->alert;
    gint64 day = alerts_day(a->marks & EVENT_LATE ? a->first_us : a->created_us);
    return !a->area || (a->marks & (EVENT_EXERCISE | EVENT_TEST)) ||
           store_exec(tx, error,
                      "INSERT INTO cell_count (area, dimension, type, day, count)"
                      " VALUES (?, ?, ?, ?, 1) ON CONFLICT (area, dimension, type, day)"
                      " DO UPDATE SET count = cell_count.count + 1",
                      "sssi", a->area, a->dimension, a->type, day);
}

struct reading {
    struct store_rows *rows;
    int column;
};

static char *next_text(struct reading *at)
{
    return store_text_dup(at->rows, at->column++);
}

static gint64 next_int(struct reading *at)
{
    return store_int(at->rows, at->column++);
}

static double next_double(struct reading *at)
{
    return store_double(at->rows, at->column++);
}

static enum place_how place_of(const char *name)
{
    for (int how = PLACE_UNKNOWN; how <= PLACE_ADDRESS; how++) {
        if (g_strcmp0(place_how_name((enum place_how)how), name) == 0)
            return (enum place_how)how;
    }
    return PLACE_UNKNOWN;
}

static void read_what(struct reading *at, struct alert_row *row)
{
    struct alert *a = &row->alert;
    a->id = next_text(at);
    row->version = next_int(at);
    g_autofree char *state = next_text(at);
    alert_state_find(state, &a->state);
    a->priority = (unsigned)next_int(at);
    a->signal = next_int(at) != 0;
    a->active = next_int(at) != 0;
    a->chatter = next_int(at) != 0;
    a->marks = (unsigned)next_int(at);
    a->source = next_text(at);
    a->device = next_text(at);
    a->parent = next_text(at);
    a->dimension = next_text(at);
    a->type = next_text(at);
    a->title = next_text(at);
    a->text = next_text(at);
    a->address = next_text(at);
    a->reporter = next_text(at);
    a->lon = next_double(at);
    a->lat = next_double(at);
    a->azimuth_deg = next_double(at);
    a->fov_deg = next_double(at);
    a->area = next_text(at);
    g_autofree char *place = next_text(at);
    a->place = place_of(place);
}

static void read_when(struct reading *at, struct alert_row *row)
{
    struct alert *a = &row->alert;
    a->first_us = next_int(at);
    a->last_us = next_int(at);
    a->created_us = next_int(at);
    a->shelved_until_us = next_int(at);
    a->expires_us = next_int(at);
    a->ended_us = next_int(at);
    a->end = next_text(at);
    a->situation = next_text(at);
    a->case_id = next_text(at);
    row->case_code = next_text(at);
    a->count = (guint64)next_int(at);
    a->acknowledged_by = next_text(at);
    a->acknowledged_us = next_int(at);
}

struct alert_row *alert_row_read(struct store_rows *rows)
{
    struct alert_row *row = g_new0(struct alert_row, 1);
    struct reading at = {.rows = rows};
    g_atomic_ref_count_init(&row->refs);
    read_what(&at, row);
    read_when(&at, row);
    row->assigned = next_text(&at);
    row->assigned_name = next_text(&at);
    g_autofree char *suggestion = next_text(&at);
    row->suggestion = suggestion ? json_loads(suggestion, 0, NULL) : NULL;
    row->near_cases = next_text(&at);
    row->recent_cases = next_text(&at);
    row->by_name = next_text(&at);
    row->by_act = next_text(&at);
    row->by_us = next_int(&at);
    row->reason_zh = next_text(&at);
    row->reason_en = next_text(&at);
    row->alert.memo = next_text(&at);
    return row;
}

/* --- situations */

bool situation_row_write(struct store_tx *tx, const struct situation_row *row, GError **error)
{
    const struct situation *s = &row->situation;
    if (row->seen)
        return store_exec(tx, error, "UPDATE situation SET last_us = ? WHERE id = ?", "is",
                          (gint64)s->last_us, s->id);
    json_t *list = json_array();
    for (guint i = 0; i < s->alerts->len; i++)
        json_array_append_new(list, json_string(s->alerts->pdata[i]));
    g_autofree char *alerts = json_text(list);
    json_decref(list);
    return store_exec(
        tx, error,
        "INSERT INTO situation (" SITUATION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET version = excluded.version, priority = excluded.priority,"
        " lon = excluded.lon, lat = excluded.lat, area = excluded.area,"
        " first_us = excluded.first_us, last_us = excluded.last_us, ended_us = excluded.ended_us,"
        " title = excluded.title, alerts = excluded.alerts",
        "siiddsiiiss", s->id, row->version, (gint64)s->priority, s->lon, s->lat, s->area,
        (gint64)s->first_us, (gint64)s->last_us, (gint64)s->ended_us, row->title, alerts);
}

struct situation_row *situation_row_read(struct store_rows *rows)
{
    struct situation_row *row = g_new0(struct situation_row, 1);
    struct situation *s = &row->situation;
    struct reading at = {.rows = rows};
    g_atomic_ref_count_init(&row->refs);
    s->id = next_text(&at);
    row->version = next_int(&at);
    s->priority = (unsigned)next_int(&at);
    s->lon = next_double(&at);
    s->lat = next_double(&at);
    s->area = next_text(&at);
    s->first_us = next_int(&at);
    s->last_us = next_int(&at);
    s->ended_us = next_int(&at);
    row->title = next_text(&at);
    g_autofree char *text = next_text(&at);
    json_t *list = text ? json_loads(text, 0, NULL) : NULL;
    s->alerts = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < json_array_size(list); i++)
        g_ptr_array_add(s->alerts, g_strdup(json_string_value(json_array_get(list, i))));
    json_decref(list);
    return row;
}

/* --- decisions */

bool decision_row_write(struct store_tx *tx, const struct decision_row *row, const char *rules,
                        GError **error)
{
    g_autofree char *inputs = row->inputs ? json_text(row->inputs) : g_strdup("{}");
    return store_exec(tx, error,
                      "INSERT INTO decision (" DECISION_COLUMNS
                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "sisssssssdsiss", row->id, row->time_us, decision_kind_name(row->kind),
                      row->rule ? row->rule : "", rules, row->alert, row->other, row->situation,
                      row->case_id, row->score, inputs, row->events, row->zh ? row->zh : "",
                      row->en ? row->en : "");
}

json_t *decision_json_read(struct store_rows *rows)
{
    const char *inputs = store_text(rows, 10);
    json_t *parsed = inputs ? json_loads(inputs, 0, NULL) : NULL;
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:o}", "id",
        json_of_text(store_text(rows, 0)), "time_us", json_of_time(store_int(rows, 1)), "kind",
        json_of_text(store_text(rows, 2)), "rule", json_of_text(store_text(rows, 3)), "rules",
        json_of_text(store_text(rows, 4)), "alert", json_of_text(store_text(rows, 5)), "other",
        json_of_text(store_text(rows, 6)), "situation", json_of_text(store_text(rows, 7)), "case",
        json_of_text(store_text(rows, 8)), "score", json_of_number(store_double(rows, 9)), "inputs",
        parsed ? parsed : json_object(), "events", (json_int_t)store_int(rows, 11), "zh",
        json_of_text(store_text(rows, 12)), "en", json_of_text(store_text(rows, 13)));
}
