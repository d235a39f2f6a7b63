/* One more sighting of the same: counted on the alert that is there. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

static int64_t window_us(const struct correlator *c, const char *type)
{
    const struct type_rule *rule = type_rule(c->rules, type);
    return rule && rule->dedup_us ? rule->dedup_us : c->rules->dedup.window_us;
}

static int64_t longest_us(const struct correlator *c, const char *type)
{
    return MAX(c->rules->dedup.longest_us, window_us(c, type));
}

int64_t dedup_until_us(const struct correlator *c, const struct live *live)
{
    if (!live->keys->len && !live->placed.bucket)
        return G_MAXINT64;
    if (live->gathers)
        return gather_until_us(c, live);
    if (live->a.chatter && !is_over(live))
        return MAX(live->a.last_us, c->now_us) + longest_us(c, live->a.type);
    return MAX(live->a.first_us, live->a.created_us) + longest_us(c, live->a.type) +
           window_us(c, live->a.type);
}

/* --- the index. Devices by name, reports without one by reporter, address and place. */

static char *key_of(char kind, unsigned marks, const char *source, const char *type,
                    const char *what)
{
    const char head[] = {kind, (char)('0' + apart_marks(marks)), '\0'};
    return g_strjoin("\x1f", head, source, type, what, NULL);
}

/* The newest alert of a key is the one that is counted on. */
static void put_key(struct correlator *c, struct live *live, char *key)
{
    const struct live *there = g_hash_table_lookup(c->dedup, key);
    g_ptr_array_add(live->keys, key);
    if (!there || there->number < live->number)
        g_hash_table_replace(c->dedup, key, live);
}

static void add_key(struct correlator *c, struct live *live, char kind, const char *what)
{
    if (what)
        put_key(c, live, key_of(kind, live->a.marks, live->a.source, live->a.type, what));
}

void dedup_index(struct correlator *c, struct live *live)
{
    if (live->gathers) {
        put_key(c, live, gather_key(live->a.marks, live->a.source, live->a.area));
    } else if (live->a.device) {
        add_key(c, live, 'd', live->a.device);
    } else {
        add_key(c, live, 'r', live->a.reporter);
        add_key(c, live, 'a', live->a.address);
        if (has_point(live))
            space_put(c->places, &live->placed, live, live->a.lon, live->a.lat);
    }
}

void dedup_drop(struct correlator *c, struct live *live)
{
    for (guint i = 0; i < live->keys->len; i++) {
        const char *key = live->keys->pdata[i];
        if (g_hash_table_lookup(c->dedup, key) == live)
            g_hash_table_remove(c->dedup, key);
    }
    g_ptr_array_set_size(live->keys, 0);
    space_remove(c->places, &live->placed);
}

/* --- finding */

static bool in_time(const struct correlator *c, const struct live *live, int64_t at_us)
{
    const struct alert *a = &live->a;
    int64_t window = window_us(c, a->type);
    int64_t first = MIN(a->first_us, at_us), last = MAX(a->last_us, at_us);
    return at_us <= a->last_us + window && at_us >= a->first_us - window &&
           last - first <= longest_us(c, a->type);
}

/* Over for a reason of its own: what comes now is new. */
static bool is_closed(const struct live *live)
{
    const char *end = live->a.end;
    return is_over(live) && (!g_strcmp0(end, "cancelled") || !g_strcmp0(end, "expired"));
}

bool dedup_is_worse(const struct correlator *c, const struct live *live, const struct event *event)
{
    const char *from;
    bool silent = live->a.state == ALERT_OUT_OF_SERVICE;
    if (!silent && (!is_over(live) || !g_strcmp0(live->a.end, "cleared")))
        return false;
    unsigned priority =
        rules_priority(c->rules, event->source, event->type, event->priority, &from);
    return priority < live->a.priority && (!silent || priority <= c->rules->inhibit.spare_priority);
}

