#include "camera/sampler.h"
#include "common/clock.h"
#include <string.h>

enum {
    /* a platform needs a moment to count a stream that was torn down no more */
    REST_MS = 500,
    FULL_REST_MS = 10000,
    LONGEST_WAIT_MS = 3600000,
};

struct sampler {
    struct sampler_options options;
    GMainContext *context;
    GHashTable *platforms; /* name → struct platform */
};

enum seat_state { SEAT_OUT, SEAT_WAITING, SEAT_TURN, SEAT_OVER, SEAT_VIEWED, SEAT_LINGERING };

struct platform {
    struct sampler *sampler;
    char *name;
    unsigned cap, used; /* places; a stream that was closed keeps its for REST_MS */
    unsigned turns;     /* ever */
    int64_t paused_us;  /* no turn before */
    GPtrArray *seats;   /* of struct sample_seat */
    GPtrArray *entries; /* of their struct sample_entry, same places; NULL: takes no turns */
    GQueue waiting;     /* viewed seats without a place */
    GSource *timer;     /* the next turn is due */
    GPtrArray *rests;   /* of GSource: places that are free soon */
    char *refusal;
};

struct sample_seat {
    struct platform *platform;
    const struct sample_ops *ops;
    gpointer user;
    enum seat_state state;
    unsigned viewers;
    struct sample_entry entry;
    GSource *timer; /* of its turn, its end, or its lingering */
};

static void pump(struct platform *platform);

/* --- timers */

static void stop(GSource **timer)
{
    if (!*timer)
        return;
    g_source_destroy(*timer);
    g_clear_pointer(timer, g_source_unref);
}

static GSource *start(struct sampler *sampler, int64_t wait_ms, GSourceFunc fn, gpointer user)
{
    GSource *timer = g_timeout_source_new((guint)CLAMP(wait_ms, 0, LONGEST_WAIT_MS));
    g_source_set_callback(timer, fn, user, NULL);
    g_source_attach(timer, sampler->context);
    return timer;
}

static void set_state(struct sample_seat *seat, enum seat_state state)
{
    stop(&seat->timer);
    seat->state = state;
    seat->entry.out = state == SEAT_OUT;
}

/* --- places */

static gboolean on_rested(gpointer user)
{
    struct platform *platform = user;
    g_ptr_array_remove_fast(platform->rests, g_main_current_source());
    platform->used--;
    pump(platform);
    return G_SOURCE_REMOVE;
}

static void rest(struct platform *platform)
{
    g_ptr_array_add(platform->rests, start(platform->sampler, REST_MS, on_rested, platform));
}

/* Its stream ends; the place is free after a rest. */
static void give_up(struct sample_seat *seat)
{
    struct platform *platform = seat->platform;
    set_state(seat, SEAT_OUT);
    seat->ops->close(seat->user);
    rest(platform);
}

static gboolean on_over(gpointer user)
{
    struct sample_seat *seat = user;
    give_up(seat);
    return G_SOURCE_REMOVE;
}

static gboolean on_late(gpointer user)
{
    struct sample_seat *seat = user;
    sample_failed(seat, seat->ops->late(seat->user), false);
    return G_SOURCE_REMOVE;
}

static void open_viewed(struct sample_seat *seat)
{
    set_state(seat, SEAT_VIEWED);
    seat->platform->used++;
    seat->ops->open(seat->user);
}

static void open_turn(struct sample_seat *seat)
{
    struct platform *platform = seat->platform;
    set_state(seat, SEAT_TURN);
    platform->used++;
    platform->turns++;
    seat->timer = start(platform->sampler, platform->sampler->options.turn_ms, on_late, seat);
    seat->ops->open(seat->user);
}

static gboolean on_due(gpointer user)
{
    struct platform *platform = user;
    stop(&platform->timer);
    pump(platform);
    return G_SOURCE_REMOVE;
}

