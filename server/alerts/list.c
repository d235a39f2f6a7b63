/* GET /api/v1/alerts: the history, filtered. */
#include "alerts/api.h"
#include "alerts/face.h"
#include "common/words.h"
#include <string.h>

enum { DEFAULT_ALERTS = 50, MAX_ALERTS = 200, MAX_FILTER = 256 };

struct listing {
    struct net_request *request;
    struct sight *sight;
    char *state, *priority, *dimension, *type; /* ",a,b,"; NULL: any */
    char *source, *area, *situation, *before, *device, *match;
    gint64 limit;
    json_t *alerts;
    char *next;
};

static void listing_free(struct listing *listing)
{
    char *texts[] = {listing->state,  listing->priority, listing->dimension, listing->type,
                     listing->source, listing->area,     listing->situation, listing->before,
                     listing->device, listing->match,    listing->next};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    net_request_unref(listing->request);
    sight_free(listing->sight);
    json_decref(listing->alerts);
    g_free(listing);
}

/* A filter that does not apply is NULL. `state` "open": not over. */
#define FILTERS                                                                                    \
    " (? IS NULL OR id < ?)"                                                                       \
    " AND (? IS NULL OR ? LIKE '%,' || state || ',%' OR (? = ',open,' AND ended_us = 0))"          \
    " AND (? IS NULL OR ? LIKE '%,' || priority || ',%')"                                          \
    " AND (? IS NULL OR ? LIKE '%,' || dimension || ',%')"                                         \
    " AND (? IS NULL OR ? LIKE '%,' || type || ',%')"                                              \
    " AND (? IS NULL OR ? LIKE '%,' || source || ',%')"                                            \
    " AND (? IS NULL OR area LIKE ? || '%') AND (? IS NULL OR situation = ?)"                      \
    " AND (? IS NULL OR device = ?)"
#define SELECT "SELECT " ALERT_COLUMNS " FROM alert WHERE" FILTERS
#define ORDER  " ORDER BY id DESC"
#define FOUND  " AND id IN (SELECT alert FROM alert_search WHERE alert_search MATCH ?)"

static struct store_rows *ask(struct store_tx *tx, const struct listing *l, GError **error)
{
    if (!l->match)
        return store_query(tx, error, SELECT ORDER, "sssssssssssssssssss", l->before, l->before,
                           l->state, l->state, l->state, l->priority, l->priority, l->dimension,
                           l->dimension, l->type, l->type, l->source, l->source, l->area, l->area,
                           l->situation, l->situation, l->device, l->device);
    return store_query(tx, error, SELECT FOUND ORDER, "ssssssssssssssssssss", l->before, l->before,
                       l->state, l->state, l->state, l->priority, l->priority, l->dimension,
                       l->dimension, l->type, l->type, l->source, l->source, l->area, l->area,
                       l->situation, l->situation, l->device, l->device, l->match);
}

static bool read_list(struct store_tx *tx, gpointer job, GError **error)
{
    struct listing *listing = job;
    store_rows_auto rows = ask(tx, listing, error);
    GError *bad = NULL;
    char *last = NULL;
    while (rows && !listing->next && store_rows_next(rows, &bad)) {
        struct alert_row *row = alert_row_read(rows);
        bool seen = sight_sees(listing->sight, row->alert.area);
        if (seen && (gint64)json_array_size(listing->alerts) == listing->limit) {
            listing->next = g_steal_pointer(&last);
        } else if (seen) {
            json_array_append_new(listing->alerts, alert_row_json(row));
            g_free(last);
            last = g_strdup(row->alert.id);
        }
        alert_row_unref(row);
    }
    g_free(last);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void list_read(gpointer job, const GError *error)
{
    struct listing *listing = job;
    if (error)
        face_reply_store(listing->request, error);
    else
        net_reply_json(
            listing->request, 200,
            json_pack("{s:O,s:o}", "alerts", listing->alerts, "next", json_of_text(listing->next)));
    listing_free(listing);
}

static char *filter(struct net_request *request, const char *name)
{
    const char *text = net_request_query(request, name);
    return text && *text && strlen(text) <= MAX_FILTER ? g_strdup(text) : NULL;
}

/* "a,b" as ",a,b,"; what would be a pattern is taken out. */
static char *filter_list(struct net_request *request, const char *name)
{
    g_autofree char *text = filter(request, name);
    if (!text)
        return NULL;
    return g_strconcat(",", g_strdelimit(text, "%", '_'), ",", NULL);
}

static void get_alerts(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    gint64 limit;
    if (!net_request_query_int(request, "limit", 1, MAX_ALERTS, DEFAULT_ALERTS, &limit))
        return;
    g_autofree char *asked = filter(request, "q");
    char *match = asked ? words_query(asked) : NULL;
    if (asked && !match) { /* nothing that could be found: signs only */
        net_reply_json(request, 200, json_pack("{s:[],s:n}", "alerts", "next"));
        return;
    }
    struct listing *listing = g_new0(struct listing, 1);
    *listing = (struct listing){.request = net_request_ref(request),
                                .sight = sight_new(net_request_session(request)),
                                .state = filter_list(request, "state"),
                                .priority = filter_list(request, "priority"),
                                .dimension = filter_list(request, "dimension"),
                                .type = filter_list(request, "type"),
                                .source = filter_list(request, "source"),
                                .area = filter(request, "area"),
                                .situation = filter(request, "situation"),
                                .before = filter(request, "before"),
                                .device = filter(request, "device"),
                                .match = match,
                                .limit = limit,
                                .alerts = json_array()};
    if (listing->area)
        g_strdelimit(listing->area, "%_", '!');
    store_read(alerts->options.store, read_list, listing, list_read);
}

void list_add_routes(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/alerts", "alert.see", get_alerts, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
}
