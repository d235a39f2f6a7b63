/* How the server itself is doing: /healthz, numbers of store and bus for /metrics, and what people
 * at the wall have to know. Loop thread only. */
#pragma once
#include "bus/bus.h"
#include "net/net.h"
#include "store/store.h"
#include "wall/notices.h"

/* Kept by the app; what it points to lives as long. */
struct health {
    const json_t *config;
    struct store *store;
    struct bus *bus;
    struct notices notices;
    struct metric *redis_up, *bus_behind, *bus_published;
    struct metric *store_writes, *store_commits, *store_waiting, *store_commit;
};

/* Adds the numbers and answers /healthz, as long as `net` lives. */
void health_add(struct health *health, struct net *net);
/* What wall_set_notices() takes; looks at the disk and asks the store for a sign of life. */
json_t *health_notices(struct health *health, gint64 now_us);
