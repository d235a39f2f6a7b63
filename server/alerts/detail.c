/* GET /api/v1/alerts/ID, …/cameras, /api/v1/situations/ID. */
#include "alerts/act.h"
#include "alerts/api.h"
#include "alerts/checklists.h"
#include "alerts/contacts.h"
#include "alerts/face.h"
#include <math.h>
#include <string.h>

enum { MOST_EVENTS = 200, MOST_DECISIONS = 500, MOST_ACTS = 500, NEAR_M = 300, MOST_CAMERAS = 16 };
#define RECENT_US (INT64_C(24) * 3600 * G_USEC_PER_SEC)

struct detail {
    struct alerts *alerts;
    struct net_request *request;
    struct sight *sight;
    struct sight *case_sight; /* NULL: no case is seen anywhere */
    char *id;
    gint64 count; /* of cameras */
    gint64 now_us;
    struct alert_row *row;
    struct situation_row *situation;
    struct person_known *reporter; /* NULL: nobody is known */
    json_t *events, *decisions, *acts, *cases, *steps, *members;
    guint recent;
};

static struct detail *detail_new(struct alerts *alerts, struct net_request *request)
{
    struct detail *detail = g_new0(struct detail, 1);
    const struct net_session *session = net_request_session(request);
    bool sees_cases = identity_may(session, RIGHT_CASE_SEE);
    *detail = (struct detail){.alerts = alerts,
                              .request = net_request_ref(request),
                              .sight = sight_new(session),
                              .case_sight = sees_cases ? sight_of(session, RIGHT_CASE_SEE) : NULL,
                              .id = g_strdup(net_request_param(request, "id")),
                              .now_us = alerts_now(alerts),
                              .events = json_array(),
                              .decisions = json_array(),
                              .acts = json_array(),
                              .cases = json_array(),
                              .steps = json_object(),
                              .members = json_array()};
    return detail;
}

static void detail_free(struct detail *detail)
{
    json_t *values[] = {detail->events, detail->decisions, detail->acts,
                        detail->cases,  detail->steps,     detail->members};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        json_decref(values[i]);
    net_request_unref(detail->request);
    sight_free(detail->sight);
    sight_free(detail->case_sight);
    alert_row_unref(detail->row);
    situation_row_unref(detail->situation);
    person_known_free(detail->reporter);
    g_free(detail->id);
    g_free(detail);
}

/* --- reading */

static bool missing(GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such alert");
    return false;
}

/* Appends `read` of every row to `list`. */
static bool read_rows(struct store_rows *rows, json_t *(*read)(struct store_rows *rows),
                      json_t *list, GError **error)
{
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, read(rows));
    store_rows_end(rows);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool read_alert(struct store_tx *tx, struct detail *detail, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error, "SELECT " ALERT_COLUMNS " FROM alert WHERE id = ?", "s", detail->id);
    if (!rows)
        return false;
    GError *bad = NULL;
    if (store_rows_next(rows, &bad))
        detail->row = alert_row_read(rows);
    if (bad)
        g_propagate_error(error, bad);
    if (bad)
        return false;
    return (detail->row && sight_sees(detail->sight, detail->row->alert.area)) || missing(error);
}

static json_t *event_of(struct store_rows *rows)
{
    const char *body = store_text(rows, 0);
    json_t *event = json_loads(body ? body : "", 0, NULL);
    return event ? event : json_null();
}

enum { ALERT_AREA = 14, OTHER_AREA };
#define DECISIONS                                                                                  \
    "SELECT " DECISION_COLUMNS ", (SELECT area FROM alert AS one WHERE one.id = decision.alert),"  \
    " (SELECT area FROM alert AS two WHERE two.id = decision.other) FROM decision"

/* What was decided about alerts elsewhere is not told to who may not see them. */
static bool read_decisions(struct detail *detail, struct store_rows *rows, GError **error)
{
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        if (sight_sees(detail->sight, store_text(rows, ALERT_AREA)) &&
            sight_sees(detail->sight, store_text(rows, OTHER_AREA)))
            json_array_append_new(detail->decisions, decision_json_read(rows));
    }
    store_rows_end(rows);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool read_history(struct store_tx *tx, struct detail *detail, GError **error)
{
    const char *id = detail->id;
    return read_rows(store_query(tx, error,
                                 "SELECT body FROM (SELECT body, taken_us FROM event WHERE"
                                 " alert = ? ORDER BY taken_us DESC LIMIT ?) AS newest"
                                 " ORDER BY taken_us",
                                 "si", id, (gint64)MOST_EVENTS),
                     event_of, detail->events, error) &&
           read_decisions(detail,
                          store_query(tx, error,
                                      DECISIONS " WHERE alert = ? OR other = ?"
                                                " ORDER BY id DESC LIMIT ?",
                                      "ssi", id, id, (gint64)MOST_DECISIONS),
                          error) &&
           read_rows(store_query(tx, error,
                                 "SELECT " ACT_COLUMNS " FROM alert_act WHERE alert = ?"
                                 " ORDER BY time_us DESC, id DESC LIMIT ?",
                                 "si", id, (gint64)MOST_ACTS),
                     act_json_read, detail->acts, error);
}

