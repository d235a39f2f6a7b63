/* Which situation a new alert belongs to: a score against the core of each that is near, and the
 * best that is good enough (docs/alerts.md, "Group"). */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

struct parts {
    double affinity, distance, time, reporter, view, score;
    double metres; /* NAN: not known */
    int64_t gap_us;
    const char *why;   /* of the affinity */
    const char *where; /* as link_words() has it */
    bool same_street, same_house;
};

/* --- what goes into the score */

static double affinity_of(const struct correlator *c, const struct cluster *cluster,
                          const struct live *live, const char **why)
{
    double best = -1;
    for (guint i = 0; i < cluster->kinds->len; i++) {
        const struct live *core = cluster->kinds->pdata[i];
        const char *reason;
        double value = rules_affinity(c->rules, core->a.dimension, core->a.type, live->a.dimension,
                                      live->a.type, &reason);
        if (value > best) {
            best = value;
            *why = reason;
        }
    }
    return MAX(best, 0);
}

static bool same_device(const struct cluster *cluster, const struct live *live)
{
    for (guint i = 0; live->a.device && i < cluster->kinds->len; i++)
        if (!g_strcmp0(((struct live *)cluster->kinds->pdata[i])->a.device, live->a.device))
            return true;
    return false;
}

static bool has_street(const struct cluster *cluster, const char *street)
{
    return street && g_ptr_array_find_with_equal_func(cluster->streets, street, g_str_equal, NULL);
}

/* Points may be wrong (an office's instead of the place): who gives the same house is there. */
static double distance_of(const struct correlator *c, const struct cluster *cluster,
                          const struct live *live, struct parts *parts)
{
    const struct group_rules *rules = &c->rules->group;
    parts->metres = NAN;
    parts->same_street = has_street(cluster, live->street);
    parts->same_house = has_street(cluster, live->house);
    bool same_area = cluster->area && !g_strcmp0(cluster->area, live->a.area);
    parts->where = same_area ? "cell" : NULL;
    if (has_point(live) && !isnan(cluster->lon)) {
        parts->metres = ground_distance_m(cluster->lon, cluster->lat, live->a.lon, live->a.lat);
        double nearness = link_fall(parts->metres, rules->full_m, rules->zero_m);
        if (!parts->same_house || nearness >= rules->same_address)
            return nearness;
        parts->where = "address";
        return rules->same_address;
    }
    bool vague = !is_cell(c, live->a.area) || !cluster->area;
    bool same_village = cluster->village && !g_strcmp0(cluster->village, live->village);
    const struct {
        bool is;
        const char *where;
        double nearness;
    } table[] = {
        {same_device(cluster, live), "device", 1},
        {parts->same_house, "address", rules->same_address},
        {parts->same_street, "street", rules->same_street},
        {same_area, "cell", rules->same_area},
        {vague && same_village, "village", rules->same_village},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!table[i].is)
            continue;
        parts->where = table[i].where;
        return table[i].nearness;
    }
    return 0;
}

static int64_t gap_of(const struct cluster *cluster, const struct live *live)
{
    if (live->a.first_us > cluster->last_us)
        return live->a.first_us - cluster->last_us;
    return live->a.last_us < cluster->first_us ? cluster->first_us - live->a.last_us : 0;
}

static bool same_reporter(const struct cluster *cluster, const struct live *live)
{
    for (guint i = 0; live->a.reporter && i < cluster->members->len; i++) {
        const struct live *member = cluster->members->pdata[i];
        if (!g_strcmp0(member->a.reporter, live->a.reporter))
            return true;
    }
    return false;
}

/* 1: the camera looks at it, -1: it looks elsewhere, 0: nobody can tell. */
static double sees(const struct correlator *c, const struct live *camera, const struct live *other)
{
    const struct alert *from = &camera->a, *to = &other->a;
    if (isnan(from->azimuth_deg) || isnan(from->fov_deg) || !has_point(camera) ||
        !has_point(other) || !isnan(to->azimuth_deg))
        return 0;
    double metres = ground_distance_m(from->lon, from->lat, to->lon, to->lat);
    if (metres > c->rules->group.view_m)
        return 0;
    double off =
        fabs(ground_bearing_deg(from->lon, from->lat, to->lon, to->lat) - from->azimuth_deg);
    off = off > 180 ? 360 - off : off;
    return metres < 15 || off <= from->fov_deg / 2 ? 1 : -1;
}

