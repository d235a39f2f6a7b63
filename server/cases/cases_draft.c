/* GET /api/v1/cases/draft: the form as an alert fills it; GET /api/v1/cases/similar: what is near.
 */
#include "cases/cases_private.h"
#include "identity/persons.h"
#include <math.h>
#include <string.h>

enum { MOST_NEAR = 20, DRAFT_RADIUS_M = 50, DRAFT_DAYS = 31, CAMERAS = 4 };
#define METRES_A_DEGREE 111195.0

struct asked {
    struct cases *cases;
    struct net_request *request;
    struct case_who *who;
    const struct case_book *book;
    char *alert; /* NULL: similar ones alone */
    gint64 now_us, since_us, radius_m;
    double lon, lat;
    char *category, *area;
    json_t *form, *similar, *lead, *co;
    struct person_known *reporter; /* of the alert; NULL: nobody is known */
    gint64 unseen;                 /* near as well, and not this person's to see: counted only */
    const char *workflow;
    int rule;
};

static void asked_free(struct asked *asked)
{
    net_request_unref(asked->request);
    case_who_free(asked->who);
    g_free(asked->alert);
    g_free(asked->category);
    g_free(asked->area);
    json_decref(asked->form);
    json_decref(asked->similar);
    json_decref(asked->lead);
    json_decref(asked->co);
    person_known_free(asked->reporter);
    g_free(asked);
}

/* --- what is near */

static double distance_m(const struct asked *asked, double lon, double lat)
{
    double across = (lon - asked->lon) * cos(asked->lat * G_PI / 180);
    return METRES_A_DEGREE * hypot(across, lat - asked->lat);
}

static json_t *near_json(const struct case_row *row, double away_m)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "id", row->id, "code", row->code,
                     "title", row->title, "state", row->state, "category",
                     case_json_text(row->category), "area", case_json_text(row->area), "distance_m",
                     case_json_number(round(away_m)), "created_us", case_json_time(row->created_us),
                     "closed_us", case_json_time(row->closed_us));
}

static bool read_similar(struct store_tx *tx, struct asked *asked, GError **error)
{
    double lat_d = (double)asked->radius_m / METRES_A_DEGREE;
    double lon_d = lat_d / fmax(cos(asked->lat * G_PI / 180), 0.01);
    GError *bad = NULL;
    g_autofree char *sql = g_strdup_printf(
        "SELECT %s FROM case_file WHERE accepted_us >= ? AND lon >= ? AND lon <= ? AND lat >= ?"
        " AND lat <= ? AND merged_into IS NULL ORDER BY id DESC",
        case_row_columns());
    asked->similar = json_array();
    if (!isfinite(asked->lon) || !isfinite(asked->lat))
        return true;
    store_rows_auto rows = store_query(tx, error, sql, "idddd", asked->since_us, asked->lon - lon_d,
                                       asked->lon + lon_d, asked->lat - lat_d, asked->lat + lat_d);
    while (rows && json_array_size(asked->similar) < MOST_NEAR && store_rows_next(rows, &bad)) {
        case_row_auto row = {0};
        case_row_read(&row, rows, 0);
        struct case_seen seen = case_seen_of(&row);
        double away_m = distance_m(asked, row.lon, row.lat);
        bool same = !asked->category || g_strcmp0(asked->category, row.category) == 0;
        if (away_m > (double)asked->radius_m || !same)
            continue;
        if (case_who_sees(asked->who, &seen))
            json_array_append_new(asked->similar, near_json(&row, away_m));
        else if (!row.about) /* nobody is told that there is a complaint */
            asked->unseen++;
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* --- the form from the alert */

static const char *category_of(const char *dimension, const char *type)
{
    static const struct {
        const char *word, *category;
    } words[] = {
        {"fire", "work_safety"},    {"smoke", "work_safety"},     {"gas", "work_safety"},
        {"water_level", "ecology"}, {"air", "ecology"},           {"public_security", "safe_town"},
        {"traffic", "safe_town"},   {"dispute", "safe_town"},     {"petition", "livelihood"},
        {"enforcement", "ecology"}, {"livelihood", "livelihood"}, {"camera_alarm", "safe_town"}};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_strcmp0(type, words[i].word) == 0 || g_strcmp0(dimension, words[i].word) == 0)
            return words[i].category;
    }
    return "livelihood";
}

