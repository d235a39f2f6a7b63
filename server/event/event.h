/* One event as it flows in: docs/events.md. Pure; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define EVENT_ERROR     (g_quark_from_static_string("townwall-event"))
#define EVENT_MAX_BYTES ((size_t)96 * 1024)
#define EVENT_MAX_REFS  32

/* Keys in Redis (docs/bus.md). */
#define EVENT_STREAM "tw:events"
#define EVENT_GROUP  "correlator"

enum event_kind {
    EVENT_REPORT,
    EVENT_RAISED,
    EVENT_CLEARED,
    EVENT_CANCELLED,
    EVENT_UPDATED,
    EVENT_KINDS,
};
enum event_mark {
    EVENT_FUTURE = 1,
    EVENT_LATE = 2,
    EVENT_EXERCISE = 4,
    EVENT_TEST = 8,
    EVENT_PAST = 16, /* imported by a person: history, whatever its age */
};

/* Owned by whoever made it; not changed after it was given away. Absent strings are NULL, absent
 * numbers NAN, absent times 0, an absent priority 0. */
struct event {
    gatomicrefcount refs;
    char *source, *id;
    enum event_kind kind;
    char *dimension, *type;
    char *title, *text;
    unsigned priority; /* 1–4 */
    char *device, *parent;
    double lon, lat; /* degrees, WGS-84 */
    char *crs;
    char *area, *address;
    double azimuth_deg, fov_deg;
    char *reporter;
    char *contact; /* sealed: identity/contact.h */
    int64_t occurred_us, received_us, skew_us, expires_us;
    unsigned marks; /* of enum event_mark */
    char **ref_ids; /* NULL-terminated, NULL: none */
    json_t *shape, *extra;
};

/* Returned: one reference, every field absent. */
struct event *event_new(void);
struct event *event_ref(struct event *event);
/* NULL is fine. */
void event_unref(struct event *event);

/* A local that gives its reference back when it goes out of scope: `event_auto event = …`. */
static inline void event_clear(struct event **event)
{
    event_unref(*event);
}
#define event_auto __attribute__((cleanup(event_clear))) struct event *

/* From JSON text, which need not end with NUL. Returned: owned by the caller; NULL + error whose
 * message is "FIELD: what is wrong" in English. */
struct event *event_parse(const char *text, size_t size, GError **error);
/* The same from a value, which is borrowed. `field` (may be NULL) gets the name of the wrong
 * field, static or a key of `json`, NULL when it is the whole; *zh the reason in Chinese (static).
 */
struct event *event_from_json(const json_t *json, const char **field, const char **zh,
                              GError **error);
/* Does the same checks on a filled event: needed fields, lengths, ranges. */
bool event_check(const struct event *event, const char **field, const char **zh, GError **error);

/* Compact JSON. Returned: owned by the caller, g_free(); json_decref(). */
char *event_text(const struct event *event);
json_t *event_json(const struct event *event);

/* "raised"; NULL for a number that is none. */
const char *event_kind_name(enum event_kind kind);
bool event_kind_find(const char *name, enum event_kind *kind);

/* Is it one of the dimensions of docs/events.md? */
bool event_dimension_known(const char *dimension);
/* Static, NULL-terminated. */
const char *const *event_dimensions(void);

/* When it is taken to have happened: occurred_us unless absent, or marked future or late. */
int64_t event_time_us(const struct event *event);
