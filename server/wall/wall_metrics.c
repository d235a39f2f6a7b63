/* Numbers of the wall for Prometheus (docs/metrics.md). */
#include "wall/wall_private.h"

struct wall_metrics {
    struct wall *wall;
    struct metric *cameras, *age, *seats, *streams, *readers, *units, *dropped, *thumbs;
    struct metric *media_units, *media_bytes, *media_cpu, *media_memory, *media_pipelines;
    struct metric *media_lost, *media_late, *media_udp;
    struct metric *crashed, *replaced;
};

static void collect_media(struct wall_metrics *m)
{
    static const char *const parts[] = {"ingest", "picture", "gst", "other"};
    const struct media *media = m->wall->media;
    metric_set(m->media_units, media_stat(media, "units_per_s"));
    metric_set(m->media_bytes, media_stat(media, "bytes_per_s"));
    metric_set(m->media_memory, media_stat(media, "rss_bytes"));
    metric_set(m->media_pipelines, media_stat(media, "pipelines"));
    metric_set(m->media_lost, media_stat(media, "lost_packets"));
    metric_set(m->media_late, media_stat(media, "late_packets"));
    metric_set(m->media_udp, media_stat(media, "udp_buffer_bytes"));
    metric_set(m->crashed, media_stat(media, "pictures_crashed"));
    metric_set(m->replaced, media_stat(media, "picture_workers_replaced"));
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *path = g_strconcat("cpu_cores.", parts[i], NULL);
        metric_set(m->media_cpu, media_stat(media, path), parts[i]);
    }
}

static void collect(gpointer user)
{
    struct wall_metrics *m = user;
    struct wall *wall = m->wall;
    json_t *counts = wall_counts_json(wall, NULL);
    const char *state;
    json_t *count;
    metric_clear(m->cameras);
    json_object_foreach(counts, state, count)
        metric_set(m->cameras, json_number_value(count), state);
    json_decref(counts);
    if (wall->ages.p50_ms >= 0) {
        metric_set(m->age, (double)wall->ages.p50_ms / 1000, "0.5");
        metric_set(m->age, (double)wall->ages.p99_ms / 1000, "0.99");
    }
    metric_set(m->seats, wall->seats->len);
    metric_set(m->streams, hub_streams(wall->hub));
    metric_set(m->readers, hub_readers(wall->hub));
    metric_set(m->units, (double)hub_units(wall->hub));
    metric_set(m->dropped, (double)hub_dropped_units(wall->hub));
    metric_set(m->thumbs, (double)thumbs_taken(wall->thumbs));
    collect_media(m);
}

void wall_add_metrics(struct wall *wall)
{
    struct metrics *r = net_metrics(wall->options.net);
    struct wall_metrics *m = g_new0(struct wall_metrics, 1);
    m->wall = wall;
    wall->metrics = m;
    m->cameras = metrics_gauge(r, "townwall_cameras", "Cameras by state.", "state");
    m->age =
        metrics_gauge(r, "townwall_picture_age_seconds",
                      "Age of the newest thumbnails, by quantile over the cameras.", "quantile");
    m->seats = metrics_gauge(r, "townwall_seats", "Open WebSockets.", NULL);
    m->streams = metrics_gauge(r, "townwall_streams", "Live streams on the media link.", NULL);
    m->readers = metrics_gauge(r, "townwall_stream_readers", "Viewers of live streams.", NULL);
    m->units = metrics_counter(r, "townwall_units_total", "Units taken from the media link.", NULL);
    m->dropped = metrics_counter(r, "townwall_units_dropped_total",
                                 "Units that slow viewers skipped.", NULL);
    m->thumbs = metrics_counter(r, "townwall_thumbnails_total", "Thumbnails taken.", NULL);
    m->crashed = metrics_counter(r, "townwall_pictures_crashed_total",
                                 "Pictures that made their decoder crash or hang.", NULL);
    m->replaced = metrics_counter(r, "townwall_picture_workers_replaced_total",
                                  "Picture processes that ended or hung.", NULL);
    m->media_units =
        metrics_gauge(r, "townwall_media_units_per_second", "Units received from cameras.", NULL);
    m->media_bytes =
        metrics_gauge(r, "townwall_media_bytes_per_second", "Bytes received from cameras.", NULL);
    m->media_cpu = metrics_gauge(r, "townwall_media_cpu_cores",
                                 "Processor cores used by the media nodes, by part.", "part");
    m->media_memory =
        metrics_gauge(r, "townwall_media_resident_bytes", "Memory of the media nodes.", NULL);
    m->media_pipelines =
        metrics_gauge(r, "townwall_media_pipelines", "GStreamer pipelines running.", NULL);
    m->media_lost = metrics_gauge(r, "townwall_media_lost_packets",
                                  "RTP packets that never came, since the nodes started.", NULL);
    m->media_late = metrics_gauge(r, "townwall_media_late_packets",
                                  "RTP packets over UDP that came twice or too late.", NULL);
    m->media_udp = metrics_gauge(r, "townwall_media_udp_buffer_bytes",
                                 "Least receive buffer that the kernel gave for UDP.", NULL);
    metrics_on_collect(r, collect, m);
}
