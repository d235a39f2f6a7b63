#include "app/app.h"
#include "bus/bus.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "control/control.h"
#include "identity/identity_face.h"
#include "net/net.h"
#include "place/place.h"
#include "store/store.h"
#include "wall/notices.h"
#include "wall/wall.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <systemd/sd-daemon.h>

#define TOUCH_MS      20000 /* shorter than any idle limit that makes sense */
#define STORE_BACKLOG 5000  /* waiting writes; half of what the store takes */

struct app {
    struct loop *loop;
    const json_t *config;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    struct bus *bus;
    struct place *place;
    struct wall *wall;
    guint watchdog_source, touch_source, notice_source;
    struct notices notices;
    struct metric *redis_up, *bus_behind, *bus_published;
    struct metric *store_writes, *store_commits, *store_waiting, *store_commit;
};

static bool open_store(struct app *app, GError **error)
{
    const char *dir = config_string(app->config, "data_dir");
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "data_dir %s cannot be made: %s", dir,
                    g_strerror(errno));
        return false;
    }
    g_autofree char *path = config_path(app->config, "store.path");
    const struct store_options options = {.path = path, .context = loop_context(app->loop)};
    app->store = store_open(&options, error);
    return app->store != NULL;
}

static int64_t seconds(double count)
{
    return (int64_t)(count * G_USEC_PER_SEC);
}

static void on_session_ended(const char *session, gpointer user)
{
    struct app *app = user;
    if (app->net)
        net_close_session(app->net, session);
}

static bool open_identity(struct app *app, GError **error)
{
    const json_t *config = app->config;
    const struct identity_options options = {
        .store = app->store,
        .context = loop_context(app->loop),
        .idle_us = seconds(config_number(config, "server.session.idle_minutes") * 60),
        .absolute_us = seconds(config_number(config, "server.session.hours") * 3600),
        .reason_us = seconds(config_number(config, "server.session.shift_hours") * 3600),
        .logins_per_min = (unsigned)config_int(config, "server.login.address_attempts_per_minute"),
        .login_tries_per_min = (unsigned)config_int(config, "server.login.attempts_per_minute"),
    };
    app->identity = identity_create(&options, error);
    if (app->identity)
        identity_on_session_ended(app->identity, on_session_ended, app);
    return app->identity != NULL;
}

static bool open_net(struct app *app, GError **error)
{
    app->net = net_create(app->loop, app->config, &identity_gate, app->identity, error);
    return app->net != NULL;
}

static bool open_control(struct app *app, GError **error)
{
    g_autofree char *path =
        g_build_filename(config_string(app->config, "data_dir"), "wall.sock", NULL);
    app->control = control_create(path, loop_context(app->loop), error);
    return app->control != NULL;
}

static bool open_bus(struct app *app, GError **error)
{
    g_autofree char *url = config_address(app->config, "redis.url");
    const struct bus_options options = {
        .store = app->store, .url = url, .context = loop_context(app->loop)};
    app->bus = bus_create(&options, error);
    return app->bus != NULL;
}

static bool open_place(struct app *app, GError **error)
{
    g_autofree char *dir = config_path(app->config, "town.dir");
    const struct place_options options = {
        .loop = app->loop, .store = app->store, .net = app->net, .dir = dir, .version = TW_VERSION};
    app->place = place_create(&options, error);
    return app->place != NULL;
}

/* The link's own certificate, for a link that leaves this machine; NULL without error: none. */
static GTlsCertificate *link_certificate(const struct app *app, GError **error)
{
    if (!config_get(app->config, "link.cert") || !config_get(app->config, "link.key"))
        return NULL;
    g_autofree char *cert = config_path(app->config, "link.cert");
    g_autofree char *key = config_path(app->config, "link.key");
    return g_tls_certificate_new_from_files(cert, key, error);
}

static bool open_wall(struct app *app, GError **error)
{
    GError *fault = NULL;
    g_autoptr(GTlsCertificate) certificate = link_certificate(app, &fault);
    if (fault) {
        g_propagate_prefixed_error(error, fault, "link.cert, link.key: ");
        return false;
    }
    g_autofree char *address = config_address(app->config, "link.address");
    guint history_days = (guint)config_int(app->config, "wall.history_days");
    guint plays = (guint)config_int(app->config, "server.plays_per_minute");
    const struct wall_options options = {.loop = app->loop,
                                         .store = app->store,
                                         .identity = app->identity,
                                         .net = app->net,
                                         .control = app->control,
                                         .link_address = address,
                                         .link_certificate = certificate,
                                         .version = TW_VERSION,
                                         .plays_per_minute = plays,
                                         .history_days = history_days};
    app->wall = wall_create(&options, error);
    return app->wall != NULL;
}

/* --- health and numbers of what has no face of its own */

static void add_problem(json_t *problems, const char *part, const char *message)
{
    json_array_append_new(problems, json_pack("{s:s,s:s}", "part", part, "message", message));
}

static guint64 free_bytes(const struct app *app)
{
    struct statvfs about;
    if (statvfs(config_string(app->config, "data_dir"), &about) != 0)
        return G_MAXUINT64;
    return (guint64)about.f_bavail * about.f_frsize;
}

