#include "cases/calendar.h"
#include <string.h>

enum { FIRST_YEAR = 1990, LAST_YEAR = 2200, MOST_SPANS = 4, MOST_RANGES = 100, LONGEST_RANGE = 40 };

struct year {
    int year;
    char *source;
    GHashTable *days; /* day → 1 worked, 2 off; the others as the week has them */
};

struct calendar {
    GHashTable *years; /* number → struct year, owned */
    struct calendar_span office[MOST_SPANS];
    guint office_count;
    gint64 offset_us; /* local time before Greenwich */
};

enum { WORKED = 1, OFF = 2 };

static void year_free(gpointer data)
{
    struct year *year = data;
    g_free(year->source);
    g_hash_table_unref(year->days);
    g_free(year);
}

struct calendar *calendar_create(void)
{
    static const struct calendar_span usual[] = {
        {INT64_C(510) * 60 * G_USEC_PER_SEC, INT64_C(720) * 60 * G_USEC_PER_SEC},
        {INT64_C(810) * 60 * G_USEC_PER_SEC, INT64_C(1050) * 60 * G_USEC_PER_SEC}};
    struct calendar *calendar = g_new0(struct calendar, 1);
    calendar->years = g_hash_table_new_full(NULL, NULL, NULL, year_free);
    memcpy(calendar->office, usual, sizeof usual);
    calendar->office_count = G_N_ELEMENTS(usual);
    calendar->offset_us = INT64_C(8) * 3600 * G_USEC_PER_SEC;
    return calendar;
}

void calendar_destroy(struct calendar *calendar)
{
    if (!calendar)
        return;
    g_hash_table_unref(calendar->years);
    g_free(calendar);
}

/* --- days. Proleptic Gregorian, after H. Hinnant, "chrono-compatible low-level date algorithms" */

