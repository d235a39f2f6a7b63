/* The largest size of pictures that a line to a browser carries, judged by loss alone: pure. */
#pragma once
#include <glib.h>

#define LEVEL_BEST 2
#define LEVEL_NONE (-1) /* no pictures: sound has the line to itself */

struct level {
    int now;
    gint64 slow_us, changed_us; /* monotonic; last loss, last change */
};

/* Packets were lost; true: it is another level now. */
gboolean level_lost(struct level *level, gint64 now_us);
/* Time goes by; true: it is another level now. */
gboolean level_tick(struct level *level, gint64 now_us);
