/* Keyframe pictures of all cameras on a budget: a few worker threads decode each camera's newest
 * keyframe, scale it to a thumbnail and judge it.
 *
 * Decoding itself happens in processes of their own, one a thread (picture_worker.h): a picture
 * that makes one crash or hang costs that process, which is replaced, and sets its camera aside for
 * a while (picture_aside.h); nothing else is harmed.
 *
 * Order: cameras of open alerts, then visible ones, then whose picture is oldest. A keyframe is
 * decoded at most once; only cameras with a keyframe that was not tried yet are candidates. The
 * budget is CPU time measured per thread, so that it holds whatever the pictures cost; what it does
 * not reach is passed over for a newer keyframe and counted. Each step costs O(log cameras).
 *
 * Thumbnails are always width × height of the options: the picture is scaled to fit and the rest is
 * black, because a watched picture must be neither cropped nor distorted. */
#pragma once
#include "picture/picture_quality.h"
#include "picture/thumbnail.h"
#include "stream/stream.h"

struct picture_pool;

struct picture_pool_options {
    double cores;     /* CPU budget, may be a fraction (config media.picture_cores); > 0 */
    unsigned workers; /* threads; 0: cores rounded up */
    int width_px, height_px;
    int jpeg_quality;   /* 1–100 */
    int64_t watched_us; /* least time between two pictures of a watched camera */
    int64_t idle_us;    /* the same for a camera that nobody watches; 0: never */
    struct picture_quality_limits quality;
    const char *program; /* townwall-picture; borrowed, outlives the pool */
    unsigned memory_mb;  /* address space of one picture process */
    int64_t deadline_us; /* a process that needs longer for one picture hangs */
};

/* 160×90, quality 70, 0.8 s watched, 30 s idle, 60 s frozen, 60 s black, five refusals, 1 GiB, 10
 * s; no program. */
extern const struct picture_pool_options picture_pool_defaults;

/* Called on a worker thread, no lock held. They must only hand over (mailbox) or copy. A call that
 * has begun may end after picture_pool_remove() returned: ignore unknown cameras. */
struct picture_pool_ops {
    /* `thumbnail` is borrowed: take a reference to keep it. */
    void (*thumbnail)(struct thumbnail *thumbnail, gpointer user);
    /* The judgement of camera n changed (it begins as PICTURE_GOOD). */
    void (*quality)(uint32_t n, enum picture_quality quality, gpointer user);
};

/* `options` and `ops` are copied. Starts the workers. */
struct picture_pool *picture_pool_create(const struct picture_pool_options *options,
                                         const struct picture_pool_ops *ops, gpointer user);
/* Owner's thread. Waits for the pictures that are being decoded; snapshots that wait are answered
 * with "stopped". NULL is fine. */
void picture_pool_destroy(struct picture_pool *pool);

/* The functions below belong to one thread, the owner's (the loop's), unless they say "Any thread".
 */

/* Camera `n` shows `stream` (reference taken) from now on; replaces its former stream. */
void picture_pool_add(struct picture_pool *pool, uint32_t n, struct stream *stream);
/* Unknown n: nothing. */
void picture_pool_remove(struct picture_pool *pool, uint32_t n);

/* What is watched now, replacing the last call: with `all`, every camera; `visible` and `alert`
 * name cameras that come first (arrays borrowed, unknown cameras are remembered until the next
 * call). */
void picture_pool_watch(struct picture_pool *pool, bool all, const uint32_t *visible,
                        size_t visible_count, const uint32_t *alert, size_t alert_count);

/* Exactly one call per request, on a worker thread. `code` NULL: `snapshot` (borrowed) holds the
 * JPEG; its n is what was given. Otherwise a code: "no_data" (no keyframe yet), "cannot_decode",
 *
 * "decoder_crashed", "stopped". */
typedef void (*picture_snapshot_fn)(struct thumbnail *snapshot, const char *code, gpointer user);

/* The newest keyframe of any stream as JPEG of quality 85, before all thumbnails. `width_px` 0 (or
 * not smaller than the picture): its own size; otherwise that width, aspect kept. Takes its own
 * reference of `stream`. false and no call: more than 64 requests wait. */
bool picture_pool_snapshot(struct picture_pool *pool, uint32_t n, struct stream *stream,
                           int width_px, picture_snapshot_fn done, gpointer user);

struct picture_pool_stats {
    guint64 pictures;    /* thumbnails made */
    guint64 refused;     /* keyframes that could not be decoded */
    guint64 passed_over; /* keyframes that a newer one replaced while they waited */
    guint64 snapshots;
    guint64 crashed;       /* pictures that made a process crash or hang */
    guint64 replaced;      /* picture processes that ended or hung */
    size_t resident_bytes; /* of the picture processes together, shared pages included */
    double process_cpu_s;  /* CPU time of the picture processes */
    double cpu_s;          /* the same and that of our threads */
    unsigned cameras;      /* registered */
    unsigned shown;        /* with a picture */
    unsigned waiting;      /* candidates that may be decoded now */
    double busy;           /* share of the budget used in the last seconds, 0–1 and above */
    int64_t age_p50_us;    /* now − arrival of the shown keyframe, over cameras with a picture */
    int64_t age_p99_us;
};
/* Any thread; `now_wall_us` from clock_wall_us(). O(cameras): for once a second. */
void picture_pool_stats(struct picture_pool *pool, int64_t now_wall_us,
                        struct picture_pool_stats *stats);
