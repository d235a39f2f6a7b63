#include "camera/retry.h"

enum { LEAST_MS = 500, MAX_DOUBLINGS = 20, SUSTAINED_US = 30000000 };

static const struct {
    enum reason reason;
    int64_t least_ms, most_ms;
} holds[] = {
    {REASON_WRONG_PASSWORD, 300000, 600000},
    {REASON_LIMIT_REACHED, 30000, 60000},
};

int64_t retry_next_ms(struct retry *retry, const struct retry_limits *limits, enum reason reason,
                      int64_t asked_ms, double chance)
{
    unsigned doublings = retry->failures < MAX_DOUBLINGS ? retry->failures : MAX_DOUBLINGS;
    retry->failures++;
    if (reason == REASON_BAD_URL)
        return RETRY_NEVER;
    if (reason == REASON_LIMIT_REACHED && asked_ms > 0) {
        int64_t most_ms = limits->max_ms > limits->min_ms ? limits->max_ms : limits->min_ms;
        int64_t wait_ms = asked_ms > limits->min_ms ? asked_ms : limits->min_ms;
        if (wait_ms > most_ms)
            wait_ms = most_ms;
        return wait_ms + (int64_t)(chance * (double)wait_ms / 10);
    }
    for (unsigned i = 0; i < sizeof holds / sizeof holds[0]; i++)
        if (holds[i].reason == reason)
            return holds[i].least_ms +
                   (int64_t)(chance * (double)(holds[i].most_ms - holds[i].least_ms));
    int64_t bound_ms = limits->min_ms << doublings;
    if (bound_ms > limits->max_ms)
        bound_ms = limits->max_ms;
    int64_t wait_ms = (int64_t)(chance * (double)bound_ms);
    return wait_ms < LEAST_MS ? LEAST_MS : wait_ms;
}

void retry_ended(struct retry *retry, int64_t live_us)
{
    if (live_us >= SUSTAINED_US)
        retry_reset(retry);
}

void retry_reset(struct retry *retry)
{
    retry->failures = 0;
}
