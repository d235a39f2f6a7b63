/* What a fault explains is not told again: analytics of a device that cannot see, and many cameras
 * that went dark behind one thing. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

const char *parent_of(const struct correlator *c, const struct event *event)
{
    const struct device *device = device_find(c, event->device);
    if (event->parent)
        return event->parent;
    return device ? device->parent : NULL;
}

bool inhibit_mutes(const struct correlator *c, const struct live *live)
{
    const struct type_rule *type = type_rule(c->rules, live->a.type);
    const char *end = live->a.end;
    bool denied = is_over(live) && g_strcmp0(end, "case") != 0 && g_strcmp0(end, "merged") != 0;
    return type && type->fault && live->a.active && !live->lifted && !denied;
}

bool inhibit_left(const struct live *live)
{
    return live->lost && live->lost->len;
}

static bool is_network(const struct correlator *c, const struct live *live)
{
    const struct type_rule *type = type_rule(c->rules, live->a.type);
    return type && type->fault == FAULT_NETWORK;
}

/* Of the faults of one thing the first that holds for the event; `network`: only those that take
 * others with them. */
static struct live *fault_of(const struct correlator *c, const struct event *event,
                             const char *thing, bool network)
{
    const GPtrArray *list = index_list(c->faults, thing);
    struct live *found = NULL;
    for (guint i = 0; list && i < list->len; i++) {
        struct live *live = list->pdata[i];
        int64_t from_us = live->a.first_us - (network ? c->rules->inhibit.window_us : 0);
        bool holds = from_us <= time_of(event) && inhibit_mutes(c, live) &&
                     apart_marks(live->a.marks) == apart_marks(event->marks) &&
                     (!network || is_network(c, live));
        if (holds && (!found || strcmp(live->a.id, found->a.id) < 0))
            found = live;
    }
    return found;
}

static bool has_device(const GPtrArray *list, const char *device, guint *at)
{
    return list && g_ptr_array_find_with_equal_func((GPtrArray *)list, device, g_str_equal, at);
}

/* What a device raised is a condition; what has an alert already needs no other one. */
static bool is_condition(struct correlator *c, const struct event *event)
{
    return event->kind == EVENT_RAISED && !alert_raised(c, event);
}

/* false: it mutes so much that this one tells for itself. */
static bool mute(struct correlator *c, const struct event *event, struct live *fault, bool network,
                 const char *why)
{
    bool comes = is_condition(c, event);
    if (comes && !mute_keep(c, fault, event))
        return false;
    const char *thing = network && fault->a.parent ? fault->a.parent : fault->a.device;
    thing = thing ? thing : "";
    struct decision *decision = decide(
        c, DECISION_INHIBITED, event, fault, "inhibit",
        json_pack("{s:s,s:s,s:s,s:s?,s:b}", "why", why, "fault", fault->a.type, "thing", thing,
                  "device", event->device, "comes_up", comes),
        g_strdup_printf("%s 有故障（%s），其影响的“%s”不另报%s", thing, type_zh(c, fault->a.type),
                        type_zh(c, event->type), comes ? "，故障结束时仍在则提示" : ""),
        g_strdup_printf("%s has a fault (%s): %s is muted%s", thing, type_en(c, fault->a.type),
                        type_en(c, event->type),
                        comes ? ", and comes up if it outlasts the fault" : ""));
    decision->other = fault->a.id;
    return true;
}

/* Everything that a source tells of a device that is out of service; what others tell of it, a
 * person who saw it, is heard. */
static struct live *out_of_service(struct correlator *c, const struct event *event)
{
    const GPtrArray *list = index_list(c->by_device, event->device);
    struct live *found = NULL;
    for (guint i = 0; list && i < list->len; i++) {
        struct live *live = list->pdata[i];
        if (live->a.state == ALERT_OUT_OF_SERVICE && !strcmp(live->a.source, event->source) &&
            apart_marks(live->a.marks) == apart_marks(event->marks) &&
            (!found || strcmp(live->a.id, found->a.id) < 0))
            found = live;
    }
    return found;
}

