/* H.265 (or H.264) → H.264 for browsers that cannot decode it. One transcode per source stream
 * serves all its viewers; it is taken down pipelines_options.linger_us after the last one. Loop
 * thread. */
#pragma once
#include "gst/pipelines.h"
#include "stream/stream.h"

struct transcode; /* one viewer's use of it */

/* The transcode failed and will not go on (its stream got no unit, the limit was reached at a
 * restart): `code` of docs/camera-states.md or `limit`, borrowed like `detail`. The use must still
 * be closed. */
typedef void (*transcode_ended_fn)(const char *code, const char *detail, gpointer user);

/* Begins or joins the transcode of `source`; `name` for logs: "c0007/sub". NULL:
 * PIPELINES_ERROR_LIMIT. */
struct transcode *transcode_open(struct pipelines *pipelines, const char *name,
                                 struct stream *source, transcode_ended_fn ended, gpointer user,
                                 GError **error);
void transcode_close(struct transcode *transcode); /* NULL is fine */

/* Borrowed: the H.264 stream, an ordinary one. It has no format until the first unit. */
struct stream *transcode_stream(struct transcode *transcode);
