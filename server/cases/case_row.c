#include "cases/case_row.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

enum kind { TEXT, WHOLE, REAL };
struct column {
    const char *name, *json; /* json NULL: not told */
    enum kind kind;
    size_t at;
};
#define T(field, json)                                                                             \
    {                                                                                              \
#field, json, TEXT, offsetof(struct case_row, field)                                       \
    }
#define I(field, json)                                                                             \
    {                                                                                              \
#field, json, WHOLE, offsetof(struct case_row, field)                                      \
    }
#define D(field, json)                                                                             \
    {                                                                                              \
#field, json, REAL, offsetof(struct case_row, field)                                       \
    }

static const struct column columns[] = {
    T(id, "id"),
    T(code, "code"),
    I(version, "version"),
    T(state, "state"),
    T(workflow, "workflow"),
    T(channel, "channel"),
    T(ledger, "ledger"),
    T(dimension, "dimension"),
    T(type, "type"),
    T(category, "category"),
    T(grade, "grade"),
    T(dispute, "dispute"),
    T(scale, "scale"),
    T(colour, "colour"),
    T(title, "title"),
    T(body, NULL),
    I(priority, "priority"),
    I(exercise, NULL),
    T(area, "area"),
    T(address, "address"),
    D(lon, "lon"),
    D(lat, "lat"),
    T(first_user, NULL),
    T(about, NULL),
    T(reporter, NULL),
    T(lead, "lead"),
    T(departments, NULL),
    I(level, "level"),
    I(attempts, "attempts"),
    I(agreed_us, "agreed_us"),
    I(court_us, "court_us"),
    T(mediation, "mediation"),
    I(returned, "returned"),
    I(reopened, "reopened"),
    I(unreached, "unreached"),
    I(urged, "urged"),
    I(yellow, NULL),
    I(red, NULL),
    I(black, NULL),
    I(overdue, "overdue"),
    I(on_spot, NULL),
    T(satisfaction, "satisfaction"),
    I(points, "points"),
    T(merged_into, "merged_into"),
    T(before, "before"),
    I(calendar_unknown, NULL),
    I(accepted_us, "accepted_us"),
    I(created_us, "created_us"),
    I(updated_us, "updated_us"),
    I(state_us, "state_us"),
    I(dispatched_us, "dispatched_us"),
    I(done_us, "done_us"),
    I(closed_us, "closed_us"),
    T(due_timer, "due_timer"),
    I(due_us, "due_us"),
    I(warn_us, "warn_us"),
    I(finish_us, "finish_us"),
};

static gpointer make_columns(gpointer unused)
{
    GString *text = g_string_new(NULL);
    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        g_string_append_printf(text, "case_file.%s, ", columns[i].name);
    g_string_append(text,
                    "(SELECT name FROM user_account WHERE user_account.id = case_file.first_user)");
    return g_string_free(text, FALSE);
}

const char *case_row_columns(void)
{
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, make_columns, NULL);
}

static void *field(const struct case_row *row, const struct column *column)
{
    return (char *)row + column->at;
}

void case_row_read(struct case_row *row, struct store_rows *rows, int from)
{
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++, from++) {
        void *at = field(row, &columns[i]);
        if (columns[i].kind == TEXT)
            *(char **)at = store_text_dup(rows, from);
        else if (columns[i].kind == WHOLE)
            *(gint64 *)at = store_int(rows, from);
        else
            *(double *)at = store_double(rows, from);
    }
    row->first_name = store_text_dup(rows, from);
}

void case_row_clear(struct case_row *row)
{
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (columns[i].kind == TEXT)
            g_clear_pointer((char **)field(row, &columns[i]), g_free);
    }
    g_clear_pointer(&row->first_name, g_free);
}

