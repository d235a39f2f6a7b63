/* What viewers read of docs/websocket.md: frames, batches of pictures, ids of topics. */
#pragma once
#include <errno.h>
#include <glib.h>

#define FIGURES_SLOTS 100000 /* of 0.1 ms */

struct spread {
    guint64 slots[FIGURES_SLOTS], count;
};

/* One picture or text, by when the first of all viewers could have it. */
struct seen {
    gint64 wall_us, first_us;
};

struct figures {
    guint64 received_bytes, batches, pictures, texts;
    struct spread delivery; /* server began to send a picture to any viewer → a viewer has it */
    struct spread topics;   /* the first viewer has a text → a viewer has it */
    GArray *seen;           /* struct seen, the last few of each camera handle */
    GHashTable *ids;        /* topic and id → gint64, when the first viewer had it */
};

struct viewer {
    int fd;
    GByteArray *bytes; /* received, not taken yet */
};

/* Forgets what was counted; what was seen stays. */
void figures_begin(struct figures *figures);
/* In ms; 0 when there is nothing. */
double figures_percentile(const struct spread *spread, double percent);
/* Takes all whole frames of viewer->bytes; answers pings. Ends the program at a frame of the server
 * that is not as agreed. */
void viewer_take(struct viewer *viewer, struct figures *figures);
