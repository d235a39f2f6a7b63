/* What of the server itself people at the wall have to know (topic `notices`). Pure: facts and the
 * time come in. Loop thread only. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum notice {
    NOTICE_DISK_FULL, /* nothing can be kept any more */
    NOTICE_STORE,     /* writes pile up for another reason */
    NOTICE_DISK_LOW,
    NOTICE_REDIS, /* events wait in the log until it is back */
    NOTICE_COUNT
};

#define NOTICE_DISK_FULL_BYTES ((guint64)16 * 1024 * 1024)
#define NOTICE_DISK_LOW_BYTES  ((guint64)1024 * 1024 * 1024)
#define NOTICE_REDIS_AFTER_US  (3 * G_USEC_PER_SEC) /* a restart of it is no news */
#define NOTICE_STORE_AFTER_US  (10 * G_USEC_PER_SEC)

struct notices {
    gint64 since_us[NOTICE_COUNT]; /* wall clock; 0: it does not hold */
};

struct notice_facts {
    guint64 free_bytes; /* where the data lies */
    bool redis;         /* it answers */
    bool store;         /* writes go through */
};

/* Takes the facts of `now_us` (wall clock). Returned: the array of wall_set_notices(). */
json_t *notices_take(struct notices *notices, const struct notice_facts *facts, gint64 now_us);
