/* Polygons and circles of a CAP message as GeoJSON. Pure. */
#pragma once
#include "intake/cap.h"
#include <jansson.h>

/* Of all infos of `language`. Returned: a Polygon or MultiPolygon of at most `most` bytes (points
 * are left out until it fits), owned by the caller; NULL: nothing with a surface. */
json_t *cap_shape(const struct cap_alert *alert, const char *language, size_t most);
