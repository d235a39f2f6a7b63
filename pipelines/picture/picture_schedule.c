#include "picture/picture_schedule.h"

/* --- a binary heap, smallest key first */

static void heap_put(struct schedule_heap *heap, unsigned index, struct schedule_entry *entry)
{
    heap->entries[index] = entry;
    entry->index = index;
}

static void heap_rise(struct schedule_heap *heap, unsigned index, struct schedule_entry *entry)
{
    while (index > 0) {
        unsigned parent = (index - 1) / 2;
        if (heap->entries[parent]->key <= entry->key)
            break;
        heap_put(heap, index, heap->entries[parent]);
        index = parent;
    }
    heap_put(heap, index, entry);
}

static void heap_sink(struct schedule_heap *heap, unsigned index, struct schedule_entry *entry)
{
    for (;;) {
        unsigned child = index * 2 + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->entries[child + 1]->key < heap->entries[child]->key)
            child++;
        if (entry->key <= heap->entries[child]->key)
            break;
        heap_put(heap, index, heap->entries[child]);
        index = child;
    }
    heap_put(heap, index, entry);
}

static void heap_add(struct schedule_heap *heap, struct schedule_entry *entry, int64_t key)
{
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity ? heap->capacity * 2 : 64;
        heap->entries = g_renew(struct schedule_entry *, heap->entries, heap->capacity);
    }
    entry->heap = heap;
    entry->key = key;
    heap_rise(heap, heap->count++, entry);
}

static void heap_remove(struct schedule_entry *entry)
{
    struct schedule_heap *heap = entry->heap;
    if (!heap)
        return;
    entry->heap = NULL;
    struct schedule_entry *last = heap->entries[--heap->count];
    if (last == entry)
        return;
    unsigned index = entry->index;
    heap_rise(heap, index, last);
    heap_sink(heap, last->index, last);
}

/* --- the schedule */

void schedule_init(struct picture_schedule *schedule, int64_t watched_us, int64_t idle_us)
{
    *schedule = (struct picture_schedule){.watched_us = watched_us, .idle_us = idle_us};
}

void schedule_finish(struct picture_schedule *schedule)
{
    for (int i = 0; i < PICTURE_CLASSES; i++)
        g_free(schedule->ready[i].entries);
    g_free(schedule->early.entries);
    *schedule = (struct picture_schedule){0};
}

void schedule_entry_init(struct schedule_entry *entry)
{
    *entry = (struct schedule_entry){.class = PICTURE_IDLE, .shown_us = INT64_MIN};
}

/* An even pause would show a picture that repeats (a file in a loop, a traffic light) always at the
 * same instant, and its camera would look frozen. */
static int64_t idle_pause_us(const struct picture_schedule *schedule, unsigned tries)
{
    static const int percent[] = {100, 127, 81, 113, 93};
    return schedule->idle_us * percent[tries % G_N_ELEMENTS(percent)] / 100;
}

/* Everything waits in `early` first; schedule_take() moves what is due. */
static void schedule_place(struct picture_schedule *schedule, struct schedule_entry *entry)
{
    heap_remove(entry);
    if (!entry->pending || entry->taken)
        return;
    bool idle = entry->class == PICTURE_IDLE;
    if (idle && schedule->idle_us == 0)
        return;
    int64_t pause_us = idle ? idle_pause_us(schedule, entry->tries) : schedule->watched_us;
    if (entry->tried || entry->aside_until_us)
        heap_add(&schedule->early, entry,
                 MAX(entry->tried ? entry->tried_us + pause_us : 0, entry->aside_until_us));
    else
        heap_add(&schedule->ready[entry->class], entry, entry->shown_us);
}

void schedule_keyframe(struct picture_schedule *schedule, struct schedule_entry *entry)
{
    if (entry->pending)
        return;
    entry->pending = true;
    schedule_place(schedule, entry);
}

void schedule_set_class(struct picture_schedule *schedule, struct schedule_entry *entry,
                        enum picture_class class)
{
    if (entry->class == class)
        return;
    entry->class = class;
    schedule_place(schedule, entry);
}

struct schedule_entry *schedule_take(struct picture_schedule *schedule, int64_t now_us)
{
    while (schedule->early.count && schedule->early.entries[0]->key <= now_us) {
        struct schedule_entry *entry = schedule->early.entries[0];
        heap_remove(entry);
        heap_add(&schedule->ready[entry->class], entry, entry->shown_us);
    }
    for (int i = 0; i < PICTURE_CLASSES; i++) {
        if (!schedule->ready[i].count)
            continue;
        struct schedule_entry *entry = schedule->ready[i].entries[0];
        heap_remove(entry);
        entry->pending = false;
        entry->taken = true;
        return entry;
    }
    return NULL;
}

void schedule_done(struct picture_schedule *schedule, struct schedule_entry *entry,
                   bool tried_keyframe, int64_t shown_us, int64_t now_us)
{
    entry->taken = false;
    if (tried_keyframe) {
        entry->tried = true;
        entry->tries++;
        entry->shown_us = shown_us;
        entry->tried_us = now_us;
    }
    schedule_place(schedule, entry);
}

void schedule_set_aside(struct picture_schedule *schedule, struct schedule_entry *entry,
                        int64_t until_us)
{
    entry->aside_until_us = until_us;
    schedule_place(schedule, entry);
}

void schedule_remove(struct picture_schedule *schedule, struct schedule_entry *entry)
{
    (void)schedule;
    heap_remove(entry);
    entry->pending = false;
}

int64_t schedule_due_us(const struct picture_schedule *schedule)
{
    if (schedule_ready(schedule))
        return 0;
    return schedule->early.count ? schedule->early.entries[0]->key : INT64_MAX;
}

unsigned schedule_ready(const struct picture_schedule *schedule)
{
    unsigned count = 0;
    for (int i = 0; i < PICTURE_CLASSES; i++)
        count += schedule->ready[i].count;
    return count;
}
