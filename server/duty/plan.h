/* What shifts there are and who they want: roles and times of day as data. Pure; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { DUTY_MOST_ROLES = 30, DUTY_MOST_TIMES = 12, DUTY_MOST_PEOPLE = 60, DUTY_NAME_CHARS = 40 };

/* Why something is refused; texts are static but for `path`. */
struct duty_fault {
    char path[64]; /* "times[1].begin"; "" the whole */
    const char *zh, *en;
};

/* {"roles":[{"code","name":{"zh","en"},"need"}],"times":[{"code","name","begin":"08:00","minutes"}]}:
 * the shipped one. Returned: owned by the caller. */
json_t *plan_default(void);
/* Codes once, names in both languages, `need` 0–20, times of 30 minutes to a day that do not lie on
 * each other. false + *fault. */
bool plan_check(const json_t *plan, struct duty_fault *fault);
bool plan_has_role(const json_t *plan, const char *code);
bool plan_has_time(const json_t *plan, const char *code);

/* One shift: a day and a time of the plan. */
struct duty_shift {
    char id[48];  /* "2026-11-22.day" */
    char day[12]; /* on which it begins */
    char time[32];
    int64_t begin_us, end_us;
};

/* The shift of that day and time. false: the day is none, or the plan has no such time. */
bool plan_shift(const json_t *plan, const char *id, GTimeZone *zone, struct duty_shift *shift);
/* The shift that runs at `now_us`. false: none does. */
bool plan_shift_at(const json_t *plan, int64_t now_us, GTimeZone *zone, struct duty_shift *shift);
/* The last one that was over by `now_us`, the first one that begins after it. false: the plan has
 * no times. */
bool plan_shift_before(const json_t *plan, int64_t now_us, GTimeZone *zone,
                       struct duty_shift *shift);
bool plan_shift_after(const json_t *plan, int64_t now_us, GTimeZone *zone,
                      struct duty_shift *shift);

/* "2026-11-22" and nothing else. */
bool plan_day_good(const char *day);
/* People of one shift: [{"role","name","user"|null,"note"}]. false + *fault. */
bool plan_people_check(const json_t *plan, const json_t *people, struct duty_fault *fault);
