/* All cameras and the clips they play, decided once at start. */
#pragma once
#include "simcams/clip.h"
#include "simcams/fault.h"
#include "simcams/options.h"

enum profile {
    PROFILE_SUB,
    PROFILE_MAIN,
    PROFILE_COUNT,
};

struct camera {
    unsigned number;
    char *id;
    char *scene;
    const struct clip *clips[PROFILE_COUNT]; /* borrowed from the fleet */
    uint64_t offset;                         /* where in the clip it stands at cycle 0 */
    uint32_t timestamp_base;                 /* RTP timestamp of cycle 0 */
    struct faults faults;
    unsigned desyncs; /* how often "desync" was asked for */
    unsigned playing; /* clients */
    uint64_t units_sent;
    uint64_t units_dropped;
    uint64_t bytes_sent;
};

struct fleet {
    GPtrArray *cameras; /* struct camera*, by number */
    GHashTable *clips;  /* path → struct clip* */
};

/* Loads list and clips. NULL and `error` if one cannot be read. */
struct fleet *fleet_create(const struct options *options, GError **error);

/* NULL is fine. */
void fleet_destroy(struct fleet *fleet);

/* The camera of this number or NULL. */
struct camera *fleet_camera(const struct fleet *fleet, unsigned number);

size_t fleet_largest_picture_bytes(const struct fleet *fleet);
