#include "correlate/space.h"
#include "place/ground.h"
#include <math.h>

#define DEGREE_M 111195.08 /* of latitude */

struct space_bucket {
    gint64 key;
    GPtrArray *items;
};

struct space {
    double reach_m;
    double row_deg;
    GHashTable *buckets; /* key → struct space_bucket, owned */
};

static void free_bucket(gpointer user)
{
    struct space_bucket *bucket = user;
    g_ptr_array_unref(bucket->items);
    g_free(bucket);
}

struct space *space_create(double reach_m)
{
    struct space *space = g_new0(struct space, 1);
    space->reach_m = MAX(reach_m, 1);
    space->row_deg = space->reach_m / DEGREE_M;
    space->buckets = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_bucket);
    return space;
}

void space_destroy(struct space *space)
{
    if (!space)
        return;
    g_hash_table_unref(space->buckets);
    g_free(space);
}

double space_reach_m(const struct space *space)
{
    return space->reach_m;
}

static gint64 row_of(const struct space *space, double lat)
{
    return (gint64)floor(lat / space->row_deg);
}

/* Columns are as wide as rows are high, by the row's own middle. */
static gint64 column_of(const struct space *space, gint64 row, double lon)
{
    double middle = ((double)row + 0.5) * space->row_deg;
    double narrow = MAX(cos(middle * G_PI / 180), 0.001);
    return (gint64)floor(lon * narrow / space->row_deg);
}

static gint64 key_of(gint64 row, gint64 column)
{
    return row * ((gint64)1 << 32) + column;
}

void space_put(struct space *space, struct space_item *item, gpointer owner, double lon, double lat)
{
    space_remove(space, item);
    gint64 row = row_of(space, lat);
    gint64 key = key_of(row, column_of(space, row, lon));
    struct space_bucket *bucket = g_hash_table_lookup(space->buckets, &key);
    if (!bucket) {
        bucket = g_new0(struct space_bucket, 1);
        bucket->key = key;
        bucket->items = g_ptr_array_new();
        g_hash_table_insert(space->buckets, &bucket->key, bucket);
    }
    item->lon = lon;
    item->lat = lat;
    item->owner = owner;
    item->bucket = bucket;
    item->at = bucket->items->len;
    g_ptr_array_add(bucket->items, item);
}

void space_remove(struct space *space, struct space_item *item)
{
    struct space_bucket *bucket = item->bucket;
    if (!bucket)
        return;
    g_ptr_array_remove_index_fast(bucket->items, item->at);
    if (item->at < bucket->items->len)
        ((struct space_item *)bucket->items->pdata[item->at])->at = item->at;
    item->bucket = NULL;
    if (!bucket->items->len)
        g_hash_table_remove(space->buckets, &bucket->key);
}

static void near_in(const struct space_bucket *bucket, double lon, double lat, double radius_m,
                    GPtrArray *owners)
{
    for (guint i = 0; i < bucket->items->len; i++) {
        const struct space_item *item = bucket->items->pdata[i];
        if (ground_distance_m(lon, lat, item->lon, item->lat) <= radius_m)
            g_ptr_array_add(owners, item->owner);
    }
}

void space_near(const struct space *space, double lon, double lat, double radius_m,
                GPtrArray *owners)
{
    double high = radius_m / DEGREE_M * 1.001;
    double wide = high / MAX(cos(lat * G_PI / 180), 0.001) * 1.001;
    for (gint64 row = row_of(space, lat - high); row <= row_of(space, lat + high); row++) {
        gint64 last = column_of(space, row, lon + wide);
        for (gint64 column = column_of(space, row, lon - wide); column <= last; column++) {
            gint64 key = key_of(row, column);
            const struct space_bucket *bucket = g_hash_table_lookup(space->buckets, &key);
            if (bucket)
                near_in(bucket, lon, lat, radius_m, owners);
        }
    }
}
