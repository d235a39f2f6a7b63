/* What streams of one host, and of the whole network, have in common: when many go down they are
 * told of as one, and when the first comes back the others need not sit out their waits. Loop
 * thread. */
#pragma once
#include "stream/reason.h"
#include <glib.h>
#include <stdint.h>

struct hosts;
struct host_member;

/* `context`: of the loop. */
struct hosts *hosts_create(GMainContext *context);
void hosts_destroy(struct hosts *hosts); /* members must have left; NULL is fine */

/* One stream, nobody wants it yet. `host` NULL: it has none (a file). `name` for logs (borrowed).
 * `wake`: it waits for its next attempt and may take it soon; not at once with all others. */
struct host_member *hosts_join(struct hosts *hosts, const char *host, const char *name,
                               void (*wake)(gpointer user), gpointer user);
void host_member_leave(struct host_member *member); /* NULL is fine */

void host_member_wanted(struct host_member *member); /* attempts begin */
void host_member_idle(struct host_member *member);   /* no longer */
void host_member_live(struct host_member *member);
/* `waits`: until its next attempt, which may come sooner. `news`: not told yet; logged with the
 * others of the same second. */
void host_member_down(struct host_member *member, enum reason reason, const char *detail,
                      bool waits, bool news);

/* A host of which five or more streams are out. */
struct host_outage {
    const char *host; /* borrowed for the call; "" none */
    unsigned down, wanted;
    enum reason reason; /* of most */
    int64_t since_us;   /* wall clock */
};
void hosts_outages(const struct hosts *hosts,
                   void (*tell)(const struct host_outage *outage, gpointer user), gpointer user);
