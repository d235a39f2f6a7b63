/* Health and numbers of what has no face of its own. */
#include "app/health.h"
#include "common/config.h"
#include <sys/statvfs.h>

#define STORE_BACKLOG 5000 /* waiting writes; half of what the store takes */

static void add_problem(json_t *problems, const char *part, const char *message)
{
    json_array_append_new(problems, json_pack("{s:s,s:s}", "part", part, "message", message));
}

static guint64 free_bytes(const struct health *health)
{
    struct statvfs about;
    if (statvfs(config_string(health->config, "data_dir"), &about) != 0)
        return G_MAXUINT64;
    return (guint64)about.f_bavail * about.f_frsize;
}

static bool is_full(const struct health *health, const struct store_stats *store)
{
    return store->full || free_bytes(health) < NOTICE_DISK_FULL_BYTES;
}

/* /healthz: only what makes this server useless; Redis being away is told by /metrics, since live
 * pictures and the console go on without it. */
static void check_health(json_t *problems, gpointer user)
{
    const struct health *health = user;
    struct store_stats store;
    store_stats(health->store, &store);
    if (store.waiting_writes > STORE_BACKLOG)
        add_problem(problems, "store", "writes are piling up");
    if (store.away)
        add_problem(problems, "store", "the database cannot be reached: nothing can be saved");
    if (is_full(health, &store))
        add_problem(problems, "disk", "the disk of data_dir is full: nothing can be saved");
}

static void collect(gpointer user)
{
    struct health *health = user;
    struct bus_stats bus;
    struct store_stats store;
    bus_stats(health->bus, &bus);
    store_stats(health->store, &store);
    metric_set(health->redis_up, bus.connected);
    metric_set(health->bus_behind, (double)bus.behind);
    metric_set(health->bus_published, (double)bus.published);
    metric_set(health->store_writes, (double)store.writes);
    metric_set(health->store_commits, (double)store.commits);
    metric_set(health->store_waiting, store.waiting_writes);
    metric_set(health->store_commit, (double)store.last_commit_us / 1e6);
}

void health_add(struct health *health, struct net *net)
{
    struct metrics *r = net_metrics(net);
    health->redis_up = metrics_gauge(r, "townwall_redis_up", "1 while Redis answers.", NULL);
    health->bus_behind = metrics_gauge(r, "townwall_bus_behind_changes",
                                       "Changes of the log that Redis does not have yet.", NULL);
    health->bus_published =
        metrics_counter(r, "townwall_bus_published_total", "Changes given to Redis.", NULL);
    health->store_writes =
        metrics_counter(r, "townwall_store_writes_total", "Write jobs of the store.", NULL);
    health->store_commits =
        metrics_counter(r, "townwall_store_commits_total", "Group commits of the store.", NULL);
    health->store_waiting =
        metrics_gauge(r, "townwall_store_waiting_writes", "Write jobs that wait.", NULL);
    health->store_commit = metrics_gauge(r, "townwall_store_last_commit_seconds",
                                         "How long the newest group commit took.", NULL);
    metrics_on_collect(r, collect, health);
    net_set_health(net, check_health, health);
}

json_t *health_notices(struct health *health, gint64 now_us)
{
    struct bus_stats bus;
    struct store_stats store;
    bus_stats(health->bus, &bus);
    store_stats(health->store, &store);
    store_probe(health->store);
    const struct notice_facts facts = {.free_bytes = store.full ? 0 : free_bytes(health),
                                       .redis = bus.connected,
                                       .store =
                                           !store.away && store.waiting_writes <= STORE_BACKLOG};
    return notices_take(&health->notices, &facts, now_us);
}
