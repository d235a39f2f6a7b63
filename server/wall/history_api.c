/* The REST face of states over time and of online rates (docs/api.md). */
#include "common/clock.h"
#include "wall/history.h"
#include "wall/history_rules.h"
#include "wall/wall_private.h"
#include <string.h>

#define DEFAULT_CHANGES 500
#define MAX_CHANGES     5000

static json_t *time_json(gint64 at_us)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, at_us);
    return json_string(text);
}

/* Numerator, denominator, and the percentage of both; null when nothing was observed. */
static json_t *share_json(const struct history_share *share)
{
    gint64 hundredths = history_share(share->online_us, share->due_us);
    return json_pack("{s:I,s:I,s:o}", "online_s", (json_int_t)(share->online_us / G_USEC_PER_SEC),
                     "observed_s", (json_int_t)(share->due_us / G_USEC_PER_SEC), "percent",
                     hundredths < 0 ? json_null() : json_real((double)hundredths / 100));
}

static void add_spans(json_t *object, const struct history_share shares[HISTORY_SPANS])
{
    for (int i = 0; i < HISTORY_SPANS; i++)
        json_object_set_new(object, history_span_names[i], share_json(&shares[i]));
}

static json_t *spans_json(const struct history *history)
{
    json_t *spans = json_object();
    for (int i = 0; i < HISTORY_SPANS; i++)
        json_object_set_new(spans, history_span_names[i],
                            time_json(history_span_begin(history, (enum history_span)i)));
    return spans;
}

/* --- one camera */

struct reading {
    struct wall *wall;
    struct net_request *request;
    char *camera;
    gint64 from_us, to_us;
    json_t *body; /* without the rates */
    char *by;     /* of a list of rates */
};

static struct reading *reading_create(struct wall *wall, struct net_request *request)
{
    struct reading *reading = g_new0(struct reading, 1);
    reading->wall = wall;
    reading->request = net_request_ref(request);
    return reading;
}

static void reading_free(struct reading *reading)
{
    net_request_unref(reading->request);
    json_decref(reading->body);
    g_free(reading->camera);
    g_free(reading->by);
    g_free(reading);
}

static void fail(struct reading *reading)
{
    net_reply_error(reading->request, 503, "store", "数据库没有回答",
                    "the database did not answer");
    reading_free(reading);
}

static void with_rates(GHashTable *shares, const GError *error, gpointer user)
{
    static const struct history_share none[HISTORY_SPANS];
    struct reading *reading = user;
    if (error) {
        fail(reading);
        return;
    }
    const struct history_share *own = g_hash_table_lookup(shares, reading->camera);
    json_t *rate = json_object();
    add_spans(rate, own ? own : none);
    json_object_set_new(reading->body, "rate", rate);
    json_object_set_new(reading->body, "since_us", spans_json(reading->wall->history));
    net_reply_json(reading->request, 200, g_steal_pointer(&reading->body));
    reading_free(reading);
}

static json_t *changes_json(const GArray *changes)
{
    json_t *list = json_array();
    for (guint i = 0; i < changes->len; i++) {
        const struct history_change *change = &g_array_index(changes, struct history_change, i);
        json_array_append_new(
            list, json_pack("{s:o,s:s,s:o,s:o,s:I}", "time_us", time_json(change->time_us), "state",
                            change->state, "reason",
                            *change->reason ? json_string(change->reason) : json_null(), "detail",
                            *change->detail ? json_string(change->detail) : json_null(), "skipped",
                            (json_int_t)change->skipped));
    }
    return list;
}

static json_t *gaps_json(const GArray *gaps)
{
    json_t *list = json_array();
    for (guint i = 0; i < gaps->len; i++) {
        const struct history_gap *gap = &g_array_index(gaps, struct history_gap, i);
        json_array_append_new(list, json_pack("{s:o,s:o}", "from_us", time_json(gap->from_us),
                                              "to_us", time_json(gap->to_us)));
    }
    return list;
}

static void with_changes(const GArray *changes, const GArray *gaps, bool more, const GError *error,
                         gpointer user)
{
    struct reading *reading = user;
    if (error) {
        fail(reading);
        return;
    }
    reading->body =
        json_pack("{s:s,s:o,s:o,s:o,s:o,s:b}", "camera", reading->camera, "from_us",
                  time_json(reading->from_us), "to_us", time_json(reading->to_us), "changes",
                  changes_json(changes), "gaps", gaps_json(gaps), "more", more);
    history_shares(reading->wall->history, with_rates, reading);
}

