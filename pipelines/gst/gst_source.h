/* A way in for whatever GStreamer opens: file:// (looped at its own speed), http(s) (MPEG-TS, MP4,
 * FLV, HLS), rtmp, … H.264 and H.265 are parsed, not decoded; any other video is made into H.264.
 * Loop thread, except that units are published by the pipeline's streaming thread. */
#pragma once
#include "gst/pipelines.h"
#include "stream/stream.h"

struct gst_source;

enum gst_source_state {
    GST_SOURCE_CONNECTING, /* also while it waits for the next attempt */
    GST_SOURCE_LIVE,       /* the first keyframe came */
    GST_SOURCE_DOWN,       /* the attempt failed; the next one is planned */
};

/* On the loop. `reason` is a code of docs/camera-states.md (NULL unless down), `detail` what was
 * tried and answered, credentials redacted (may be NULL). Both borrowed. Never called after
 * destroy. */
typedef void (*gst_source_state_fn)(enum gst_source_state state, const char *reason,
                                    const char *detail, gpointer user);

/* Starts at once; restarts by itself with backoff. `name` for logs: "c0007/sub". Publishes to
 * `stream` (reference taken), whose only publisher it is. NULL: PIPELINES_ERROR. */
struct gst_source *gst_source_create(struct pipelines *pipelines, const char *name, const char *uri,
                                     struct stream *stream, gst_source_state_fn state,
                                     gpointer user, GError **error);
/* After return nothing is published by it any more. NULL is fine. */
void gst_source_destroy(struct gst_source *source);

/* Any thread, pure. True for a URI that gst_source understands (file, http, https, rtmp, rtmps,
 * srt, udp, rtsp is not among them: it has its own way in). */
bool gst_source_uri_ok(const char *uri);
