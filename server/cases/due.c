#include "cases/due.h"
#include <string.h>

#define MOST_DAYS 4000
#define MINUTE_US (INT64_C(60) * G_USEC_PER_SEC)
#define MOST_WALL (MOST_DAYS * CALENDAR_DAY_US)

static const struct unit {
    const char *name;
    enum due_clock clock;
    gint64 one;
    gint64 most;
} units[] = {
    {"minutes", DUE_WALL, MINUTE_US, INT64_C(1440) * MOST_DAYS},
    {"hours", DUE_WALL, 60 * MINUTE_US, INT64_C(24) * MOST_DAYS},
    {"office_minutes", DUE_OFFICE, MINUTE_US, 60000},
    {"office_hours", DUE_OFFICE, 60 * MINUTE_US, 1000},
    {"days", DUE_DAYS, 1, MOST_DAYS},
    {"working_days", DUE_WORKING, 1, 1000},
    {"months", DUE_MONTHS, 1, 120},
};

bool due_limit_read(const json_t *value, struct due_limit *limit)
{
    if (!json_is_object(value) || json_object_size(value) != 1)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        const json_t *number = json_object_get(value, units[i].name);
        if (!number)
            continue;
        json_int_t n = json_integer_value(number);
        if (!json_is_integer(number) || n < 1 || n > units[i].most)
            return false;
        *limit = (struct due_limit){.clock = units[i].clock, .n = n * units[i].one};
        return true;
    }
    return false;
}

json_t *due_limit_json(const struct due_limit *limit)
{
    const struct unit *best = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (units[i].clock == limit->clock && limit->n % units[i].one == 0)
            best = &units[i];
    }
    return best ? json_pack("{s:I}", best->name, (json_int_t)(limit->n / best->one))
                : json_object();
}

struct course {
    const struct calendar *calendar;
    const struct due_pause *pauses;
    guint count;
};

/* Takes *left out of [from, to), pauses left out. true: it is used up at *due. */
static bool consume(const struct course *course, gint64 from, gint64 to, gint64 *left, gint64 *due)
{
    for (guint i = 0; i <= course->count && from < to; i++) {
        const struct due_pause *pause = i < course->count ? &course->pauses[i] : NULL;
        gint64 end = pause ? CLAMP(pause->from_us, from, to) : to;
        if (end - from >= *left) {
            *due = from + *left;
            return true;
        }
        *left -= end - from;
        from = end;
        if (pause && pause->to_us > from && pause->from_us < to)
            from = pause->to_us;
    }
    return false;
}

static bool at_wall(const struct course *course, gint64 start_us, gint64 n, gint64 *due_us)
{
    gint64 last = start_us > G_MAXINT64 / 2 ? G_MAXINT64 : start_us + 3 * MOST_WALL;
    return consume(course, start_us, last, &n, due_us);
}

static bool at_office(const struct course *course, gint64 start_us, gint64 n, gint64 *due_us)
{
    const struct calendar_span *spans;
    guint count = calendar_office(course->calendar, &spans);
    gint64 first = calendar_day_of(course->calendar, start_us);
    for (gint64 day = first; day < first + MOST_DAYS; day++) {
        int works = calendar_works(course->calendar, day);
        if (works < 0)
            return false;
        gint64 begin = calendar_begin_us(course->calendar, day);
        for (guint i = 0; works && i < count; i++) {
            gint64 from = MAX(start_us, begin + spans[i].from_us);
            if (consume(course, from, begin + spans[i].to_us, &n, due_us))
                return true;
        }
    }
    return false;
}

/* Does the end of a day lie in a pause? Then the day does not count. */
static bool is_paused(const struct course *course, gint64 end_us)
{
    for (guint i = 0; i < course->count; i++) {
        if (course->pauses[i].from_us < end_us && end_us <= course->pauses[i].to_us)
            return true;
    }
    return false;
}

static bool at_days(const struct course *course, gint64 start_us, gint64 n, bool working,
                    gint64 *due_us)
{
    gint64 day = calendar_day_of(course->calendar, start_us);
    for (gint64 i = 0; n > 0; i++) {
        int works = working ? calendar_works(course->calendar, ++day) : (day++, 1);
        if (works < 0 || i > 2 * MOST_DAYS)
            return false;
        *due_us = calendar_begin_us(course->calendar, day + 1);
        if (works && !is_paused(course, *due_us))
            n--;
    }
    return true;
}

bool due_at(const struct calendar *calendar, const struct due_limit *limit, gint64 start_us,
            const struct due_pause *pauses, guint count, gint64 *due_us)
{
    const struct course course = {calendar, pauses, count};
    *due_us = 0;
    if (count && pauses[count - 1].to_us == G_MAXINT64)
        return false;
    switch (limit->clock) {
    case DUE_WALL:
        return at_wall(&course, start_us, limit->n, due_us);
    case DUE_OFFICE:
        return at_office(&course, start_us, limit->n, due_us);
    case DUE_DAYS:
        return at_days(&course, start_us, limit->n, false, due_us);
    case DUE_WORKING:
        return at_days(&course, start_us, limit->n, true, due_us);
    case DUE_MONTHS: {
        gint64 day = calendar_day_of(calendar, start_us);
        gint64 days = calendar_add_months(day, (int)limit->n) - day;
        return at_days(&course, start_us, days, false, due_us);
    }
    }
    return false;
}

gint64 due_warn(gint64 start_us, gint64 due_us)
{
    return due_us - (due_us - start_us) / 4;
}

enum due_light due_light(gint64 warn_us, gint64 due_us, gint64 now_us)
{
    if (!due_us)
        return LIGHT_NONE;
    if (now_us >= due_us)
        return LIGHT_OVERDUE;
    return now_us >= warn_us ? LIGHT_DUE_SOON : LIGHT_NORMAL;
}
