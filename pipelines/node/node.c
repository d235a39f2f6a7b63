#include "node/node.h"
#include "common/clock.h"
#include "common/heap.h"
#include "common/log.h"
#include "node/camera_list.h"
#include "node/diagnosis.h"
#include "node/pictures.h"
#include "node/report.h"
#include "node/subscriptions.h"
#include "node/uplink.h"
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { STATES_MS = 250, STATES_A_MESSAGE = 128, STATS_MS = 1000, HEAP_MS = 60000 };

struct node {
    struct loop *loop;
    const struct settings *settings;
    bool stats_to_stdout;
    char *boot;
    struct rtsp_engine *rtsp;
    struct pipelines *pipelines;
    struct gate *gate;
    struct hosts *hosts;
    struct lockout *lockout;
    struct sampler *sampler;
    struct stream_budget memory;
    struct camera_surroundings surroundings;
    struct fleet *fleet;
    struct subscriptions *subscriptions;
    struct diagnoses *diagnoses;
    struct pictures *pictures; /* NULL: switched off */
    struct uplink *uplink;
    struct link *link; /* NULL: townwalld is away */
    struct report *report;
    GHashTable *changed; /* handles whose state was not told yet */
    guint states_timer, stats_timer, heap_timer, watchdog_timer;
    /* the set that comes in parts */
    struct camera_list *incoming;
    json_int_t incoming_generation, generation;
    bool told; /* on this connection every camera's state went out behind a set */
};

/* --- cameras */

static double chance(void)
{
    return g_random_double();
}

static gboolean on_states(gpointer user);

static void camera_changed(struct camera *camera, gpointer user)
{
    struct node *node = user;
    g_hash_table_add(node->changed, GUINT_TO_POINTER(camera_n(camera)));
    if (!node->states_timer)
        node->states_timer = loop_after(node->loop, STATES_MS, on_states, node);
    subscriptions_camera_changed(node->subscriptions, camera);
}

static void camera_added(struct camera *camera, gpointer user)
{
    struct node *node = user;
    if (node->pictures)
        pictures_camera_added(node->pictures, camera);
    camera_changed(camera, user);
}

static void camera_removed(struct camera *camera, gpointer user)
{
    struct node *node = user;
    g_hash_table_remove(node->changed, GUINT_TO_POINTER(camera_n(camera)));
    subscriptions_camera_gone(node->subscriptions, camera);
    if (node->pictures)
        pictures_camera_removed(node->pictures, camera);
}

static const struct fleet_ops fleet_ops = {camera_added, camera_removed};

/* --- telling */

static void send_states(struct node *node, json_t *list)
{
    link_send_control(node->link, json_pack("{s:s, s:I, s:o}", "t", "states", "gen",
                                            node->generation, "list", list));
}

static gboolean on_states(gpointer user)
{
    struct node *node = user;
    node->states_timer = 0;
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer n;
    g_hash_table_iter_init(&iter, node->changed);
    while (node->link && g_hash_table_iter_next(&iter, &n, NULL)) {
        struct camera *camera = fleet_find(node->fleet, GPOINTER_TO_UINT(n));
        if (camera)
            json_array_append_new(list, report_camera(camera));
        if (json_array_size(list) == STATES_A_MESSAGE) {
            send_states(node, list);
            list = json_array();
        }
    }
    if (node->link && json_array_size(list) > 0)
        send_states(node, json_incref(list));
    json_decref(list);
    g_hash_table_remove_all(node->changed);
    return G_SOURCE_REMOVE;
}

static void check_camera(struct camera *camera, gpointer now_mono_us)
{
    camera_check(camera, *(const int64_t *)now_mono_us);
}

static void print_stats(struct node *node, json_t *stats, const struct report_streams *streams)
{
    struct rtsp_engine_stats engine;
    rtsp_engine_stats(node->rtsp, &engine);
    json_t *line = json_deep_copy(stats);
    json_object_set_new(line, "cameras", report_counts(node->fleet));
    json_object_set_new(line, "units", json_integer((json_int_t)engine.units));
    json_object_set_new(line, "rounds", json_integer((json_int_t)engine.rounds));
    json_object_set_new(line, "bytes", json_integer((json_int_t)engine.bytes));
    json_object_set_new(line, "mono_us", json_integer(clock_mono_us()));
    json_object_set_new(line, "ring_bytes", json_integer((json_int_t)streams->ring_bytes));
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(6));
    puts(text);
    fflush(stdout);
    free(text);
    json_decref(line);
}

static gboolean on_heap(gpointer user)
{
    (void)user;
    heap_look();
    return G_SOURCE_CONTINUE;
}

