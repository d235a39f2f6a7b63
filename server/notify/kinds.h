/* What of a case is told to whom: one table. Pure; any thread. */
#pragma once
#include <glib.h>

/* Groups of people, one bit each. */
enum notify_group {
    TO_DEPARTMENT = 1 << 0, /* of the order or item that it is about */
    TO_WORKING = 1 << 1,    /* departments with an order that holds */
    TO_OPERATORS = 1 << 2,
    TO_SUPERVISORS = 1 << 3,
    TO_VERIFIERS = 1 << 4,
    TO_MEDIATORS = 1 << 5,
    TO_LEADERS = 1 << 6, /* who leads the shift; nobody on the roster: all of the area */
    TO_FIRST = 1 << 7,   /* who took the case first */
    TO_ASKER = 1 << 8,   /* who asked for what was ruled on */
    TO_SENDER = 1 << 9,  /* who sent the order */
};

struct notify_kind {
    const char *kind, *zh, *en;
};
/* Ended by kind NULL. */
const struct notify_kind *notify_kinds(void);
/* NULL: no such kind. */
const struct notify_kind *notify_kind(const char *kind);

/* What an announcement of a case means. `outcome` of the act, `state` now and `from` before (NULL:
 * none). Fills at most `most`; returned: how many. */
struct notify_told {
    const char *kind;
    guint groups; /* of enum notify_group */
};
struct notify_seen {
    const char *act, *outcome, *state, *from;
};
guint notify_tell(const struct notify_seen *seen, struct notify_told *told, guint most);
