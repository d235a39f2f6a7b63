/* Alerts that are compared as one. What a new alert is held against is the core: those that joined
 * surely. The others belong to it, but draw nothing more in. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

/* Was it nothing, or is it told by another alert? Then it says nothing about the others. */
static bool counts(const struct live *live)
{
    static const char *const nothing[] = {"ignored", "false_alarm", "cancelled", NULL};
    return !live->part_of && !(live->a.end && g_strv_contains(nothing, live->a.end));
}

static int64_t closes_us(const struct correlator *c, const struct cluster *cluster)
{
    const struct alert *first = &((struct live *)cluster->members->pdata[0])->a;
    return MAX(first->first_us, first->created_us) + c->rules->group.cap_us +
           c->rules->group.time_us;
}

/* --- the core */

static void take_kind(struct cluster *cluster, struct live *live)
{
    for (guint i = 0; i < cluster->kinds->len; i++)
        if (!strcmp(((struct live *)cluster->kinds->pdata[i])->a.type, live->a.type))
            return;
    g_ptr_array_add(cluster->kinds, live);
}

static void take_street(struct cluster *cluster, const char *street)
{
    if (street && !g_ptr_array_find_with_equal_func(cluster->streets, street, g_str_equal, NULL))
        g_ptr_array_add(cluster->streets, g_strdup(street));
}

/* A device that tells again is where it was: it counts once. */
static bool is_told(const struct cluster *cluster, const struct live *live)
{
    for (guint i = 0; live->a.device && i < cluster->members->len; i++) {
        const struct live *before = cluster->members->pdata[i];
        if (before == live)
            return false;
        if (!g_strcmp0(before->a.device, live->a.device))
            return true;
    }
    return false;
}

bool cluster_strays(const struct correlator *c, const struct cluster *cluster,
                    const struct live *live)
{
    return !isnan(cluster->lon) && ground_distance_m(cluster->lon, cluster->lat, live->a.lon,
                                                     live->a.lat) > c->rules->group.cap_m;
}

/* The mean of its points so far. */
static bool take_point(const struct correlator *c, struct cluster *cluster, const struct live *live,
                       guint points)
{
    if (!has_point(live) || is_told(cluster, live) || cluster_strays(c, cluster, live))
        return false;
    cluster->lon =
        points ? cluster->lon + (live->a.lon - cluster->lon) / (points + 1) : live->a.lon;
    cluster->lat =
        points ? cluster->lat + (live->a.lat - cluster->lat) / (points + 1) : live->a.lat;
    return true;
}

static void take_core(struct correlator *c, struct cluster *cluster, struct live *live,
                      guint *points)
{
    *points += take_point(c, cluster, live, *points);
    if (!cluster->area && is_cell(c, live->a.area))
        cluster->area = g_strdup(live->a.area);
    if (!cluster->village)
        cluster->village = g_strdup(live->village);
    cluster->first_us = MIN(cluster->first_us, live->a.first_us);
    cluster->last_us = MAX(cluster->last_us, live->a.last_us);
    cluster->core++;
    take_kind(cluster, live);
    take_street(cluster, live->street);
    take_street(cluster, live->house);
}

static bool is_core(const struct correlator *c, const struct live *live)
{
    return counts(live) && (live->joined == 0 || live->joined >= c->rules->group.core);
}

static void compute(struct correlator *c, struct cluster *cluster)
{
    guint points = 0;
    struct live *any = NULL;
    cluster->core = 0;
    cluster->lon = cluster->lat = NAN;
    g_clear_pointer(&cluster->area, g_free);
    g_clear_pointer(&cluster->village, g_free);
    g_ptr_array_set_size(cluster->kinds, 0);
    g_ptr_array_set_size(cluster->streets, 0);
    cluster->first_us = cluster->begin_first_us = G_MAXINT64;
    cluster->last_us = cluster->begin_last_us = G_MININT64;
    for (guint i = 0; i < cluster->members->len; i++) {
        struct live *live = cluster->members->pdata[i];
        cluster->begin_first_us = MIN(cluster->begin_first_us, live->a.first_us);
        cluster->begin_last_us = MAX(cluster->begin_last_us, live->a.first_us);
        any = any || !counts(live) ? any : live;
        if (is_core(c, live))
            take_core(c, cluster, live, &points);
    }
    if (!cluster->core && any)
        take_core(c, cluster, any, &points);
}

