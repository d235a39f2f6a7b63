/* When something falls due: limits by the wall clock, by office hours, by days, working days and
 * months, with pauses. Pure; any thread. */
#pragma once
#include "cases/calendar.h"

enum due_clock {
    DUE_WALL,    /* microseconds, day and night */
    DUE_OFFICE,  /* microseconds of office hours of working days */
    DUE_DAYS,    /* the start day excluded, due 24:00 of the last (Civil Code art. 201, 203) */
    DUE_WORKING, /* the same in working days */
    DUE_MONTHS,  /* the same day of the month or its last, 24:00 (Civil Code art. 202) */
};
struct due_limit {
    enum due_clock clock;
    gint64 n; /* microseconds, or days or months */
};
/* A pause: [from, to). Sorted, without overlap. */
struct due_pause {
    gint64 from_us, to_us; /* to G_MAXINT64: goes on */
};

/* Reads {"hours":1}, {"working_days":3} … false: is none. */
bool due_limit_read(const json_t *value, struct due_limit *limit);
/* Owned by the caller. */
json_t *due_limit_json(const struct due_limit *limit);

/* false: not known, because the calendar does not have the year, or a pause goes on. */
bool due_at(const struct calendar *calendar, const struct due_limit *limit, gint64 start_us,
            const struct due_pause *pauses, guint count, gint64 *due_us);

/* From when on it is due soon: the last quarter. */
gint64 due_warn(gint64 start_us, gint64 due_us);

enum due_light { LIGHT_NONE, LIGHT_NORMAL, LIGHT_DUE_SOON, LIGHT_OVERDUE };
/* `due_us` 0: nothing runs. */
enum due_light due_light(gint64 warn_us, gint64 due_us, gint64 now_us);