bool case_row_load(struct store_tx *tx, const char *id, struct case_row *row, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT %s FROM case_file WHERE id = ? OR code = ?", case_row_columns());
    store_rows_auto rows = store_query(tx, error, sql, "ss", id, id);
    GError *bad = NULL;
    bool found = rows && store_rows_next(rows, &bad);
    if (found)
        case_row_read(row, rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    else if (rows && !found)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
    return found;
}

bool case_row_insert(struct store_tx *tx, const struct case_row *row, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO case_file (id, code, version, state, channel, dimension, type,"
                      " title, priority, exercise, first_user, accepted_us, created_us, updated_us)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssisssssiisiii", row->id, row->code, row->version, row->state, row->channel,
                      row->dimension, row->type, row->title, row->priority, row->exercise,
                      row->first_user, row->accepted_us, row->created_us, row->updated_us) &&
           case_row_update(tx, row, error);
}

static bool update_what(struct store_tx *tx, const struct case_row *row, GError **error)
{
    return store_exec(
        tx, error,
        "UPDATE case_file SET version = ?, state = ?, workflow = ?, channel = ?, ledger = ?,"
        " dimension = ?, type = ?, category = ?, grade = ?, dispute = ?, scale = ?, colour = ?,"
        " title = ?, body = ?, priority = ?, area = ?, address = ?, lon = ?, lat = ?, about = ?,"
        " reporter = ?, updated_us = ?, state_us = ?, closed_us = ? WHERE id = ?",
        "isssssssssssssissddssiiis", row->version, row->state, row->workflow, row->channel,
        row->ledger, row->dimension, row->type, row->category, row->grade, row->dispute, row->scale,
        row->colour, row->title, row->body, row->priority, row->area, row->address, row->lon,
        row->lat, row->about, row->reporter, row->updated_us, row->state_us, row->closed_us,
        row->id);
}

static bool update_course(struct store_tx *tx, const struct case_row *row, GError **error)
{
    return store_exec(
        tx, error,
        "UPDATE case_file SET lead = ?, departments = ?, level = ?, attempts = ?, agreed_us = ?,"
        " court_us = ?, mediation = ?, returned = ?, reopened = ?, unreached = ?, urged = ?, "
        "yellow = ?, red = ?,"
        " black = ?, overdue = ?, on_spot = ?, satisfaction = ?, points = ?, merged_into = ?,"
        " before = ?, calendar_unknown = ?, dispatched_us = ?, done_us = ?, due_timer = ?,"
        " due_us = ?, warn_us = ?, finish_us = ? WHERE id = ?",
        "ssiiiisiiiiiiiiisissiiisiiis", row->lead, row->departments ? row->departments : "",
        row->level, row->attempts, row->agreed_us, row->court_us, row->mediation, row->returned,
        row->reopened, row->unreached, row->urged, row->yellow, row->red, row->black, row->overdue,
        row->on_spot, row->satisfaction, row->points, row->merged_into, row->before,
        row->calendar_unknown, row->dispatched_us, row->done_us, row->due_timer, row->due_us,
        row->warn_us, row->finish_us, row->id);
}

bool case_row_update(struct store_tx *tx, const struct case_row *row, GError **error)
{
    return update_what(tx, row, error) && update_course(tx, row, error);
}

void case_row_set(char **text, const char *value)
{
    char *copy = g_strdup(value);
    g_free(*text);
    *text = copy;
}

bool case_row_has_department(const struct case_row *row, const char *department)
{
    if (!department || !row->departments)
        return false;
    g_autofree char *wanted = g_strdup_printf(" %s ", department);
    return strstr(row->departments, wanted) != NULL;
}

/* --- as people see it */

json_t *case_json_text(const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

json_t *case_json_time(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

json_t *case_json_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *departments_json(const struct case_row *row)
{
    json_t *list = json_array();
    g_auto(GStrv) names = g_strsplit(row->departments ? row->departments : "", " ", -1);
    for (guint i = 0; names[i]; i++) {
        if (*names[i])
            json_array_append_new(list, json_string(names[i]));
    }
    return list;
}

static json_t *column_json(const struct case_row *row, const struct column *column)
{
    const void *at = field(row, column);
    if (column->kind == TEXT)
        return case_json_text(*(char *const *)at);
    if (column->kind == REAL)
        return case_json_number(*(const double *)at);
    gint64 whole = *(const gint64 *)at;
    return g_str_has_suffix(column->name, "_us") ? case_json_time(whole) : json_integer(whole);
}

json_t *case_row_json(const struct case_row *row)
{
    json_t *object = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (columns[i].json)
            json_object_set_new(object, columns[i].json, column_json(row, &columns[i]));
    }
    json_object_set_new(object, "exercise", json_boolean(row->exercise));
    json_object_set_new(object, "on_spot", json_boolean(row->on_spot));
    json_object_set_new(object, "calendar_unknown", json_boolean(row->calendar_unknown));
    json_object_set_new(object, "departments", departments_json(row));
    json_object_set_new(object, "cards",
                        json_pack("{s:I,s:I,s:I}", "yellow", (json_int_t)row->yellow, "red",
                                  (json_int_t)row->red, "black", (json_int_t)row->black));
    json_object_set_new(object, "first",
                        json_pack("{s:o,s:o}", "user", case_json_text(row->first_user), "name",
                                  case_json_text(row->first_name)));
    return object;
}

bool case_row_announce(struct store_tx *tx, const struct case_row *row, const char *act,
                       const json_t *details, gint64 seq, GError **error)
{
    json_t *value = json_pack("{s:s,s:s,s:s,s:I,s:s,s:O*,s:o,s:o,s:o*}", "id", row->id, "code",
                              row->code, "state", row->state, "version", (json_int_t)row->version,
                              "act", act, "details", details, "case", case_row_json(row), "about",
                              case_json_text(row->about), "seq", seq ? json_integer(seq) : NULL);
    g_autofree char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    if (!text) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "a text of the case is not UTF-8");
        return false;
    }
    return store_announce(tx, "case", row->id, text, error);
}
