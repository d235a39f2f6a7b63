#include "camera/loss.h"

enum { SPAN_US = 10000000, LEAST_PACKETS = 100, NEWS_PERMILLE = 5 };

static void next_span(struct loss *loss, int64_t now_us)
{
    int64_t passed = (now_us - loss->span_since_us) / SPAN_US;
    if (passed <= 0)
        return;
    loss->span_since_us += passed * SPAN_US;
    for (int64_t i = 0; i < MIN(passed, LOSS_SPANS); i++) {
        loss->span = (loss->span + 1) % LOSS_SPANS;
        loss->spans[loss->span] = (struct loss_span){0};
    }
}

void loss_look(struct loss *loss, guint64 packets, guint64 lost, int64_t now_us)
{
    if (!loss->begun)
        *loss = (struct loss){.begun = true, .span_since_us = now_us};
    if (packets < loss->packets || lost < loss->lost)
        loss->packets = loss->lost = 0; /* another source */
    next_span(loss, now_us);
    struct loss_span *span = &loss->spans[loss->span];
    span->packets += packets - loss->packets;
    span->lost += lost - loss->lost;
    loss->packets = packets;
    loss->lost = lost;
}

int loss_permille(const struct loss *loss)
{
    guint64 packets = 0, lost = 0;
    for (int i = 0; i < LOSS_SPANS; i++) {
        packets += loss->spans[i].packets;
        lost += loss->spans[i].lost;
    }
    guint64 sent = packets + lost;
    return sent < LEAST_PACKETS ? -1 : (int)((lost * 1000 + sent / 2) / sent);
}

bool loss_is_news(int told, int permille)
{
    if (told < 0 || permille < 0 || told == 0 || permille == 0)
        return told != permille;
    return ABS(permille - told) >= MAX(NEWS_PERMILLE, told / 4);
}
