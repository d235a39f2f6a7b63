#include "cases/case_book.h"
#include "cases/papers.h"

/* By the calendar's clock, wherever the server stands. */
struct local {
    int year, month, day, hour, minute;
};

static struct local local_of(gint64 time_us)
{
    const struct calendar *calendar = case_book()->calendar;
    gint64 day = calendar_day_of(calendar, time_us);
    gint64 within_us = time_us - calendar_begin_us(calendar, day);
    struct local local = {0};
    gint64 minutes = within_us / (60 * G_USEC_PER_SEC);
    if (within_us == 0) { /* 24:00 of the day before */
        day--;
        minutes = INT64_C(24) * 60;
    }
    calendar_civil(day, &local.year, &local.month, &local.day);
    local.hour = (int)(minutes / 60);
    local.minute = (int)(minutes % 60);
    return local;
}

char *papers_day(gint64 time_us)
{
    const struct local local = local_of(time_us);
    return g_strdup_printf("%d年%d月%d日", local.year, local.month, local.day);
}

char *papers_time(gint64 time_us)
{
    if (!time_us)
        return NULL;
    const struct local local = local_of(time_us);
    return g_strdup_printf("%d年%d月%d日 %02d:%02d", local.year, local.month, local.day, local.hour,
                           local.minute);
}

char *papers_limit(gint64 due_us)
{
    return due_us ? papers_time(due_us) : g_strdup("待年度工作日历公布后确定");
}

char *papers_short(gint64 time_us)
{
    if (!time_us)
        return g_strdup("");
    const struct local local = local_of(time_us);
    return g_strdup_printf("%d月%d日 %02d:%02d", local.month, local.day, local.hour, local.minute);
}
