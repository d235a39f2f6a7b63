#include "node/settings.h"
#include "common/config.h"
#include <string.h>
#include <unistd.h>

static int64_t seconds(const json_t *config, const char *path, double unit)
{
    return (int64_t)(config_number(config, path) * unit);
}

static char *path_of(const json_t *config, const char *path)
{
    const char *data_dir = config_string(config, "data_dir");
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(data_dir, path, NULL);
}

/* "videos:/srv/clips"; returned: absolute, NULL-terminated. */
static char **file_roots(const json_t *config)
{
    char **roots = g_strsplit(config_string(config, "media.file_roots"), ":", -1);
    size_t kept = 0;
    for (size_t i = 0; roots[i]; i++) {
        char *given = roots[i];
        roots[i] = NULL;
        if (*given)
            roots[kept++] = path_of(config, given);
        g_free(given);
    }
    return roots;
}

static char *link_address(const json_t *config)
{
    const char *address = config_string(config, "link.address");
    if (!g_str_has_prefix(address, "unix:"))
        return g_strdup(address);
    g_autofree char *path = path_of(config, address + strlen("unix:"));
    return g_strconcat("unix:", path, NULL);
}

/* townwall-picture lies where this program lies, in the build as when installed. */
static char *picture_program(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(own ? own : "/usr/bin/townwall-media");
    return g_build_filename(folder, "townwall-picture", NULL);
}

/* One thread takes in a town; a machine of many cores may give more. */
static unsigned ingest_threads(const json_t *config)
{
    gint64 wanted = config_int(config, "media.ingest_threads");
    if (wanted > 0)
        return (unsigned)wanted;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores >= 8 ? 4 : cores >= 4 ? 2 : 1;
}

void settings_read(struct settings *settings, const json_t *config)
{
    *settings = (struct settings){
        .node_id = g_strdup(config_string(config, "media.node_id")),
        .link_address = link_address(config),
        .ingest_threads = ingest_threads(config),
        .rtsp_workers = (unsigned)config_int(config, "media.rtsp_workers"),
        .connect_per_host = (unsigned)config_int(config, "media.connect_per_host"),
        .connect_rate_per_host = config_number(config, "media.connect_rate_per_host"),
        .pace_loopback = config_bool(config, "media.pace_loopback"),
        .sampled_streams = (unsigned)config_int(config, "media.sampled.streams"),
        .sampled_platforms = g_strdup(config_string(config, "media.sampled.platforms")),
        .sampled_turn_ms = seconds(config, "media.sampled.turn_s", 1e3),
        .sampled_visible_us = seconds(config, "media.sampled.visible_s", 1e6),
        .sampled_idle_us = seconds(config, "media.sampled.idle_s", 1e6),
        .keep_gops = (unsigned)config_int(config, "media.keep_gops"),
        .tick_us = seconds(config, "media.ingest_tick_ms", 1e3),
        .unwatched_us = seconds(config, "media.unwatched_read_ms", 1e3),
        .no_data_us = seconds(config, "media.no_data_s", 1e6),
        .stale_us = seconds(config, "media.stale_s", 1e6),
        .linger_ms = seconds(config, "media.main_linger_s", 1e3),
        .backoff_min_ms = seconds(config, "media.backoff_min_s", 1e3),
        .backoff_max_ms = seconds(config, "media.backoff_max_s", 1e3),
        .stream_memory_bytes = (size_t)config_int(config, "media.stream_memory_mb") << 20,
        .udp_buffer_bytes = (size_t)config_int(config, "media.udp_buffer_kb") << 10,
        .udp_wait_us = seconds(config, "media.udp_wait_ms", 1e3),
        .transport = g_strdup(config_string(config, "media.transport")),
        .tls_trust = g_strdup(config_string(config, "media.tls_trust")),
        .certificates_path = path_of(config, config_string(config, "media.tls_seen")),
        .manners_path = path_of(config, "cameras-over-udp"),
        .picture_cores = config_number(config, "media.picture_cores"),
        .picture_threads = (unsigned)config_int(config, "media.picture_threads"),
        .thumbnail_width_px = (int)config_int(config, "media.thumbnail.width"),
        .thumbnail_height_px = (int)config_int(config, "media.thumbnail.height"),
        .jpeg_quality = (int)config_int(config, "media.thumbnail.quality"),
        .idle_refresh_us = seconds(config, "media.idle_refresh_s", 1e6),
        .frozen_us = seconds(config, "media.frozen_s", 1e6),
        .black_us = seconds(config, "media.black_s", 1e6),
        .picture_program = picture_program(),
        .picture_memory_mb = (unsigned)config_int(config, "media.picture_memory_mb"),
        .picture_deadline_us = seconds(config, "media.picture_deadline_s", 1e6),
        .file_roots = file_roots(config),
        .max_pipelines = (unsigned)config_int(config, "media.gst.max_pipelines"),
        .pipeline_cores = config_number(config, "media.gst.max_cores"),
        .pipeline_linger_us = seconds(config, "media.gst.linger_s", 1e6),
        .pipeline_retry_min_us = seconds(config, "media.gst.retry_min_s", 1e6),
        .pipeline_retry_max_us = seconds(config, "media.gst.retry_max_s", 1e6),
    };
    if (config_get(config, "link.trust"))
        settings->link_trust = path_of(config, config_string(config, "link.trust"));
}

void settings_clear(struct settings *settings)
{
    g_free(settings->node_id);
    g_free(settings->link_address);
    g_free(settings->link_trust);
    g_free(settings->transport);
    g_free(settings->picture_program);
    g_free(settings->sampled_platforms);
    g_free(settings->tls_trust);
    g_strfreev(settings->file_roots);
    g_free(settings->certificates_path);
    g_free(settings->manners_path);
    *settings = (struct settings){0};
}
