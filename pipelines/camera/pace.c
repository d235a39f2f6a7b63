#include "camera/pace.h"

int64_t pace_wait_us(const struct pace *pace, int64_t now_us)
{
    int64_t at_us = pace->next_us - pace->interval_us * ((int64_t)pace->burst - 1);
    return at_us > now_us ? at_us - now_us : 0;
}

void pace_take(struct pace *pace, int64_t now_us)
{
    pace->next_us = (pace->next_us > now_us ? pace->next_us : now_us) + pace->interval_us;
}
