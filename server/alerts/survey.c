/* GET /api/v1/alert-heat and /api/v1/alert-load. */
#include "alerts/api.h"
#include "alerts/face.h"
#include "alerts/load.h"
#include "alerts/load_record.h"
#include <math.h>

#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)
enum { DEFAULT_HOURS = 24, MOST_HOURS = 24 * 31, MOST_POINTS = 5000 };
#define HEAT_STEP_DEG 0.0005 /* about 50 m: what is nearer is one point */

struct heat {
    struct net_request *request;
    struct sight *sight;
    gint64 since_us;
    GHashTable *points; /* "x y" → struct point */
};

struct point {
    double lon, lat; /* sums */
    gint64 count;
};

static void add_point(struct heat *heat, double lon, double lat)
{
    char key[48];
    g_snprintf(key, sizeof key, "%.0f %.0f", floor(lon / HEAT_STEP_DEG),
               floor(lat / HEAT_STEP_DEG));
    struct point *point = g_hash_table_lookup(heat->points, key);
    if (!point && g_hash_table_size(heat->points) >= MOST_POINTS)
        return;
    if (!point) {
        point = g_new0(struct point, 1);
        g_hash_table_insert(heat->points, g_strdup(key), point);
    }
    point->lon += lon;
    point->lat += lat;
    point->count++;
}

static bool read_heat(struct store_tx *tx, gpointer job, GError **error)
{
    struct heat *heat = job;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT lon, lat, area, marks FROM alert WHERE first_us > ? AND lon IS NOT NULL"
                    " AND lat IS NOT NULL",
                    "i", heat->since_us);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        if (!(store_int(rows, 3) & (EVENT_EXERCISE | EVENT_TEST)) &&
            sight_sees(heat->sight, store_text(rows, 2)))
            add_point(heat, store_double(rows, 0), store_double(rows, 1));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void heat_read(gpointer job, const GError *error)
{
    struct heat *heat = job;
    if (error) {
        face_reply_store(heat->request, error);
    } else {
        json_t *points = json_array();
        GHashTableIter iter;
        gpointer value;
        g_hash_table_iter_init(&iter, heat->points);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            const struct point *p = value;
            json_array_append_new(points,
                                  json_pack("[f,f,I]", p->lon / (double)p->count,
                                            p->lat / (double)p->count, (json_int_t)p->count));
        }
        net_reply_json(heat->request, 200, json_pack("{s:o}", "points", points));
    }
    net_request_unref(heat->request);
    sight_free(heat->sight);
    g_hash_table_destroy(heat->points);
    g_free(heat);
}

static void get_heat(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    gint64 hours;
    if (!net_request_query_int(request, "hours", 1, MOST_HOURS, DEFAULT_HOURS, &hours))
        return;
    struct heat *heat = g_new0(struct heat, 1);
    *heat = (struct heat){.request = net_request_ref(request),
                          .sight = sight_new(net_request_session(request)),
                          .since_us = alerts_now(alerts) - hours * HOUR_US,
                          .points = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    store_read(alerts->options.store, read_heat, heat, heat_read);
}

static void get_load(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    net_reply_json(request, 200, load_json(alerts->load, net_request_session(request)));
}

void survey_add_routes(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/alert-heat", "alert.see", get_heat, 0},
        {"GET", "/api/v1/alert-load", "alert.see", get_load, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
    load_record_add_routes(alerts);
}
