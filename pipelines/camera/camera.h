/* One camera: what is wanted of it, what it does, and why it shows no picture. It has two streams,
 * sub and main; a camera with one address uses it for both. Loop thread, except stream readers. */
#pragma once
#include "camera/gate.h"
#include "camera/hosts.h"
#include "camera/lockout.h"
#include "camera/retry.h"
#include "camera/sampler.h"
#include "source/source.h"

struct camera;

enum camera_mode { CAMERA_ALWAYS, CAMERA_ON_DEMAND, CAMERA_SAMPLED, CAMERA_DISABLED };
enum camera_profile { CAMERA_SUB, CAMERA_MAIN, CAMERA_PROFILES };
enum camera_state {
    CAMERA_STATE_CONNECTING,
    CAMERA_STATE_LIVE,
    CAMERA_STATE_SAMPLED,
    CAMERA_STATE_IDLE,
    CAMERA_STATE_STALE,
    CAMERA_STATE_DOWN,
    CAMERA_STATE_DISABLED,
};
/* Code of docs/camera-states.md. */
const char *camera_state_code(enum camera_state state);

struct camera_config {
    guint n; /* handle */
    const char *id, *name;
    const char *url;     /* main stream, or the only one */
    const char *sub_url; /* NULL or "": none */
    enum camera_mode mode;
};

/* Shared by all cameras; borrowed. */
struct camera_surroundings {
    struct source_ways ways;
    struct gate *gate;
    struct hosts *hosts;
    struct lockout *lockout;
    struct sampler *sampler;
    bool pace_loopback; /* cameras of this machine go through the gate too */
    GMainContext *context;
    struct stream_limits limits;
    struct retry_limits retry;
    int64_t linger_ms; /* of a stream that nobody reads any more */
    int64_t stale_us;
    double (*chance)(void); /* uniform in [0, 1) */
    void (*changed)(struct camera *camera,
                    gpointer user); /* the status of one of its streams is another */
    gpointer user;
};

/* Begins at once. Copies the config. */
struct camera *camera_create(const struct camera_config *config,
                             const struct camera_surroundings *surroundings);
void camera_destroy(struct camera *camera); /* NULL is fine */

/* Would this configuration make a different camera (its streams have to start anew)? */
bool camera_differs(const struct camera *camera, const struct camera_config *config);

guint camera_n(const struct camera *camera);
const char *camera_id(const struct camera *camera);
/* With its credentials: never to be shown or logged. Borrowed. */
const char *camera_url(const struct camera *camera, enum camera_profile profile);

/* Borrowed; lives as long as the camera, whatever its sources do. */
struct stream *camera_stream(struct camera *camera, enum camera_profile profile);

/* Somebody reads the stream; the same number of releases must follow. Returned: NULL; or why the
 * stream does not open (the platform of a sampled camera has no place left), for a person, borrowed
 * until the next call, and then no release must follow. */
const char *camera_want(struct camera *camera, enum camera_profile profile);
void camera_release(struct camera *camera, enum camera_profile profile);

/* Frozen, black, cannot_decode as the pictures tell, or REASON_NONE. */
void camera_judge(struct camera *camera, enum reason reason);

/* Whose turn comes sooner, of sampled cameras. */
void camera_watch(struct camera *camera, enum sample_class class);

/* Is it stale (freshness.h)? About once a second. */
void camera_check(struct camera *camera, int64_t now_mono_us);

struct camera_status {
    enum camera_state state;
    enum reason reason;
    const char *detail; /* borrowed until the next change; may be NULL */
    int64_t since_us;   /* wall clock */
    enum codec codec;
    int width_px, height_px;
    bool clock_known;
    int64_t clock_offset_us;
    int loss_permille; /* of the packets of the last minute; −1: not known */
};
void camera_status(struct camera *camera, struct camera_status *status);
/* The same for one of its streams. */
void camera_profile_status(struct camera *camera, enum camera_profile profile,
                           struct camera_status *status);
