#include "pool/pool_entry.h"
#include <math.h>
#include <string.h>

enum { NAME = 60, TEXT = 200, NOTE = 500, MOST_WORDS = 20, MOST_PEOPLE = 200, MOST_SEATS = 500 };
enum { MOST_HOURS = 21, MOST_DAYS = 60, ID_CHARS = 64, WORD_CHARS = 40 };

static const char *const equipment[] = {"camera",    "screen",   "microphone", "printer",
                                        "scanner",   "recorder", "terminal",   "accessible",
                                        "side_room", NULL};
static const char *const employed[] = {"full_time", "part_time", "volunteer", "lawyer",
                                       "judge",     "expert",    NULL};
static const char *const teams[] = {"town", "village", "industry", "personal", NULL};

const char *pool_kind_name(enum pool_kind kind)
{
    static const char *const names[POOL_KINDS] = {"room", "team", "mediator"};
    return names[kind];
}

bool pool_id_good(const char *id)
{
    size_t size = id ? strspn(id, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_") : 0;
    return size > 0 && size <= ID_CHARS && !id[size];
}

/* --- reading fields; `path` is set where one is wrong */

struct reading {
    const json_t *body;
    json_t *out;
    const char *path;
};

static void fault(struct reading *in, const char *path)
{
    if (!in->path)
        in->path = path;
}

static bool line_good(const char *text, glong most)
{
    for (const char *at = text; *at; at++)
        if (g_ascii_iscntrl(*at))
            return false;
    return g_utf8_strlen(text, -1) <= most;
}

static void text(struct reading *in, const char *key, glong most, bool needed)
{
    const json_t *value = json_object_get(in->body, key);
    const char *given = json_string_value(value);
    if ((value && !json_is_null(value) && !given) || (given && !line_good(given, most)) ||
        (needed && (!given || !*given)))
        fault(in, key);
    json_object_set_new(in->out, key, json_string(given ? given : ""));
}

static void flag(struct reading *in, const char *key)
{
    const json_t *value = json_object_get(in->body, key);
    if (value && !json_is_boolean(value))
        fault(in, key);
    json_object_set_new(in->out, key, json_boolean(!value || json_is_true(value)));
}

static void choice(struct reading *in, const char *key, const char *const *list)
{
    const char *given = json_string_value(json_object_get(in->body, key));
    if (given && !g_strv_contains(list, given))
        fault(in, key);
    json_object_set_new(in->out, key, json_string(given ? given : list[0]));
}

/* Texts of `list`; NULL: any that could be a name of a closed list. */
static void words(struct reading *in, const char *key, const char *const *list, size_t most)
{
    json_t *given = json_object_get(in->body, key), *one;
    json_t *out = json_array();
    size_t i;
    if ((given && !json_is_array(given)) || json_array_size(given) > most)
        fault(in, key);
    json_array_foreach(given, i, one)
    {
        const char *word = json_string_value(one);
        if (!word || (list ? !g_strv_contains(list, word)
                           : !*word || strlen(word) > WORD_CHARS || !line_good(word, WORD_CHARS)))
            fault(in, key);
        else
            json_array_append(out, one);
    }
    json_object_set_new(in->out, key, out);
}

/* A code of 9, 12 or 15 digits; "": none. */
static void area(struct reading *in)
{
    const char *given = json_string_value(json_object_get(in->body, "area"));
    size_t size = given ? strspn(given, "0123456789") : 0;
    if (given && *given && (given[size] || (size != 9 && size != 12 && size != 15)))
        fault(in, "area");
    json_object_set_new(in->out, "area", json_string(given ? given : ""));
}

static void place(struct reading *in)
{
    const json_t *lon = json_object_get(in->body, "lon"), *lat = json_object_get(in->body, "lat");
    bool there = json_is_number(lon) && json_is_number(lat);
    bool none = (!lon || json_is_null(lon)) && (!lat || json_is_null(lat));
    if ((!there && !none) ||
        (there && (fabs(json_number_value(lon)) > 180 || fabs(json_number_value(lat)) > 90)))
        fault(in, "lon");
    json_object_set_new(in->out, "lon", there ? json_incref((json_t *)lon) : json_null());
    json_object_set_new(in->out, "lat", there ? json_incref((json_t *)lat) : json_null());
}

/* Minutes of "08:30"; −1: not one. "24:00" ends a day. */
static int minutes_of(const char *given)
{
    int hour, minute;
    if (!given || strlen(given) != 5 || given[2] != ':' || strspn(given, "0123456789:") != 5 ||
        sscanf(given, "%2d:%2d", &hour, &minute) != 2)
        return -1;
    int all = hour * 60 + minute;
    return minute < 60 && all <= 24 * 60 ? all : -1;
}

static bool hours_good(const json_t *one)
{
    json_int_t day = json_integer_value(json_object_get(one, "day"));
    int from = minutes_of(json_string_value(json_object_get(one, "from")));
    int to = minutes_of(json_string_value(json_object_get(one, "to")));
    return day >= 1 && day <= 7 && from >= 0 && to > from;
}

static void hours(struct reading *in)
{
    json_t *given = json_object_get(in->body, "hours"), *one, *out = json_array();
    size_t i;
    if ((given && !json_is_array(given)) || json_array_size(given) > MOST_HOURS)
        fault(in, "hours");
    json_array_foreach(given, i, one)
    {
        if (hours_good(one))
            json_array_append_new(
                out, json_pack("{s:O,s:O,s:O}", "day", json_object_get(one, "day"), "from",
                               json_object_get(one, "from"), "to", json_object_get(one, "to")));
        else
            fault(in, "hours");
    }
    json_object_set_new(in->out, "hours", out);
}

static bool is_day(const char *given)
{
    int y, m, d;
    return strlen(given) == 10 && sscanf(given, "%4d-%2d-%2d", &y, &m, &d) == 3 &&
           g_date_valid_dmy((GDateDay)d, (GDateMonth)m, (GDateYear)y);
}

static void closed_days(struct reading *in)
{
    words(in, "closed", NULL, MOST_DAYS);
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(in->out, "closed"), i, one)
    {
        if (!is_day(json_string_value(one)))
            fault(in, "closed");
    }
}