static bool fits(const struct correlator *c, const struct live *live, const struct event *event,
                 const char **why)
{
    if (!live || is_closed(live) || dedup_is_worse(c, live, event))
        return false;
    *why = "chatter";
    if (live->a.chatter && !is_over(live))
        return true;
    *why = alert_state_name(live->a.state);
    if (live->a.state == ALERT_SHELVED || live->a.state == ALERT_OUT_OF_SERVICE)
        return true;
    *why = "window";
    return in_time(c, live, time_of(event));
}

/* A shelf holds longer than the window, and what is out of service holds all of the device. */
static struct live *find_silenced(struct correlator *c, const struct event *event, const char **why)
{
    const GPtrArray *list = index_list(c->by_device, event->device);
    struct live *found = NULL;
    for (guint i = 0; list && i < list->len; i++) {
        struct live *live = list->pdata[i];
        bool shelved = live->a.state == ALERT_SHELVED || live->a.state == ALERT_OUT_OF_SERVICE;
        if (shelved && !strcmp(live->a.source, event->source) &&
            !strcmp(live->a.type, event->type) &&
            apart_marks(live->a.marks) == apart_marks(event->marks) &&
            !dedup_is_worse(c, live, event) && (!found || strcmp(live->a.id, found->a.id) < 0))
            found = live;
    }
    if (found)
        *why = alert_state_name(found->a.state);
    return found;
}

static bool is_better(const struct live *live, const struct live *than)
{
    if (!than || live->a.last_us != than->a.last_us)
        return !than || live->a.last_us > than->a.last_us;
    return strcmp(live->a.id, than->a.id) < 0;
}

static struct live *find_near(struct correlator *c, const struct event *event)
{
    struct live *found = NULL;
    const char *why;
    g_ptr_array_set_size(c->found, 0);
    space_near(c->places, event->lon, event->lat, c->rules->dedup.same_place_m, c->found);
    for (guint i = 0; i < c->found->len; i++) {
        struct live *live = c->found->pdata[i];
        if (!strcmp(live->a.source, event->source) && !strcmp(live->a.type, event->type) &&
            apart_marks(live->a.marks) == apart_marks(event->marks) && fits(c, live, event, &why) &&
            is_better(live, found))
            found = live;
    }
    return found;
}

static bool is_far(const struct correlator *c, const struct live *live, const struct event *event)
{
    return has_point(live) && !isnan(event->lon) &&
           ground_distance_m(live->a.lon, live->a.lat, event->lon, event->lat) >
               c->rules->group.zero_m;
}

static struct live *find_key(struct correlator *c, const struct event *event, char kind,
                             const char *what)
{
    const char *why;
    if (!what)
        return NULL;
    g_autofree char *key = key_of(kind, event->marks, event->source, event->type, what);
    struct live *live = g_hash_table_lookup(c->dedup, key);
    return fits(c, live, event, &why) && !is_far(c, live, event) ? live : NULL;
}

struct live *dedup_find(struct correlator *c, const struct event *event, const char **why)
{
    struct live *live = NULL;
    if (event->device) {
        g_autofree char *key = key_of('d', event->marks, event->source, event->type, event->device);
        live = g_hash_table_lookup(c->dedup, key);
        return fits(c, live, event, why) ? live : find_silenced(c, event, why);
    }
    *why = "reporter";
    live = find_key(c, event, 'r', event->reporter);
    if (live)
        return live;
    *why = "address";
    live = find_key(c, event, 'a', event->address);
    if (live || isnan(event->lon))
        return live;
    *why = "place";
    return find_near(c, event);
}

/* --- counting */

