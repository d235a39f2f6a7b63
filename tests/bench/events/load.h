/* The light half of `tools/bench events`: posts signed batches and watches the topic `alerts`, both
 * in one thread, so that one clock times the way of an event. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct load_options {
    gint port, connections, batch, rate, seconds, probes, clients;
    char *key, *feed, *file, *cookie, *run;
};
extern struct load_options options;

/* Calls the descriptor's owner when there is something to read; `waits`: or room to write. */
struct watched {
    void (*ready)(struct watched *watched, guint32 events);
};
void load_watch(int fd, struct watched *watched, bool waits, bool first);

/* Times in steps of 100 µs, up to 10 minutes. */
struct spread;
struct spread *spread_new(void);
void spread_add(struct spread *spread, gint64 us);
double spread_percentile_ms(const struct spread *spread, double percent);
guint64 spread_count(const struct spread *spread);

/* --- post.c */
struct post_figures {
    guint64 posts, accepted, refused, busy; /* busy: answered 429 or 503 and sent again */
    struct spread *answers;                 /* POST until 202 */
};
void post_open(void);
/* Sends what is due. Returned: µs until something is due again; G_MAXINT64: when an answer comes.
 */
gint64 post_turn(gint64 now_us);
/* No more from now on. */
void post_stop(void);
bool post_idle(void);
/* Probes sent so far. */
guint64 post_probes(void);
extern struct post_figures post_figures;

/* --- watch.c */
struct watch_figures {
    guint64 bytes, messages, alerts;
    struct spread *deltas; /* POST until a client has the probe's alert; of all clients */
};
void watch_open(void);
/* Probes up to that number have come to every client. */
bool watch_has(guint64 probe);
extern struct watch_figures watch_figures;
