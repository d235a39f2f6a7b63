/* An alert's life: opened by an event, returned or ended by its device, its source or time. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

/* --- states */

void alert_settle(struct correlator *c, struct live *live)
{
    live_index(c, live);
    timers_for(c, live);
    if (live->cluster)
        cluster_refresh(c, live->cluster);
}

void alert_end(struct correlator *c, struct live *live, const char *why, int64_t at_us)
{
    live->a.state = ALERT_NORMAL;
    live->a.ended_us = at_us;
    live->a.shelved_until_us = 0;
    g_free(live->a.end);
    live->a.end = g_strdup(why);
    alert_settle(c, live);
}

void alert_revive(struct correlator *c, struct live *live, enum alert_state state)
{
    live->a.state = state;
    live->a.ended_us = 0;
    g_clear_pointer(&live->a.end, g_free);
    alert_settle(c, live);
}

bool alert_worsen(struct live *live, unsigned priority)
{
    struct alert *a = &live->a;
    bool dealt_with =
        a->state == ALERT_ACKNOWLEDGED || a->state == ALERT_RETURNED || a->state == ALERT_SHELVED;
    if (priority >= a->priority)
        return false;
    a->priority = priority;
    if (!dealt_with)
        return false;
    a->state = ALERT_UNACKNOWLEDGED;
    a->active = true;
    a->acknowledged_us = a->shelved_until_us = 0;
    g_clear_pointer(&a->acknowledged_by, g_free);
    live->gone = NULL;
    return true;
}

void alert_return(struct correlator *c, struct live *live, const char *why, int64_t at_us)
{
    struct alert *a = &live->a;
    live->a.active = false;
    live->gone = why;
    if (is_over(live) || a->state == ALERT_SHELVED || a->state == ALERT_OUT_OF_SERVICE ||
        inhibit_left(live)) {
        alert_settle(c, live);
        return;
    }
    bool unattended = a->priority >= c->rules->unattended_priority;
    if (a->state == ALERT_ACKNOWLEDGED || unattended) {
        alert_end(c, live, why, at_us);
        return;
    }
    a->state = ALERT_RETURNED;
    alert_settle(c, live);
}

static json_t *state_inputs(const struct live *live, const char *why)
{
    return json_pack("{s:s,s:s,s:i}", "why", why, "state", alert_state_name(live->a.state),
                     "priority", (int)live->a.priority);
}

void alert_expire(struct correlator *c, struct live *live, int64_t at_us)
{
    alert_return(c, live, "expired", at_us);
    decide(c, is_over(live) ? DECISION_END : DECISION_CHANGED, NULL, live, "end",
           state_inputs(live, "expired"), g_strdup("来源给出的有效期已到"),
           g_strdup("the time is over until which its source said that it holds"));
}

void alert_unshelve(struct correlator *c, struct live *live, int64_t at_us)
{
    bool known = live->a.acknowledged_us != 0;
    live->a.shelved_until_us = 0;
    live->a.state = known ? ALERT_ACKNOWLEDGED : ALERT_UNACKNOWLEDGED;
    if (live->gone)
        alert_return(c, live, live->gone, at_us);
    else
        alert_settle(c, live);
    decide(c, is_over(live) ? DECISION_END : DECISION_CHANGED, NULL, live, "shelve",
           state_inputs(live, "unshelve"), g_strdup("搁置时间已到，警情回到队列"),
           g_strdup("its time on the shelf is over, it is back in the queue"));
}

/* --- opening */

static void set_text(char **text, const char *value)
{
    if (!value)
        return;
    g_free(*text);
    *text = g_strdup(value);
}

static void fill_view(const struct correlator *c, struct alert *a, const struct event *event)
{
    const struct device *device = device_find(c, event->device);
    if (!isnan(event->azimuth_deg)) {
        a->azimuth_deg = event->azimuth_deg;
        a->fov_deg = event->fov_deg;
    } else if (device) {
        a->azimuth_deg = device->azimuth_deg;
        a->fov_deg = device->fov_deg;
    }
}