static gboolean on_stats(gpointer user)
{
    struct node *node = user;
    int64_t now_us = clock_mono_us();
    fleet_each(node->fleet, check_camera, &now_us);
    struct rtsp_engine_stats engine;
    rtsp_engine_stats(node->rtsp, &engine);
    struct report_streams streams = report_streams(node->fleet);
    struct report_totals totals = {
        .units = engine.units,
        .bytes = engine.bytes,
        .ingest_s = engine.cpu_s + engine.handshake_cpu_s,
        .dropped_units = streams.dropped_units,
        .picture_cores = node->settings->picture_cores,
        .lost_packets = engine.lost_packets,
        .late_packets = engine.late_packets,
        .udp_buffer_bytes = engine.udp_buffer_bytes,
        .udp_buffer_wanted_bytes = node->settings->udp_buffer_bytes,
    };
    struct picture_pool_stats pictures = {0};
    if (node->pictures)
        pictures_stats(node->pictures, &pictures);
    totals.thumbnails = pictures.pictures;
    totals.picture_s = pictures.cpu_s;
    totals.picture_process_s = pictures.process_cpu_s;
    totals.picture_bytes = pictures.resident_bytes;
    totals.pictures_crashed = pictures.crashed;
    totals.picture_processes_replaced = pictures.replaced;
    struct pipelines_stats pipelines;
    pipelines_stats(node->pipelines, &pipelines);
    totals.pipelines = pipelines.running;
    totals.gst_s = pipelines.cpu_s;
    json_t *stats = report_stats(node->report, &totals, clock_mono_us());
    json_object_set_new(stats, "outages", report_outages(node->hosts));
    if (node->stats_to_stdout)
        print_stats(node, stats, &streams);
    if (node->link)
        link_send_control(node->link, stats);
    else
        json_decref(stats);
    return G_SOURCE_CONTINUE;
}

/* --- what townwalld says */

static void mark_changed(struct camera *camera, gpointer user)
{
    struct node *node = user;
    g_hash_table_add(node->changed, GUINT_TO_POINTER(camera_n(camera)));
}

static void take_cameras(struct node *node, json_t *message)
{
    json_int_t generation = json_integer_value(json_object_get(message, "gen"));
    json_int_t part = json_integer_value(json_object_get(message, "part"));
    if (!node->incoming || part == 0 || generation != node->incoming_generation) {
        camera_list_destroy(node->incoming);
        node->incoming = camera_list_create();
        node->incoming_generation = generation;
    }
    g_autoptr(GError) error = NULL;
    if (!camera_list_add_json(node->incoming, json_object_get(message, "list"), &error)) {
        log_error("link", "a set of cameras was refused: %s", error->message);
        g_clear_pointer(&node->incoming, camera_list_destroy);
        return;
    }
    if (!json_is_true(json_object_get(message, "last")))
        return;
    size_t count;
    const struct camera_config *configs = camera_list_get(node->incoming, &count);
    node->generation = generation;
    fleet_apply(node->fleet, configs, count);
    /* not before: handles of the set before may have meant other cameras to this townwalld */
    if (node->pictures)
        pictures_set_link(node->pictures, node->link);
    g_clear_pointer(&node->incoming, camera_list_destroy);
    log_info("cameras", "generation %" JSON_INTEGER_FORMAT ": %zu cameras", generation, count);
    link_send_control(node->link, json_pack("{s:s, s:I, s:I}", "t", "cameras_applied", "gen",
                                            generation, "count", (json_int_t)count));
    /* townwalld passes over what came before its first set; of a later one it knows what stayed */
    if (!node->told)
        fleet_each(node->fleet, mark_changed, node);
    node->told = true;
    if (!node->states_timer)
        node->states_timer = loop_after(node->loop, STATES_MS, on_states, node);
}

static void take_subscribe(struct node *node, json_t *message)
{
    subscriptions_add(node->subscriptions, message);
}

static void take_unsubscribe(struct node *node, json_t *message)
{
    subscriptions_remove(node->subscriptions, message);
}

static void take_watch(struct node *node, json_t *message)
{
    fleet_watch(node->fleet, message);
    if (node->pictures)
        pictures_watch(node->pictures, message);
}

static void take_snapshot(struct node *node, json_t *message)
{
    if (node->pictures)
        pictures_snapshot(node->pictures, message);
}

static void take_diagnose(struct node *node, json_t *message)
{
    guint n = (guint)json_integer_value(json_object_get(message, "n"));
    const char *profile = json_string_value(json_object_get(message, "profile"));
    struct camera *camera = fleet_find(node->fleet, n);
    if (camera)
        diagnoses_start(node->diagnoses,
                        (guint32)json_integer_value(json_object_get(message, "req")), camera,
                        g_strcmp0(profile, "main") ? CAMERA_SUB : CAMERA_MAIN);
}

