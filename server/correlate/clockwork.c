/* A heap of what is due. A timer that comes before its time looks again at when it is really due,
 * so that what puts things off (one more sighting) need not touch the heap. */
#include "correlate/model.h"
#include <string.h>

static const char *id_of(const struct timer *timer)
{
    return timer->kind == TIMER_CLOSE ? "" : ((const struct live *)timer->of)->a.id;
}

/* By time, then by name and kind: the order must not depend on when a timer was put in. */
static bool is_before(const struct timer *a, const struct timer *b)
{
    if (a->due_us != b->due_us)
        return a->due_us < b->due_us;
    int order = strcmp(id_of(a), id_of(b));
    return order ? order < 0 : a->kind < b->kind;
}

static struct timer *at(const struct correlator *c, guint i)
{
    return &g_array_index(c->timers, struct timer, i);
}

static void swap(struct correlator *c, guint a, guint b)
{
    struct timer kept = *at(c, a);
    *at(c, a) = *at(c, b);
    *at(c, b) = kept;
}

static void push(struct correlator *c, struct timer timer)
{
    guint i = c->timers->len;
    g_array_append_val(c->timers, timer);
    while (i && is_before(at(c, i), at(c, (i - 1) / 2))) {
        swap(c, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static struct timer pop(struct correlator *c)
{
    struct timer first = *at(c, 0);
    swap(c, 0, c->timers->len - 1);
    g_array_set_size(c->timers, c->timers->len - 1);
    for (guint i = 0;;) {
        guint least = i;
        for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < c->timers->len; child++)
            if (is_before(at(c, child), at(c, least)))
                least = child;
        if (least == i)
            return first;
        swap(c, i, least);
        i = least;
    }
}

void timer_set(struct correlator *c, enum timer_kind kind, void *of, int64_t due_us)
{
    if (kind != TIMER_CLOSE) {
        struct live *live = of;
        if (live->timer_due_us[kind] <= due_us)
            return;
        live->timer_due_us[kind] = due_us;
        live->timers++;
    }
    push(c, (struct timer){due_us, kind, of});
}

int64_t timers_next_us(const struct correlator *c)
{
    return c->timers->len ? at(c, 0)->due_us : G_MAXINT64;
}

int64_t timers_forget_us(const struct correlator *c, const struct live *live)
{
    int64_t counts_us = dedup_until_us(c, live);
    int64_t rests_us = live->a.ended_us + correlator_rests_us(c);
    return counts_us == G_MAXINT64 ? rests_us : MAX(rests_us, counts_us);
}

/* When it is really due; G_MAXINT64: not any more. */
static int64_t due_of(const struct correlator *c, const struct live *live, enum timer_kind kind)
{
    const struct alert *a = &live->a;
    switch (kind) {
    case TIMER_UNSHELVE:
        return a->state == ALERT_SHELVED ? a->shelved_until_us : G_MAXINT64;
    case TIMER_EXPIRE:
        return a->expires_us && !is_over(live) && !live->gone ? a->expires_us : G_MAXINT64;
    case TIMER_QUIET:
        return a->chatter && !is_over(live) ? chatter_quiet_us(c, live) : G_MAXINT64;
    case TIMER_WINDOW:
        return dedup_until_us(c, live);
    case TIMER_FORGET:
        return is_over(live) ? timers_forget_us(c, live) : G_MAXINT64;
    case TIMER_CLOSE:
    case TIMER_KINDS:
        break;
    }
    return G_MAXINT64;
}

void timers_for(struct correlator *c, struct live *live)
{
    for (unsigned kind = 0; kind < TIMER_CLOSE; kind++) {
        int64_t due_us = due_of(c, live, kind);
        if (due_us != G_MAXINT64)
            timer_set(c, kind, live, due_us);
    }
}

static void fire(struct correlator *c, struct live *live, enum timer_kind kind, int64_t due_us)
{
    switch (kind) {
    case TIMER_UNSHELVE:
        alert_unshelve(c, live, due_us);
        break;
    case TIMER_EXPIRE:
        alert_expire(c, live, due_us);
        break;
    case TIMER_QUIET:
        chatter_end(c, live, due_us);
        break;
    case TIMER_WINDOW:
        dedup_drop(c, live);
        break;
    case TIMER_FORGET:
        live_forget(c, live);
        break;
    case TIMER_CLOSE:
    case TIMER_KINDS:
        break;
    }
}

void timers_run(struct correlator *c, int64_t now_us)
{
    c->now_us = MAX(c->now_us, now_us);
    while (c->timers->len && at(c, 0)->due_us <= c->now_us) {
        struct timer timer = pop(c);
        if (timer.kind == TIMER_CLOSE) {
            cluster_close(c, timer.of);
            continue;
        }
        struct live *live = timer.of;
        live->timers--;
        if (live->timer_due_us[timer.kind] == timer.due_us)
            live->timer_due_us[timer.kind] = G_MAXINT64;
        if (live->dead) {
            if (!live->timers)
                g_ptr_array_add(c->ended, live);
            continue;
        }
        int64_t due_us = due_of(c, live, timer.kind);
        if (due_us <= timer.due_us)
            fire(c, live, timer.kind, timer.due_us);
        else if (due_us != G_MAXINT64)
            timer_set(c, timer.kind, live, due_us);
    }
}