static bool is_full(const struct app *app, const struct store_stats *store)
{
    return store->full || free_bytes(app) < NOTICE_DISK_FULL_BYTES;
}

/* /healthz: only what makes this server useless; Redis being away is told by /metrics, since live
 * pictures and the console go on without it. */
static void check_health(json_t *problems, gpointer user)
{
    const struct app *app = user;
    struct store_stats store;
    store_stats(app->store, &store);
    if (store.waiting_writes > STORE_BACKLOG)
        add_problem(problems, "store", "writes are piling up");
    if (is_full(app, &store))
        add_problem(problems, "disk", "the disk of data_dir is full: nothing can be saved");
}

static void collect(gpointer user)
{
    struct app *app = user;
    struct bus_stats bus;
    struct store_stats store;
    bus_stats(app->bus, &bus);
    store_stats(app->store, &store);
    metric_set(app->redis_up, bus.connected);
    metric_set(app->bus_behind, (double)bus.behind);
    metric_set(app->bus_published, (double)bus.published);
    metric_set(app->store_writes, (double)store.writes);
    metric_set(app->store_commits, (double)store.commits);
    metric_set(app->store_waiting, store.waiting_writes);
    metric_set(app->store_commit, (double)store.last_commit_us / 1e6);
}

static void add_metrics(struct app *app)
{
    struct metrics *r = net_metrics(app->net);
    app->redis_up = metrics_gauge(r, "townwall_redis_up", "1 while Redis answers.", NULL);
    app->bus_behind = metrics_gauge(r, "townwall_bus_behind_changes",
                                    "Changes of the log that Redis does not have yet.", NULL);
    app->bus_published =
        metrics_counter(r, "townwall_bus_published_total", "Changes given to Redis.", NULL);
    app->store_writes =
        metrics_counter(r, "townwall_store_writes_total", "Write jobs of the store.", NULL);
    app->store_commits =
        metrics_counter(r, "townwall_store_commits_total", "Group commits of the store.", NULL);
    app->store_waiting =
        metrics_gauge(r, "townwall_store_waiting_writes", "Write jobs that wait.", NULL);
    app->store_commit = metrics_gauge(r, "townwall_store_last_commit_seconds",
                                      "How long the newest group commit took.", NULL);
    metrics_on_collect(r, collect, app);
    net_set_health(app->net, check_health, app);
}

/* --- what people at the wall have to know of the server */

static gboolean look_for_notices(gpointer user)
{
    struct app *app = user;
    struct bus_stats bus;
    struct store_stats store;
    bus_stats(app->bus, &bus);
    store_stats(app->store, &store);
    store_probe(app->store);
    const struct notice_facts facts = {.free_bytes = store.full ? 0 : free_bytes(app),
                                       .redis = bus.connected,
                                       .store = store.waiting_writes <= STORE_BACKLOG};
    wall_set_notices(app->wall, notices_take(&app->notices, &facts, clock_wall_us()));
    return G_SOURCE_CONTINUE;
}

/* --- open pages keep their session in use, though they ask for nothing over HTTP */

static void touch_session(struct net_client *client, gpointer user)
{
    struct app *app = user;
    identity_session_touch(app->identity, net_client_session(client));
}

static gboolean touch_sessions(gpointer user)
{
    struct app *app = user;
    net_each_client(app->net, touch_session, app);
    return G_SOURCE_CONTINUE;
}

/* --- systemd */

static gboolean feed_watchdog(gpointer user)
{
    (void)user;
    sd_notify(0, "WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

static void tell_systemd(struct app *app)
{
    uint64_t limit_us = 0;
    sd_notifyf(0, "READY=1\nSTATUS=%s", net_url(app->net));
    if (sd_watchdog_enabled(0, &limit_us) > 0)
        app->watchdog_source =
            loop_every(app->loop, (guint)MAX(1, limit_us / 3000), feed_watchdog, app);
}

struct app *app_create(struct loop *loop, const json_t *config, GError **error)
{
    static bool (*const parts[])(struct app * app, GError * *error) = {
        open_store, open_identity, open_net, open_control, open_bus, open_place, open_wall,
    };
    struct app *app = g_new0(struct app, 1);
    app->loop = loop;
    app->config = config;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!parts[i](app, error))
            goto fail;
    identity_add_routes(app->identity, app->net);
    identity_add_commands(app->identity, app->control);
    add_metrics(app);
    app->touch_source = loop_every(loop, TOUCH_MS, touch_sessions, app);
    app->notice_source = loop_every(loop, 1000, look_for_notices, app);
    log_info("app", "townwalld %s answers at %s", TW_VERSION, net_url(app->net));
    tell_systemd(app);
    return app;
fail:
    app_destroy(app);
    return NULL;
}

void app_destroy(struct app *app)
{
    if (!app)
        return;
    sd_notify(0, "STOPPING=1");
    loop_cancel(app->loop, &app->watchdog_source);
    loop_cancel(app->loop, &app->touch_source);
    loop_cancel(app->loop, &app->notice_source);
    wall_destroy(app->wall);
    place_destroy(app->place);
    control_destroy(app->control);
    g_clear_pointer(&app->net, net_destroy);
    bus_destroy(app->bus);
    identity_destroy(app->identity);
    store_close(app->store);
    g_free(app);
}
