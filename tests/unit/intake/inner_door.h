/* A store with feeds in a folder of its own, and in place of the stream a door that keeps what it
 * is given and answers as it is told: for what stands behind intake_submit(). */
#pragma once
#include "common/loop.h"
#include "intake/feeds.h"
#include "intake/intake.h"

struct inner_door {
    char *folder;
    struct loop *loop;
    struct store *store;
    struct feeds *feeds;
    char *file_roots[2];
    GPtrArray *events;           /* struct event that were accepted, in their order */
    enum intake_outcome outcome; /* of a batch whose events are good */
    guint asked, refused;        /* batches */
    guint waiting;               /* for their answer */
};

/* As what is tested takes it; never looked into. */
#define INNER_INTAKE(door) ((struct intake *)(door))

void inner_door_open(struct inner_door *door);
void inner_door_close(struct inner_door *door);

/* Turns the loop until `good` says so, for two minutes at most. */
void inner_door_until(struct inner_door *door, bool (*good)(struct inner_door *door));
/* One statement as a write, and the first value of a query; both assert success. */
void inner_door_sql(struct inner_door *door, const char *sql);
gint64 inner_door_int(struct inner_door *door, const char *sql);
/* Adds, changes, removes a feed and waits until that is so. `json` with ' for ". */
struct feed *inner_door_add(struct inner_door *door, const char *json);
void inner_door_change(struct inner_door *door, const char *id, const char *json);
void inner_door_remove(struct inner_door *door, const char *id);