static void get_history(struct net_request *request, gpointer user)
{
    struct wall *wall = user;
    const struct camera *camera = wall_find_camera(wall, request);
    gint64 now_us = clock_wall_us(), from_us, to_us, limit;
    if (!camera || !net_request_query_int(request, "to_us", 0, G_MAXINT64 / 2, now_us, &to_us) ||
        !net_request_query_int(request, "from_us", 0, G_MAXINT64 / 2,
                               MAX(0, to_us - 24 * HISTORY_HOUR_US), &from_us) ||
        !net_request_query_int(request, "limit", 1, MAX_CHANGES, DEFAULT_CHANGES, &limit))
        return;
    struct reading *reading = reading_create(wall, request);
    reading->camera = g_strdup(camera->fields.id);
    reading->from_us = from_us;
    reading->to_us = to_us;
    history_read(wall->history, camera->fields.id, from_us, to_us, (guint)limit, with_changes,
                 reading);
}

/* --- rates of groups */

struct group {
    char *key;
    guint cameras;
    struct history_share shares[HISTORY_SPANS];
};

static void group_free(gpointer data)
{
    struct group *group = data;
    g_free(group->key);
    g_free(group);
}

/* What a camera belongs to: "camera", "cell", "village", "source_system". */
static char *key_of(const struct camera *camera, const char *by)
{
    const char *area = camera->fields.area ? camera->fields.area : "";
    if (strcmp(by, "camera") == 0)
        return g_strdup(camera->fields.id);
    if (strcmp(by, "source_system") == 0)
        return g_strdup(camera->fields.source_system ? camera->fields.source_system : "");
    return g_strndup(area, strcmp(by, "village") == 0 ? 12 : 15);
}

static void add_share(struct group *group, const struct history_share *own)
{
    group->cameras++;
    for (int i = 0; own && i < HISTORY_SPANS; i++) {
        group->shares[i].online_us += own[i].online_us;
        group->shares[i].due_us += own[i].due_us;
    }
}

static json_t *group_json(const struct group *group)
{
    json_t *json = json_pack("{s:s,s:i}", "key", group->key, "cameras", (int)group->cameras);
    add_spans(json, group->shares);
    return json;
}

static struct group *group_at(GHashTable *groups, GPtrArray *order, char *key)
{
    struct group *group = g_hash_table_lookup(groups, key);
    if (group) {
        g_free(key);
        return group;
    }
    group = g_new0(struct group, 1);
    group->key = key;
    g_hash_table_insert(groups, key, group);
    g_ptr_array_add(order, group);
    return group;
}

static void with_all_rates(GHashTable *shares, const GError *error, gpointer user)
{
    struct reading *reading = user;
    struct wall *wall = reading->wall;
    if (error) {
        fail(reading);
        return;
    }
    g_autoptr(GHashTable) groups = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func(group_free);
    struct group total = {.key = (char *)""};
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (!wall_may_list(net_request_session(reading->request), camera))
            continue;
        const struct history_share *own = g_hash_table_lookup(shares, camera->fields.id);
        add_share(group_at(groups, order, key_of(camera, reading->by)), own);
        add_share(&total, own);
    }
    json_t *list = json_array();
    for (guint i = 0; i < order->len; i++)
        json_array_append_new(list, group_json(order->pdata[i]));
    net_reply_json(reading->request, 200,
                   json_pack("{s:s,s:o,s:o,s:o}", "by", reading->by, "since_us",
                             spans_json(wall->history), "total", group_json(&total), "groups",
                             list));
    reading_free(reading);
}

static void get_rates(struct net_request *request, gpointer user)
{
    static const char *const kinds[] = {"camera", "cell", "village", "source_system", NULL};
    struct wall *wall = user;
    const char *by = net_request_query(request, "by");
    if (!by)
        by = "village";
    if (!g_strv_contains(kinds, by)) {
        net_reply_error(request, 400, "bad_query", "by 应为 camera、cell、village 或 source_system",
                        "by must be camera, cell, village or source_system");
        return;
    }
    struct reading *reading = reading_create(wall, request);
    reading->by = g_strdup(by);
    history_shares(wall->history, with_all_rates, reading);
}

void wall_add_history_routes(struct wall *wall)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/online-rates", "camera.list", get_rates, 0},
        {"GET", "/api/v1/cameras/:id/history", "camera.list", get_history, 0},
    };
    net_add_routes(wall->options.net, routes, G_N_ELEMENTS(routes), wall);
}
