/* Whose turn it is on a platform that allows only a few streams. Pure: the times are parameters
 * (monotonic). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sample_class { SAMPLE_IDLE, SAMPLE_WATCHED, SAMPLE_VISIBLE }; /* rising */

struct sample_entry {
    enum sample_class class;
    bool out;         /* it may have a turn: it has none, and nobody watches it live */
    int64_t shown_us; /* of its newest picture; 0: none yet */
    int64_t due_us;   /* no turn before */
};

struct sample_intervals {
    int64_t visible_us; /* least time between two turns of a camera that somebody sees */
    int64_t idle_us;    /* of one that nobody sees */
};

/* After a turn that brought a picture: when the next is due. */
int64_t sample_due_us(const struct sample_intervals *intervals, enum sample_class class,
                      int64_t shown_us);

/* The next of those that are due: what is seen first, then what has the oldest picture. Every
 * fourth turn goes to the oldest picture of all, so that visible cameras starve nobody. `entries`:
 * `count` pointers, NULL allowed. Returned: index; −1: none is due, *wait_us says for how long
 * (INT64_MAX: never). */
int sample_next(const struct sample_entry *const *entries, size_t count, unsigned turns_before,
                int64_t now_us, int64_t *wait_us);

/* Streams allowed on a platform: of "10.0.0.9=8 10.0.0.7:8554=1" what names `platform`
 * ("HOST:PORT"), with or without its port, otherwise `usual`. */
unsigned sample_cap(const char *list, const char *platform, unsigned usual);
