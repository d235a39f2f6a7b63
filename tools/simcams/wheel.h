/* Spreads work that repeats with one common period evenly over that period, so that 1447 cameras do
 * not all send at one instant. */
#pragma once
#include <glib.h>
#include <stdint.h>

struct wheel {
    double slot_us;      /* time from one slot to the next */
    unsigned slot_count; /* slots of one period */
    int64_t start_us;    /* when slot 0 of cycle 0 was due */
    uint64_t next;       /* slots since start that have been served */
    uint64_t skipped;    /* slots left out because we were late by more than a second */
    GPtrArray **slots;   /* what is served in each: not owned */
};

typedef void (*wheel_serve)(gpointer item, uint64_t cycle, gpointer user);

/* A wheel whose period is period_us, beginning now. */
void wheel_init(struct wheel *wheel, double period_us, int64_t now_us);

void wheel_finish(struct wheel *wheel);

/* The slot for number `index` of `count` things. */
unsigned wheel_slot(const struct wheel *wheel, unsigned index, unsigned count);

void wheel_add(struct wheel *wheel, unsigned slot, gpointer item);

/* Not while wheel_run() serves. */
void wheel_remove(struct wheel *wheel, unsigned slot, gpointer item);

/* Serves all that is due by now_us, in order. */
void wheel_run(struct wheel *wheel, int64_t now_us, wheel_serve serve, gpointer user);

/* Milliseconds until the next slot is due, at least 0. */
int wheel_wait_ms(const struct wheel *wheel, int64_t now_us);

/* The cycle in which this slot is served next. */
uint64_t wheel_next_cycle(const struct wheel *wheel, unsigned slot);
