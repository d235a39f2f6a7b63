/* What a GStreamer error means for a camera. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* A code of docs/camera-states.md. Static text. `from_source`: the element that opens the URI said
 * it; `had_data`: pictures had come. */
const char *gst_reason_code(const GError *error, bool from_source, bool had_data);
