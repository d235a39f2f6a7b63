/* The GStreamer pipelines of this process: built on demand from a table of templates, bounded in
 * number and CPU, watched, and taken down when unused. Nothing of GStreamer leaves this folder.
 *
 * Everything here runs on the owner's loop thread. Pipelines are started and stopped on threads of
 * their own, because a source may block while it opens and a state change must never run on a
 * streaming thread; what they report comes back to the loop. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct pipelines;

struct pipelines_options {
    unsigned
        max_pipelines;    /* config media.gst.max_pipelines; those being taken down do not count */
    double max_cores;     /* config media.gst.max_cores: what all of them may use together */
    int64_t linger_us;    /* unused pipelines are kept this long */
    int64_t retry_min_us; /* first pause before a restart; doubles with jitter … */
    int64_t retry_max_us; /* … up to this; starts over after 30 s of data */
    int64_t no_data_us;   /* playing without a unit for this long is an error, code no_data */
};
/* 500 pipelines, 1 core, 10 s linger, 1 s to 30 s, 10 s. */
extern const struct pipelines_options pipelines_defaults;

#define PIPELINES_ERROR (g_quark_from_static_string("townwall-pipelines"))
enum pipelines_error {
    PIPELINES_ERROR_LIMIT,   /* number or cores: the code `limit` of docs/websocket.md */
    PIPELINES_ERROR_BAD_URL, /* the code `bad_url` */
    PIPELINES_ERROR_BUILD,   /* an element is not installed: the code `pipeline` */
};

/* Initialises GStreamer the first time. `context`: of the owner's loop (NULL: default). */
struct pipelines *pipelines_create(const struct pipelines_options *options, GMainContext *context);
/* Stops every pipeline and waits for them. Sources and transcodes must be gone. NULL is fine. */
void pipelines_destroy(struct pipelines *pipelines);

struct pipelines_stats {
    unsigned running; /* pipelines that exist now, with those that linger or are being taken down */
    double cores;     /* CPU of their streaming threads in the last seconds */
    double cpu_s;     /* CPU time of all pipelines ever */
    guint64 started, failed, refused;
};
void pipelines_stats(struct pipelines *pipelines, struct pipelines_stats *stats);
