/* The largest size of pictures that a line to a browser carries, judged by what is lost and by what
 * its browser says of delay: pure. */
#pragma once
#include <glib.h>

#define LEVEL_BEST 2
#define LEVEL_NONE (-1) /* no pictures: sound has the line to itself */
/* The small size at its full frame rate (150 kbit/s of our pages), which a line of 300 kbit/s
 * carries; at level 0 it comes with fewer frames. */
#define LEVEL_FIRST 1

/* Times are monotonic; 0: never. All zero but `now` is a line that nothing is known of. */
struct level {
    int now;
    gint64 begun_us;           /* first tick */
    gint64 bad_us, changed_us; /* last trouble, last change */
    gint64 tried_us;           /* last step up that has not lasted yet */
    gint64 resumed_us;         /* the line was gone until then */
    gint64 wait_us;            /* without trouble, before the next step up; 0: no trouble yet */
};

/* Packets were lost; true: it is another level now. */
gboolean level_lost(struct level *level, gint64 now_us);
/* Packets take `delay_ms` longer than at best: they wait in front of a narrow line, and what sound
 * needs is lost next. true: it is another level now. */
gboolean level_delayed(struct level *level, gint64 delay_ms, gint64 now_us);
/* The line was gone and is there again: what was lost meanwhile says nothing of its width. */
void level_resumed(struct level *level, gint64 now_us);
/* Time goes by; true: it is another level now. */
gboolean level_tick(struct level *level, gint64 now_us);
