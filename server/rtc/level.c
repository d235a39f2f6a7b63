#include "rtc/level.h"

#define DOWN_US (3 * G_USEC_PER_SEC)  /* loss goes on for a moment after a step down */
#define UP_US   (15 * G_USEC_PER_SEC) /* without loss, before the next step up */

gboolean level_lost(struct level *level, gint64 now_us)
{
    level->slow_us = now_us;
    if (level->now == LEVEL_NONE || (level->changed_us && now_us - level->changed_us < DOWN_US))
        return FALSE;
    level->now--;
    level->changed_us = now_us;
    return TRUE;
}

gboolean level_tick(struct level *level, gint64 now_us)
{
    if (level->now == LEVEL_BEST || now_us - MAX(level->slow_us, level->changed_us) < UP_US)
        return FALSE;
    level->now++;
    level->changed_us = now_us;
    return TRUE;
}