static void take_try(struct node *node, json_t *message)
{
    const char *url = json_string_value(json_object_get(message, "url"));
    if (url)
        diagnoses_try(node->diagnoses, (guint32)json_integer_value(json_object_get(message, "req")),
                      url);
}

static void take_control(const char *type, json_t *message, gpointer user)
{
    static const struct {
        const char *type;
        void (*take)(struct node *node, json_t *message);
    } table[] = {
        {"cameras", take_cameras}, {"subscribe", take_subscribe}, {"unsubscribe", take_unsubscribe},
        {"watch", take_watch},     {"snapshot", take_snapshot},   {"diagnose", take_diagnose},
        {"try", take_try},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!strcmp(table[i].type, type)) {
            table[i].take(user, message);
            return;
        }
    }
    log_debug("link", "message %s is not known here", type);
}

static json_t *hello(gpointer user)
{
    struct node *node = user;
    return json_pack("{s:s, s:i, s:s, s:s, s:i, s:s}", "t", "hello", "proto", 1, "node",
                     node->settings->node_id, "version", TW_VERSION, "pid", (int)getpid(), "boot",
                     node->boot);
}

static void link_up(struct link *link, gpointer user)
{
    struct node *node = user;
    node->link = link;
    subscriptions_set_link(node->subscriptions, link);
    diagnoses_set_link(node->diagnoses, link);
    fleet_each(node->fleet, mark_changed, node);
    if (!node->states_timer)
        node->states_timer = loop_after(node->loop, STATES_MS, on_states, node);
}

static void link_lost(gpointer user)
{
    struct node *node = user;
    subscriptions_set_link(node->subscriptions, NULL);
    diagnoses_set_link(node->diagnoses, NULL);
    if (node->pictures)
        pictures_set_link(node->pictures, NULL);
    node->link = NULL;
    node->told = false;
    g_clear_pointer(&node->incoming, camera_list_destroy);
}

static void take_credit(uint32_t channel, uint32_t bytes, gpointer user)
{
    struct node *node = user;
    subscriptions_credit(node->subscriptions, channel, bytes);
}

static void take_writable(gpointer user)
{
    struct node *node = user;
    subscriptions_writable(node->subscriptions);
}

static const struct uplink_ops uplink_ops = {hello,       link_up,       take_control,
                                             take_credit, take_writable, link_lost};

/* --- life */

