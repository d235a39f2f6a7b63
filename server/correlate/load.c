/* The model from the store, and what is told about the town. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

static void copy_texts(struct alert *to, const struct alert *from)
{
    to->source = g_strdup(from->source);
    to->device = g_strdup(from->device);
    to->parent = g_strdup(from->parent);
    to->dimension = g_strdup(from->dimension);
    to->type = g_strdup(from->type);
    to->title = g_strdup(from->title);
    to->text = g_strdup(from->text);
    to->address = g_strdup(from->address);
    to->reporter = g_strdup(from->reporter);
    to->area = g_strdup(from->area);
    to->end = g_strdup(from->end);
    to->situation = g_strdup(from->situation);
    to->case_id = g_strdup(from->case_id);
    to->acknowledged_by = g_strdup(from->acknowledged_by);
    to->memo = NULL;
}

void correlator_load_alert(struct correlator *c, const struct alert *alert)
{
    if (g_hash_table_contains(c->alerts, alert->id))
        return;
    char *id = g_strdup(alert->id);
    struct live *live = live_new(c, id);
    live->a = *alert;
    live->a.id = id;
    copy_texts(&live->a, alert);
    live->street = place_street(live->a.address);
    live->house = place_house(c, live->a.address, live->a.area);
    live->village = place_village(c, live->a.area);
    memo_read(c, live, alert->memo);
    for (guint i = 0; i < live->ids->len; i++)
        g_hash_table_replace(c->by_ref,
                             g_strconcat(live->a.source, "\x1f", live->ids->pdata[i], NULL), live);
    live_index(c, live);
    if (!live->history)
        dedup_index(c, live);
    if (is_over(live) && timers_forget_us(c, live) <= c->now_us) {
        mute_forget(c, live);
        live_forget(c, live);
        return;
    }
    timers_for(c, live);
    if (!live->a.situation && !live->history && group_can(live))
        cluster_new(c, live);
}

static struct cluster *cluster_of(struct correlator *c, const struct situation *situation,
                                  guint *from)
{
    for (; *from < situation->alerts->len; (*from)++) {
        struct live *live = g_hash_table_lookup(c->alerts, situation->alerts->pdata[*from]);
        if (live && !live->cluster)
            return cluster_load(c, live);
    }
    return NULL;
}

void correlator_load_situation(struct correlator *c, const struct situation *situation)
{
    guint i = 0;
    if (g_hash_table_contains(c->situations, situation->id))
        return;
    struct cluster *cluster = cluster_of(c, situation, &i);
    if (!cluster)
        return;
    struct situation *s = g_new0(struct situation, 1);
    s->id = g_strdup(situation->id);
    s->alerts = g_ptr_array_new_with_free_func(g_free);
    for (guint k = 0; k < situation->alerts->len; k++)
        g_ptr_array_add(s->alerts, g_strdup(situation->alerts->pdata[k]));
    for (i++; i < situation->alerts->len; i++) {
        struct live *live = g_hash_table_lookup(c->alerts, situation->alerts->pdata[i]);
        if (live && !live->cluster) {
            live->cluster = cluster;
            g_ptr_array_add(cluster->members, live);
        }
    }
    cluster->situation = s;
    g_hash_table_insert(c->situations, s->id, cluster);
    cluster_refresh(c, cluster);
}

/* --- cases */

static void drop_case(struct correlator *c, const char *id)
{
    struct known_case *known = g_hash_table_lookup(c->cases, id);
    if (!known)
        return;
    g_hash_table_remove(c->cases, id);
    link_case_free(c, known);
}

void correlator_set_case(struct correlator *c, const struct open_case *about)
{
    drop_case(c, about->id);
    struct known_case *known = g_new0(struct known_case, 1);
    known->id = g_strdup(about->id);
    known->code = g_strdup(about->code ? about->code : about->id);
    known->dimension = g_strdup(about->dimension);
    known->type = g_strdup(about->type);
    known->area = g_strdup(about->area);
    known->lon = about->lon;
    known->lat = about->lat;
    known->opened_us = about->opened_us;
    known->closed_us = about->closed_us;
    g_hash_table_insert(c->cases, known->id, known);
    link_case_put(c, known);
}

/* --- devices */

void correlator_set_device(struct correlator *c, const struct known_device *about)
{
    struct device *device = g_new0(struct device, 1);
    device->id = g_strdup(about->id);
    device->parent = g_strdup(about->parent);
    device->area = g_strdup(about->area);
    device->lon = about->lon;
    device->lat = isnan(about->lon) ? NAN : about->lat;
    device->azimuth_deg = about->azimuth_deg;
    device->fov_deg = about->fov_deg;
    g_hash_table_replace(c->devices, device->id, device);
}

void correlator_forget_device(struct correlator *c, const char *id)
{
    g_hash_table_remove(c->devices, id);
}

/* --- rules */

static void move_all(struct correlator *c)
{
    GHashTableIter iter;
    gpointer item;
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        struct live *live = item;
        live_index(c, live);
        timers_for(c, live);
        if (live->placed.bucket)
            space_remove(c->places, &live->placed);
        if (live->cluster)
            space_remove(c->clusters, &live->cluster->item);
    }
    g_hash_table_iter_init(&iter, c->cases);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        space_remove(c->case_places, &((struct known_case *)item)->item);
}

void correlator_set_rules(struct correlator *c, struct rules *rules)
{
    struct rules *old = c->rules;
    c->rules = rules_ref(rules);
    rules_unref(old);
    GHashTableIter iter;
    gpointer item;
    g_autoptr(GPtrArray) placed = g_ptr_array_new();
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        if (((struct live *)item)->placed.bucket)
            g_ptr_array_add(placed, item);
    move_all(c);
    correlator_make_spaces(c);
    for (guint i = 0; i < placed->len; i++) {
        struct live *live = placed->pdata[i];
        space_put(c->places, &live->placed, live, live->a.lon, live->a.lat);
    }
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        if (((struct live *)item)->cluster)
            cluster_refresh(c, ((struct live *)item)->cluster);
    g_hash_table_iter_init(&iter, c->cases);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        struct known_case *known = item;
        if (!isnan(known->lon))
            space_put(c->case_places, &known->item, known, known->lon, known->lat);
    }
}
