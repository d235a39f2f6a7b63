#include "node/report.h"
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OUTAGES_MOST = 16 };

struct report {
    struct report_totals last;
    double last_cpu_s;
    int64_t last_us;
};

struct report *report_create(void)
{
    return g_new0(struct report, 1);
}

void report_destroy(struct report *report)
{
    g_free(report);
}

json_t *report_camera(struct camera *camera)
{
    static const char *const codecs[] = {[CODEC_H264] = "h264", [CODEC_H265] = "h265"};
    struct camera_status status;
    camera_status(camera, &status);
    const char *reason = reason_code(status.reason);
    json_t *object = json_pack("{s:i, s:s, s:s?, s:s?, s:I}", "n", (int)camera_n(camera), "state",
                               camera_state_code(status.state), "reason", reason, "detail",
                               status.detail, "since_us", (json_int_t)status.since_us);
    json_object_set_new(object, "codec",
                        status.codec ? json_string(codecs[status.codec]) : json_null());
    json_object_set_new(object, "width",
                        status.codec ? json_integer(status.width_px) : json_null());
    json_object_set_new(object, "height",
                        status.codec ? json_integer(status.height_px) : json_null());
    json_object_set_new(object, "clock_offset_ms",
                        status.clock_known ? json_integer(status.clock_offset_us / 1000)
                                           : json_null());
    json_object_set_new(object, "loss_pct",
                        status.loss_permille < 0 ? json_null()
                                                 : json_real(status.loss_permille / 10.0));
    return object;
}

static double process_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static json_int_t resident_bytes(void)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        return 0;
    char *end;
    g_ascii_strtoull(text, &end, 10);
    return (json_int_t)g_ascii_strtoull(end, NULL, 10) * sysconf(_SC_PAGESIZE);
}

/* What RTP lost, and what would help. */
static void add_packets(json_t *stats, const struct report_totals *totals)
{
    json_object_set_new(stats, "lost_packets", json_integer((json_int_t)totals->lost_packets));
    json_object_set_new(stats, "late_packets", json_integer((json_int_t)totals->late_packets));
    json_object_set_new(stats, "udp_buffer_bytes",
                        json_integer((json_int_t)totals->udp_buffer_bytes));
    json_object_set_new(stats, "udp_buffer_wanted_bytes",
                        json_integer((json_int_t)totals->udp_buffer_wanted_bytes));
    json_t *advice = json_array();
    if (totals->udp_buffer_bytes && totals->udp_buffer_bytes < totals->udp_buffer_wanted_bytes)
        json_array_append_new(advice,
                              json_sprintf("UDP receive buffers are %zu KiB instead of %zu: "
                                           "sysctl -w net.core.rmem_max=%zu",
                                           totals->udp_buffer_bytes >> 10,
                                           totals->udp_buffer_wanted_bytes >> 10,
                                           totals->udp_buffer_wanted_bytes));
    json_object_set_new(stats, "advice", advice);
}

json_t *report_stats(struct report *report, const struct report_totals *totals, int64_t now_mono_us)
{
    double cpu_s = process_cpu_s() + totals->picture_process_s;
    double span_s = (double)(now_mono_us - report->last_us) / 1e6;
    const struct report_totals *last = &report->last;
    double ingest = (totals->ingest_s - last->ingest_s) / span_s;
    double picture = (totals->picture_s - last->picture_s) / span_s;
    double gst = (totals->gst_s - last->gst_s) / span_s;
    double all = (cpu_s - report->last_cpu_s) / span_s;
    json_t *stats = json_pack(
        "{s:s, s:f, s:f, s:{s:f, s:f, s:f, s:f}, s:f, s:f, s:I, s:I, s:i, s:I, s:I, s:n}", "t",
        "stats", "units_per_s", (double)(totals->units - last->units) / span_s, "bytes_per_s",
        (double)(totals->bytes - last->bytes) / span_s, "cpu_cores", "ingest", ingest, "picture",
        picture, "gst", gst, "other", MAX(all - ingest - picture - gst, 0.0), "picture_cores",
        totals->picture_cores, "thumbs_per_s",
        (double)(totals->thumbnails - last->thumbnails) / span_s, "dropped_units",
        (json_int_t)totals->dropped_units, "rss_bytes",
        resident_bytes() + (json_int_t)totals->picture_bytes, "pipelines", (int)totals->pipelines,
        "pictures_crashed", (json_int_t)totals->pictures_crashed, "picture_workers_replaced",
        (json_int_t)totals->picture_processes_replaced, "shed");
    add_packets(stats, totals);
    report->last = *totals;
    report->last_cpu_s = cpu_s;
    report->last_us = now_mono_us;
    return stats;
}

static void count_state(struct camera *camera, gpointer user)
{
    struct camera_status status;
    camera_status(camera, &status);
    const char *code = camera_state_code(status.state);
    json_int_t count = json_integer_value(json_object_get(user, code));
    json_object_set_new(user, code, json_integer(count + 1));
}

json_t *report_counts(struct fleet *fleet)
{
    json_t *counts = json_object();
    fleet_each(fleet, count_state, counts);
    return counts;
}

static void add_stream(struct stream *stream, struct report_streams *sums)
{
    struct stream_stats stats;
    stream_stats(stream, &stats);
    sums->dropped_units += stats.dropped_units;
    sums->ring_bytes += stats.ring_bytes;
}

static void add_camera(struct camera *camera, gpointer user)
{
    struct stream *sub = camera_stream(camera, CAMERA_SUB);
    struct stream *main_stream = camera_stream(camera, CAMERA_MAIN);
    add_stream(sub, user);
    if (main_stream != sub)
        add_stream(main_stream, user);
}

struct report_streams report_streams(struct fleet *fleet)
{
    struct report_streams sums = {0};
    fleet_each(fleet, add_camera, &sums);
    return sums;
}

static void add_outage(const struct host_outage *outage, gpointer user)
{
    json_array_append_new(user, json_pack("{s:s, s:i, s:i, s:s, s:I}", "host", outage->host, "down",
                                          (int)outage->down, "of", (int)outage->wanted, "reason",
                                          reason_code(outage->reason), "since_us",
                                          (json_int_t)outage->since_us));
}

static int compare_outages(const void *a, const void *b)
{
    json_t *const *left = a, *const *right = b;
    json_int_t down = json_integer_value(json_object_get(*left, "down"));
    json_int_t other = json_integer_value(json_object_get(*right, "down"));
    return (other > down) - (other < down);
}

json_t *report_outages(const struct hosts *hosts)
{
    json_t *all = json_array();
    hosts_outages(hosts, add_outage, all);
    size_t count = json_array_size(all);
    g_autofree json_t **sorted = g_new(json_t *, count + 1);
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_array_get(all, i);
    qsort(sorted, count, sizeof sorted[0], compare_outages);
    json_t *most = json_array();
    for (size_t i = 0; i < MIN(count, OUTAGES_MOST); i++)
        json_array_append(most, sorted[i]);
    json_decref(all);
    return most;
}
