/* Early warning by grid cell: GET /api/v1/warnings, POST …/AREA/confirm. */
#include "alerts/api.h"
#include "alerts/face.h"
#include "correlate/warning.h"
#include <math.h>
#include <string.h>

#define DAY_US (INT64_C(24) * 3600 * G_USEC_PER_SEC)

struct survey {
    struct alerts *alerts;
    struct net_request *request;
    struct sight *sight;
    struct rules *rules;
    struct warning_window window;
    gint64 today, now_us;
    GHashTable *series;    /* "area dimension category" → struct series */
    GHashTable *confirmed; /* area → JSON {"name","time_us","colour"} */
    GPtrArray *cells;
};

/* Counts of one cell and category: this window first. */
struct series {
    char *area, *dimension, *category;
    unsigned *counts;
};

static void series_free(gpointer data)
{
    struct series *series = data;
    g_free(series->area);
    g_free(series->dimension);
    g_free(series->category);
    g_free(series->counts);
    g_free(series);
}

static void free_json(gpointer json)
{
    json_decref(json);
}

static struct survey *survey_new(struct alerts *alerts, struct net_request *request)
{
    struct survey *survey = g_new0(struct survey, 1);
    struct rules *rules = rulebook_rules(alerts->rulebook);
    gint64 now_us = alerts_now(alerts);
    *survey = (struct survey){
        .alerts = alerts,
        .request = net_request_ref(request),
        .sight = sight_new(net_request_session(request)),
        .rules = rules_ref(rules),
        .window = warning_window(rules),
        .today = alerts_day(now_us),
        .now_us = now_us,
        .series = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, series_free),
        .confirmed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_json)};
    return survey;
}

static void survey_free(struct survey *survey)
{
    net_request_unref(survey->request);
    sight_free(survey->sight);
    rules_unref(survey->rules);
    g_hash_table_destroy(survey->series);
    g_hash_table_destroy(survey->confirmed);
    if (survey->cells)
        g_ptr_array_unref(survey->cells);
    g_free(survey);
}

static struct series *series_of(struct survey *survey, const char *area, const char *dimension,
                                const char *category)
{
    g_autofree char *key = g_strjoin(" ", area, dimension, category, NULL);
    struct series *series = g_hash_table_lookup(survey->series, key);
    if (series)
        return series;
    series = g_new0(struct series, 1);
    series->area = g_strdup(area);
    series->dimension = g_strdup(dimension);
    series->category = g_strdup(category);
    series->counts = g_new0(unsigned, survey->window.windows + 1);
    g_hash_table_insert(survey->series, g_steal_pointer(&key), series);
    return series;
}

/* Only the leaves of the area tree are warned of. */
static bool is_cell(const struct survey *survey, const char *area)
{
    const struct ground *ground = survey->alerts->options.ground;
    const char *level = ground ? ground_level(ground, area) : NULL;
    return !level || strcmp(level, "cell") == 0;
}

static bool read_counts(struct store_tx *tx, struct survey *survey, unsigned *known, GError **error)
{
    gint64 days = survey->window.days;
    gint64 first = survey->today, from = survey->today - days * (survey->window.windows + 1) + 1;
    store_rows_auto rows = store_query(
        tx, error, "SELECT area, dimension, type, day, count FROM cell_count WHERE day >= ?", "i",
        from);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        const char *area = store_text(rows, 0), *dimension = store_text(rows, 1), *category;
        gint64 day = store_int(rows, 3);
        first = MIN(first, day);
        if (day > survey->today || !sight_sees(survey->sight, area) || !is_cell(survey, area) ||
            !warning_category(survey->rules, dimension, store_text(rows, 2), &category))
            continue;
        struct series *series = series_of(survey, area, dimension, category);
        series->counts[(survey->today - day) / days] += (unsigned)store_int(rows, 4);
    }
    if (bad)
        g_propagate_error(error, bad);
    *known = (unsigned)MIN((gint64)survey->window.windows, (survey->today - first + 1) / days - 1);
    if ((survey->today - first + 1) < days)
        *known = 0;
    return rows && !bad;
}

static bool read_confirmed(struct store_tx *tx, struct survey *survey, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT area, colour, name, time_us FROM warning_confirmed WHERE time_us > ?",
        "i", survey->now_us - survey->window.days * DAY_US);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        g_hash_table_insert(survey->confirmed, store_text_dup(rows, 0),
                            json_pack("{s:o,s:o,s:o}", "colour", json_of_text(store_text(rows, 1)),
                                      "name", json_of_text(store_text(rows, 2)), "time_us",
                                      json_of_time(store_int(rows, 3))));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void judge(struct survey *survey, unsigned known)
{
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(struct warning_count));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, survey->series);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct series *series = value;
        const struct warning_count one = {.area = series->area,
                                          .dimension = series->dimension,
                                          .category = series->category,
                                          .count = series->counts[0],
                                          .past = series->counts + 1,
                                          .windows = known};
        g_array_append_val(counts, one);
    }
    survey->cells = warning_judge(survey->rules, (const struct warning_count *)(void *)counts->data,
                                  counts->len);
}

static bool read_survey(struct store_tx *tx, gpointer job, GError **error)
{
    struct survey *survey = job;
    unsigned known = 0;
    if (!read_counts(tx, survey, &known, error) || !read_confirmed(tx, survey, error))
        return false;
    judge(survey, known);
    return true;
}

/* --- answering */

