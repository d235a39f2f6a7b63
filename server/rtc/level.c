#include "rtc/level.h"
#include <stdbool.h>

#define RESUMED_US  (5 * G_USEC_PER_SEC) /* reports of what was lost come for a moment */
#define DOWN_US     (3 * G_USEC_PER_SEC) /* trouble goes on for a moment after a step down */
#define FIRST_UP_US (4 * G_USEC_PER_SEC) /* on a line that had no trouble yet */
#define UP_US       (15 * G_USEC_PER_SEC)
#define MOST_UP_US  (240 * G_USEC_PER_SEC)
#define LASTS_US    (12 * G_USEC_PER_SEC) /* a size that brought no trouble for so long fits */
/* Half of what a router at the edge holds back before it loses (300 to 500 ms); above the jitter of
 * mobile lines. */
#define DELAY_MS 150
static gboolean trouble(struct level *level, gint64 now_us)
{
    if (level->resumed_us && now_us - level->resumed_us < RESUMED_US)
        return FALSE;
    bool first = !level->wait_us;
    level->bad_us = now_us;
    if (first)
        level->wait_us = UP_US;
    bool lowered = level->changed_us && !level->tried_us;
    if (level->now == LEVEL_NONE || (lowered && now_us - level->changed_us < DOWN_US))
        return FALSE;
    if (level->tried_us && !first) /* a size that does not fit is tried ever less often */
        level->wait_us = MIN(MOST_UP_US, level->wait_us * 2);
    level->tried_us = 0;
    level->now--;
    level->changed_us = now_us;
    return TRUE;
}

gboolean level_lost(struct level *level, gint64 now_us)
{
    return trouble(level, now_us);
}

gboolean level_delayed(struct level *level, gint64 delay_ms, gint64 now_us)
{
    return delay_ms >= DELAY_MS && trouble(level, now_us);
}

void level_resumed(struct level *level, gint64 now_us)
{
    level->resumed_us = now_us;
}

gboolean level_tick(struct level *level, gint64 now_us)
{
    if (!level->begun_us)
        level->begun_us = now_us;
    if (level->tried_us && now_us - level->tried_us >= LASTS_US) {
        level->tried_us = 0;
        level->wait_us = MIN(level->wait_us, UP_US);
    }
    gint64 since_us = MAX(level->bad_us, level->changed_us);
    if (!since_us)
        since_us = level->begun_us;
    gint64 wait_us = level->wait_us ? level->wait_us : FIRST_UP_US;
    if (level->now == LEVEL_BEST || now_us - since_us < wait_us)
        return FALSE;
    level->now++;
    level->changed_us = level->tried_us = now_us;
    return TRUE;
}