static double view_of(const struct correlator *c, const struct cluster *cluster,
                      const struct live *live)
{
    double view = 0;
    for (guint i = 0; i < cluster->kinds->len; i++) {
        const struct live *core = cluster->kinds->pdata[i];
        double one = isnan(live->a.azimuth_deg) ? sees(c, core, live) : sees(c, live, core);
        if (one > 0)
            return 1;
        view = one < 0 ? one : view;
    }
    return view;
}

static bool is_background(const struct correlator *c, const struct live *live)
{
    const struct type_rule *type = type_rule(c->rules, live->a.type);
    return type && type->background;
}

/* What tells of nothing by itself is put together by neighbourhood alone, up to the cap. */
static bool score_background(const struct correlator *c, const struct cluster *cluster,
                             const struct live *live, struct parts *parts)
{
    const struct group_rules *rules = &c->rules->group;
    for (guint i = 0; i < cluster->kinds->len; i++)
        if (!is_background(c, cluster->kinds->pdata[i]))
            return false;
    parts->affinity = affinity_of(c, cluster, live, &parts->why);
    parts->distance = distance_of(c, cluster, live, parts);
    parts->time = parts->gap_us <= rules->time_us;
    parts->why = "background";
    parts->score = link_sum(0.5 + 0.5 * parts->distance);
    return parts->distance > 0 && parts->score >= rules->background_join;
}

static bool score(const struct correlator *c, const struct cluster *cluster,
                  const struct live *live, struct parts *parts)
{
    const struct group_rules *rules = &c->rules->group;
    parts->why = "other";
    parts->gap_us = gap_of(cluster, live);
    if (is_background(c, live))
        return score_background(c, cluster, live, parts);
    if (parts->gap_us > rules->time_us)
        return false;
    parts->affinity = affinity_of(c, cluster, live, &parts->why);
    parts->distance = distance_of(c, cluster, live, parts);
    if (parts->affinity <= 0 || parts->distance <= 0)
        return false;
    parts->time = 1 - (double)parts->gap_us / (double)rules->time_us;
    parts->reporter = same_reporter(cluster, live);
    parts->view = view_of(c, cluster, live);
    double sum = rules->affinity_weight * parts->affinity +
                 rules->distance_weight * parts->distance + rules->time_weight * parts->time +
                 rules->reporter_weight * parts->reporter + rules->view_weight * parts->view +
                 rules->street_weight * parts->same_street;
    parts->score = link_sum(sum);
    return parts->score >= rules->join;
}

/* --- the cap: no two of a situation are farther apart, nor began farther apart; but strays are */

static bool fits(const struct correlator *c, const struct cluster *cluster, const struct live *live,
                 bool same_house)
{
    const struct group_rules *rules = &c->rules->group;
    int64_t first = MIN(cluster->begin_first_us, live->a.first_us);
    int64_t last = MAX(cluster->begin_last_us, live->a.first_us);
    if (last - first > rules->cap_us)
        return false;
    for (guint i = 0; has_point(live) && !same_house && i < cluster->members->len; i++) {
        const struct live *member = cluster->members->pdata[i];
        if (has_point(member) && !cluster_strays(c, cluster, member) &&
            ground_distance_m(member->a.lon, member->a.lat, live->a.lon, live->a.lat) >
                rules->cap_m)
            return false;
    }
    return true;
}

/* --- the best of those near */

static void add_list(struct correlator *c, const GPtrArray *list, bool all)
{
    for (guint i = 0; list && i < list->len; i++) {
        struct cluster *cluster = list->pdata[i];
        if (all || isnan(cluster->lon))
            g_ptr_array_add(c->found, cluster);
    }
}

/* Those near it and of its house; by area, street and device only where a point is missing. */
static void candidates(struct correlator *c, const struct live *live)
{
    bool point = has_point(live);
    g_ptr_array_set_size(c->found, 0);
    if (point)
        space_near(c->clusters, live->a.lon, live->a.lat, c->rules->group.zero_m, c->found);
    if (is_cell(c, live->a.area))
        add_list(c, index_list(c->area_clusters, live->a.area), !point);
    add_list(c, index_list(c->area_clusters, live->village), !point);
    add_list(c, index_list(c->street_clusters, live->street), !point);
    add_list(c, index_list(c->street_clusters, live->house), true);
    const GPtrArray *same = point ? NULL : index_list(c->by_device, live->a.device);
    for (guint i = 0; same && i < same->len; i++) {
        struct cluster *cluster = ((struct live *)same->pdata[i])->cluster;
        if (cluster && !cluster->closed && cluster->core)
            g_ptr_array_add(c->found, cluster);
    }
}

