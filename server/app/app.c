#include "app/app.h"
#include "common/config.h"
#include "common/log.h"
#include "control/control.h"
#include "identity/identity_face.h"
#include "net/net.h"
#include "place/place.h"
#include "store/store.h"
#include "wall/wall.h"
#include <glib/gstdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

struct app {
    struct loop *loop;
    const json_t *config;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    struct place *place;
    struct wall *wall;
    guint watchdog_source;
};

/* A path of the configuration; relative ones stand in the data folder. */
static char *data_path(const struct app *app, const char *path)
{
    const char *dir = config_string(app->config, "data_dir");
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(dir, path, NULL);
}

/* "unix:media.sock" → "unix:DATA/media.sock" */
static char *data_address(const struct app *app, const char *key)
{
    const char *address = config_string(app->config, key);
    if (!g_str_has_prefix(address, "unix:"))
        return g_strdup(address);
    g_autofree char *path = data_path(app, address + strlen("unix:"));
    return g_strconcat("unix:", path, NULL);
}

static bool open_store(struct app *app, GError **error)
{
    const char *dir = config_string(app->config, "data_dir");
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "data_dir %s cannot be made: %s", dir,
                    g_strerror(errno));
        return false;
    }
    g_autofree char *path = data_path(app, config_string(app->config, "store.path"));
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

static void copy_text(json_t *to, const char *key, const json_t *config, const char *path)
{
    json_t *value = config_get(config, path);
    if (json_is_string(value))
        json_object_set(to, key, value);
}

static bool open_net(struct app *app, GError **error)
{
    const json_t *config = app->config;
    const char *mode = config_string(config, "server.tls.mode");
    json_t *tls = json_pack("{s:s}", "mode", strcmp(mode, "files") == 0 ? "on" : mode);
    copy_text(tls, "certificate", config, "server.tls.cert");
    copy_text(tls, "key", config, "server.tls.key");
    json_t *options = json_pack("{s:s,s:I,s:o,s:s}", "host", config_string(config, "server.listen"),
                                "port", (json_int_t)config_int(config, "server.port"), "tls", tls,
                                "data_dir", config_string(config, "data_dir"));
    copy_text(options, "web_dir", config, "server.web_dir");
    copy_text(options, "metrics_token", config, "server.metrics_token");
    json_object_set_new(options, "openapi", json_string(TW_OPENAPI));
    app->net = net_create(app->loop, options, &identity_gate, app->identity, error);
    json_decref(options);
    return app->net != NULL;
}

static bool open_control(struct app *app, GError **error)
{
    g_autofree char *path = data_path(app, "wall.sock");
    app->control = control_create(path, loop_context(app->loop), error);
    return app->control != NULL;
}

static bool open_place(struct app *app, GError **error)
{
    g_autofree char *dir = data_path(app, config_string(app->config, "town.dir"));
    const struct place_options options = {
        .loop = app->loop, .store = app->store, .net = app->net, .dir = dir, .version = TW_VERSION};
    app->place = place_create(&options, error);
    return app->place != NULL;
}

static bool open_wall(struct app *app, GError **error)
{
    g_autofree char *address = data_address(app, "link.address");
    const struct wall_options options = {.loop = app->loop,
                                         .store = app->store,
                                         .identity = app->identity,
                                         .net = app->net,
                                         .control = app->control,
                                         .link_address = address,
                                         .version = TW_VERSION};
    app->wall = wall_create(&options, error);
    return app->wall != NULL;
}

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
        open_store, open_identity, open_net, open_control, open_place, open_wall,
    };
    struct app *app = g_new0(struct app, 1);
    app->loop = loop;
    app->config = config;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!parts[i](app, error))
            goto fail;
    identity_add_routes(app->identity, app->net);
    identity_add_commands(app->identity, app->control);
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
    wall_destroy(app->wall);
    place_destroy(app->place);
    control_destroy(app->control);
    g_clear_pointer(&app->net, net_destroy);
    identity_destroy(app->identity);
    store_close(app->store);
    g_free(app);
}