static void explain(const struct correlator *c, const struct live *live, const char *why,
                    double gap_s, char **zh, char **en)
{
    static const struct {
        const char *why, *zh, *en;
    } table[] = {
        {"window", "同来源、同设备、同类型", "same source, device and type"},
        {"chatter", "设备抖动中", "the device is chattering"},
        {"shelved", "警情搁置中", "the alert is shelved"},
        {"out_of_service", "设备已停用", "the device is out of service"},
        {"reporter", "同来源、同类型、同一上报人", "same source, type and reporter"},
        {"address", "同来源、同类型、同一地址", "same source, type and address"},
        {"background", "同一网格的背景活动", "background activity of the same grid cell"},
        {"place", "同来源、同类型、同一地点", "same source, type and place"},
    };
    size_t i = 0;
    (void)c;
    while (i + 1 < G_N_ELEMENTS(table) && strcmp(table[i].why, why) != 0)
        i++;
    *zh = g_strdup_printf("重复上报，计第 %" G_GUINT64_FORMAT " 次：%s，距上次 %.0f 秒",
                          live->a.count, table[i].zh, gap_s);
    *en = g_strdup_printf("the same again, number %" G_GUINT64_FORMAT ": %s, %.0f s after the last",
                          live->a.count, table[i].en, gap_s);
}

/* What is counted on an alert that is over or returned may bring it back. */
static void wake(struct correlator *c, struct live *live, const struct event *event)
{
    bool cleared = is_over(live) && !g_strcmp0(live->a.end, "cleared");
    if (cleared)
        alert_revive(c, live, ALERT_UNACKNOWLEDGED);
    else if (live->a.state == ALERT_RETURNED)
        live->a.state = ALERT_UNACKNOWLEDGED;
    if (event->kind == EVENT_RAISED && !live->gathers)
        live->a.signal = true;
    live->a.active = true;
    live->gone = NULL;
}

static void say_again(struct correlator *c, struct live *live, const struct event *event)
{
    alert_settle(c, live);
    decide(c, DECISION_CHANGED, event, live, "dedup",
           json_pack("{s:s,s:i}", "why", "more urgent", "priority", (int)live->a.priority),
           g_strdup_printf("重复上报更为紧急（优先级 %u），请重新确认", live->a.priority),
           g_strdup_printf("told again as more urgent (priority %u): to be acknowledged anew",
                           live->a.priority));
}

void dedup_count(struct correlator *c, struct live *live, const struct event *event,
                 const char *why)
{
    struct alert *a = &live->a;
    int64_t at_us = time_of(event), gap_us = at_us - a->last_us;
    bool flips = event->kind == EVENT_RAISED && a->signal && !a->active;
    bool handled = is_over(live) && g_strcmp0(a->end, "cleared") != 0;
    const char *from;
    char *zh, *en;
    if (!handled)
        wake(c, live, event);
    a->count++;
    if (!live->cluster || live->cluster->begin_last_us - at_us <= c->rules->group.cap_us)
        a->first_us = MIN(a->first_us, at_us);
    a->last_us = MAX(a->last_us, at_us);
    a->expires_us = MAX(a->expires_us, event->expires_us);
    if (live->gathers)
        a->expires_us = gather_until_us(c, live);
    bool again =
        alert_worsen(live, rules_priority(c->rules, a->source, a->type, event->priority, &from));
    live_remember_id(c, live, event->id);
    json_t *inputs = json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:I}", "why", why, "count", (json_int_t)a->count, "gap_us",
        (json_int_t)gap_us, "since_first_us", (json_int_t)(at_us - a->first_us), "window_us",
        (json_int_t)window_us(c, a->type), "longest_us", (json_int_t)longest_us(c, a->type));
    explain(c, live, why, (double)gap_us / G_USEC_PER_SEC, &zh, &en);
    decide(c, DECISION_COUNT, event, live, "dedup", inputs, zh, en);
    if (again)
        say_again(c, live, event);
    if (flips && chatter_note(c, live, at_us))
        chatter_begin(c, live, event);
    live_index(c, live);
    if (a->expires_us)
        timers_for(c, live);
    cluster_seen(c, live);
}
