/* Background: analytics that tell of nothing by themselves (motion, a line crossed). What they say
 * in one grid cell is one alert for hours, that ends by itself when it grows quiet. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

bool gather_is(const struct correlator *c, const char *type)
{
    const struct type_rule *rule = type_rule(c->rules, type);
    return rule && rule->background;
}

char *gather_key(unsigned marks, const char *source, const char *cell)
{
    const char head[] = {'b', (char)('0' + apart_marks(marks)), '\0'};
    return g_strjoin("\x1f", head, source, cell, NULL);
}

int64_t gather_until_us(const struct correlator *c, const struct live *live)
{
    return MIN(MAX(live->a.last_us, live->a.created_us) + c->rules->background.window_us,
               MAX(live->a.first_us, live->a.created_us) + c->rules->background.longest_us);
}

static bool in_time(const struct correlator *c, const struct live *live, int64_t at_us)
{
    const struct background_rules *rules = &c->rules->background;
    const struct alert *a = &live->a;
    int64_t first = MIN(a->first_us, at_us), last = MAX(a->last_us, at_us);
    return at_us <= a->last_us + rules->window_us && at_us >= a->first_us - rules->window_us &&
           last - first <= rules->longest_us;
}

/* What a person decided about it holds for what comes after it too. */
static bool takes(const struct correlator *c, const struct live *live, const struct event *event)
{
    const char *end = live->a.end;
    bool over = end && strcmp(end, "ignored") != 0 && strcmp(end, "false_alarm") != 0;
    return !over && !dedup_is_worse(c, live, event) && in_time(c, live, time_of(event));
}

static void begin(struct correlator *c, const struct event *event, const char *cell)
{
    guint at = c->decisions->len;
    alert_open(c, event);
    struct live *live = (struct live *)g_array_index(c->decisions, struct decision, at).alert;
    if (is_over(live))
        return;
    dedup_drop(c, live);
    live->gathers = true;
    live->a.signal = false;
    g_free(live->a.area);
    live->a.area = g_strdup(cell);
    live->a.expires_us = gather_until_us(c, live);
    dedup_index(c, live);
    alert_settle(c, live);
}

bool gather_take(struct correlator *c, const struct event *event)
{
    if (!gather_is(c, event->type) || !event->device || event->expires_us)
        return false;
    struct position position = place_of_event(c, event);
    if (!is_cell(c, position.area))
        return false;
    g_autofree char *cell = g_strdup(position.area);
    g_autofree char *key = gather_key(event->marks, event->source, cell);
    struct live *live = g_hash_table_lookup(c->dedup, key);
    if (live && takes(c, live, event))
        dedup_count(c, live, event, "background");
    else
        begin(c, event, cell);
    return true;
}
