/* What counts as online, how often a state may be written, how a share is rounded. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* What a state says for the online rate (docs/camera-states.md, "Online rate"). */
enum presence {
    PRESENCE_UNKNOWN, /* nobody looks, or nobody wants it: counts neither way */
    PRESENCE_ONLINE,
    PRESENCE_OFFLINE,
};
/* `reason` NULL: none. */
enum presence presence_of(const char *state, const char *reason);

#define HISTORY_HOUR_US ((gint64)3600 * G_USEC_PER_SEC)
/* When the hour of `at_us` began. */
gint64 history_hour(gint64 at_us);

/* A camera may write so many changes at once, and one more each so often. */
#define HISTORY_BURST     30
#define HISTORY_REFILL_US ((gint64)300 * G_USEC_PER_SEC)

/* A budget of writes; begin with {0}. */
struct history_budget {
    double used;
    gint64 at_us; /* of `used` */
};
/* Takes one write. false: none is left now. Times never go back here: an earlier one counts as the
 * latest seen. */
bool history_budget_take(struct history_budget *budget, gint64 now_us);

/* Share in hundredths of a percent, rounded half up (30 of 32: 9375); −1 when `whole` is 0 or less.
 * Anything over the whole counts as the whole. */
gint64 history_share(gint64 part, gint64 whole);