static json_t *form_of(struct asked *asked, struct store_rows *rows)
{
    const char *dimension = store_text(rows, 2), *type = store_text(rows, 3);
    gint64 priority = store_int(rows, 4);
    bool dispute = g_strcmp0(dimension, "dispute") == 0;
    asked->lon = store_double(rows, 5);
    asked->lat = store_double(rows, 6);
    asked->area = store_text_dup(rows, 7);
    json_t *form = json_pack(
        "{s:s,s:o,s:o,s:o,s:o,s:s,s:s,s:s,s:I,s:o,s:o,s:o,s:o}", "channel", "alert", "title",
        case_json_text(store_text(rows, 0)), "text", case_json_text(store_text(rows, 1)),
        "dimension", case_json_text(dimension), "type", case_json_text(type), "ledger",
        dispute ? "dispute" : "request", "category", category_of(dimension, type), "grade",
        priority <= 2   ? "urgent"
        : priority == 3 ? "annoyance"
                        : "concern",
        "priority", (json_int_t)priority, "address", case_json_text(store_text(rows, 8)), "area",
        case_json_text(asked->area), "lon", case_json_number(asked->lon), "lat",
        case_json_number(asked->lat));
    return form;
}

static bool read_alert(struct store_tx *tx, struct asked *asked, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT title, body, dimension, type, priority, lon, lat, area, address FROM alert"
        " WHERE id = ?",
        "s", asked->alert);
    if (rows && store_rows_next(rows, &bad))
        asked->form = form_of(asked, rows);
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    if (!asked->form)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such alert");
    return asked->form != NULL;
}

static json_t *department_json(struct store_tx *tx, const char *id)
{
    store_rows_auto rows =
        store_query(tx, NULL, "SELECT name FROM department WHERE id = ? AND enabled = 1", "s", id);
    bool found = rows && store_rows_next(rows, NULL);
    return json_pack("{s:s,s:o,s:b}", "id", id, "name",
                     found ? case_json_text(store_text(rows, 0)) : json_string(id), "known",
                     (int)found);
}

static void suggest(struct store_tx *tx, struct asked *asked)
{
    const json_t *form = asked->form;
    const struct routed about = {.dimension = json_string_value(json_object_get(form, "dimension")),
                                 .type = json_string_value(json_object_get(form, "type")),
                                 .category = json_string_value(json_object_get(form, "category")),
                                 .channel = "alert",
                                 .ledger = json_string_value(json_object_get(form, "ledger")),
                                 .area = asked->area};
    struct route route = routing_find(asked->book->routing, &about);
    asked->lead = route.lead ? department_json(tx, route.lead) : json_null();
    asked->co = json_array();
    for (guint i = 0; route.co && route.co[i]; i++)
        json_array_append_new(asked->co, department_json(tx, route.co[i]));
    asked->workflow = route.workflow;
    asked->rule = route.rule;
}