/* It is the fault that its event tells of. */
static void count_lost(struct correlator *c, struct live *fault, const struct event *event)
{
    const char *thing = fault->a.device ? fault->a.device : fault->a.parent;
    guint lost = fault->lost->len;
    fault->a.count++;
    fault->a.last_us = MAX(fault->a.last_us, time_of(event));
    live_remember_id(c, fault, event->id);
    decide(c, DECISION_COUNT, event, fault, "inhibit",
           json_pack("{s:s,s:s,s:i,s:I}", "why", "lost behind it", "thing", thing, "lost",
                     (int)lost, "count", (json_int_t)fault->a.count),
           g_strdup_printf("%s 故障使 %s 失去视频，计入该故障（共 %u 路）", thing, event->device,
                           lost),
           g_strdup_printf("%s went dark with %s: counted on that fault (%u by now)", event->device,
                           thing, lost));
    cluster_seen(c, fault);
}

static bool take_lost(struct correlator *c, const struct event *event)
{
    const struct type_rule *type = type_rule(c->rules, event->type);
    const char *parent = parent_of(c, event);
    if (!type || !type->lost || !parent || !strcmp(parent, event->device))
        return false;
    struct live *fault = fault_of(c, event, parent, true);
    if (!fault)
        return false;
    if (!fault->lost)
        fault->lost = g_ptr_array_new_with_free_func(g_free);
    if (!has_device(fault->lost, event->device, NULL))
        g_ptr_array_add(fault->lost, g_strdup(event->device));
    count_lost(c, fault, event);
    return true;
}

bool inhibit_take(struct correlator *c, const struct event *event)
{
    const struct inhibit_rules *rules = &c->rules->inhibit;
    if (!event->device)
        return false;
    const char *from;
    unsigned priority =
        rules_priority(c->rules, event->source, event->type, event->priority, &from);
    bool spared = priority <= rules->spare_priority;
    struct live *silent = spared ? NULL : out_of_service(c, event);
    if (silent)
        return mute(c, event, silent, false, "out of service");
    if (event->kind == EVENT_RAISED && take_lost(c, event))
        return true;
    if (spared || !g_strv_contains((const char *const *)rules->mutes, event->dimension))
        return false;
    struct live *fault = fault_of(c, event, event->device, false);
    bool network = false;
    if (!fault) {
        fault = fault_of(c, event, parent_of(c, event), true);
        network = fault != NULL;
    }
    return fault && mute(c, event, fault, network, network ? "network fault" : "device fault");
}

/* --- many behind one */

/* Cameras that went dark behind `parent` about then; the names of the devices are added. */
static GPtrArray *dark_behind(struct correlator *c, const char *parent, int64_t at_us,
                              unsigned marks, GHashTable *names)
{
    GPtrArray *dark = g_ptr_array_new();
    const GPtrArray *list = index_list(c->losses, parent);
    for (guint i = 0; list && i < list->len; i++) {
        struct live *live = list->pdata[i];
        int64_t gap_us = at_us - live->a.first_us;
        if (apart_marks(live->a.marks) != marks || ABS(gap_us) > c->rules->inhibit.window_us)
            continue;
        g_ptr_array_add(dark, live);
        g_hash_table_add(names, live->a.device);
    }
    return dark;
}

/* Where all of them are, as far as that is one area. */
static const char *common_area(const GPtrArray *dark)
{
    const struct live *first = dark->len ? dark->pdata[0] : NULL;
    if (!first)
        return NULL;
    for (guint i = 1; i < dark->len; i++)
        if (g_strcmp0(((struct live *)dark->pdata[i])->a.area, first->a.area) != 0)
            return NULL;
    return first->a.area;
}