static bool read_steps(struct store_tx *tx, struct detail *detail, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT step, name, time_us FROM alert_step WHERE alert = ?", "s", detail->id);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        json_object_set_new(detail->steps, store_text(rows, 0),
                            json_pack("{s:o,s:o}", "by", json_of_text(store_text(rows, 1)),
                                      "time_us", json_of_time(store_int(rows, 2))));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Other alerts near by within a day, and the cases that were found near. */
static bool count_recent(struct store_tx *tx, struct detail *detail, GError **error)
{
    const struct alert *a = &detail->row->alert;
    if (isnan(a->lon))
        return true;
    double lat_deg = NEAR_M / 111320.0, lon_deg = lat_deg / fmax(cos(a->lat * G_PI / 180), 0.01);
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT lon, lat, area FROM alert WHERE first_us > ? AND id <> ?"
                    " AND lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?",
                    "isdddd", detail->now_us - RECENT_US, detail->id, a->lon - lon_deg,
                    a->lon + lon_deg, a->lat - lat_deg, a->lat + lat_deg);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        detail->recent += ground_distance_m(a->lon, a->lat, store_double(rows, 0),
                                            store_double(rows, 1)) <= NEAR_M &&
                          sight_sees(detail->sight, store_text(rows, 2));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Takes its area out, which is no part of what is told. */
static bool sees_case(const struct detail *detail, json_t *one)
{
    bool sees = detail->case_sight &&
                sight_sees(detail->case_sight, json_string_value(json_object_get(one, "area")));
    json_object_del(one, "area");
    return sees;
}

static bool describe_cases(struct store_tx *tx, struct detail *detail, GError **error)
{
    const struct alerts_cases *cases = detail->alerts->options.cases;
    const struct alert *a = &detail->row->alert;
    g_autofree char *both =
        g_strjoin(" ", detail->row->near_cases, detail->row->recent_cases, NULL);
    g_auto(GStrv) ids = g_strsplit(both, " ", -1);
    for (guint i = 0; cases && ids[i]; i++) {
        GError *bad = NULL;
        json_t *one = *ids[i] ? cases->describe(tx, ids[i], &bad) : NULL;
        if (bad) {
            g_propagate_error(error, bad);
            return false;
        }
        if (!one || !sees_case(detail, one)) {
            json_decref(one);
            continue;
        }
        const json_t *lon = json_object_get(one, "lon"), *lat = json_object_get(one, "lat");
        double distance_m =
            json_is_number(lon) && !isnan(a->lon)
                ? ground_distance_m(a->lon, a->lat, json_number_value(lon), json_number_value(lat))
                : (double)NAN;
        json_object_set_new(one, "distance_m", json_of_number(round(distance_m)));
        json_array_append_new(detail->cases, one);
    }
    return true;
}

static bool read_reporter(struct store_tx *tx, struct detail *detail, GError **error)
{
    detail->reporter =
        contacts_read(tx, identity_vault(detail->alerts->options.identity), detail->id, error);
    return detail->reporter || !*error;
}

static bool read_detail(struct store_tx *tx, gpointer job, GError **error)
{
    struct detail *detail = job;
    GError *bad = NULL;
    bool fine = read_alert(tx, detail, &bad) && read_history(tx, detail, &bad) &&
                read_steps(tx, detail, &bad) && count_recent(tx, detail, &bad) &&
                describe_cases(tx, detail, &bad) && read_reporter(tx, detail, &bad);
    if (bad)
        g_propagate_error(error, bad);
    return fine;
}

/* --- answering */

/* The steps of the type's checklist with who ticked them. */
static json_t *checklist_json(const struct detail *detail)
{
    const json_t *list = checklists_find(detail->alerts->checklists, detail->row->alert.type);
    if (!list)
        return json_null();
    json_t *steps = json_array();
    size_t i;
    json_t *step;
    json_array_foreach(json_object_get(list, "steps"), i, step)
    {
        json_t *one = json_copy(step);
        json_t *done =
            json_object_get(detail->steps, json_string_value(json_object_get(step, "id")));
        json_object_set_new(one, "done", json_boolean(done != NULL));
        json_object_set(one, "by", done ? json_object_get(done, "by") : json_null());
        json_object_set(one, "time_us", done ? json_object_get(done, "time_us") : json_null());
        json_array_append_new(steps, one);
    }
    return json_pack("{s:O,s:O,s:o,s:O}", "zh", json_object_get(list, "zh"), "en",
                     json_object_get(list, "en"), "steps", steps, "call",
                     json_object_get(list, "call"));
}