/* How much is known: more is better. */
static int knowledge(enum place_how how)
{
    static const int of[] = {[PLACE_UNKNOWN] = 0,
                             [PLACE_ADDRESS] = 1,
                             [PLACE_AREA] = 2,
                             [PLACE_DEVICE] = 3,
                             [PLACE_POINT] = 4};
    return of[how];
}

/* What is known better stays. */
static void fill_place(struct correlator *c, struct alert *a, const struct event *event)
{
    struct position position = place_of_event(c, event);
    if (knowledge(position.how) < knowledge(a->place))
        return;
    a->lon = position.lon;
    a->lat = position.lat;
    a->place = position.how;
    g_free(a->area);
    a->area = g_strdup(position.area);
}

static void fill_names(struct correlator *c, struct live *live)
{
    g_free(live->street);
    g_free(live->house);
    g_free(live->village);
    live->street = place_street(live->a.address);
    live->house = place_house(c, live->a.address, live->a.area);
    live->village = place_village(c, live->a.area);
}

void alert_fill(struct correlator *c, struct live *live, const struct event *event)
{
    struct alert *a = &live->a;
    set_text(&a->title, event->title);
    set_text(&a->text, event->text);
    set_text(&a->address, event->address);
    if (event->expires_us)
        a->expires_us = event->expires_us;
    fill_view(c, a, event);
    fill_place(c, a, event);
    fill_names(c, live);
}

static struct live *make(struct correlator *c, const struct event *event)
{
    struct live *live = live_new(c, c->next_id("alert", c->user));
    struct alert *a = &live->a;
    a->state = ALERT_UNACKNOWLEDGED;
    a->signal = event->kind == EVENT_RAISED;
    a->active = true;
    a->marks = event->marks;
    a->source = g_strdup(event->source);
    a->device = g_strdup(event->device);
    a->parent = g_strdup(parent_of(c, event));
    a->dimension = g_strdup(event->dimension);
    a->type = g_strdup(event->type);
    a->reporter = g_strdup(event->reporter);
    a->first_us = a->last_us = time_of(event);
    a->created_us = c->now_us;
    a->count = 1;
    alert_fill(c, live, event);
    live_remember_id(c, live, event->id);
    if (a->signal)
        chatter_note(c, live, a->first_us);
    return live;
}

static void say_opened(struct correlator *c, struct live *live, const struct event *event,
                       const char *from)
{
    static const char *const places[] = {"位置不明", "按坐标定位", "按设备位置定位",
                                         "按区域代码定位", "按地址文字定位"};
    const struct alert *a = &live->a;
    json_t *inputs =
        json_pack("{s:i,s:s,s:s,s:s*,s:i}", "priority", (int)a->priority, "priority_from", from,
                  "place", place_how_name(a->place), "area", a->area, "marks", (int)a->marks);
    if (!isnan(a->lon)) {
        json_object_set_new(inputs, "lon", json_real(a->lon));
        json_object_set_new(inputs, "lat", json_real(a->lat));
    }
    const char *apart = a->marks & (EVENT_EXERCISE | EVENT_TEST) ? "，演练或测试" : "";
    const char *apart_en =
        a->marks & (EVENT_EXERCISE | EVENT_TEST) ? ", of an exercise or a test" : "";
    g_autofree char *area = a->area ? place_named(c, true, a->area) : NULL;
    g_autofree char *area_en = a->area ? place_named(c, false, a->area) : NULL;
    char *zh = g_strdup_printf("新警情：%s，优先级 %u，%s%s%s%s", type_zh(c, a->type), a->priority,
                               places[a->place], area ? "，区域 " : "", area ? area : "", apart);
    char *en = g_strdup_printf("new alert: %s, priority %u (by %s), place %s%s%s%s",
                               type_en(c, a->type), a->priority, from,
                               a->place == PLACE_UNKNOWN ? "unknown" : place_how_name(a->place),
                               area ? ", area " : "", area ? area_en : "", apart_en);
    decide(c, DECISION_ALERT, event, live, "open", inputs, zh, en);
}

