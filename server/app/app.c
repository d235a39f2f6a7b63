#include "app/app.h"
#include "alerts/alerts.h"
#include "app/backups.h"
#include "app/health.h"
#include "app/meet_accord.h"
#include "app/meet_alerts.h"
#include "app/meet_duty.h"
#include "app/meet_notify.h"
#include "app/meet_rtc.h"
#include "app/meetings.h"
#include "app/record.h"
#include "app/routes.h"
#include "bus/bus.h"
#include "cases/case_book.h"
#include "cases/cases.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "control/control.h"
#include "files/attachments.h"
#include "identity/identity_face.h"
#include "intake/camera_events.h"
#include "intake/intake.h"
#include "net/net.h"
#include "notify/plan.h"
#include "place/place.h"
#include "store/store.h"
#include "wall/wall.h"
#include <glib/gstdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define TOUCH_MS   20000 /* shorter than any idle limit that makes sense */
#define DEVICES_MS 60000 /* where cameras are, told to alerts again */

struct app {
    struct loop *loop;
    const json_t *config;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    struct backups *backups;
    struct bus *bus;
    struct place *place;
    struct intake *intake;
    struct camera_events *camera_events;
    struct attachments *attachments;
    struct cases *cases;
    struct alerts *alerts;
    struct notify *notify;
    struct duty *duty;
    struct meetings *meetings;
    struct wall *wall;
    struct meet_rtc *rtc;
    guint watchdog_source, touch_source, notice_source, device_source;
    struct health health;
    struct routes routes;
};