static bool read_reporter(struct store_tx *tx, struct asked *asked, GError **error)
{
    const struct cases_options *options = &asked->cases->options;
    g_autofree char *person = NULL;
    GError *bad = NULL;
    if (options->reporter_of && !options->reporter_of(tx, asked->alert, &person, error))
        return false;
    if (person)
        asked->reporter =
            person_read(tx, identity_vault(options->identity), person, PERSON_MASKED, &bad);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static bool read_draft(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    if (asked->alert && (!read_alert(tx, asked, error) || !read_reporter(tx, asked, error)))
        return false;
    if (asked->alert)
        suggest(tx, asked);
    return read_similar(tx, asked, error);
}

/* --- answering */

static json_t *cameras_json(const struct asked *asked)
{
    const struct cases_options *options = &asked->cases->options;
    if (!options->near || !isfinite(asked->lon) || !isfinite(asked->lat))
        return json_array();
    json_t *near = options->near(asked->lon, asked->lat, CAMERAS,
                                 net_request_session(asked->request), options->user);
    json_t *cameras = json_incref(json_object_get(near, "cameras"));
    json_decref(near);
    return cameras ? cameras : json_array();
}

/* Of the alert, as the case will have it unless the form says otherwise. */
static json_t *reporter_json(const struct asked *asked)
{
    const struct person_known *known = asked->reporter;
    const struct net_session *session = net_request_session(asked->request);
    bool shown = known && person_mask_for(session, known->area) == PERSON_MASKED;
    return person_known_json(shown ? known : NULL);
}

static void draft_read(gpointer job, const GError *error)
{
    struct asked *asked = job;
    const struct net_session *session = net_request_session(asked->request);
    if (error)
        cases_reply_error(asked->request, error);
    else if (asked->alert && asked->area && !identity_may_in(session, RIGHT_CASE_OPEN, asked->area))
        net_reply_error(asked->request, 404, "not_found", "没有这条警情", "there is no such alert");
    else if (asked->alert)
        net_reply_json(asked->request, 200,
                       json_pack("{s:O,s:o,s:s,s:O,s:O,s:i,s:O,s:o}", "form", asked->form,
                                 "reporter", reporter_json(asked), "workflow", asked->workflow,
                                 "lead", asked->lead, "co", asked->co, "routed_by", asked->rule,
                                 "similar", asked->similar, "cameras", cameras_json(asked)));
    else
        net_reply_json(asked->request, 200,
                       json_pack("{s:O,s:I}", "cases", asked->similar, "count",
                                 (json_int_t)json_array_size(asked->similar) + asked->unseen));
    asked_free(asked);
}

static struct asked *asked_new(struct cases *cases, struct net_request *request, gint64 radius_m,
                               gint64 days)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->cases = cases;
    asked->request = net_request_ref(request);
    asked->who = case_who_new(cases->options.identity, net_request_session(request));
    asked->book = cases->book;
    asked->now_us = cases_now(cases);
    asked->since_us = asked->now_us - days * CALENDAR_DAY_US;
    asked->radius_m = radius_m;
    asked->lon = asked->lat = NAN;
    return asked;
}

static void get_draft(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    const char *alert = net_request_query(request, "alert");
    if (!alert || !*alert) {
        net_reply_error(request, 400, "bad_query", "须指定警情", "which alert?");
        return;
    }
    struct asked *asked = asked_new(cases, request, DRAFT_RADIUS_M, DRAFT_DAYS);
    asked->alert = g_strdup(alert);
    store_read(cases->options.store, read_draft, asked, draft_read);
}

static bool read_degrees(struct net_request *request, const char *name, double most, double *value)
{
    const char *text = net_request_query(request, name);
    char *end = NULL;
    *value = text ? g_ascii_strtod(text, &end) : NAN;
    return text && end != text && !*end && isfinite(*value) && fabs(*value) <= most;
}

static void get_similar(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    gint64 radius_m, days;
    double lon, lat;
    if (!net_request_query_int(request, "radius_m", 1, 5000, DRAFT_RADIUS_M, &radius_m) ||
        !net_request_query_int(request, "days", 1, 3660, DRAFT_DAYS, &days))
        return;
    if (!read_degrees(request, "lon", 180, &lon) || !read_degrees(request, "lat", 90, &lat)) {
        net_reply_error(request, 400, "bad_query", "须给出经纬度", "lon and lat are needed");
        return;
    }
    struct asked *asked = asked_new(cases, request, radius_m, days);
    asked->lon = lon;
    asked->lat = lat;
    asked->category = g_strdup(net_request_query(request, "category"));
    store_read(cases->options.store, read_draft, asked, draft_read);
}

void cases_draft_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cases/draft", "case.open", get_draft, 0},
        {"GET", "/api/v1/cases/similar", "case.own", get_similar, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
