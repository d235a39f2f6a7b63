#include "identity/limiter.h"

struct limiter {
    gint64 interval_us; /* one try comes back */
    gint64 burst_us;    /* a full bucket */
    unsigned max_keys;
    GHashTable *buckets; /* key → struct bucket */
};

/* A bucket is one number: when it will be full again. */
struct bucket {
    gint64 full_us;
    bool over;
};

struct limiter *limiter_create(unsigned per_minute, unsigned max_keys)
{
    struct limiter *limiter = g_new0(struct limiter, 1);
    limiter->interval_us = 60LL * G_USEC_PER_SEC / (gint64)per_minute;
    limiter->burst_us = limiter->interval_us * (gint64)per_minute;
    limiter->max_keys = max_keys;
    limiter->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return limiter;
}

void limiter_destroy(struct limiter *limiter)
{
    if (!limiter)
        return;
    g_hash_table_destroy(limiter->buckets);
    g_free(limiter);
}

static gboolean is_before(gpointer key, gpointer value, gpointer user)
{
    (void)key;
    return ((struct bucket *)value)->full_us <= *(gint64 *)user;
}

/* Full buckets say nothing and are dropped; if all are in use, the emptier half stays. */
static void make_room(struct limiter *limiter, gint64 now_us)
{
    g_hash_table_foreach_remove(limiter->buckets, is_before, &now_us);
    gint64 step_us = limiter->burst_us / 8;
    for (gint64 t = now_us + step_us; g_hash_table_size(limiter->buckets) >= limiter->max_keys;
         t += step_us)
        g_hash_table_foreach_remove(limiter->buckets, is_before, &t);
}

unsigned limiter_take(struct limiter *limiter, const char *key, gint64 now_us, bool *first)
{
    struct bucket *bucket = g_hash_table_lookup(limiter->buckets, key);
    if (!bucket) {
        if (g_hash_table_size(limiter->buckets) >= limiter->max_keys)
            make_room(limiter, now_us);
        bucket = g_new0(struct bucket, 1);
        g_hash_table_insert(limiter->buckets, g_strdup(key), bucket);
    }
    gint64 full_us = MAX(bucket->full_us, now_us) + limiter->interval_us;
    gint64 wait_us = full_us - limiter->burst_us - now_us;
    if (first)
        *first = wait_us > 0 && !bucket->over;
    bucket->over = wait_us > 0;
    if (wait_us > 0)
        return (unsigned)((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
    bucket->full_us = full_us;
    return 0;
}

void limiter_give_back(struct limiter *limiter, const char *key)
{
    struct bucket *bucket = g_hash_table_lookup(limiter->buckets, key);
    if (bucket)
        bucket->full_us -= limiter->interval_us;
}

void limiter_forget(struct limiter *limiter, const char *key)
{
    g_hash_table_remove(limiter->buckets, key);
}

void limiter_shift(struct limiter *limiter, gint64 by_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, limiter->buckets);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((struct bucket *)value)->full_us += by_us;
}