static void seats(struct reading *in)
{
    const json_t *value = json_object_get(in->body, "seats");
    json_int_t count = json_integer_value(value);
    if ((value && !json_is_integer(value)) || count < 0 || count > MOST_SEATS)
        fault(in, "seats");
    json_object_set_new(in->out, "seats", json_integer(count));
}

json_t *pool_entry_read(enum pool_kind kind, const json_t *body, const char **path)
{
    struct reading in = {body, json_object(), NULL};
    if (kind != POOL_MEDIATOR) {
        text(&in, "name", NAME, true);
        text(&in, "unit", NAME, false);
        area(&in);
    }
    if (kind == POOL_ROOM) {
        text(&in, "address", TEXT, true);
        place(&in);
        seats(&in);
        words(&in, "equipment", equipment, MOST_WORDS);
        hours(&in);
        closed_days(&in);
    } else {
        words(&in, "disputes", NULL, MOST_WORDS);
        choice(&in, "kind", kind == POOL_TEAM ? teams : employed);
    }
    if (kind == POOL_TEAM) {
        text(&in, "lead", ID_CHARS, false);
        words(&in, "members", NULL, MOST_PEOPLE);
    } else if (kind == POOL_MEDIATOR) {
        words(&in, "languages", NULL, MOST_WORDS);
    }
    text(&in, "note", NOTE, false);
    flag(&in, "active");
    *path = in.path;
    if (in.path)
        g_clear_pointer(&in.out, json_decref);
    return in.out;
}

/* --- opening hours */

static bool day_closed(const json_t *room, const char *day)
{
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(room, "closed"), i, one)
    {
        if (g_strcmp0(json_string_value(one), day) == 0)
            return true;
    }
    return false;
}

bool pool_room_open(const json_t *room, gint64 starts_us, gint64 ends_us, GTimeZone *zone)
{
    const json_t *list = json_object_get(room, "hours");
    if (!json_is_true(json_object_get(room, "active")))
        return false;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(starts_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) from = utc ? g_date_time_to_timezone(utc, zone) : NULL;
    if (!from)
        return false;
    g_autofree char *day = g_date_time_format(from, "%Y-%m-%d");
    if (day_closed(room, day))
        return false;
    if (json_array_size(list) == 0)
        return true;
    gint64 begin = g_date_time_get_hour(from) * 60 + g_date_time_get_minute(from);
    gint64 end = begin + (ends_us - starts_us + 59 * G_USEC_PER_SEC) / (60 * G_USEC_PER_SEC);
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)list, i, one)
    {
        if (json_integer_value(json_object_get(one, "day")) == g_date_time_get_day_of_week(from) &&
            minutes_of(json_string_value(json_object_get(one, "from"))) <= begin &&
            minutes_of(json_string_value(json_object_get(one, "to"))) >= end)
            return true;
    }
    return false;
}