/* --- the situation that people see */

static void compute_situation(const struct correlator *c, struct cluster *cluster)
{
    struct situation *s = cluster->situation;
    guint points = 0;
    double lon = 0, lat = 0;
    bool over = true;
    unsigned priority = 5, past = 4;
    s->first_us = G_MAXINT64;
    s->last_us = s->ended_us = 0;
    for (guint i = 0; i < cluster->members->len; i++) {
        const struct live *live = cluster->members->pdata[i];
        if (has_point(live) && !cluster_strays(c, cluster, live)) {
            lon += live->a.lon;
            lat += live->a.lat;
            points++;
        }
        if (is_over(live))
            s->ended_us = MAX(s->ended_us, live->a.ended_us);
        else
            priority = MIN(priority, live->a.priority);
        past = MIN(past, live->a.priority);
        over = over && is_over(live);
        s->first_us = MIN(s->first_us, live->a.first_us);
        s->last_us = MAX(s->last_us, live->a.last_us);
    }
    const struct live *first = cluster->members->pdata[0];
    s->lon = points ? lon / points : first->a.lon;
    s->lat = points ? lat / points : first->a.lat;
    s->priority = priority < 5 ? priority : past;
    s->ended_us = over ? s->ended_us : 0;
    g_free(s->area);
    s->area = g_strdup(cluster->area ? cluster->area : first->a.area);
}

/* --- where it is found */

static void unlist_streets(struct correlator *c, struct cluster *cluster)
{
    for (guint i = 0; i < cluster->listed_streets->len; i++)
        index_remove(c->street_clusters, cluster->listed_streets->pdata[i], cluster);
    g_ptr_array_set_size(cluster->listed_streets, 0);
}

static bool same_names(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len)
        return false;
    for (guint i = 0; i < a->len; i++)
        if (strcmp(a->pdata[i], b->pdata[i]) != 0)
            return false;
    return true;
}

static void list_streets(struct correlator *c, struct cluster *cluster)
{
    if (same_names(cluster->streets, cluster->listed_streets))
        return;
    unlist_streets(c, cluster);
    for (guint i = 0; i < cluster->streets->len; i++) {
        index_add(c->street_clusters, cluster->streets->pdata[i], cluster);
        g_ptr_array_add(cluster->listed_streets, g_strdup(cluster->streets->pdata[i]));
    }
}

static void list_area(struct correlator *c, struct cluster *cluster, char **listed,
                      const char *area)
{
    if (g_strcmp0(*listed, area) == 0)
        return;
    if (*listed)
        index_remove(c->area_clusters, *listed, cluster);
    g_free(*listed);
    *listed = g_strdup(area);
    if (area)
        index_add(c->area_clusters, area, cluster);
}

static void unlist(struct correlator *c, struct cluster *cluster)
{
    unlist_streets(c, cluster);
    space_remove(c->clusters, &cluster->item);
    list_area(c, cluster, &cluster->listed, NULL);
    list_area(c, cluster, &cluster->listed_village, NULL);
}

static void list(struct correlator *c, struct cluster *cluster)
{
    if (cluster->closed || !cluster->core) {
        unlist(c, cluster);
        return;
    }
    if (isnan(cluster->lon))
        space_remove(c->clusters, &cluster->item);
    else
        space_put(c->clusters, &cluster->item, cluster, cluster->lon, cluster->lat);
    list_streets(c, cluster);
    list_area(c, cluster, &cluster->listed, cluster->area);
    list_area(c, cluster, &cluster->listed_village, cluster->village);
}

void cluster_refresh(struct correlator *c, struct cluster *cluster)
{
    if (!cluster->members->len) {
        unlist(c, cluster);
        cluster->core = 0;
        if (cluster->situation)
            cluster->situation->ended_us = c->now_us;
        return;
    }
    if (!cluster->closed)
        compute(c, cluster);
    if (cluster->situation)
        compute_situation(c, cluster);
    list(c, cluster);
}