/* Returned: whether a turn began. */
static bool next_turn(struct platform *platform)
{
    int64_t now_us = clock_mono_us(), wait_us;
    int next = -1;
    if (platform->paused_us > now_us)
        wait_us = platform->paused_us - now_us;
    else
        next = sample_next((const struct sample_entry *const *)platform->entries->pdata,
                           platform->entries->len, platform->turns, now_us, &wait_us);
    if (next >= 0)
        open_turn(platform->seats->pdata[next]);
    else if (wait_us != INT64_MAX)
        platform->timer = start(platform->sampler, wait_us / 1000 + 1, on_due, platform);
    return next >= 0;
}

static void pump(struct platform *platform)
{
    stop(&platform->timer);
    while (platform->used < platform->cap) {
        struct sample_seat *seat = g_queue_pop_head(&platform->waiting);
        if (seat)
            open_viewed(seat);
        else if (!next_turn(platform))
            break;
    }
}

/* --- viewers */

/* Who gives its place up for a viewer: a stream that nobody watches any more, else a turn. */
static struct sample_seat *dispensable(struct platform *platform)
{
    struct sample_seat *turn = NULL;
    for (guint i = 0; i < platform->seats->len; i++) {
        struct sample_seat *seat = platform->seats->pdata[i];
        if (seat->state == SEAT_LINGERING)
            return seat;
        if (seat->state == SEAT_TURN)
            turn = seat;
    }
    return turn;
}

/* Places that are becoming free already. */
static unsigned freeing(const struct platform *platform)
{
    unsigned busy = 0;
    for (guint i = 0; i < platform->seats->len; i++) {
        const struct sample_seat *seat = platform->seats->pdata[i];
        busy += seat->state != SEAT_OUT && seat->state != SEAT_WAITING && seat->state != SEAT_OVER;
    }
    return platform->used - busy;
}

static const char *wait_for_place(struct sample_seat *seat)
{
    struct platform *platform = seat->platform;
    struct sample_seat *other = NULL;
    if (platform->used >= platform->cap && freeing(platform) <= platform->waiting.length &&
        !(other = dispensable(platform))) {
        g_free(platform->refusal);
        platform->refusal = g_strdup_printf("all %u streams of %s are being watched", platform->cap,
                                            platform->name);
        return platform->refusal;
    }
    seat->viewers++;
    set_state(seat, SEAT_WAITING);
    g_queue_push_tail(&platform->waiting, seat);
    if (other)
        give_up(other);
    pump(platform);
    return NULL;
}

const char *sample_view(struct sample_seat *seat)
{
    if (seat->state == SEAT_OUT)
        return wait_for_place(seat);
    seat->viewers++;
    if (seat->state != SEAT_WAITING)
        set_state(seat, SEAT_VIEWED);
    return NULL;
}

void sample_unview(struct sample_seat *seat)
{
    struct platform *platform = seat->platform;
    if (--seat->viewers)
        return;
    if (seat->state == SEAT_WAITING) {
        g_queue_remove(&platform->waiting, seat);
        set_state(seat, SEAT_OUT);
    } else if (seat->state == SEAT_VIEWED) {
        set_state(seat, SEAT_LINGERING);
        seat->timer = start(platform->sampler, platform->sampler->options.linger_ms, on_over, seat);
    }
}

bool sample_viewed(const struct sample_seat *seat)
{
    return seat->viewers > 0 || seat->state == SEAT_LINGERING;
}

/* --- turns */

void sample_set_class(struct sample_seat *seat, enum sample_class class)
{
    struct sample_entry *entry = &seat->entry;
    if (entry->class == class)
        return;
    const struct sample_intervals *intervals = &seat->platform->sampler->options.intervals;
    /* what was due by its old class after a picture; the wait after a failure stays */
    bool by_class = entry->due_us == sample_due_us(intervals, entry->class, entry->shown_us);
    entry->class = class;
    if (by_class && entry->shown_us)
        entry->due_us = sample_due_us(intervals, class, entry->shown_us);
    pump(seat->platform);
}

/* Ends its turn in the next round of the loop. */
static void end_turn(struct sample_seat *seat)
{
    set_state(seat, SEAT_OVER);
    seat->timer = start(seat->platform->sampler, 0, on_over, seat);
}

