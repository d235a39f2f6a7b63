/* How often a thing may be tried: a token bucket a key, in bounded memory. Time is given. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct limiter;

/* `per_minute` tries refill evenly, as many may come at once. Over `max_keys` the fullest buckets
 * are forgotten first. */
struct limiter *limiter_create(unsigned per_minute, unsigned max_keys);
void limiter_destroy(struct limiter *limiter);

/* Takes one try of `key`. Returned: 0, or after how many seconds the next one is free. *first (may
 * be NULL) tells that this key was not over its limit before. */
unsigned limiter_take(struct limiter *limiter, const char *key, gint64 now_us, bool *first);

/* The clock of now_us was set by so much. */
void limiter_shift(struct limiter *limiter, gint64 by_us);

/* All its tries are free again. */
void limiter_forget(struct limiter *limiter, const char *key);

/* Gives the last try back: it was a good one. */
void limiter_give_back(struct limiter *limiter, const char *key);
