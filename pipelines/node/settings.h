/* What townwall-media reads from its configuration, as values. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct settings {
    char *node_id;
    char *link_address; /* paths made absolute against data_dir */
    char *link_trust;   /* NULL: none */
    unsigned ingest_threads, rtsp_workers, connect_per_host, keep_gops;
    int64_t tick_us, unwatched_us, no_data_us, stale_us, linger_ms, backoff_min_ms, backoff_max_ms;
    double connect_rate_per_host; /* a second */
    bool pace_loopback;
    unsigned sampled_streams; /* of one platform */
    char *sampled_platforms;  /* exceptions */
    int64_t sampled_turn_ms, sampled_visible_us, sampled_idle_us;
    size_t stream_memory_bytes, udp_buffer_bytes;
    int64_t udp_wait_us;
    char *transport;         /* "tcp", "udp", "auto" */
    char *tls_trust;         /* "first_use", "any", "ca" */
    char *certificates_path; /* where first_use remembers */
    char *manners_path;      /* where it is kept which cameras want UDP */
    double picture_cores;
    unsigned picture_threads;
    int thumbnail_width_px, thumbnail_height_px, jpeg_quality;
    int64_t idle_refresh_us, frozen_us, black_us;
    char *picture_program; /* townwall-picture, beside this program */
    unsigned picture_memory_mb;
    int64_t picture_deadline_us;
    char **file_roots; /* absolute folders */
    unsigned max_pipelines;
    double pipeline_cores;
    int64_t pipeline_linger_us, pipeline_retry_min_us, pipeline_retry_max_us;
};

/* `config` is a checked tree. */
void settings_read(struct settings *settings, const json_t *config);
void settings_clear(struct settings *settings);
