#include "intake/sensors.h"
#include "common/clock.h"
#include <string.h>

struct sensors {
    struct store *store;
    GHashTable *by_key;    /* "feed\ndevice\ntype" → struct sensor */
    GHashTable *by_device; /* "feed\ndevice" → struct sensor, borrowed */
    GHashTable *heard;     /* "feed\ndevice\ntype" → struct sensor_last */
};

static char *key_of(const char *feed, const char *device, const char *type)
{
    return type ? g_strdup_printf("%s\n%s\n%s", feed, device, type)
                : g_strdup_printf("%s\n%s", feed, device);
}

/* Takes it. */
static void put(struct sensors *sensors, struct sensor *sensor)
{
    g_hash_table_replace(sensors->by_device, key_of(sensor->feed, sensor->device, NULL), sensor);
    g_hash_table_replace(sensors->by_key, key_of(sensor->feed, sensor->device, sensor->type),
                         sensor);
}

static void last_free(gpointer data)
{
    struct sensor_last *last = data;
    g_free(last->feed);
    g_free(last->device);
    g_free(last->type);
    g_free(last->unit);
    g_free(last);
}

/* --- loading */

static struct sensor *read_row(struct store_rows *rows)
{
    struct sensor *sensor = g_new0(struct sensor, 1);
    char **const texts[] = {&sensor->feed,    &sensor->device, &sensor->type,
                            &sensor->name,    &sensor->crs,    &sensor->area,
                            &sensor->address, &sensor->parent, &sensor->unit};
    double *const numbers[] = {&sensor->lon,
                               &sensor->lat,
                               &sensor->bounds.raise_above,
                               &sensor->bounds.clear_below,
                               &sensor->bounds.raise_below,
                               &sensor->bounds.clear_above};
    for (int i = 0; i < (int)G_N_ELEMENTS(texts); i++)
        *texts[i] = store_text_dup(rows, i);
    for (int i = 0; i < (int)G_N_ELEMENTS(numbers); i++)
        *numbers[i] = store_double(rows, (int)G_N_ELEMENTS(texts) + i);
    sensor->priority =
        (unsigned)store_int(rows, (int)(G_N_ELEMENTS(texts) + G_N_ELEMENTS(numbers)));
    return sensor;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct sensors *sensors = job;
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT feed, device, type, name, crs, area, address, parent, unit, lon, lat, raise_above,"
        " clear_below, raise_below, clear_above, priority FROM sensor ORDER BY feed, device, type",
        "");
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad))
        put(sensors, read_row(rows));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

struct sensors *sensors_create(struct store *store, GError **error)
{
    struct sensors *sensors = g_new0(struct sensors, 1);
    sensors->store = store;
    sensors->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, sensor_free);
    sensors->by_device = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sensors->heard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, last_free);
    if (store_read_now(store, load, sensors, error))
        return sensors;
    sensors_destroy(sensors);
    return NULL;
}

void sensors_destroy(struct sensors *sensors)
{
    if (!sensors)
        return;
    store_drain(sensors->store);
    g_hash_table_destroy(sensors->heard);
    g_hash_table_destroy(sensors->by_device);
    g_hash_table_destroy(sensors->by_key);
    g_free(sensors);
}

/* --- finding */

const struct sensor *sensors_find(const struct sensors *sensors, const char *feed,
                                  const char *device, const char *type)
{
    g_autofree char *key = key_of(feed, device, type);
    return g_hash_table_lookup(sensors->by_key, key);
}

