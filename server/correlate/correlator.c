/* The correlator as others see it: what comes in, in the order in which rules are asked. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

/* --- life */

static void free_live(gpointer live)
{
    live_free(live);
}

static void free_event(gpointer event)
{
    event_unref(event);
}

static GHashTable *new_index(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                 (GDestroyNotify)g_ptr_array_unref);
}

void correlator_make_spaces(struct correlator *c)
{
    space_destroy(c->clusters);
    space_destroy(c->places);
    space_destroy(c->case_places);
    c->clusters = space_create(c->rules->group.zero_m);
    c->places = space_create(MAX(c->rules->dedup.same_place_m, 20));
    c->case_places = space_create(c->rules->link.zero_m);
}

struct correlator *correlator_create(const struct correlator_options *options)
{
    struct correlator *c = g_new0(struct correlator, 1);
    c->rules = rules_ref(options->rules);
    c->ground = options->ground ? ground_ref(options->ground) : NULL;
    c->next_id = options->next_id;
    c->user = options->user;
    c->decisions = g_array_new(FALSE, TRUE, sizeof(struct decision));
    c->timers = g_array_new(FALSE, TRUE, sizeof(struct timer));
    c->alerts = g_hash_table_new(g_str_hash, g_str_equal);
    c->situations = g_hash_table_new(g_str_hash, g_str_equal);
    c->dedup = g_hash_table_new(g_str_hash, g_str_equal);
    c->by_ref = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    c->cases = g_hash_table_new(g_str_hash, g_str_equal);
    c->muted = g_hash_table_new(g_str_hash, g_str_equal);
    c->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, device_free);
    GHashTable **indexes[] = {&c->by_device,     &c->faults,          &c->losses,
                              &c->area_clusters, &c->street_clusters, &c->area_cases};
    for (size_t i = 0; i < G_N_ELEMENTS(indexes); i++)
        *indexes[i] = new_index();
    correlator_make_spaces(c);
    c->ended = g_ptr_array_new_with_free_func(free_live);
    c->gone = g_ptr_array_new_with_free_func(cluster_free);
    c->found = g_ptr_array_new();
    c->lifting = g_ptr_array_new();
    c->risen = g_ptr_array_new_with_free_func(free_event);
    return c;
}

static void free_model(struct correlator *c)
{
    GHashTableIter iter;
    gpointer item;
    g_autoptr(GHashTable) clusters = g_hash_table_new(NULL, NULL); /* each is met more than once */
    g_autoptr(GHashTable) dead = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < c->timers->len; i++) {
        const struct timer *timer = &g_array_index(c->timers, struct timer, i);
        if (timer->kind == TIMER_CLOSE)
            g_hash_table_add(clusters, timer->of);
        else if (((struct live *)timer->of)->dead)
            g_hash_table_add(dead, timer->of);
    }
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        if (((struct live *)item)->cluster)
            g_hash_table_add(clusters, ((struct live *)item)->cluster);
        live_free(item);
    }
    g_hash_table_iter_init(&iter, c->situations);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        g_hash_table_add(clusters, item);
    g_hash_table_iter_init(&iter, c->cases);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        link_case_free(c, item);
    g_hash_table_iter_init(&iter, clusters);
    while (g_hash_table_iter_next(&iter, &item, NULL))
        cluster_free(item);
    g_hash_table_iter_init(&iter, dead);
    while (g_hash_table_iter_next(&iter, &item, NULL))
        live_free(item);
}

void correlator_destroy(struct correlator *c)
{
    if (!c)
        return;
    decisions_free(c);
    free_model(c);
    GHashTable *tables[] = {c->muted,     c->alerts,    c->situations,    c->dedup,
                            c->by_ref,    c->by_device, c->faults,        c->losses,
                            c->devices,   c->cases,     c->area_clusters, c->street_clusters,
                            c->area_cases};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        g_hash_table_unref(tables[i]);
    space_destroy(c->clusters);
    space_destroy(c->places);
    space_destroy(c->case_places);
    g_array_unref(c->timers);
    g_ptr_array_unref(c->ended);
    g_ptr_array_unref(c->gone);
    g_ptr_array_unref(c->found);
    g_ptr_array_unref(c->lifting);
    g_ptr_array_unref(c->risen);
    rules_unref(c->rules);
    ground_unref(c->ground);
    g_free(c);
}

