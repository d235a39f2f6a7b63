/* Which camera's keyframe is decoded next. Pure: no clock, no lock; each step costs O(log cameras).
 * An entry is embedded in its camera and stands in at most one heap. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum picture_class { PICTURE_ALERT, PICTURE_VISIBLE, PICTURE_WATCHED, PICTURE_IDLE };
enum { PICTURE_CLASSES = 4 };

struct schedule_heap;

struct schedule_entry {
    enum picture_class class;
    bool pending;     /* a keyframe that was not tried waits */
    bool taken;       /* a worker has it */
    bool tried;       /* at least once */
    int64_t shown_us; /* arrival of the last tried keyframe (monotonic); INT64_MIN: never tried */
    int64_t tried_us; /* when that was */
    unsigned tries;
    int64_t aside_until_us;     /* not due before; 0: no */
    struct schedule_heap *heap; /* NULL: in none */
    unsigned index;
    int64_t key;
};

struct schedule_heap {
    struct schedule_entry **entries;
    unsigned count, capacity;
};

struct picture_schedule {
    int64_t watched_us;                          /* least time between two tries */
    int64_t idle_us;                             /* the same, roughly: it is varied; 0: never */
    struct schedule_heap ready[PICTURE_CLASSES]; /* by shown_us: oldest picture first */
    struct schedule_heap early;                  /* pending but too early, by due time */
};

void schedule_init(struct picture_schedule *schedule, int64_t watched_us, int64_t idle_us);
void schedule_finish(struct picture_schedule *schedule); /* entries must be removed or forgotten */

void schedule_entry_init(struct schedule_entry *entry);

/* A keyframe came. */
void schedule_keyframe(struct picture_schedule *schedule, struct schedule_entry *entry);
void schedule_set_class(struct picture_schedule *schedule, struct schedule_entry *entry,
                        enum picture_class class);
/* Takes the next entry for decoding, or NULL. */
struct schedule_entry *schedule_take(struct picture_schedule *schedule, int64_t now_us);
/* The taken entry was tried (or had nothing: tried_keyframe false). */
void schedule_done(struct picture_schedule *schedule, struct schedule_entry *entry,
                   bool tried_keyframe, int64_t shown_us, int64_t now_us);
/* Whatever comes, not before that time (monotonic). */
void schedule_set_aside(struct picture_schedule *schedule, struct schedule_entry *entry,
                        int64_t until_us);
void schedule_remove(struct picture_schedule *schedule, struct schedule_entry *entry);

/* When schedule_take() would next find something: 0 now, INT64_MAX never. */
int64_t schedule_due_us(const struct picture_schedule *schedule);
unsigned schedule_ready(const struct picture_schedule *schedule);