/* What happened long ago, or was imported as past, is history: searched and counted, nothing to act
 * on. */
static bool is_history(const struct correlator *c, const struct event *event)
{
    bool old = (event->marks & EVENT_LATE) && event->occurred_us &&
               c->now_us - event->occurred_us > c->rules->history_us;
    return old || (event->marks & EVENT_PAST);
}

void alert_open(struct correlator *c, const struct event *event)
{
    const char *from;
    unsigned priority =
        rules_priority(c->rules, event->source, event->type, event->priority, &from);
    struct live *live = make(c, event);
    live->a.priority = priority;
    say_opened(c, live, event, from);
    if (is_history(c, event)) {
        live->a.active = false;
        live->history = true;
        alert_end(c, live, "expired", c->now_us);
        decide(c, DECISION_END, event, live, "end", state_inputs(live, "history"),
               g_strdup("早已过去，只作历史记录"), g_strdup("it is long past and kept as history"));
        return;
    }
    live_index(c, live);
    dedup_index(c, live);
    timers_for(c, live);
    group_join(c, live, event);
    link_cases(c, live, event);
    inhibit_absorb(c, live);
}

/* --- the device says that it is over */

struct live *alert_raised(struct correlator *c, const struct event *event)
{
    const GPtrArray *list = index_list(c->by_device, event->device);
    const unsigned apart = EVENT_EXERCISE | EVENT_TEST;
    struct live *found = NULL;
    for (guint i = 0; list && i < list->len; i++) {
        struct live *live = list->pdata[i];
        bool same = live->a.signal && live->a.active && !strcmp(live->a.source, event->source) &&
                    !strcmp(live->a.type, event->type) &&
                    (live->a.marks & apart) == (event->marks & apart);
        if (same && (!found || strcmp(live->a.id, found->a.id) < 0))
            found = live;
    }
    return found;
}

static void say_nothing(struct correlator *c, const struct event *event, const char *why,
                        const char *zh, const char *en)
{
    decide(c, DECISION_NOTHING, event, NULL, "end", json_pack("{s:s}", "why", why), g_strdup(zh),
           g_strdup(en));
}

static void clear_one(struct correlator *c, struct live *live, const struct event *event)
{
    int64_t at_us = time_of(event);
    bool chattered = live->a.chatter;
    live->a.active = false;
    bool begins = chatter_note(c, live, at_us);
    if (begins) {
        chatter_begin(c, live, event);
        return;
    }
    if (chattered) {
        live_index(c, live);
        decide(c, DECISION_CLEARED, event, live, "chatter", state_inputs(live, "chatter"),
               g_strdup("设备报恢复，但仍在抖动，暂不结束"),
               g_strdup("the device says that it is over, but it is chattering: not ended yet"));
        return;
    }
    alert_return(c, live, "cleared", c->now_us);
    if (!is_over(live) && inhibit_left(live)) {
        inhibit_say_left(c, live, event);
        return;
    }
    decide(c, DECISION_CLEARED, event, live, "end", state_inputs(live, "cleared"),
           g_strdup(is_over(live) ? "设备报恢复，警情结束" : "设备报恢复，尚待确认"),
           g_strdup(is_over(live) ? "the device says that it is over"
                                  : "the device says that it is over; not acknowledged yet"));
}

void alert_clear(struct correlator *c, const struct event *event)
{
    struct live *live = alert_raised(c, event);
    if (live && is_older(c, event, live->a.last_us) && !(event->marks & EVENT_FUTURE)) {
        say_nothing(c, event, "older", "恢复信号早于最近一次告警，不采用",
                    "it is older than the last sighting");
        return;
    }
    bool over = mute_clear(c, event);
    over = inhibit_back(c, event) || over;
    over = inhibit_over(c, event) || over;
    if (!live && over)
        return;
    if (!live) {
        say_nothing(c, event, "not raised", "设备报恢复，但没有对应的警情",
                    "the device says that it is over, but nothing was raised");
        return;
    }
    for (; live; live = alert_raised(c, event))
        clear_one(c, live, event);
}
