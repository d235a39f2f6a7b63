/* A source takes back or replaces what it said. What is real is left to what is real: an exercise
 * or a test ends and replaces only its like. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

/* --- exercises and tests */

static unsigned drill(unsigned marks)
{
    return marks & (EVENT_EXERCISE | EVENT_TEST);
}

bool replace_may_end(const struct event *event, unsigned marks)
{
    return !drill(event->marks) || drill(event->marks) == drill(marks);
}

void replace_refuse(struct correlator *c, const struct event *event, const char *id)
{
    decide(c, DECISION_NOTHING, event, NULL, "apart",
           json_pack("{s:s,s:s,s:i}", "why", "apart", "ref", id, "marks", (int)event->marks),
           g_strdup("撤销内容属演练或测试，不能撤销不同性质的警情"),
           g_strdup("it is of an exercise or a test: it takes back nothing else"));
}

/* Opened or counted for itself, it tells why it replaced nothing. */
static void say_apart(struct correlator *c, const struct event *event, guint from)
{
    struct live *live = decided_alert(c, event, from);
    bool real = !drill(event->marks);
    if (!live)
        return; /* muted */
    decide(c, DECISION_CHANGED, event, live, "apart",
           json_pack("{s:s,s:i}", "why", "apart", "marks", (int)event->marks),
           g_strdup(real ? "所更新的警情属演练或测试，此为真实情况，另立警情"
                         : "内容属演练或测试，不更新不同性质的警情，另立警情"),
           g_strdup(real ? "what it replaces is of an exercise or a test, and this is real: an "
                           "alert of its own"
                         : "it is of an exercise or a test and replaces nothing else: an alert of "
                           "its own"));
}

/* --- taken back */

static struct live *find_ref(struct correlator *c, const struct event *event, const char *id)
{
    struct live *live = live_by_ref(c, event->source, id);
    return live && !live->dead ? live : NULL;
}

static void cancel_one(struct correlator *c, struct live *live, const struct event *event)
{
    bool all = live->cancelled >= live->a.count;
    if (all) {
        live->a.active = false;
        alert_end(c, live, "cancelled", c->now_us);
    }
    decide(c, all ? DECISION_END : DECISION_CHANGED, event, live, "end",
           json_pack("{s:s,s:I,s:I}", "why", "cancelled", "cancelled", (json_int_t)live->cancelled,
                     "count", (json_int_t)live->a.count),
           g_strdup(all ? "来源已撤销" : "来源撤销了其中一次上报"),
           g_strdup(all ? "its source took it back" : "its source took one report of it back"));
}

/* Each report is taken back once, by its own id or by that of an update. */
void alert_cancel(struct correlator *c, const struct event *event)
{
    guint before = c->decisions->len;
    for (char **id = event->ref_ids; id && *id; id++) {
        struct live *live = find_ref(c, event, *id);
        if (!live)
            mute_cancel(c, event, *id);
        else if (!replace_may_end(event, live->a.marks))
            replace_refuse(c, event, *id);
        else if (!is_over(live) && live_take_back(live, *id))
            cancel_one(c, live, event);
    }
    if (c->decisions->len == before)
        decide(c, DECISION_NOTHING, event, NULL, "end", json_pack("{s:s}", "why", "unknown"),
               g_strdup("撤销的内容不存在或已结束"),
               g_strdup("what it takes back is not there or over"));
}

/* --- replaced */

/* It lies elsewhere now: it is grouped anew. */
static void move(struct correlator *c, struct live *live, const struct event *event)
{
    group_leave(c, live, event);
    if (!is_over(live))
        group_join(c, live, event);
}

/* Without a point it is grouped by its street, too. */
static bool is_elsewhere(const struct live *live, const struct position *before, const char *street,
                         const char *house)
{
    const struct alert *a = &live->a;
    bool point = a->place == PLACE_POINT || a->place == PLACE_DEVICE;
    bool was_point = before->how == PLACE_POINT || before->how == PLACE_DEVICE;
    if (g_strcmp0(live->house, house) != 0)
        return true;
    if (!point || !was_point)
        return point || was_point || g_strcmp0(a->area, before->area) != 0 ||
               g_strcmp0(live->street, street) != 0;
    return ground_distance_m(before->lon, before->lat, a->lon, a->lat) > 1;
}

/* Replaced by something more urgent, it is a new alert: nobody has dealt with that. */
static bool takes_update(const struct live *live, unsigned priority)
{
    const char *end = live->a.end;
    return !is_over(live) || (priority >= live->a.priority && g_strcmp0(end, "expired") != 0 &&
                              g_strcmp0(end, "cancelled") != 0);
}

/* Of what it names the first that is there and of its kind; `apart`: one was of another. */
static struct live *find_replaced(struct correlator *c, const struct event *event, const char **id,
                                  bool *apart)
{
    for (char **ref = event->ref_ids; ref && *ref; ref++) {
        struct live *live = find_ref(c, event, *ref);
        if (live && drill(live->a.marks) == drill(event->marks)) {
            *id = *ref;
            return live;
        }
        *apart = *apart || live;
    }
    return NULL;
}

static void update(struct correlator *c, struct live *live, const struct event *event,
                   const char *replaced, unsigned priority, const char *from)
{
    g_autofree char *area = g_strdup(live->a.area), *street = g_strdup(live->street),
                    *house = g_strdup(live->house);
    const struct position before = {live->a.lon, live->a.lat, live->a.place, area};
    alert_fill(c, live, event);
    bool again = alert_worsen(live, priority);
    live->a.priority = priority;
    live->a.last_us = MAX(live->a.last_us, time_of(event));
    live_remember_id(c, live, event->id);
    live_replaces(live, event->id, replaced);
    dedup_drop(c, live);
    dedup_index(c, live);
    alert_settle(c, live);
    decide(c, DECISION_CHANGED, event, live, "update",
           json_pack("{s:i,s:s,s:b}", "priority", (int)priority, "priority_from", from, "again",
                     again),
           g_strdup(again ? "来源更新了内容，更为紧急，请重新确认" : "来源更新了内容"),
           g_strdup(again ? "its source replaced what it had said by something more urgent"
                          : "its source replaced what it had said"));
    if (is_elsewhere(live, &before, street, house))
        move(c, live, event);
}

void alert_update(struct correlator *c, const struct event *event)
{
    const char *replaced = NULL, *from;
    bool apart = false;
    struct live *live = find_replaced(c, event, &replaced, &apart);
    unsigned priority =
        rules_priority(c->rules, event->source, event->type, event->priority, &from);
    if (live && takes_update(live, priority)) {
        update(c, live, event, replaced, priority, from);
        return;
    }
    guint before = c->decisions->len;
    correlator_arrive(c, event);
    if (apart)
        say_apart(c, event, before);
}
