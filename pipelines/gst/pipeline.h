/* One GStreamer pipeline: built from a template, watched on the loop, started and stopped on
 * control threads. Private to this folder. */
#pragma once
#include "gst/pipelines.h"
#include "gst/templates.h"
#include <gst/gst.h>

struct pipeline;

struct pipeline_ops {
    /* Streaming thread. One buffer of the output, borrowed. */
    void (*sample)(GstSample *sample, gpointer user);
    /* Streaming thread. Must the picture that goes into the element "encoder" become a keyframe?
     * NULL: the encoder decides. */
    bool (*force_keyframe)(int64_t pts_us, gpointer user);
    /* Loop. It failed: a code of docs/camera-states.md and what was said, redacted. Once. */
    void (*failed)(const char *code, const char *detail, gpointer user);
    /* Loop. The source came to its end. Once, and once more after each pipeline_rewind(). */
    void (*ended)(gpointer user);
};

/* Builds and starts a pipeline, within the limits; NULL: PIPELINES_ERROR_LIMIT. `name` for logs.
 * `uri`: of the element "in", NULL for templates without. */
struct pipeline *pipeline_start(struct pipelines *pipelines, const struct pipeline_template *from,
                                const char *name, const char *uri, const struct pipeline_ops *ops,
                                gpointer user, GError **error);

/* Loop. After return no op is called any more, a running `sample` has ended. What is left is taken
 * down on a control thread. NULL is fine. */
void pipeline_stop(struct pipeline *pipeline);

/* Loop. After ops.ended: plays the same source from its beginning, its running time begins at 0
 * again. A source that cannot be sought in ends at once: ops.ended without a sample before it. */
void pipeline_rewind(struct pipeline *pipeline);

/* Loop. Bytes that wait in the pipeline's feed. */
guint64 pipeline_waiting_bytes(struct pipeline *pipeline);
/* Loop. Takes the buffer. */
void pipeline_feed(struct pipeline *pipeline, GstBuffer *buffer);

/* Any thread. When the last sample came (clock_mono_us); 0: none yet. */
int64_t pipeline_last_sample_us(const struct pipeline *pipeline);

/* --- for pipelines.c */

/* Loop. CPU time of its streaming threads so far, in seconds. */
double pipeline_cpu_s(struct pipeline *pipeline);
double pipeline_assumed_cores(struct pipeline *pipeline);
int64_t pipeline_started_us(const struct pipeline *pipeline);
