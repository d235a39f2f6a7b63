/* The working-day calendar of the State Council's notices, as data: a file a year, with its days
 * off and the weekends that are worked for them (调休). Pure; any thread once it is filled. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_ERROR (g_quark_from_static_string("townwall-calendar"))
enum calendar_error { CALENDAR_ERROR_BAD };

/* Microseconds of a day. */
#define CALENDAR_DAY_US (INT64_C(86400) * G_USEC_PER_SEC)

struct calendar;

/* Empty: knows no year; office hours 8:30–12:00 and 13:30–17:30, eight hours east of Greenwich.
 * Owned by the caller. */
struct calendar *calendar_create(void);
void calendar_destroy(struct calendar *calendar); /* NULL is fine */

/* Adds a year's file, or the file of office hours (docs/cases.md). `name` stands for the file in
 * messages. false: `error` names the place; the calendar is as before. */
bool calendar_add(struct calendar *calendar, const char *text, gsize size, const char *name,
                  GError **error);

bool calendar_knows(const struct calendar *calendar, int year);
/* Days are counted from 1970-01-01. */
gint64 calendar_day_of(const struct calendar *calendar, gint64 time_us);
/* When a day begins. */
gint64 calendar_begin_us(const struct calendar *calendar, gint64 day);
/* 1 worked, 0 off, −1: the year is not known. */
int calendar_works(const struct calendar *calendar, gint64 day);
/* The same day so many months later, or the last of that month. */
gint64 calendar_add_months(gint64 day, int months);

void calendar_civil(gint64 day, int *year, int *month, int *day_of_month);
gint64 calendar_day(int year, int month, int day_of_month);
/* "2026-02-13". false: no such day. */
bool calendar_read_date(const char *text, gint64 *day);

/* Office hours as spans of a day in microseconds from its begin; their number, 4 at most. */
struct calendar_span {
    gint64 from_us, to_us;
};
guint calendar_office(const struct calendar *calendar, const struct calendar_span **spans);

/* {"year","known","source","off":[…],"work":[…]}, owned by the caller. */
json_t *calendar_json(const struct calendar *calendar, int year);