static gboolean on_watchdog(gpointer user)
{
    (void)user;
    sd_notify(0, "WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

static void tell_systemd(struct node *node)
{
    uint64_t watchdog_us = 0;
    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        node->watchdog_timer =
            loop_every(node->loop, (guint)(watchdog_us / 2000), on_watchdog, node);
    sd_notify(0, "READY=1");
}

static enum rtsp_lower lower_of(const char *transport)
{
    if (!strcmp(transport, "tcp"))
        return RTSP_LOWER_TCP;
    return !strcmp(transport, "udp") ? RTSP_LOWER_UDP : RTSP_LOWER_AUTO;
}

static enum trust_policy trust_of(const char *policy)
{
    if (!strcmp(policy, "any"))
        return TRUST_ANY;
    return !strcmp(policy, "ca") ? TRUST_CA : TRUST_FIRST_USE;
}

static void set_surroundings(struct node *node)
{
    const struct settings *settings = node->settings;
    struct rtsp_engine_options options = rtsp_engine_defaults;
    options.receivers = settings->ingest_threads;
    options.workers = settings->rtsp_workers;
    options.tick_us = settings->tick_us;
    options.unwatched_us = settings->unwatched_us;
    options.no_data_us = settings->no_data_us;
    options.trust = trust_of(settings->tls_trust);
    options.trust_path = settings->certificates_path;
    options.manners_path = settings->manners_path;
    options.udp_buffer_bytes = settings->udp_buffer_bytes;
    options.udp_wait_us = settings->udp_wait_us;
    GMainContext *context = loop_context(node->loop);
    node->rtsp = rtsp_engine_create(&options, context);
    struct pipelines_options pipelines = pipelines_defaults;
    pipelines.max_pipelines = settings->max_pipelines;
    pipelines.max_cores = settings->pipeline_cores;
    pipelines.linger_us = settings->pipeline_linger_us;
    pipelines.retry_min_us = settings->pipeline_retry_min_us;
    pipelines.retry_max_us = settings->pipeline_retry_max_us;
    pipelines.no_data_us = settings->no_data_us;
    node->pipelines = pipelines_create(&pipelines, context);
    node->gate = gate_create(
        &(struct gate_limits){settings->connect_per_host, settings->connect_rate_per_host},
        context);
    node->hosts = hosts_create(context);
    node->lockout = lockout_create();
    node->sampler = sampler_create(
        &(struct sampler_options){.streams = settings->sampled_streams,
                                  .exceptions = settings->sampled_platforms,
                                  .turn_ms = settings->sampled_turn_ms,
                                  .linger_ms = settings->linger_ms,
                                  .intervals = {.visible_us = settings->sampled_visible_us,
                                                .idle_us = settings->sampled_idle_us},
                                  .chance = chance},
        context);
    node->memory.limit_bytes = settings->stream_memory_bytes;
    node->surroundings = (struct camera_surroundings){
        .ways = {.rtsp = node->rtsp,
                 .rtsp_lower = lower_of(settings->transport),
                 .pipelines = node->pipelines,
                 .file_roots = settings->file_roots},
        .gate = node->gate,
        .hosts = node->hosts,
        .lockout = node->lockout,
        .sampler = node->sampler,
        .pace_loopback = settings->pace_loopback,
        .context = context,
        .limits = {.max_bytes = settings->stream_memory_bytes,
                   .keep_gops = settings->keep_gops,
                   .budget = &node->memory},
        .retry = {settings->backoff_min_ms, settings->backoff_max_ms},
        .linger_ms = settings->linger_ms,
        .stale_us = settings->stale_us,
        .chance = chance,
        .changed = camera_changed,
        .user = node,
    };
}

static bool apply_csv(struct node *node, const char *text, GError **error)
{
    struct camera_list *list = camera_list_create();
    bool read = camera_list_add_csv(list, text, error);
    if (read) {
        size_t count;
        const struct camera_config *configs = camera_list_get(list, &count);
        fleet_apply(node->fleet, configs, count);
    }
    camera_list_destroy(list);
    return read;
}

struct node *node_create(struct loop *loop, const struct node_options *options, GError **error)
{
    struct node *node = g_new0(struct node, 1);
    node->loop = loop;
    node->settings = options->settings;
    node->stats_to_stdout = options->stats_to_stdout;
    node->boot = g_uuid_string_random();
    node->changed = g_hash_table_new(NULL, NULL);
    node->report = report_create();
    set_surroundings(node);
    node->fleet = fleet_create(&node->surroundings, &fleet_ops, node);
    node->subscriptions = subscriptions_create(node->fleet, node->pipelines, loop_context(loop));
    node->diagnoses = diagnoses_create(loop, &node->surroundings.ways, node->sampler);
    if (options->pictures)
        node->pictures = pictures_create(node->settings, loop_context(loop), node->fleet);
    if (options->cameras_csv) {
        if (!apply_csv(node, options->cameras_csv, error))
            goto fail;
    } else {
        node->uplink = uplink_create(node->settings->link_address, node->settings->link_trust,
                                     loop_context(loop), &uplink_ops, node, error);
        if (!node->uplink)
            goto fail;
    }
    json_decref(report_stats(node->report, &(struct report_totals){0}, clock_mono_us()));
    node->stats_timer = loop_every(loop, STATS_MS, on_stats, node);
    node->heap_timer = loop_every(loop, HEAP_MS, on_heap, node);
    tell_systemd(node);
    return node;
fail:
    node_destroy(node);
    return NULL;
}

void node_destroy(struct node *node)
{
    if (!node)
        return;
    loop_cancel(node->loop, &node->states_timer);
    loop_cancel(node->loop, &node->stats_timer);
    loop_cancel(node->loop, &node->heap_timer);
    sd_notify(0, "STOPPING=1");
    loop_cancel(node->loop, &node->watchdog_timer);
    subscriptions_set_link(node->subscriptions, NULL);
    node->link = NULL;
    if (node->pictures)
        pictures_set_link(node->pictures, NULL);
    uplink_destroy(node->uplink);
    fleet_destroy(node->fleet);
    loop_cancel(node->loop, &node->states_timer);
    diagnoses_destroy(node->diagnoses);
    subscriptions_destroy(node->subscriptions);
    pictures_destroy(node->pictures);
    gate_destroy(node->gate);
    hosts_destroy(node->hosts);
    lockout_destroy(node->lockout);
    sampler_destroy(node->sampler);
    pipelines_destroy(node->pipelines);
    rtsp_engine_destroy(node->rtsp);
    camera_list_destroy(node->incoming);
    report_destroy(node->report);
    g_hash_table_unref(node->changed);
    g_free(node->boot);
    g_free(node);
}
