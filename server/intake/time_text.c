#include "intake/time_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ISO_DATE "%Y-%m-%d"

struct parts {
    int year, month, day, hour, minute, second;
    int64_t fraction_us;
    bool zoned;
    int zone_s;
};

static const struct {
    const char *name;
    double us;
} numbers[] = {{"s", 1e6}, {"ms", 1e3}, {"us", 1}};

bool time_text_form_good(const char *form)
{
    if (strcmp(form, "iso") == 0)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (strcmp(form, numbers[i].name) == 0)
            return true;
    bool year = false;
    for (const char *c = form; *c; c++) {
        if (*c != '%')
            continue;
        c++;
        if (!*c || !strchr("YmdHMSfz%", *c))
            return false;
        year |= *c == 'Y';
    }
    return year && g_utf8_validate(form, -1, NULL);
}

/* Between `least` and `most` digits. */
static bool digits(const char **text, int least, int most, int *value)
{
    int count = 0, number = 0;
    while (count < most && g_ascii_isdigit(**text)) {
        number = number * 10 + (**text - '0');
        (*text)++;
        count++;
    }
    *value = number;
    return count >= least;
}

static bool fraction(const char **text, int64_t *us)
{
    int64_t unit = G_USEC_PER_SEC;
    int count = 0;
    *us = 0;
    for (; g_ascii_isdigit(**text); (*text)++, count++) {
        unit /= 10;
        *us += (**text - '0') * unit;
    }
    return count > 0 && count <= 9;
}

static bool read_zone(const char **text, struct parts *parts)
{
    int hours, minutes = 0;
    parts->zoned = true;
    if (**text == 'Z' || **text == 'z') {
        (*text)++;
        return true;
    }
    int sign = **text == '+' ? 1 : **text == '-' ? -1 : 0;
    if (!sign)
        return false;
    (*text)++;
    if (!digits(text, 2, 2, &hours))
        return false;
    if (**text == ':')
        (*text)++;
    if (g_ascii_isdigit(**text) && !digits(text, 2, 2, &minutes))
        return false;
    parts->zone_s = sign * (hours * 3600 + minutes * 60);
    return hours <= 14 && minutes < 60;
}

static bool read_part(char letter, const char **text, struct parts *parts)
{
    switch (letter) {
    case 'Y':
        return digits(text, 4, 4, &parts->year);
    case 'm':
        return digits(text, 1, 2, &parts->month);
    case 'd':
        return digits(text, 1, 2, &parts->day);
    case 'H':
        return digits(text, 1, 2, &parts->hour);
    case 'M':
        return digits(text, 1, 2, &parts->minute);
    case 'S':
        return digits(text, 1, 2, &parts->second);
    case 'f':
        return fraction(text, &parts->fraction_us);
    case 'z':
        return read_zone(text, parts);
    default:
        return letter == '%' && *(*text)++ == '%';
    }
}

static bool read_pattern(const char **text, const char *form, struct parts *parts)
{
    for (const char *c = form; *c; c++) {
        if (*c == '%') {
            if (!read_part(*++c, text, parts))
                return false;
        } else if (*c == ' ') {
            *text += strspn(*text, " \t");
        } else if (*(*text)++ != *c) {
            return false;
        }
    }
    return true;
}

static bool read_iso(const char **text, struct parts *parts)
{
    if (!read_pattern(text, ISO_DATE, parts))
        return false;
    if (!**text)
        return true;
    if (**text != 'T' && **text != 't' && **text != ' ')
        return false;
    (*text)++;
    if (!read_pattern(text, "%H:%M", parts))
        return false;
    if (**text == ':' && ((*text)++, !digits(text, 2, 2, &parts->second)))
        return false;
    if ((**text == '.' || **text == ',') && ((*text)++, !fraction(text, &parts->fraction_us)))
        return false;
    return !**text || read_zone(text, parts);
}

static bool valid(const struct parts *p)
{
    return p->year >= 1970 && p->year <= 2200 &&
           g_date_valid_dmy((GDateDay)p->day, (GDateMonth)p->month, (GDateYear)p->year) &&
           p->hour < 24 && p->minute < 60 && p->second < 61;
}

/* Seconds of the civil time since 1970, as if it were UTC. */
static int64_t civil_s(const struct parts *p)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)p->day, (GDateMonth)p->month, (GDateYear)p->year);
    const int64_t days_1970 = 719163; /* Julian day of GDate */
    int64_t days = (int64_t)g_date_get_julian(&date) - days_1970;
    return days * 86400 + p->hour * 3600 + p->minute * 60 + p->second;
}

static bool read_number(const char *text, double us, int64_t *time_us)
{
    char *end;
    size_t digits_only = strspn(text, "0123456789");
    if (!digits_only)
        return false;
    if (!text[digits_only]) {
        guint64 number = g_ascii_strtoull(text, NULL, 10);
        if (number > (guint64)(8e15 / us))
            return false;
        *time_us = (int64_t)number * (int64_t)us;
        return true;
    }
    double number = g_ascii_strtod(text, &end);
    if (*end || !isfinite(number) || number < 0 || number * us > 8e15)
        return false;
    *time_us = (int64_t)llround(number * us);
    return true;
}

bool time_text_read(const char *text, const char *form, GTimeZone *zone, int64_t *time_us)
{
    struct parts parts = {.month = 1, .day = 1};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (strcmp(form, numbers[i].name) == 0)
            return read_number(text, numbers[i].us, time_us);
    bool read =
        strcmp(form, "iso") == 0 ? read_iso(&text, &parts) : read_pattern(&text, form, &parts);
    if (!read || *text || !valid(&parts))
        return false;
    gint64 seconds = civil_s(&parts);
    if (parts.zoned) {
        seconds -= parts.zone_s;
    } else if (zone) {
        gint64 local = seconds;
        int interval = g_time_zone_adjust_time(zone, G_TIME_TYPE_STANDARD, &local);
        seconds = local - g_time_zone_get_offset(zone, interval);
    }
    *time_us = seconds * G_USEC_PER_SEC + parts.fraction_us;
    return *time_us >= 0;
}