void cluster_seen(struct correlator *c, struct live *live)
{
    struct cluster *cluster = live->cluster;
    if (!cluster)
        return;
    if (is_core(c, live)) {
        cluster->first_us = MIN(cluster->first_us, live->a.first_us);
        cluster->last_us = MAX(cluster->last_us, live->a.last_us);
    }
    cluster->begin_first_us = MIN(cluster->begin_first_us, live->a.first_us);
    struct situation *s = cluster->situation;
    if (!s)
        return;
    s->first_us = MIN(s->first_us, live->a.first_us);
    s->last_us = MAX(s->last_us, live->a.last_us);
    if (!is_over(live))
        s->priority = MIN(s->priority, live->a.priority);
}

/* --- life */

struct cluster *cluster_load(struct correlator *c, struct live *founder)
{
    struct cluster *cluster = g_new0(struct cluster, 1);
    cluster->members = g_ptr_array_new();
    cluster->kinds = g_ptr_array_new();
    cluster->streets = g_ptr_array_new_with_free_func(g_free);
    cluster->listed_streets = g_ptr_array_new_with_free_func(g_free);
    cluster->marks = apart_marks(founder->a.marks);
    founder->cluster = cluster;
    g_ptr_array_add(cluster->members, founder);
    timer_set(c, TIMER_CLOSE, cluster, closes_us(c, cluster));
    cluster_refresh(c, cluster);
    return cluster;
}

struct cluster *cluster_new(struct correlator *c, struct live *founder)
{
    founder->joined = 0;
    return cluster_load(c, founder);
}

void cluster_free(gpointer user)
{
    struct cluster *cluster = user;
    struct situation *s = cluster->situation;
    if (s) {
        g_free(s->id);
        g_free(s->area);
        g_ptr_array_unref(s->alerts);
        g_free(s);
    }
    g_ptr_array_unref(cluster->members);
    g_ptr_array_unref(cluster->kinds);
    g_ptr_array_unref(cluster->streets);
    g_ptr_array_unref(cluster->listed_streets);
    g_free(cluster->area);
    g_free(cluster->village);
    g_free(cluster->listed);
    g_free(cluster->listed_village);
    g_free(cluster);
}

struct situation *cluster_situation(struct correlator *c, struct cluster *cluster)
{
    if (cluster->situation)
        return cluster->situation;
    struct situation *s = g_new0(struct situation, 1);
    s->id = c->next_id("situation", c->user);
    s->alerts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < cluster->members->len; i++) {
        struct live *live = cluster->members->pdata[i];
        g_free(live->a.situation);
        live->a.situation = g_strdup(s->id);
        g_ptr_array_add(s->alerts, g_strdup(live->a.id));
    }
    cluster->situation = s;
    g_hash_table_insert(c->situations, s->id, cluster);
    cluster_refresh(c, cluster);
    return s;
}

void cluster_add(struct correlator *c, struct cluster *cluster, struct live *live, double joined)
{
    live->cluster = cluster;
    live->joined = joined;
    g_ptr_array_add(cluster->members, live);
    struct situation *s = cluster->situation;
    if (s) {
        g_free(live->a.situation);
        live->a.situation = g_strdup(s->id);
        g_ptr_array_add(s->alerts, g_strdup(live->a.id));
    }
    cluster_refresh(c, cluster);
}

void cluster_remove(struct correlator *c, struct live *live)
{
    struct cluster *cluster = live->cluster;
    guint at;
    live->cluster = NULL;
    g_clear_pointer(&live->a.situation, g_free);
    g_ptr_array_remove(cluster->members, live);
    struct situation *s = cluster->situation;
    if (s && g_ptr_array_find_with_equal_func(s->alerts, live->a.id, g_str_equal, &at))
        g_ptr_array_remove_index(s->alerts, at);
    cluster_refresh(c, cluster);
    cluster_forget(c, cluster);
}

/* Nothing is in it and nothing joins it any more: it goes. */
void cluster_forget(struct correlator *c, struct cluster *cluster)
{
    if (cluster->members->len || !cluster->closed)
        return;
    if (cluster->situation)
        g_hash_table_remove(c->situations, cluster->situation->id);
    g_ptr_array_add(c->gone, cluster);
}

void cluster_close(struct correlator *c, struct cluster *cluster)
{
    int64_t due_us = cluster->members->len ? closes_us(c, cluster) : c->now_us;
    if (due_us > c->now_us) {
        timer_set(c, TIMER_CLOSE, cluster, due_us);
        return;
    }
    cluster->closed = true;
    unlist(c, cluster);
    cluster_forget(c, cluster);
}
