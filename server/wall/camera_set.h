/* Every camera of the town: loaded at start, changed by import, edit and delete (each one
 * transaction of the store), named by handles. Loop thread only. */
#pragma once
#include "wall/camera.h"
#include "wall/camera_csv.h"

struct camera_set;
struct identity_actor;

/* After a committed change: the handles it touched (guint32), new, changed or gone. */
typedef void (*camera_set_changed_fn)(const GArray *handles, gpointer user);

/* Loads the cameras (blocking: start-up). NULL + error. */
struct camera_set *camera_set_create(struct store *store, camera_set_changed_fn changed,
                                     gpointer user, GError **error);
/* Drains the store. NULL is fine. */
void camera_set_destroy(struct camera_set *set);

/* Handles run from 1 to camera_set_size(); a gone camera keeps its place. */
guint camera_set_size(const struct camera_set *set);
/* NULL: no such handle. A gone camera has `gone` set. */
struct camera *camera_set_at(const struct camera_set *set, guint32 n);
/* NULL: no such id, or gone. */
struct camera *camera_set_find(const struct camera_set *set, const char *id);
guint camera_set_count(const struct camera_set *set); /* without the gone */

/* The outcome of a change, for whoever asked. `error` NULL: done. */
struct camera_change {
    guint created, updated, unchanged, removed;
    gint64 version; /* of a single camera */
    /* of an import, borrowed: {"line","id","name","what":"new"|"changed","fields":[…]} of each row
     * that makes a change, at most CAMERA_CHANGE_ROWS */
    const json_t *rows;
};
#define CAMERA_CHANGE_ROWS 5000
typedef void (*camera_change_fn)(const struct camera_change *change, const GError *error,
                                 gpointer user);

/* Puts every good row of `csv` (taken) and deletes the cameras `remove` (ids, taken; NULL: none) in
 * one transaction; `dry_run` only counts. Takes `actor`. */
void camera_set_import(struct camera_set *set, struct camera_csv *csv, GPtrArray *remove,
                       bool dry_run, struct identity_actor *actor, camera_change_fn done,
                       gpointer user);
/* Puts one camera; `fields` is copied; `version` −1: whatever is there, 0: must be new. Takes
 * `actor`. */
void camera_set_put(struct camera_set *set, const struct camera_fields *fields, gint64 version,
                    struct identity_actor *actor, camera_change_fn done, gpointer user);
/* Deletes one camera. Takes `actor`. */
void camera_set_delete(struct camera_set *set, const char *id, struct identity_actor *actor,
                       camera_change_fn done, gpointer user);