static void detail_read(gpointer job, const GError *error)
{
    struct detail *detail = job;
    if (error) {
        face_reply_store(detail->request, error);
    } else {
        json_t *sources = sources_of(detail->alerts, detail->events, detail->row->alert.source);
        const struct net_session *session = net_request_session(detail->request);
        net_reply_json(detail->request, 200,
                       json_pack("{s:o,s:O,s:O,s:O,s:{s:I,s:O},s:o,s:o,s:o}", "alert",
                                 alert_row_json(detail->row), "events", detail->events, "decisions",
                                 detail->decisions, "acts", detail->acts, "recent", "alerts",
                                 (json_int_t)detail->recent, "cases", detail->cases, "checklist",
                                 checklist_json(detail), "sources", sources, "reporter",
                                 contacts_json(detail->reporter, session)));
    }
    detail_free(detail);
}

static void get_alert(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    store_read(alerts->options.store, read_detail, detail_new(alerts, request), detail_read);
}

/* --- cameras */

static bool read_only_alert(struct store_tx *tx, gpointer job, GError **error)
{
    return read_alert(tx, job, error);
}

static void camera_alert_read(gpointer job, const GError *error)
{
    struct detail *detail = job;
    const struct alerts_options *options = &detail->alerts->options;
    if (error) {
        face_reply_store(detail->request, error);
    } else {
        const struct alert *a = &detail->row->alert;
        json_t *cameras = options->near && !isnan(a->lon)
                              ? options->near(a->lon, a->lat, (guint)detail->count,
                                              net_request_session(detail->request), options->user)
                              : json_pack("{s:[],s:[]}", "cameras", "skipped");
        net_reply_json(detail->request, 200, cameras);
    }
    detail_free(detail);
}

static void get_cameras(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    gint64 count;
    if (!net_request_query_int(request, "count", 1, MOST_CAMERAS, 4, &count))
        return;
    if (!identity_may(net_request_session(request), RIGHT_CAMERA_LIST)) {
        net_reply_error(request, 403, "no_right", "没有查看镜头的权限", "no right to see cameras");
        return;
    }
    struct detail *detail = detail_new(alerts, request);
    detail->count = count;
    store_read(alerts->options.store, read_only_alert, detail, camera_alert_read);
}

/* --- situations */

static bool read_situation(struct store_tx *tx, struct detail *detail, GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT " SITUATION_COLUMNS " FROM situation WHERE id = ?", "s", detail->id);
    GError *bad = NULL;
    if (rows && store_rows_next(rows, &bad))
        detail->situation = situation_row_read(rows);
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    return detail->situation || missing(error);
}

static bool read_member(struct store_tx *tx, struct detail *detail, const char *id, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error, "SELECT " ALERT_COLUMNS " FROM alert WHERE id = ?", "s", id);
    GError *bad = NULL;
    if (rows && store_rows_next(rows, &bad)) {
        struct alert_row *row = alert_row_read(rows);
        if (sight_sees(detail->sight, row->alert.area))
            json_array_append_new(detail->members, alert_row_json(row));
        alert_row_unref(row);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool read_whole_situation(struct store_tx *tx, gpointer job, GError **error)
{
    struct detail *detail = job;
    if (!read_situation(tx, detail, error))
        return false;
    const GPtrArray *ids = detail->situation->situation.alerts;
    for (guint i = 0; i < ids->len; i++) {
        if (!read_member(tx, detail, ids->pdata[i], error))
            return false;
    }
    if (json_array_size(detail->members) == 0 &&
        !sight_sees(detail->sight, detail->situation->situation.area))
        return missing(error);
    return read_decisions(detail,
                          store_query(tx, error,
                                      DECISIONS " WHERE situation = ? ORDER BY id DESC LIMIT ?",
                                      "si", detail->id, (gint64)MOST_DECISIONS),
                          error);
}

static void situation_read(gpointer job, const GError *error)
{
    struct detail *detail = job;
    if (error)
        face_reply_store(detail->request, error);
    else
        net_reply_json(detail->request, 200,
                       json_pack("{s:o,s:O,s:O,s:o}", "situation",
                                 situation_row_json(detail->situation), "alerts", detail->members,
                                 "decisions", detail->decisions, "sources",
                                 sources_of(detail->alerts, detail->members, NULL)));
    detail_free(detail);
}

static void get_situation(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    store_read(alerts->options.store, read_whole_situation, detail_new(alerts, request),
               situation_read);
}

void detail_add_routes(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/alerts/:id", "alert.see", get_alert, 0},
        {"GET", "/api/v1/alerts/:id/cameras", "alert.see", get_cameras, 0},
        {"GET", "/api/v1/situations/:id", "alert.see", get_situation, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
}
