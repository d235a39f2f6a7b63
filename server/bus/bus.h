/* The relay of the change log to Redis (docs/bus.md). One server of a house holds the lease and
 * publishes; ids are those of the log, so that Redis refuses a repeat. Nothing here stands between
 * the store and this server's own subscribers: without Redis they miss nothing, and what they saw
 * is published once it is back. Loop thread only. */
#pragma once
#include "common/redis.h"
#include "store/store.h"
#include <glib.h>
#include <stdbool.h>

struct bus;

struct bus_options {
    struct store *store;   /* borrowed, outlives the bus */
    const char *url;       /* of common/redis.h */
    GMainContext *context; /* of the loop (NULL: default) */
    unsigned lease_ms;     /* 0: 6,000; renewed three times in it */
    int64_t max_changes;   /* kept in the stream and, unpublished, in the log; 0: 1,000,000 */
    const struct redis_timing *timing; /* NULL: the usual */
};

/* Begins to connect. NULL: the URL is wrong. */
struct bus *bus_create(const struct bus_options *options, GError **error);
/* What is not published yet waits in the log for the next start. NULL is fine. */
void bus_destroy(struct bus *bus);

struct bus_stats {
    bool connected, leads;
    gint64 behind; /* changes in the log that are not published yet, by this server's knowledge */
    guint64 published; /* by this server */
    guint64 repeated;  /* refused by Redis because they were there */
    guint64 lost_leases;
    const char *why; /* of the last trouble, "" none since it went well; borrowed */
};
void bus_stats(const struct bus *bus, struct bus_stats *stats);
