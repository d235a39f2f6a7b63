/* The register of sensors: in memory, each also a row of the store. Loop thread only. */
#pragma once
#include "intake/sensor.h"
#include "store/store.h"

struct sensors;

/* Loads them (blocking: start-up). NULL + error. */
struct sensors *sensors_create(struct store *store, GError **error);
void sensors_destroy(struct sensors *sensors); /* NULL is fine */

/* Borrowed until the next import; NULL: not in the register. */
const struct sensor *sensors_find(const struct sensors *sensors, const char *feed,
                                  const char *device, const char *type);
/* Any row of the device: it stands in one place, whatever it measures. */
const struct sensor *sensors_device(const struct sensors *sensors, const char *feed,
                                    const char *device);
/* In the order of feed, device, type. Returned: array of borrowed struct sensor,
 * g_ptr_array_unref(). */
GPtrArray *sensors_all(const struct sensors *sensors);

/* Adds and replaces; what the list does not name stays. Takes the rows of `list` out of it. `done`
 * is called once, later; `error` borrowed, NULL: on disk and in memory. */
typedef void (*sensors_done_fn)(const GError *error, gpointer user);
void sensors_import(struct sensors *sensors, struct sensor_list *list, sensors_done_fn done,
                    gpointer user);
/* Adds or replaces one, which is taken. `done` as above. */
void sensors_put(struct sensors *sensors, struct sensor *sensor, sensors_done_fn done,
                 gpointer user);
/* Takes one out; nothing happens when there is none. `done` as above. */
void sensors_remove(struct sensors *sensors, const char *feed, const char *device, const char *type,
                    sensors_done_fn done, gpointer user);

/* --- what was heard last, since the start of the server */
enum { SENSORS_HEARD = 20000 }; /* more devices are not remembered */
struct sensor_last {
    char *feed, *device, *type;
    char *unit;          /* of the number, "" none */
    bool is_state;       /* a word that decides, `raised`; otherwise `number` */
    bool raised;         /* of a state */
    double number;       /* as it came */
    int64_t time_us;     /* by the source; 0: it named none */
    int64_t received_us; /* by our clock */
};
/* Remembers it (texts are copied). */
void sensors_note(struct sensors *sensors, const struct sensor_last *last);
/* Borrowed until the next note; NULL: nothing was heard. */
const struct sensor_last *sensors_last(const struct sensors *sensors, const char *feed,
                                       const char *device, const char *type);
/* Everything that was heard, in the order of feed, device, type; as sensors_all(). */
GPtrArray *sensors_heard(const struct sensors *sensors);
