#include "correlate/model.h"
#include <math.h>
#include <string.h>

/* --- lists of indexes */

GPtrArray *index_list(GHashTable *index, const char *key)
{
    return key ? g_hash_table_lookup(index, key) : NULL;
}

void index_add(GHashTable *index, const char *key, gpointer item)
{
    GPtrArray *list = g_hash_table_lookup(index, key);
    if (!list) {
        list = g_ptr_array_new();
        g_hash_table_insert(index, g_strdup(key), list);
    }
    g_ptr_array_add(list, item);
}

void index_remove(GHashTable *index, const char *key, gpointer item)
{
    GPtrArray *list = index_list(index, key);
    if (list && g_ptr_array_remove(list, item) && !list->len)
        g_hash_table_remove(index, key);
}

/* --- life */

static void past_clear_item(gpointer user)
{
    past_clear(user);
}

struct live *live_new(struct correlator *c, char *id)
{
    struct live *live = g_new0(struct live, 1);
    live->a.id = id;
    live->number = ++c->made;
    live->a.lon = live->a.lat = live->a.azimuth_deg = live->a.fov_deg = NAN;
    live->ids = g_ptr_array_new_with_free_func(g_free);
    live->undo = g_array_new(FALSE, TRUE, sizeof(struct past));
    g_array_set_clear_func(live->undo, past_clear_item);
    live->keys = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(live->timer_due_us); i++)
        live->timer_due_us[i] = G_MAXINT64;
    g_hash_table_insert(c->alerts, live->a.id, live);
    return live;
}

void live_free(struct live *live)
{
    struct alert *a = &live->a;
    char *texts[] = {a->id,   a->source, a->device,    a->parent,  a->dimension,
                     a->type, a->title,  a->text,      a->address, a->reporter,
                     a->area, a->end,    a->situation, a->case_id, a->acknowledged_by,
                     a->memo};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(live->ids);
    g_ptr_array_unref(live->keys);
    g_clear_pointer(&live->lost, g_ptr_array_unref);
    g_clear_pointer(&live->taken_back, g_ptr_array_unref);
    g_clear_pointer(&live->updates, g_hash_table_unref);
    g_array_unref(live->undo);
    g_free(live->part_of);
    g_clear_pointer(&live->muted, g_ptr_array_unref);
    g_free(live->street);
    g_free(live->house);
    g_free(live->village);
    g_free(live);
}

/* --- ids of the source */

static char *ref_key(const char *source, const char *id)
{
    return g_strconcat(source, "\x1f", id, NULL);
}

static void forget_id(struct correlator *c, struct live *live, const char *id)
{
    g_autofree char *key = ref_key(live->a.source, id);
    if (g_hash_table_lookup(c->by_ref, key) == live)
        g_hash_table_remove(c->by_ref, key);
}

/* The first id stays, of the others the newest. */
void live_remember_id(struct correlator *c, struct live *live, const char *id)
{
    if (live->ids->len >= IDS_KEPT) {
        forget_id(c, live, live->ids->pdata[1]);
        if (live->updates)
            g_hash_table_remove(live->updates, live->ids->pdata[1]);
        g_ptr_array_remove_index(live->ids, 1);
    }
    g_ptr_array_add(live->ids, g_strdup(id));
    g_hash_table_replace(c->by_ref, ref_key(live->a.source, id), live);
}

static const char *first_of(const struct live *live, const char *id)
{
    const char *first = live->updates ? g_hash_table_lookup(live->updates, id) : NULL;
    return first ? first : id;
}

void live_replaces(struct live *live, const char *id, const char *of)
{
    if (!live->updates)
        live->updates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_replace(live->updates, g_strdup(id), g_strdup(first_of(live, of)));
}

bool live_take_back(struct live *live, const char *id)
{
    const char *first = first_of(live, id);
    if (!live->taken_back)
        live->taken_back = g_ptr_array_new_with_free_func(g_free);
    if (g_ptr_array_find_with_equal_func(live->taken_back, first, g_str_equal, NULL))
        return false;
    if (live->taken_back->len >= IDS_KEPT)
        g_ptr_array_remove_index(live->taken_back, 0);
    g_ptr_array_add(live->taken_back, g_strdup(first));
    live->cancelled++;
    return true;
}

struct live *live_by_ref(struct correlator *c, const char *source, const char *id)
{
    g_autofree char *key = ref_key(source, id);
    return g_hash_table_lookup(c->by_ref, key);
}

/* --- where it is looked up */

static bool is_network_fault(const struct correlator *c, const struct live *live)
{
    const struct type_rule *type = type_rule(c->rules, live->a.type);
    return type && type->fault == FAULT_NETWORK;
}

static bool is_loss(const struct correlator *c, const struct live *live)
{
    const struct type_rule *type = type_rule(c->rules, live->a.type);
    return type && type->lost && live->a.active && live->a.signal && !live->steady &&
           !is_over(live);
}

static void set_listed(GHashTable *index, const char *key, struct live *live, bool wanted,
                       bool *listed)
{
    if (wanted == *listed || !key)
        return;
    *listed = wanted;
    (wanted ? index_add : index_remove)(index, key, live);
}

void live_index(struct correlator *c, struct live *live)
{
    const struct alert *a = &live->a;
    bool there = !live->dead;
    bool other = a->parent && g_strcmp0(a->parent, a->device) != 0;
    set_listed(c->by_device, a->device, live, there && !is_over(live), &live->in_device);
    bool stands = there && (inhibit_mutes(c, live) || (!is_over(live) && inhibit_left(live)));
    set_listed(c->faults, a->device, live, stands, &live->in_faults);
    set_listed(c->faults, other ? a->parent : NULL, live, stands && is_network_fault(c, live),
               &live->in_parent_faults);
    set_listed(c->losses, a->parent, live, there && is_loss(c, live) && !live->lost,
               &live->in_losses);
    mute_look(c, live);
}

void live_forget(struct correlator *c, struct live *live)
{
    live->dead = true;
    live_index(c, live);
    dedup_drop(c, live);
    for (guint i = 0; i < live->ids->len; i++)
        forget_id(c, live, live->ids->pdata[i]);
    struct cluster *cluster = live->cluster;
    if (cluster) {
        g_ptr_array_remove(cluster->members, live);
        live->cluster = NULL;
        cluster_refresh(c, cluster);
        cluster_forget(c, cluster);
    }
    g_hash_table_remove(c->alerts, live->a.id);
    if (!live->timers)
        g_ptr_array_add(c->ended, live);
}

/* --- words */

const char *type_zh(const struct correlator *c, const char *type)
{
    const struct type_rule *rule = type_rule(c->rules, type);
    return rule ? rule->zh : type;
}

const char *type_en(const struct correlator *c, const char *type)
{
    const struct type_rule *rule = type_rule(c->rules, type);
    return rule ? rule->en : type;
}
