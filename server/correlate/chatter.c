/* A device that raises and clears, and raises again: one alert that says so. */
#include "correlate/model.h"
#include <string.h>

bool chatter_note(struct correlator *c, struct live *live, int64_t at_us)
{
    const struct chatter_rules *rules = &c->rules->chatter;
    if (live->transition_count == TRANSITIONS_KEPT) {
        memmove(live->transitions, live->transitions + 1,
                sizeof live->transitions - sizeof live->transitions[0]);
        live->transition_count--;
    }
    live->transitions[live->transition_count++] = at_us;
    if (live->a.chatter || live->steady || is_over(live) ||
        live->transition_count < (guint)rules->transitions)
        return false;
    int64_t first = live->transitions[live->transition_count - (guint)rules->transitions];
    return at_us - first <= rules->window_us;
}

void chatter_begin(struct correlator *c, struct live *live, const struct event *event)
{
    const struct chatter_rules *rules = &c->rules->chatter;
    int64_t first = live->transitions[live->transition_count - (guint)rules->transitions];
    int64_t last = live->transitions[live->transition_count - 1];
    live->a.chatter = true;
    live->gone = NULL;
    alert_settle(c, live);
    decide(
        c, DECISION_CHATTER, event, live, "chatter",
        json_pack("{s:I,s:I,s:I,s:I}", "transitions", (json_int_t)rules->transitions, "within_us",
                  (json_int_t)(last - first), "window_us", (json_int_t)rules->window_us,
                  "shelve_min", (json_int_t)rules->shelve_min),
        g_strdup_printf("%.0f 秒内变化 %d 次，按抖动处理，可搁置 %d 分钟", seconds_of(last - first),
                        (int)rules->transitions, (int)rules->shelve_min),
        g_strdup_printf("%d changes in %.0f s: the device chatters; it can be shelved for %d min",
                        (int)rules->transitions, seconds_of(last - first), (int)rules->shelve_min));
}

int64_t chatter_quiet_us(const struct correlator *c, const struct live *live)
{
    int64_t last = live->transition_count ? live->transitions[live->transition_count - 1] : 0;
    return last + c->rules->chatter.quiet_us;
}

void chatter_end(struct correlator *c, struct live *live, int64_t at_us)
{
    live->a.chatter = false;
    if (!live->a.active)
        alert_return(c, live, "cleared", at_us);
    else
        alert_settle(c, live);
    decide(c, is_over(live) ? DECISION_END : DECISION_CHANGED, NULL, live, "chatter",
           json_pack("{s:I,s:b}", "quiet_us", (json_int_t)c->rules->chatter.quiet_us, "active",
                     live->a.active),
           g_strdup(live->a.active ? "不再抖动，设备仍在告警" : "不再抖动，设备已恢复"),
           g_strdup(live->a.active ? "it chatters no more; the device still says so"
                                   : "it chatters no more; the device says that it is over"));
}
