/* What is near a point: buckets of a few hundred metres over the ground. One thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct space;
struct space_bucket;

struct space_item { /* part of what lies there */
    double lon, lat;
    gpointer owner;
    struct space_bucket *bucket; /* NULL: lies nowhere */
    guint at;
};

/* `reach_m`: how far searches look at most. */
struct space *space_create(double reach_m);
void space_destroy(struct space *space); /* NULL is fine; items are not touched */
/* Puts it there, from wherever it was. */
void space_put(struct space *space, struct space_item *item, gpointer owner, double lon,
               double lat);
void space_remove(struct space *space, struct space_item *item);
/* Appends the owners of all items within `radius_m` (at most reach_m), in no order. */
void space_near(const struct space *space, double lon, double lat, double radius_m,
                GPtrArray *owners);
double space_reach_m(const struct space *space);