/* --- what comes in */

void correlator_arrive(struct correlator *c, const struct event *event)
{
    const char *why;
    struct live *live = dedup_find(c, event, &why);
    if (live)
        dedup_count(c, live, event, why);
    else if (!inhibit_take(c, event) && !inhibit_fault(c, event) && !gather_take(c, event))
        alert_open(c, event);
}

const GArray *correlator_take(struct correlator *c, const struct event *event, int64_t now_us)
{
    decisions_begin(c, now_us);
    switch (event->kind) {
    case EVENT_CLEARED:
        alert_clear(c, event);
        break;
    case EVENT_CANCELLED:
        alert_cancel(c, event);
        break;
    case EVENT_UPDATED:
        alert_update(c, event);
        break;
    case EVENT_REPORT:
    case EVENT_RAISED:
    case EVENT_KINDS:
        correlator_arrive(c, event);
        break;
    }
    mute_release(c);
    return c->decisions;
}

const GArray *correlator_offer(struct correlator *c, const char *case_id, int64_t now_us)
{
    decisions_begin(c, now_us);
    struct known_case *known = g_hash_table_lookup(c->cases, case_id);
    if (known && !known->closed_us)
        link_offer(c, known);
    return c->decisions;
}

const GArray *correlator_tick(struct correlator *c, int64_t now_us)
{
    decisions_begin(c, now_us);
    return c->decisions;
}

int64_t correlator_next_us(const struct correlator *c)
{
    return c->undelivered && c->decisions->len ? c->now_us : timers_next_us(c);
}

#define AHEAD_US (10 * 60 * (int64_t)G_USEC_PER_SEC) /* of a source's clock */

int64_t correlator_rests_us(const struct correlator *c)
{
    const struct rules *r = c->rules;
    int64_t windows = r->dedup.longest_us + r->dedup.window_us;
    int64_t group = r->group.cap_us + r->group.time_us;
    return MAX(windows, group) + AHEAD_US;
}

int64_t correlator_keeps_us(const struct correlator *c)
{
    GHashTableIter iter;
    gpointer type;
    int64_t longest_us = c->rules->background.longest_us;
    g_hash_table_iter_init(&iter, c->rules->types);
    while (g_hash_table_iter_next(&iter, NULL, &type)) {
        int64_t window_us = ((const struct type_rule *)type)->dedup_us;
        longest_us = MAX(longest_us, window_us + MAX(window_us, c->rules->dedup.longest_us));
    }
    return MAX(correlator_rests_us(c), longest_us + AHEAD_US);
}

/* --- what there is */

const struct alert *correlator_alert(const struct correlator *c, const char *id)
{
    const struct live *live = id ? g_hash_table_lookup(c->alerts, id) : NULL;
    return live ? &live->a : NULL;
}

const struct situation *correlator_situation(const struct correlator *c, const char *id)
{
    const struct cluster *cluster = id ? g_hash_table_lookup(c->situations, id) : NULL;
    return cluster ? cluster->situation : NULL;
}

void correlator_stats(const struct correlator *c, struct correlator_stats *stats)
{
    GHashTableIter iter;
    gpointer live;
    *stats = (struct correlator_stats){
        .alerts = g_hash_table_size(c->alerts),
        .situations = g_hash_table_size(c->situations),
        .cases = g_hash_table_size(c->cases),
        .devices = g_hash_table_size(c->devices),
    };
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &live))
        stats->active += !is_over(live);
}

char *correlator_memo(const struct correlator *c, const struct alert *alert)
{
    const struct live *live = g_hash_table_lookup(c->alerts, alert->id);
    json_t *memo = live ? memo_write(live) : json_object();
    char *text = json_dumps(memo, JSON_COMPACT);
    char *copy = g_strdup(text);
    free(text);
    json_decref(memo);
    return copy;
}