static bool open_store(struct app *app, GError **error)
{
    app->store = record_open(app->config, loop_context(app->loop), error);
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

static void on_session_changed(const char *session, gpointer user)
{
    struct app *app = user;
    if (app->net)
        net_renew_session(app->net, session);
}

static bool open_identity(struct app *app, GError **error)
{
    const json_t *config = app->config;
    g_autofree char *key_file = config_path(config, "identity.key_file");
    const struct identity_options options = {
        .store = app->store,
        .key_file = key_file,
        .head_us = seconds(config_number(config, "identity.head_minutes") * 60),
        .retention_days = config_get(config, "retention.days"),
        .context = loop_context(app->loop),
        .idle_us = seconds(config_number(config, "server.session.idle_minutes") * 60),
        .absolute_us = seconds(config_number(config, "server.session.hours") * 3600),
        .reason_us = seconds(config_number(config, "server.session.shift_hours") * 3600),
        .logins_per_min = (unsigned)config_int(config, "server.login.address_attempts_per_minute"),
        .login_tries_per_min = (unsigned)config_int(config, "server.login.attempts_per_minute"),
    };
    app->identity = identity_create(&options, error);
    if (app->identity) {
        identity_on_session_ended(app->identity, on_session_ended, app);
        identity_on_session_changed(app->identity, on_session_changed, app);
    }
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

static void on_backup(const char *action, const json_t *told, gpointer user)
{
    struct app *app = user;
    identity_audit_later(app->identity, NULL, action,
                         json_string_value(json_object_get(told, "file")),
                         json_deep_copy((json_t *)told));
}

static bool open_backups(struct app *app, GError **error)
{
    (void)error;
    g_autofree char *path = record_place(app->config);
    const struct backup_options options = {
        .store = path, .data_dir = config_string(app->config, "data_dir"), .program = TW_VERSION};
    app->backups = backups_create(app->loop, app->control, &options, on_backup, app);
    return true;
}

char *app_restore_file(const struct app *app)
{
    return app->backups ? g_strdup(backups_restore(app->backups)) : NULL;
}

json_t *app_restore(const json_t *config, const char *file, GError **error)
{
    g_autofree char *path = record_place(config);
    const char *dir = config_string(config, "data_dir");
    const struct backup_options options = {.store = path, .data_dir = dir, .program = TW_VERSION};
    g_mkdir_with_parents(dir, 0700); /* what fails here fails again where it is used */
    return restore_apply(&options, file, error);
}

void app_note_restored(struct app *app, const json_t *told)
{
    on_backup("store.restored", told, app);
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
    const struct place_options options = {.loop = app->loop,
                                          .store = app->store,
                                          .net = app->net,
                                          .control = app->control,
                                          .dir = dir,
                                          .version = TW_VERSION};
    app->place = place_create(&options, error);
    return app->place != NULL;
}

static bool open_intake(struct app *app, GError **error)
{
    g_autofree char *url = config_address(app->config, "redis.url");
    const struct intake_options options = {.loop = app->loop,
                                           .store = app->store,
                                           .identity = app->identity,
                                           .net = app->net,
                                           .control = app->control,
                                           .config = app->config,
                                           .redis_url = url};
    app->intake = intake_create(&options, error);
    return app->intake != NULL;
}

static json_t *near_cameras(double lon, double lat, guint count, const struct net_session *session,
                            gpointer user)
{
    const struct app *app = user;
    double reach_m = (double)config_int(app->config, "wall.near_m");
    return meet_near(app->wall, lon, lat, count, reach_m, session);
}

static guint64 mebibytes(const struct app *app, const char *path)
{
    return (guint64)config_int(app->config, path) * 1024 * 1024;
}

static bool open_attachments(struct app *app, GError **error)
{
    g_autofree char *dir =
        g_build_filename(config_string(app->config, "data_dir"), "attachments", NULL);
    const struct attachments_options options = {
        .loop = app->loop,
        .store = app->store,
        .dir = dir,
        .most_bytes = {[CLASS_PICTURE] = mebibytes(app, "attachments.picture_mib"),
                       [CLASS_DOCUMENT] = mebibytes(app, "attachments.document_mib"),
                       [CLASS_VIDEO] = mebibytes(app, "attachments.video_mib")},
        .megapixels = (guint64)config_int(app->config, "attachments.megapixels")};
    app->attachments = attachments_create(&options, error);
    return app->attachments != NULL;
}

bool app_check(const json_t *config, GError **error)
{
    g_autofree char *dir = config_path(config, "cases.dir");
    g_autofree char *told = config_path(config, "cases.notify");
    struct case_book *book = case_book_create(dir, error);
    struct plan *plan = book ? plan_load(told, error) : NULL;
    case_book_destroy(book);
    plan_destroy(plan);
    return plan != NULL;
}

static bool open_cases(struct app *app, GError **error)
{
    g_autofree char *dir = config_path(app->config, "cases.dir");
    g_autofree char *export_dir =
        g_build_filename(config_string(app->config, "data_dir"), "exports", NULL);
    const struct cases_options options = {.loop = app->loop,
                                          .store = app->store,
                                          .identity = app->identity,
                                          .net = app->net,
                                          .control = app->control,
                                          .attachments = app->attachments,
                                          .export_dir = export_dir,
                                          .export_rows =
                                              (guint)config_int(app->config, "cases.export_rows"),
                                          .dir = dir,
                                          .near = near_cameras,
                                          .user = app,
                                          .reporter_of = alerts_reporter,
                                          .more = meet_accord_indicators()};
    app->cases = cases_create(&options, error);
    return app->cases != NULL;
}

static json_t *feed_names(gpointer user)
{
    const struct app *app = user;
    return intake_names(app->intake);
}

static void on_case(const struct case_about *about, gpointer user)
{
    const struct app *app = user;
    const struct open_case one = meet_case(about);
    alerts_set_case(app->alerts, &one, about->exercise);
}

static bool open_alerts(struct app *app, GError **error)
{
    g_autofree char *url = config_address(app->config, "redis.url");
    g_autofree char *rules = config_path(app->config, "alerts.rules");
    g_autofree char *checklists = config_path(app->config, "alerts.checklists");
    const struct alerts_options options = {.loop = app->loop,
                                           .store = app->store,
                                           .identity = app->identity,
                                           .net = app->net,
                                           .control = app->control,
                                           .ground = place_ground(app->place),
                                           .redis_url = url,
                                           .rules_path = rules,
                                           .checklists_path = checklists,
                                           .event_days =
                                               (guint)config_int(app->config, "alerts.event_days"),
                                           .cases = &meet_cases,
                                           .near = near_cameras,
                                           .sources = feed_names,
                                           .user = app};
    app->alerts = alerts_create(&options, error);
    if (app->alerts)
        cases_on_course(app->cases, on_case, app);
    return app->alerts != NULL;
}

static const json_t *people_on_duty(gpointer user)
{
    const struct app *app = user;
    return app->duty ? duty_people_now(app->duty) : NULL;
}

/* Links begin with the address that people type, else with the one that is listened on. */
static bool open_notify(struct app *app, GError **error)
{
    g_autofree char *plan = config_path(app->config, "cases.notify");
    const json_t *url = config_get(app->config, "server.public_url");
    const struct notify_options options = {.loop = app->loop,
                                           .store = app->store,
                                           .identity = app->identity,
                                           .net = app->net,
                                           .control = app->control,
                                           .cases = &meet_notify_cases,
                                           .plan_path = plan,
                                           .on_duty = people_on_duty,
                                           .user = app,
                                           .url = url ? json_string_value(url) : net_url(app->net)};
    app->notify = notify_create(&options, error);
    return app->notify != NULL;
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
    const struct wall_options options = {
        .loop = app->loop,
        .store = app->store,
        .identity = app->identity,
        .net = app->net,
        .control = app->control,
        .ground = place_count(app->place, "town") ? place_ground(app->place) : NULL,
        .link_address = address,
        .link_certificate = certificate,
        .version = TW_VERSION,
        .plays_per_minute = (guint)config_int(app->config, "server.plays_per_minute"),
        .history_days = history_days};
    app->wall = wall_create(&options, error);
    return app->wall != NULL;
}

static void on_camera(const struct wall_camera *camera, gpointer user)
{
    struct app *app = user;
    const struct camera_news news = {.id = camera->id,
                                     .name = camera->name,
                                     .area = camera->area,
                                     .place = camera->place,
                                     .source_system = camera->source_system,
                                     .host = camera->host,
                                     .lon = camera->lon,
                                     .lat = camera->lat,
                                     .azimuth_deg = camera->azimuth_deg,
                                     .fov_deg = camera->fov_deg,
                                     .state = camera->state,
                                     .reason = camera->reason,
                                     .since_us = camera->since_us};
    camera_events_tell(app->camera_events, &news);
}

static bool open_camera_events(struct app *app, GError **error)
{
    const struct camera_events_options options = {
        .loop = app->loop,
        .store = app->store,
        .intake = app->intake,
        .settle_ms = (guint)(config_number(app->config, "intake.camera_settle_s") * 1000)};
    app->camera_events = camera_events_create(&options, error);
    if (app->camera_events)
        wall_on_camera(app->wall, on_camera, app);
    return app->camera_events != NULL;
}

static bool open_rtc(struct app *app, GError **error)
{
    app->rtc =
        meet_rtc_create(app->loop, app->config, app->net, meetings_mediation(app->meetings), error);
    return app->rtc != NULL;
}

static void open_matters(json_t *list, gpointer user)
{
    const struct app *app = user;
    meet_matters(app->alerts, app->intake, app->wall, list);
}

static bool open_duty(struct app *app, GError **error)
{
    const struct duty_options options = {.loop = app->loop,
                                         .store = app->store,
                                         .identity = app->identity,
                                         .net = app->net,
                                         .matters = open_matters,
                                         .more = cases_matters,
                                         .user = app};
    app->duty = duty_create(&options, error);
    return app->duty != NULL;
}

static bool open_meetings(struct app *app, GError **error)
{
    const struct meetings_options with = {app->loop, app->config, app->store,       app->identity,
                                          app->net,  app->intake, app->attachments, app->notify};
    app->meetings = meetings_create(&with, error);
    return app->meetings != NULL;
}

/* --- what people at the wall have to know of the server */

static gboolean look_for_notices(gpointer user)
{
    struct app *app = user;
    wall_set_notices(app->wall, health_notices(&app->health, clock_wall_us()));
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

/* --- alerts have to know where cameras are */

static gboolean tell_devices(gpointer user)
{
    struct app *app = user;
    meet_devices(app->alerts, app->wall);
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
        open_store, open_identity,      open_net,         open_control,  open_backups, open_bus,
        open_place, open_intake,        open_attachments, open_cases,    open_notify,  open_alerts,
        open_wall,  open_camera_events, open_duty,        open_meetings, open_rtc,
    };
    struct app *app = g_new0(struct app, 1);
    app->loop = loop;
    app->config = config;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!parts[i](app, error))
            goto fail;
    identity_add_routes(app->identity, app->net);
    identity_add_commands(app->identity, app->control);
    app->routes = (struct routes){app->net, app->wall};
    routes_add_commands(&app->routes, app->control);
    app->health = (struct health){.config = config, .store = app->store, .bus = app->bus};
    health_add(&app->health, app->net);
    wall_add_topic(app->wall, alerts_topic(app->alerts), RIGHT_ALERT_SEE);
    wall_add_topic(app->wall, cases_topic(app->cases), RIGHT_CASE_OWN);
    wall_add_topic(app->wall, notify_topic(app->notify), RIGHT_SESSION);
    wall_add_topic(app->wall, duty_topic(app->duty), RIGHT_DUTY_SEE);
    wall_add_topic(app->wall, duty_calls_topic(app->duty), RIGHT_CASE_REGISTER);
    wall_set_more(app->wall, &meet_wall, meetings_mediation(app->meetings));
    tell_devices(app);
    app->device_source = loop_every(loop, DEVICES_MS, tell_devices, app);
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
    if (!app->backups || !backups_restore(app->backups))
        sd_notify(0, "STOPPING=1"); /* otherwise this process goes on */
    loop_cancel(app->loop, &app->watchdog_source);
    loop_cancel(app->loop, &app->touch_source);
    loop_cancel(app->loop, &app->notice_source);
    loop_cancel(app->loop, &app->device_source);
    meet_rtc_destroy(app->rtc);
    wall_destroy(app->wall);
    notify_destroy(app->notify);
    duty_destroy(app->duty);
    camera_events_destroy(app->camera_events);
    intake_destroy(app->intake); /* what waits there is told to mediation */
    meetings_destroy(app->meetings);
    cases_destroy(app->cases);
    attachments_destroy(app->attachments);
    alerts_destroy(app->alerts);
    place_destroy(app->place);
    backups_destroy(app->backups);
    control_destroy(app->control);
    g_clear_pointer(&app->net, net_destroy);
    bus_destroy(app->bus);
    identity_destroy(app->identity);
    store_close(app->store);
    g_free(app);
}
