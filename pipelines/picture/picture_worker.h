/* One picture process (townwall-picture) and what stands between it and us. It may crash, hang or
 * eat memory at any picture: then it is ended, and the next question starts another. One thread
 * asks; what is marked so may be called by any. */
#pragma once
#include "picture/picture_exchange.h"
#include "picture/picture_packet.h"
#include <glib.h>
#include <sys/types.h>

struct picture_worker;

/* `program`: path of townwall-picture, borrowed. A question that is not answered within
 * `deadline_us` ends the process, unless it could go on and got less than half of that time from
 * the processor: then it has up to six times as long. It starts with the first question. */
struct picture_worker *picture_worker_create(const char *program, unsigned memory_mb,
                                             int64_t deadline_us);
void picture_worker_destroy(struct picture_worker *worker); /* NULL is fine */

enum picture_outcome {
    PICTURE_MADE,
    PICTURE_REFUSED, /* by the decoder, or it cannot be given to one */
    PICTURE_CRASHED, /* the process ended or hung while it worked at this picture */
    PICTURE_NOT_RUN, /* there is no process (it cannot be started), or interrupted */
};

struct picture_question {
    const struct unit *keyframe; /* borrowed */
    enum picture_kind kind;
    int width_px, height_px, jpeg_quality;
};

struct picture_made {
    GBytes *jpeg;        /* NULL unless made; given to the caller */
    const uint8_t *luma; /* width × height; borrowed until the next question; not for snapshots.
                            Bytes of the process: any value, and they may change */
    int width_px, height_px;
    int64_t cpu_us; /* of processes since the last question, ended ones too */
    char end[64];   /* how the process ended: "SIGSEGV", "no answer in 10.0 s"; "" otherwise */
};

/* Waits. A process that ended before it began with this picture is replaced, and the picture asked
 * again, once. */
enum picture_outcome picture_worker_ask(struct picture_worker *worker,
                                        const struct picture_question *question,
                                        struct picture_made *made);

/* Any thread. A question under way ends at once, later ones are not asked. For good. */
void picture_worker_interrupt(struct picture_worker *worker);

/* Any thread. 0: no process. */
pid_t picture_worker_pid(struct picture_worker *worker);
/* Any thread. Processes that ended by themselves or were ended because they hung. */
unsigned picture_worker_lost(struct picture_worker *worker);
