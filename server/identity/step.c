/* The machine's clock may be set while people are logged in. Spans that began before are moved with
 * it: nobody is thrown out, let in longer or locked for hours by that. What is on record keeps the
 * time that was written. */
#include "common/log.h"
#include "identity/internal.h"
#include "identity/limiter.h"

/* A correction up to so much is how clocks are kept right all the time. */
#define STEP_US (2 * G_USEC_PER_SEC)

static void shift(struct identity *identity, gint64 by_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct session *session = value;
        session->created_us += by_us;
        session->seen_us += by_us;
    }
    g_hash_table_iter_init(&iter, identity->reasons);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((struct view_reason *)value)->until_us += by_us;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct account *account = value;
        if (account->locked_until_us)
            account->locked_until_us += by_us;
    }
    attempts_shift(identity, by_us);
    limiter_shift(identity->by_address, by_us);
    limiter_shift(identity->by_login, by_us);
    limiter_shift(identity->refusals, by_us);
}

gint64 identity_now(struct identity *identity)
{
    gint64 now_us = identity->options.now_us();
    if (!identity->options.mono_us)
        return now_us;
    gint64 ahead_us = now_us - identity->options.mono_us();
    gint64 by_us = ahead_us - identity->ahead_us;
    bool stepped = identity->ahead_known && ABS(by_us) > STEP_US;
    identity->ahead_known = true;
    identity->ahead_us = ahead_us;
    if (stepped) {
        log_warn("identity", "the clock was set %s by %" G_GINT64_FORMAT " s",
                 by_us > 0 ? "forward" : "back", ABS(by_us) / G_USEC_PER_SEC);
        shift(identity, by_us);
    }
    return now_us;
}
