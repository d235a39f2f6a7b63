/* Where on the time line of one file each stream lies: pure. What nobody recorded (a pause, a
 * private room) is cut out. */
#pragma once
#include "tape/mjr.h"
#include <jansson.h>

#define PLAN_GAP_US (2 * G_USEC_PER_SEC) /* shorter silence is no pause */

struct tape_track {
    struct mjr mjr;
    char *path, *seat; /* seat "": unknown */
    gint64 at_us;      /* on the time line */
    int cell;          /* of the grid; -1: sound */
    bool lost;         /* it cannot be read: not in the file, and not told */
};
void tape_track_clear(gpointer track);

struct tape_part {
    gint64 from_us, to_us, at_us;
};

struct tape_plan {
    GArray *tracks; /* struct tape_track, by beginning; owned */
    GArray *parts;  /* struct tape_part */
    int cells;      /* pictures side by side: one for each seat and kind */
    gint64 length_us;
};

/* Takes `tracks`. */
void tape_plan_make(GArray *tracks, struct tape_plan *plan);
void tape_plan_clear(struct tape_plan *plan);
/* Columns and rows of the grid. */
void tape_plan_grid(int cells, int *columns, int *rows);
/* {"parts":[…],"tracks":[…],"seconds"}; returned. */
json_t *tape_plan_json(const struct tape_plan *plan);