/* The fault as an event of the thing itself, so that it is opened as any other. */
static struct event *fault_event(struct correlator *c, const struct event *event,
                                 const char *parent, guint devices, const GPtrArray *dark)
{
    const struct device *known = device_find(c, parent);
    struct event *fault = event_new();
    fault->source = g_strdup(event->source);
    fault->id = g_strdup(event->id);
    fault->kind = EVENT_RAISED;
    fault->dimension = g_strdup("camera_health");
    fault->type = g_strdup(c->rules->inhibit.fault_type);
    fault->title = g_strdup_printf("%s 下 %u 路视频同时丢失", parent, devices);
    fault->device = g_strdup(parent);
    fault->parent = g_strdup(parent);
    fault->area = known && known->area ? NULL : g_strdup(common_area(dark));
    fault->occurred_us = event->occurred_us;
    fault->received_us = event->received_us;
    fault->marks = event->marks;
    return fault;
}

static void make_part(struct correlator *c, struct live *live, struct live *fault)
{
    g_free(live->part_of);
    live->part_of = g_strdup(fault->a.id);
    if (!has_device(fault->lost, live->a.device, NULL))
        g_ptr_array_add(fault->lost, g_strdup(live->a.device));
    const char *thing = fault->a.device ? fault->a.device : fault->a.parent;
    alert_end(c, live, "merged", c->now_us);
    struct decision *decision = decide(
        c, DECISION_FAULT, NULL, live, "inhibit",
        json_pack("{s:s,s:i,s:I}", "parent", thing, "cameras", (int)c->rules->inhibit.cameras,
                  "window_us", (json_int_t)c->rules->inhibit.window_us),
        g_strdup_printf("%s 的故障使其失去视频，并入该故障", thing),
        g_strdup_printf("it went dark with %s: a part of that fault", thing));
    decision->other = fault->a.id;
}

static int compare_ids(gconstpointer a, gconstpointer b)
{
    const struct live *const *left = a, *const *right = b;
    return strcmp((*left)->a.id, (*right)->a.id);
}

void inhibit_absorb(struct correlator *c, struct live *fault)
{
    const char *thing = fault->a.device ? fault->a.device : fault->a.parent;
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    if (!inhibit_mutes(c, fault) || !is_network(c, fault) || !index_list(c->losses, thing))
        return;
    g_autoptr(GPtrArray) dark =
        dark_behind(c, thing, fault->a.first_us, apart_marks(fault->a.marks), names);
    g_ptr_array_sort(dark, compare_ids);
    if (!fault->lost)
        fault->lost = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < dark->len; i++)
        make_part(c, dark->pdata[i], fault);
}

static struct live *newest(const struct correlator *c, guint from)
{
    for (guint i = from; i < c->decisions->len; i++) {
        const struct decision *decision = &g_array_index(c->decisions, struct decision, i);
        if (decision->kind == DECISION_ALERT || decision->kind == DECISION_COUNT)
            return (struct live *)decision->alert;
    }
    return NULL;
}

bool inhibit_fault(struct correlator *c, const struct event *event)
{
    const struct type_rule *type = type_rule(c->rules, event->type);
    const char *parent = parent_of(c, event);
    guint from = c->decisions->len;
    if (!type || !type->lost || event->kind != EVENT_RAISED || !parent ||
        !strcmp(parent, event->device))
        return false;
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(names, event->device);
    g_autoptr(GPtrArray) dark =
        dark_behind(c, parent, time_of(event), apart_marks(event->marks), names);
    guint devices = g_hash_table_size(names);
    if (devices < (guint)c->rules->inhibit.cameras)
        return false;
    g_autofree char *name = g_strdup(parent);
    event_auto cause = fault_event(c, event, name, devices, dark);
    const char *why;
    struct live *fault = dedup_find(c, cause, &why);
    if (fault)
        dedup_count(c, fault, cause, why);
    else
        alert_open(c, cause);
    fault = newest(c, from);
    for (guint i = from; i < c->decisions->len; i++)
        if (g_array_index(c->decisions, struct decision, i).event == cause)
            g_array_index(c->decisions, struct decision, i).event = event;
    if (!fault->lost)
        fault->lost = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(fault->lost, g_strdup(event->device));
    live_index(c, fault);
    inhibit_absorb(c, fault);
    return true;
}