const struct sensor *sensors_device(const struct sensors *sensors, const char *feed,
                                    const char *device)
{
    g_autofree char *key = key_of(feed, device, NULL);
    return g_hash_table_lookup(sensors->by_device, key);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* Values in the order of their keys. */
static GPtrArray *in_order(GHashTable *table)
{
    GPtrArray *all = g_ptr_array_new();
    GList *keys = g_list_sort(g_hash_table_get_keys(table), compare);
    for (GList *key = keys; key; key = key->next)
        g_ptr_array_add(all, g_hash_table_lookup(table, key->data));
    g_list_free(keys);
    return all;
}

GPtrArray *sensors_all(const struct sensors *sensors)
{
    return in_order(sensors->by_key);
}

/* --- what was heard */

void sensors_note(struct sensors *sensors, const struct sensor_last *heard)
{
    g_autofree char *key = key_of(heard->feed, heard->device, heard->type);
    struct sensor_last *last = g_hash_table_lookup(sensors->heard, key);
    if (!last && g_hash_table_size(sensors->heard) >= SENSORS_HEARD &&
        !g_hash_table_contains(sensors->by_key, key))
        return;
    if (!last) {
        last = g_new0(struct sensor_last, 1);
        last->feed = g_strdup(heard->feed);
        last->device = g_strdup(heard->device);
        last->type = g_strdup(heard->type);
        g_hash_table_insert(sensors->heard, g_steal_pointer(&key), last);
    }
    g_free(last->unit);
    last->unit = g_strdup(heard->unit);
    last->is_state = heard->is_state;
    last->raised = heard->raised;
    last->number = heard->number;
    last->time_us = heard->time_us;
    last->received_us = heard->received_us;
}

const struct sensor_last *sensors_last(const struct sensors *sensors, const char *feed,
                                       const char *device, const char *type)
{
    g_autofree char *key = key_of(feed, device, type);
    return g_hash_table_lookup(sensors->heard, key);
}

GPtrArray *sensors_heard(const struct sensors *sensors)
{
    return in_order(sensors->heard);
}

/* --- importing */

struct import {
    struct sensors *sensors;
    GPtrArray *rows; /* struct sensor */
    int64_t now_us;
    sensors_done_fn done;
    gpointer user;
};

static bool write_row(struct store_tx *tx, const struct sensor *s, int64_t now_us, GError **error)
{
    return store_exec(tx, error, "DELETE FROM sensor WHERE feed=? AND device=? AND type=?", "sss",
                      s->feed, s->device, s->type) &&
           store_exec(tx, error,
                      "INSERT INTO sensor (feed, device, type, name, crs, area, address, parent,"
                      " unit, lon, lat, raise_above, clear_below, raise_below, clear_above,"
                      " priority, updated_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                      "sssssssssddddddii", s->feed, s->device, s->type, s->name, s->crs, s->area,
                      s->address, s->parent, s->unit, s->lon, s->lat, s->bounds.raise_above,
                      s->bounds.clear_below, s->bounds.raise_below, s->bounds.clear_above,
                      (gint64)s->priority, (gint64)now_us);
}

static bool write_rows(struct store_tx *tx, gpointer job, GError **error)
{
    const struct import *import = job;
    for (guint i = 0; i < import->rows->len; i++)
        if (!write_row(tx, import->rows->pdata[i], import->now_us, error))
            return false;
    return true;
}

static void written(gpointer job, const GError *error)
{
    struct import *import = job;
    g_ptr_array_set_free_func(import->rows, error ? sensor_free : NULL);
    for (guint i = 0; !error && i < import->rows->len; i++)
        put(import->sensors, import->rows->pdata[i]);
    import->done(error, import->user);
    g_ptr_array_unref(import->rows);
    g_free(import);
}

void sensors_import(struct sensors *sensors, struct sensor_list *list, sensors_done_fn done,
                    gpointer user)
{
    struct import *import = g_new0(struct import, 1);
    *import = (struct import){sensors, list->sensors, clock_wall_us(), done, user};
    list->sensors = g_ptr_array_new();
    store_write(sensors->store, write_rows, import, written);
}

void sensors_put(struct sensors *sensors, struct sensor *sensor, sensors_done_fn done,
                 gpointer user)
{
    struct sensor_list list = {.sensors = g_ptr_array_new_with_free_func(sensor_free)};
    g_ptr_array_add(list.sensors, sensor);
    sensors_import(sensors, &list, done, user);
    g_ptr_array_unref(list.sensors);
}

/* --- taking one out */

struct removal {
    struct sensors *sensors;
    char *feed, *device, *type;
    sensors_done_fn done;
    gpointer user;
};

static bool delete_row(struct store_tx *tx, gpointer job, GError **error)
{
    const struct removal *r = job;
    return store_exec(tx, error, "DELETE FROM sensor WHERE feed=? AND device=? AND type=?", "sss",
                      r->feed, r->device, r->type);
}

/* Another row of the same device says where it stands from here on. */
static void forget(struct sensors *sensors, const char *feed, const char *device, const char *type)
{
    g_autofree char *key = key_of(feed, device, type);
    g_autofree char *of_device = key_of(feed, device, NULL);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_remove(sensors->by_device, of_device);
    g_hash_table_remove(sensors->by_key, key);
    g_hash_table_iter_init(&iter, sensors->by_key);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct sensor *other = value;
        if (strcmp(other->feed, feed) == 0 && strcmp(other->device, device) == 0)
            g_hash_table_replace(sensors->by_device, g_strdup(of_device), value);
    }
}

static void deleted(gpointer job, const GError *error)
{
    struct removal *removal = job;
    if (!error)
        forget(removal->sensors, removal->feed, removal->device, removal->type);
    removal->done(error, removal->user);
    g_free(removal->feed);
    g_free(removal->device);
    g_free(removal->type);
    g_free(removal);
}

void sensors_remove(struct sensors *sensors, const char *feed, const char *device, const char *type,
                    sensors_done_fn done, gpointer user)
{
    struct removal *removal = g_new(struct removal, 1);
    *removal =
        (struct removal){sensors, g_strdup(feed), g_strdup(device), g_strdup(type), done, user};
    store_write(sensors->store, delete_row, removal, deleted);
}
