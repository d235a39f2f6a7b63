/* What a pipeline needs of the house it belongs to. Private to this folder. */
#pragma once
#include "gst/pipeline.h"

/* Any thread. Both borrowed for the life of `pipelines`. */
GMainContext *pipelines_context(struct pipelines *pipelines);
const struct pipelines_options *pipelines_options(const struct pipelines *pipelines);

/* Loop. Is there room for one more that is assumed to use `cores`? Counts a refusal. */
bool pipelines_admit(struct pipelines *pipelines, const char *name, double cores, GError **error);
/* Loop. It runs from now on and counts against the limits; borrowed until pipelines_leave(). */
void pipelines_enter(struct pipelines *pipelines, struct pipeline *pipeline);
/* Loop. It was stopped by its owner; it counts as running until pipelines_left(). */
void pipelines_leave(struct pipelines *pipelines, struct pipeline *pipeline);
/* Any thread. It is taken down; `cpu_s` is all it used. */
void pipelines_left(struct pipelines *pipelines, double cpu_s);
/* Loop. One more failure for the figures. */
void pipelines_count_failure(struct pipelines *pipelines);

/* Any thread. Runs `task(data)` on a control thread, where GStreamer may wait; `data` is the
 * task's from then on. */
void pipelines_control(struct pipelines *pipelines, void (*task)(gpointer data), gpointer data);

/* Loop. The set of transcodes of this process, borrowed; its members belong to transcode.c. */
GHashTable *pipelines_transcodes(struct pipelines *pipelines);
/* In transcode.c: takes down those that linger without a viewer. */
void transcodes_end(struct pipelines *pipelines);