/* --- and back */

#define NAMED 8 /* of those that are dark still, in a sentence */

void inhibit_say_left(struct correlator *c, struct live *live, const struct event *event)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint left = live->lost->len;
    for (guint i = 0; i < left && i < NAMED; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", (char *)live->lost->pdata[i]);
    if (left > NAMED)
        g_string_append(names, " …");
    decide(c, DECISION_CLEARED, event, live, "inhibit", json_pack("{s:i}", "left", (int)left),
           g_strdup_printf("设备报恢复，仍有 %u 路无视频：%s", left, names->str),
           g_strdup_printf("the device says that it is over; %u are still dark: %s", left,
                           names->str));
}

static void back_of(struct correlator *c, struct live *fault, const struct event *event)
{
    guint at = 0;
    has_device(fault->lost, event->device, &at);
    g_ptr_array_remove_index(fault->lost, at);
    guint left = fault->lost->len;
    bool ours = !strcmp(fault->a.type, c->rules->inhibit.fault_type) &&
                !g_strcmp0(fault->a.device, fault->a.parent);
    bool ends = !left && (ours || fault->gone);
    if (ends)
        alert_return(c, fault, "cleared", c->now_us);
    decide(c, ends ? DECISION_CLEARED : DECISION_CHANGED, event, fault, "inhibit",
           json_pack("{s:s,s:i}", "device", event->device, "left", (int)left),
           ends ? g_strdup("最后一路已恢复，故障结束")
                : g_strdup_printf("%s 已恢复，还有 %u 路", event->device, left),
           ends ? g_strdup("the last one is back: the fault is over")
                : g_strdup_printf("%s is back, %u are still away", event->device, left));
}

bool inhibit_back(struct correlator *c, const struct event *event)
{
    const struct type_rule *type = type_rule(c->rules, event->type);
    const char *parent = parent_of(c, event);
    const GPtrArray *list = type && type->lost ? index_list(c->faults, parent) : NULL;
    g_autoptr(GPtrArray) faults = g_ptr_array_new();
    for (guint i = 0; list && i < list->len; i++)
        if (has_device(((struct live *)list->pdata[i])->lost, event->device, NULL))
            g_ptr_array_add(faults, list->pdata[i]);
    g_ptr_array_sort(faults, compare_ids);
    for (guint i = 0; i < faults->len; i++)
        back_of(c, faults->pdata[i], event);
    return faults->len != 0;
}

bool inhibit_over(struct correlator *c, const struct event *event)
{
    const GPtrArray *list = index_list(c->faults, event->device);
    const unsigned apart = EVENT_EXERCISE | EVENT_TEST;
    g_autoptr(GPtrArray) over = g_ptr_array_new();
    for (guint i = 0; list && i < list->len; i++) {
        struct live *live = list->pdata[i];
        if (is_over(live) && live->a.signal && !is_older(c, event, live->a.last_us) &&
            !strcmp(live->a.source, event->source) && !strcmp(live->a.type, event->type) &&
            (live->a.marks & apart) == (event->marks & apart))
            g_ptr_array_add(over, live);
    }
    g_ptr_array_sort(over, compare_ids);
    for (guint i = 0; i < over->len; i++) {
        struct live *live = over->pdata[i];
        live->a.active = false;
        live->gone = "cleared";
        live_index(c, live);
        decide(c, DECISION_CLEARED, event, live, "inhibit", json_pack("{s:s}", "why", "cleared"),
               g_strdup("设备报恢复，不再抑制其他警情"),
               g_strdup("the device says that it is over: it mutes no others any more"));
    }
    return over->len != 0;
}
