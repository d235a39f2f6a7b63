/* One row of the register of sensors: where a device stands, what it hangs on, and when what it
 * measures is an alarm. Read from CSV; pure. */
#pragma once
#include "intake/bounds.h"
#include "intake/form.h"
#include <glib.h>
#include <jansson.h>
#include <stddef.h>

struct sensor {
    char *feed, *device, *type;
    char *name, *crs, *area, *address, *parent, *unit; /* "" none */
    double lon, lat;                                   /* WGS-84; NAN unknown */
    struct bounds bounds;                              /* in `unit` */
    unsigned priority;                                 /* 0: as the rules say */
};
void sensor_free(gpointer sensor); /* NULL is fine */
/* Without what is empty; owned by the caller. */
json_t *sensor_json(const struct sensor *sensor);

/* One row from JSON: the columns as names, numbers as numbers or texts, null and "" as absent.
 * Returned: owned by the caller; NULL + *fault. */
struct sensor *sensor_from_json(const json_t *fields, struct form_fault *fault);

struct sensor_list {
    GPtrArray *sensors; /* struct sensor, the good rows */
    json_t *errors;     /* [{"line","column","message":{"zh","en"}}] */
    guint rows;
};
/* The columns feed, device, type are needed, others are name, lon, lat, crs, area, address, parent,
 * unit, raise_above, clear_below, raise_below, clear_above, priority (docs/feeds.md). Returned: to
 * be cleared. */
struct sensor_list sensor_list_read(const char *data, size_t size);
void sensor_list_clear(struct sensor_list *list);