void sample_shown(struct sample_seat *seat)
{
    struct sampler *sampler = seat->platform->sampler;
    seat->entry.shown_us = clock_mono_us();
    seat->entry.due_us =
        sample_due_us(&sampler->options.intervals, seat->entry.class, seat->entry.shown_us);
    if (seat->state == SEAT_TURN)
        end_turn(seat);
}

void sample_failed(struct sample_seat *seat, int64_t wait_us, bool full)
{
    struct platform *platform = seat->platform;
    int64_t now_us = clock_mono_us();
    double chance = platform->sampler->options.chance();
    if (full)
        platform->paused_us = now_us + (int64_t)(FULL_REST_MS * (0.5 + chance)) * 1000;
    if (seat->state != SEAT_TURN)
        return;
    seat->entry.due_us = now_us + MIN(wait_us, (int64_t)LONGEST_WAIT_MS * 1000);
    end_turn(seat);
}

/* --- life */

static void platform_free(gpointer data)
{
    struct platform *platform = data;
    stop(&platform->timer);
    for (guint i = 0; i < platform->rests->len; i++)
        g_source_destroy(platform->rests->pdata[i]);
    g_ptr_array_unref(platform->rests);
    g_ptr_array_unref(platform->seats);
    g_ptr_array_unref(platform->entries);
    g_free(platform->refusal);
    g_free(platform->name);
    g_free(platform);
}

static struct platform *platform_of(struct sampler *sampler, const char *name)
{
    struct platform *platform = g_hash_table_lookup(sampler->platforms, name);
    if (platform)
        return platform;
    platform = g_new0(struct platform, 1);
    platform->sampler = sampler;
    platform->name = g_strdup(name);
    platform->cap = MAX(sample_cap(sampler->options.exceptions, name, sampler->options.streams), 1);
    platform->seats = g_ptr_array_new();
    platform->rests = g_ptr_array_new_with_free_func((GDestroyNotify)g_source_unref);
    platform->entries = g_ptr_array_new();
    g_hash_table_insert(sampler->platforms, platform->name, platform);
    return platform;
}

bool sampler_knows(const struct sampler *sampler, const char *name)
{
    const struct platform *platform = g_hash_table_lookup(sampler->platforms, name);
    return platform && platform->seats->len > 0;
}

struct sample_seat *sampler_join(struct sampler *sampler, const char *name, bool turns,
                                 const struct sample_ops *ops, gpointer user)
{
    struct platform *platform = platform_of(sampler, name);
    struct sample_seat *seat = g_new0(struct sample_seat, 1);
    seat->platform = platform;
    seat->ops = ops;
    seat->user = user;
    seat->entry.out = true;
    g_ptr_array_add(platform->seats, seat);
    g_ptr_array_add(platform->entries, turns ? &seat->entry : NULL);
    if (!platform->timer) /* not inside this call: its owner is not made yet */
        platform->timer = start(sampler, 0, on_due, platform);
    return seat;
}

void sample_leave(struct sample_seat *seat)
{
    if (!seat)
        return;
    struct platform *platform = seat->platform;
    guint place;
    g_queue_remove(&platform->waiting, seat);
    if (seat->state != SEAT_OUT && seat->state != SEAT_WAITING)
        rest(platform);
    if (g_ptr_array_find(platform->seats, seat, &place)) {
        g_ptr_array_remove_index_fast(platform->seats, place);
        g_ptr_array_remove_index_fast(platform->entries, place);
    }
    stop(&seat->timer);
    g_free(seat);
}

struct sampler *sampler_create(const struct sampler_options *options, GMainContext *context)
{
    struct sampler *sampler = g_new0(struct sampler, 1);
    sampler->options = *options;
    sampler->context = context;
    sampler->platforms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, platform_free);
    return sampler;
}

void sampler_destroy(struct sampler *sampler)
{
    if (!sampler)
        return;
    g_hash_table_unref(sampler->platforms);
    g_free(sampler);
}
