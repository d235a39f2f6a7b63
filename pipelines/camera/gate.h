/* Lets only a few connection attempts at once through to each host, and only so many a second, in
 * the order of asking: an NVR with sixty cameras is not knocked over by sixty of us. Loop thread.
 */
#pragma once
#include <glib.h>

struct gate;
struct gate_ticket;

struct gate_limits {
    unsigned most_per_host;     /* at once */
    double per_host_per_second; /* after as many as may be at once */
};

/* `context`: of the loop. */
struct gate *gate_create(const struct gate_limits *limits, GMainContext *context);
void gate_destroy(struct gate *gate); /* tickets must be gone; NULL is fine */

/* `host` NULL is not counted. Nothing happens before gate_enter(). */
struct gate_ticket *gate_ticket_create(struct gate *gate, const char *host,
                                       void (*pass)(gpointer user), gpointer user);
/* `pass` is called once, when it is this ticket's turn; perhaps inside this call. */
void gate_enter(struct gate_ticket *ticket);
/* The attempt is over, or not wanted any more: frees the ticket. NULL is fine. */
void gate_leave(struct gate_ticket *ticket);