gint64 calendar_day(int year, int month, int day_of_month)
{
    gint64 y = month <= 2 ? year - 1 : year;
    gint64 era = (y >= 0 ? y : y - 399) / 400;
    gint64 yoe = y - era * 400;
    gint64 doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day_of_month - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void calendar_civil(gint64 day, int *year, int *month, int *day_of_month)
{
    gint64 z = day + 719468;
    gint64 era = (z >= 0 ? z : z - 146096) / 146097;
    gint64 doe = z - era * 146097;
    gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    gint64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    gint64 mp = (5 * doy + 2) / 153;
    *day_of_month = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static int days_in(int year, int month)
{
    gint64 next = month == 12 ? calendar_day(year + 1, 1, 1) : calendar_day(year, month + 1, 1);
    return (int)(next - calendar_day(year, month, 1));
}

gint64 calendar_add_months(gint64 day, int months)
{
    int year, month, dom;
    calendar_civil(day, &year, &month, &dom);
    int index = year * 12 + month - 1 + months;
    year = index / 12;
    month = index % 12 + 1;
    return calendar_day(year, month, MIN(dom, days_in(year, month)));
}

static bool read_number(const char *text, guint digits, int *number)
{
    *number = 0;
    for (guint i = 0; i < digits; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        *number = *number * 10 + (text[i] - '0');
    }
    return true;
}

bool calendar_read_date(const char *text, gint64 *day)
{
    int year, month, dom;
    if (!text || strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
        !read_number(text, 4, &year) || !read_number(text + 5, 2, &month) ||
        !read_number(text + 8, 2, &dom))
        return false;
    if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || dom < 1 ||
        dom > days_in(year, month))
        return false;
    *day = calendar_day(year, month, dom);
    return true;
}

gint64 calendar_day_of(const struct calendar *calendar, gint64 time_us)
{
    gint64 local = time_us + calendar->offset_us;
    gint64 day = local / CALENDAR_DAY_US;
    return local % CALENDAR_DAY_US < 0 ? day - 1 : day;
}

gint64 calendar_begin_us(const struct calendar *calendar, gint64 day)
{
    return day * CALENDAR_DAY_US - calendar->offset_us;
}

guint calendar_office(const struct calendar *calendar, const struct calendar_span **spans)
{
    *spans = calendar->office;
    return calendar->office_count;
}

bool calendar_knows(const struct calendar *calendar, int year)
{
    return g_hash_table_contains(calendar->years, GINT_TO_POINTER(year));
}

int calendar_works(const struct calendar *calendar, gint64 day)
{
    int number, month, dom;
    calendar_civil(day, &number, &month, &dom);
    const struct year *year = g_hash_table_lookup(calendar->years, GINT_TO_POINTER(number));
    if (!year)
        return -1;
    int kind = GPOINTER_TO_INT(g_hash_table_lookup(year->days, GINT_TO_POINTER((int)day)));
    if (kind)
        return kind == WORKED;
    int weekday = (int)((day % 7 + 11) % 7); /* 0 Sunday: 1970-01-01 was a Thursday */
    return weekday != 0 && weekday != 6;
}

/* --- files */

static bool fail(GError **error, const char *name, const char *place, const char *what)
{
    g_set_error(error, CALENDAR_ERROR, CALENDAR_ERROR_BAD, "%s: %s: %s", name, place, what);
    return false;
}

/* "2026-01-04", or ["2026-01-01", "2026-01-03"] with an optional name behind. */
static bool read_range(const json_t *value, gint64 *from, gint64 *to)
{
    if (json_is_string(value)) {
        *to = 0;
        bool fine = calendar_read_date(json_string_value(value), from);
        *to = *from;
        return fine;
    }
    return json_array_size(value) >= 2 && json_array_size(value) <= 3 &&
           calendar_read_date(json_string_value(json_array_get(value, 0)), from) &&
           calendar_read_date(json_string_value(json_array_get(value, 1)), to) && *from <= *to &&
           *to - *from < LONGEST_RANGE;
}

static bool read_days(struct year *year, const json_t *file, const char *key, int kind,
                      const char *name, GError **error)
{
    const json_t *list = json_object_get(file, key);
    if (!json_is_array(list) || json_array_size(list) > MOST_RANGES)
        return fail(error, name, key, "a list of days is needed");
    for (size_t i = 0; i < json_array_size(list); i++) {
        g_autofree char *place = g_strdup_printf("%s[%zu]", key, i);
        gint64 from = 0, to = 0;
        if (!read_range(json_array_get(list, i), &from, &to))
            return fail(error, name, place, "is no day and no span of days");
        for (gint64 day = from; day <= to; day++) {
            int number, month, dom;
            calendar_civil(day, &number, &month, &dom);
            if (number != year->year)
                return fail(error, name, place, "lies in another year");
            if (!g_hash_table_insert(year->days, GINT_TO_POINTER((int)day), GINT_TO_POINTER(kind)))
                return fail(error, name, place, "stands twice");
        }
    }
    return true;
}

static bool add_year(struct calendar *calendar, const json_t *file, const char *name,
                     GError **error)
{
    json_int_t number = json_integer_value(json_object_get(file, "year"));
    const char *source = json_string_value(json_object_get(file, "source"));
    if (number < FIRST_YEAR || number > LAST_YEAR)
        return fail(error, name, "year", "is no year");
    if (!source || !*source)
        return fail(error, name, "source", "which notice is it from?");
    struct year *year = g_new0(struct year, 1);
    year->year = (int)number;
    year->source = g_strdup(source);
    year->days = g_hash_table_new(NULL, NULL);
    if (!read_days(year, file, "off", OFF, name, error) ||
        !read_days(year, file, "work", WORKED, name, error)) {
        year_free(year);
        return false;
    }
    g_hash_table_replace(calendar->years, GINT_TO_POINTER(year->year), year);
    return true;
}

/* "08:30" as microseconds; −1: is none. "24:00" is the end of the day. */
static gint64 read_clock(const json_t *value)
{
    const char *text = json_string_value(value);
    int hour, minute;
    if (!text || strlen(text) != 5 || text[2] != ':' || !read_number(text, 2, &hour) ||
        !read_number(text + 3, 2, &minute) || hour > 24 || minute > 59 || (hour == 24 && minute))
        return -1;
    return INT64_C(60) * (hour * 60 + minute) * G_USEC_PER_SEC;
}

static bool add_office(struct calendar *calendar, const json_t *file, const char *name,
                       GError **error)
{
    const json_t *list = json_object_get(file, "office");
    struct calendar_span spans[MOST_SPANS];
    size_t count = json_array_size(list);
    gint64 before = 0;
    if (count < 1 || count > MOST_SPANS)
        return fail(error, name, "office", "one to four spans of a day are needed");
    for (size_t i = 0; i < count; i++) {
        const json_t *span = json_array_get(list, i);
        spans[i].from_us = read_clock(json_array_get(span, 0));
        spans[i].to_us = read_clock(json_array_get(span, 1));
        if (spans[i].from_us < before || spans[i].to_us <= spans[i].from_us)
            return fail(error, name, "office", "spans have to follow each other, as \"08:30\"");
        before = spans[i].to_us;
    }
    const json_t *offset = json_object_get(file, "utc_offset_minutes");
    json_int_t minutes = offset ? json_integer_value(offset) : 480;
    if (minutes < -720 || minutes > 840 || (offset && !json_is_integer(offset)))
        return fail(error, name, "utc_offset_minutes", "is no offset");
    memcpy(calendar->office, spans, sizeof spans[0] * count);
    calendar->office_count = (guint)count;
    calendar->offset_us = minutes * 60 * G_USEC_PER_SEC;
    return true;
}

bool calendar_add(struct calendar *calendar, const char *text, gsize size, const char *name,
                  GError **error)
{
    json_error_t wrong;
    json_t *file = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_object(file)) {
        g_set_error(error, CALENDAR_ERROR, CALENDAR_ERROR_BAD, "%s: line %d: %s", name,
                    file ? 1 : wrong.line, file ? "an object is needed" : wrong.text);
        json_decref(file);
        return false;
    }
    bool fine = json_object_get(file, "office") ? add_office(calendar, file, name, error)
                                                : add_year(calendar, file, name, error);
    json_decref(file);
    return fine;
}

/* --- telling */

static json_t *days_json(const struct year *year, int kind)
{
    json_t *list = json_array();
    gint64 end = calendar_day(year->year + 1, 1, 1);
    for (gint64 day = calendar_day(year->year, 1, 1); day < end; day++) {
        if (GPOINTER_TO_INT(g_hash_table_lookup(year->days, GINT_TO_POINTER((int)day))) != kind)
            continue;
        int y, m, d;
        calendar_civil(day, &y, &m, &d);
        char text[40];
        g_snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

json_t *calendar_json(const struct calendar *calendar, int number)
{
    const struct year *year = g_hash_table_lookup(calendar->years, GINT_TO_POINTER(number));
    if (!year)
        return json_pack("{s:i,s:b,s:n,s:[],s:[]}", "year", number, "known", 0, "source", "off",
                         "work");
    return json_pack("{s:i,s:b,s:s,s:o,s:o}", "year", number, "known", 1, "source", year->source,
                     "off", days_json(year, OFF), "work", days_json(year, WORKED));
}
