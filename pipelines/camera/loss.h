/* How much of what a camera sends is lost on its way, over about the last minute. Pure: counts and
 * time are parameters. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { LOSS_SPANS = 6 }; /* of ten seconds */

struct loss {
    bool begun;
    guint64 packets, lost; /* as seen last */
    int64_t span_since_us;
    unsigned span; /* the one that is being filled */
    struct loss_span {
        guint64 packets, lost;
    } spans[LOSS_SPANS];
};

/* Counts of packets that came and that never came since the source began (they start from nothing
 * with each source), looked at about once a second; any clock that does not step. An all-zero
 * struct begins anew. */
void loss_look(struct loss *loss, guint64 packets, guint64 lost, int64_t now_us);

/* Per mille of the packets that should have come; −1: fewer than a hundred should have. */
int loss_permille(const struct loss *loss);

/* Is it worth telling, after `told`? Not each small wobble: from none to some and back, by half a
 * percent, or by a quarter of what was told, whichever is more. */
bool loss_is_news(int told, int permille);