/* What people call it; null: a dimension, or a type that the rules do not know. */
static json_t *name_json(const struct survey *survey, const char *category)
{
    const json_t *type = rules_type(survey->rules, category);
    const char *zh = json_string_value(json_object_get(type, "zh"));
    const char *en = json_string_value(json_object_get(type, "en"));
    return zh && en ? json_pack("{s:s,s:s}", "zh", zh, "en", en) : json_null();
}

static json_t *line_json(const struct survey *survey, const struct warning_line *line)
{
    return json_pack("{s:s,s:s,s:o,s:I,s:I,s:o,s:o,s:s}", "dimension", line->dimension, "type",
                     line->category, "name", name_json(survey, line->category), "count",
                     (json_int_t)line->count, "windows", (json_int_t)line->windows, "expected",
                     json_of_number(line->expected), "p", json_of_number(line->p), "colour",
                     warning_colour_name(line->colour));
}

static json_t *cell_json(const struct survey *survey, const struct warning_cell *cell)
{
    json_t *lines = json_array();
    for (guint i = 0; i < cell->lines->len; i++)
        json_array_append_new(
            lines, line_json(survey, &g_array_index(cell->lines, struct warning_line, i)));
    json_t *confirmed = g_hash_table_lookup(survey->confirmed, cell->area);
    const char *colour = warning_colour_name(cell->colour);
    bool holds = confirmed &&
                 g_strcmp0(json_string_value(json_object_get(confirmed, "colour")), colour) == 0;
    const char *zh = warning_meaning_zh(survey->rules, cell->colour);
    const char *en = warning_meaning_en(survey->rules, cell->colour);
    return json_pack("{s:s,s:s,s:I,s:b,s:o,s:o,s:{s:o,s:o}}", "area", cell->area, "colour", colour,
                     "count", (json_int_t)cell->count, "shown", cell->shown, "categories", lines,
                     "confirmed_by", holds ? json_incref(confirmed) : json_null(), "meaning", "zh",
                     json_of_text(zh), "en", json_of_text(en));
}

static void survey_read(gpointer job, const GError *error)
{
    struct survey *survey = job;
    if (error) {
        face_reply_store(survey->request, error);
    } else {
        json_t *cells = json_array();
        for (guint i = 0; i < survey->cells->len; i++)
            json_array_append_new(cells, cell_json(survey, survey->cells->pdata[i]));
        net_reply_json(survey->request, 200,
                       json_pack("{s:o,s:I,s:I}", "cells", cells, "window_days",
                                 (json_int_t)survey->window.days, "past_windows",
                                 (json_int_t)survey->window.windows));
    }
    survey_free(survey);
}

static void get_warnings(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    store_read(alerts->options.store, read_survey, survey_new(alerts, request), survey_read);
}

/* --- a person confirms */

struct confirmation {
    struct net_request *request;
    struct identity_actor *who;
    char *area, *colour, *user_id, *name;
    gint64 now_us;
};

static bool write_confirmation(struct store_tx *tx, gpointer job, GError **error)
{
    const struct confirmation *c = job;
    if (!store_exec(tx, error,
                    "INSERT INTO warning_confirmed (area, colour, user_id, name, time_us)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (area) DO UPDATE SET"
                    " colour = excluded.colour, user_id = excluded.user_id, name = excluded.name,"
                    " time_us = excluded.time_us",
                    "ssssi", c->area, c->colour, c->user_id, c->name, c->now_us))
        return false;
    json_t *details = json_pack("{s:s}", "colour", c->colour);
    bool fine = identity_audit(tx, c->who, "warning.confirm", c->area, details, c->now_us, error);
    json_decref(details);
    return fine;
}

static void confirmation_written(gpointer job, const GError *error)
{
    struct confirmation *c = job;
    if (error)
        face_reply_store(c->request, error);
    else
        net_reply_json(c->request, 200,
                       json_pack("{s:s,s:{s:s,s:s,s:o}}", "area", c->area, "confirmed_by", "colour",
                                 c->colour, "name", c->name, "time_us", json_of_time(c->now_us)));
    net_request_unref(c->request);
    identity_actor_free(c->who);
    g_free(c->area);
    g_free(c->colour);
    g_free(c->user_id);
    g_free(c->name);
    g_free(c);
}

static void confirm(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    const struct net_session *session = net_request_session(request);
    const char *area = net_request_param(request, "area");
    if (!alerts_may_handle(session, area)) {
        net_reply_error(request, 403, "no_right", "没有处置该区域警情的权限",
                        "no right to handle alerts in that area");
        return;
    }
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const char *colour = json_string_value(json_object_get(body, "colour"));
    enum warning_colour known;
    if (!warning_colour_find(colour ? colour : "red", &known)) {
        net_reply_error(request, 400, "bad_colour", "没有这种颜色", "there is no such colour");
    } else {
        struct confirmation *c = g_new0(struct confirmation, 1);
        *c = (struct confirmation){.request = net_request_ref(request),
                                   .who = identity_actor_new(session),
                                   .area = g_strdup(area),
                                   .colour = g_strdup(warning_colour_name(known)),
                                   .user_id = g_strdup(session->user_id),
                                   .name = g_strdup(session->name),
                                   .now_us = alerts_now(alerts)};
        store_write(alerts->options.store, write_confirmation, c, confirmation_written);
    }
    json_decref(body);
}

void warning_add_routes(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/warnings", "alert.see", get_warnings, 0},
        {"POST", "/api/v1/warnings/:area/confirm", "alert.handle", confirm, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
}
