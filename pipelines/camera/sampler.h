/* Platforms that allow only a few streams for their many cameras: one keyframe each in turn, under
 * a cap. Whoever watches live goes first: a turn gives its place up for it, and when viewers have
 * all places the next one is refused. Loop thread. */
#pragma once
#include "camera/sample_rules.h"
#include <glib.h>

struct sampler;
struct sample_seat;

struct sampler_options {
    unsigned streams;       /* of one platform at once */
    const char *exceptions; /* as in sample_cap(); borrowed */
    int64_t turn_ms;        /* longest turn */
    int64_t linger_ms;      /* of a stream whose last viewer went, unless its place is needed */
    struct sample_intervals intervals;
    double (*chance)(void); /* uniform in [0, 1) */
};

/* `context`: of the loop. `options` are copied. */
struct sampler *sampler_create(const struct sampler_options *options, GMainContext *context);
void sampler_destroy(struct sampler *sampler); /* seats must have left; NULL is fine */

/* Called on the loop, never inside a call of the seat's own stream. */
struct sample_ops {
    void (*open)(gpointer user);  /* the stream may begin */
    void (*close)(gpointer user); /* it has to end at once */
    /* A turn brought nothing in turn_ms: as sample_failed(). Returned: as its wait_us. */
    int64_t (*late)(gpointer user);
};

/* Does this platform have cameras whose turns or viewers are counted? */
bool sampler_knows(const struct sampler *sampler, const char *platform);

/* One stream of a camera. `turns`: it takes part in turns, not only when somebody watches.
 * `platform`: "HOST:PORT". */
struct sample_seat *sampler_join(struct sampler *sampler, const char *platform, bool turns,
                                 const struct sample_ops *ops, gpointer user);
void sample_leave(struct sample_seat *seat); /* closes nothing; NULL is fine */

/* Somebody watches it live; counted. Returned: NULL: it opens, at once or when a place is free;
 * otherwise why it does not, for a person, borrowed until the next call: then nothing is counted.
 */
const char *sample_view(struct sample_seat *seat);
void sample_unview(struct sample_seat *seat);
/* Somebody watches it, waits to, or did a moment ago. */
bool sample_viewed(const struct sample_seat *seat);

void sample_set_class(struct sample_seat *seat, enum sample_class class);

/* The stream has a picture. */
void sample_shown(struct sample_seat *seat);
/* Its attempt failed; its next turn is not before `wait_us`. `full`: the platform has no stream
 * left, whatever the cap says: it is left alone for a moment. */
void sample_failed(struct sample_seat *seat, int64_t wait_us, bool full);
