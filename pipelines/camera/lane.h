/* One stream of a camera and the sources that feed it, one after the other. Loop thread. */
#pragma once
#include "camera/camera.h"

struct lane;

enum lane_phase {
    LANE_IDLE,       /* nobody wants it */
    LANE_CONNECTING, /* for the first time since it is wanted */
    LANE_LIVE,       /* units come */
    LANE_DOWN,       /* failed; further attempts happen behind this */
};

/* Strings are copied. */
struct lane_config {
    const char *camera_id, *profile; /* for logs: "c0007", "sub" */
    const char *url;                 /* with its credentials: never shown */
    unsigned affinity;               /* lanes of one number are read by the same thread */
    const struct camera_surroundings *surroundings; /* borrowed for the lane's life */
    /* Phase, reason, format or clock of the camera changed; perhaps inside another call of ours. */
    void (*changed)(struct lane *lane, gpointer user);
    gpointer user;
};

/* Idle until it is wanted. Returned: owned by the caller, never NULL. */
struct lane *lane_create(const struct lane_config *config);
void lane_destroy(struct lane *lane); /* NULL is fine */

/* Counted. Wanted: connects, and again until it is not. Not wanted: lingers, then closes. */
void lane_want(struct lane *lane);
void lane_release(struct lane *lane);

/* Not wanted by anybody, at once, without lingering; what a camera said that must not be asked
 * again soon is kept. After a turn of the sampler. */
void lane_drop(struct lane *lane);
/* Down: how long until the next attempt; 0: soon. */
int64_t lane_wait_us(const struct lane *lane);

/* Borrowed; the same for the lane's whole life, whatever its sources do. */
struct stream *lane_stream(struct lane *lane);
enum lane_phase lane_phase(const struct lane *lane);
/* Why the last attempt failed; REASON_NONE while nothing is wrong. */
enum reason lane_reason(const struct lane *lane);
/* What was tried and answered, without credentials. Borrowed until the next change; may be NULL. */
const char *lane_detail(const struct lane *lane);
/* The camera's clock − ours, in microseconds. false: not known. */
bool lane_clock_offset(struct lane *lane, int64_t *offset_us);
/* As source_packets(). */
bool lane_packets(struct lane *lane, guint64 *packets, guint64 *lost);