bool group_can(const struct live *live)
{
    return has_point(live) || live->street || live->a.device || live->village;
}

static const char *name_of(const struct cluster *cluster)
{
    return ((struct live *)cluster->members->pdata[0])->a.id;
}

static bool is_better(const struct cluster *a, const struct parts *of_a, const struct cluster *b,
                      const struct parts *of_b)
{
    if (of_a->score != of_b->score)
        return of_a->score > of_b->score;
    if (a->first_us != b->first_us)
        return a->first_us < b->first_us;
    return strcmp(name_of(a), name_of(b)) < 0;
}

static struct cluster *find(struct correlator *c, const struct live *live, struct parts *best)
{
    struct cluster *found = NULL;
    candidates(c, live);
    for (guint i = 0; i < c->found->len; i++) {
        struct cluster *cluster = c->found->pdata[i];
        struct parts parts = {0};
        if (cluster->marks != apart_marks(live->a.marks) || !score(c, cluster, live, &parts) ||
            (found && !is_better(cluster, &parts, found, best)) ||
            !fits(c, cluster, live, parts.same_house))
            continue;
        found = cluster;
        *best = parts;
    }
    return found;
}

static json_t *inputs_of(const struct correlator *c, const struct parts *parts)
{
    const struct group_rules *rules = &c->rules->group;
    json_t *inputs =
        json_pack("{s:s,s:f,s:f,s:f,s:f,s:f,s:I,s:s?,s:f,s:[f,f,f,f,f,f]}", "why", parts->why,
                  "affinity", parts->affinity, "distance", parts->distance, "time", parts->time,
                  "reporter", parts->reporter, "view", parts->view, "gap_us",
                  (json_int_t)parts->gap_us, "where", parts->where, "join", rules->join, "weights",
                  rules->affinity_weight, rules->distance_weight, rules->time_weight,
                  rules->reporter_weight, rules->view_weight, rules->street_weight);
    if (!isnan(parts->metres))
        json_object_set_new(inputs, "metres", json_real(parts->metres));
    return inputs;
}

static void say_joined(struct correlator *c, struct live *live, const struct event *event,
                       const struct parts *parts)
{
    g_autofree char *zh = link_words(true, parts->where, parts->metres, parts->gap_us, parts->why);
    g_autofree char *en = link_words(false, parts->where, parts->metres, parts->gap_us, parts->why);
    const char *more_zh = parts->reporter > 0 ? "，同一上报人" : "";
    const char *more_en = parts->reporter > 0 ? ", same reporter" : "";
    const char *view_zh = parts->view > 0 ? "，摄像机朝向该处" : "";
    const char *view_en = parts->view > 0 ? ", in the camera's view" : "";
    struct decision *decision = decide(
        c, DECISION_JOIN, event, live, "group", inputs_of(c, parts),
        g_strdup_printf("归入同一警情组：%s%s%s（得分 %.2f）", zh, more_zh, view_zh, parts->score),
        g_strdup_printf("joins the situation: %s%s%s (score %.2f)", en, more_en, view_en,
                        parts->score));
    decision->score = parts->score;
}

void group_found(struct correlator *c, struct live *first, const struct event *event)
{
    if (!first->cluster)
        cluster_new(c, first);
    if (first->cluster->situation)
        return;
    cluster_situation(c, first->cluster);
    struct decision *decision =
        decide(c, DECISION_JOIN, event, first, "group", json_pack("{s:s}", "why", "first"),
               g_strdup("成为警情组的第一条警情"), g_strdup("the first one of a situation"));
    decision->score = 1;
}

void group_leave(struct correlator *c, struct live *live, const struct event *event)
{
    struct cluster *cluster = live->cluster;
    if (!cluster)
        return;
    cluster_remove(c, live);
    if (!cluster->situation)
        return;
    struct decision *decision =
        decide(c, DECISION_LEAVE, event, live, "group", json_pack("{s:s}", "why", "moved"),
               g_strdup("离开原警情组"), g_strdup("it leaves the situation in which it was"));
    decision->situation = cluster->situation;
}

void group_join(struct correlator *c, struct live *live, const struct event *event)
{
    struct parts parts = {0};
    if (!group_can(live))
        return;
    struct cluster *cluster = find(c, live, &parts);
    if (!cluster) {
        cluster_new(c, live);
        return;
    }
    group_found(c, cluster->members->pdata[0], event);
    cluster_add(c, cluster, live, parts.score);
    say_joined(c, live, event, &parts);
}
