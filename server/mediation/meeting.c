#include "mediation/meeting.h"
#include <math.h>
#include <string.h>

static const char *const kinds[] = {"mediation", "talk", NULL};
static const char *const states[] = {"planned", "open", "adjourned", "ended", "cancelled", NULL};
static const char *const modes[] = {"joint", "split", NULL};
static const char *const roles[] = {"mediator", "co_mediator", "party",       "representative",
                                    "official", "observer",    "interpreter", NULL};
static const char *const seat_states[] = {"invited", "lobby", "in", "removed", NULL};
static const char *const heres[] = {"off", "lost", "on", NULL};
static const char *const consents[] = {"mediation", "recording", "publication",
                                       "observer",  "split",     NULL};
static const char *const answers[] = {"none", "yes", "no", "withdrawn", NULL};

static int find(const char *const *names, const char *name)
{
    for (int i = 0; name && names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

#define NAMES(what, names)                                                                         \
    const char *what##_name(int value)                                                             \
    {                                                                                              \
        return (names)[value];                                                                     \
    }
#define NAMES_FIND(what, names)                                                                    \
    NAMES(what, names) int what##_find(const char *name)                                           \
    {                                                                                              \
        return find(names, name);                                                                  \
    }
NAMES_FIND(meeting_kind, kinds)
NAMES_FIND(meeting_state, states)
NAMES_FIND(meeting_mode, modes)
NAMES_FIND(seat_role, roles)
NAMES_FIND(seat_state, seat_states)
NAMES(seat_here, heres)
NAMES_FIND(consent_kind, consents)
NAMES_FIND(consent_answer, answers)

/* --- life */

static void person_free(gpointer data)
{
    struct seat_person *person = data;
    for (int i = 0; i < CONSENT_KINDS; i++)
        g_free(person->consents[i].version);
    g_free(person->person);
    g_free(person->name);
    g_free(person->masked);
    g_free(person);
}

struct seat_person *seat_person_new(gint64 n)
{
    struct seat_person *person = g_new0(struct seat_person, 1);
    person->n = n;
    person->name = g_strdup("");
    person->masked = g_strdup("");
    return person;
}

struct seat *seat_new(void)
{
    struct seat *seat = g_new0(struct seat, 1);
    seat->people = g_ptr_array_new_with_free_func(person_free);
    return seat;
}

void seat_free(struct seat *seat)
{
    if (!seat)
        return;
    char *const texts[] = {
        seat->id,           seat->side,           seat->user,   seat->name,
        seat->unit,         seat->place,          seat->room,   seat->identity_by,
        seat->identity_how, seat->notice_version, seat->invite, seat->cookie_hash,
        seat->screening};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(seat->people);
    g_free(seat);
}

static void line_free(gpointer data)
{
    struct meeting_line *line = data;
    g_free(line->id);
    g_free(line->room);
    g_free(line->seat);
    g_free(line->text);
    g_free(line->seats);
    g_free(line);
}

static void paper_free(gpointer data)
{
    struct meeting_paper *paper = data;
    char *const texts[] = {paper->id,   paper->room,       paper->seat,  paper->name,
                           paper->kind, paper->owner_kind, paper->owner, paper->attachment};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(paper);
}

static void danger_free(gpointer data)
{
    struct meeting_danger *danger = data;
    g_free(danger->id);
    g_free(danger->seat);
    g_free(danger->room);
    g_free(danger);
}

struct meeting *meeting_new(void)
{
    struct meeting *meeting = g_new0(struct meeting, 1);
    meeting->lon = meeting->lat = (double)NAN;
    meeting->shown = json_object();
    meeting->seats = g_ptr_array_new_with_free_func((GDestroyNotify)seat_free);
    meeting->lines = g_ptr_array_new_with_free_func(line_free);
    meeting->papers = g_ptr_array_new_with_free_func(paper_free);
    meeting->dangers = g_ptr_array_new_with_free_func(danger_free);
    return meeting;
}

void meeting_free(struct meeting *meeting)
{
    if (!meeting)
        return;
    char *const texts[] = {meeting->id,    meeting->case_id, meeting->title,     meeting->place_id,
                           meeting->place, meeting->area,    meeting->created_by};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    json_decref(meeting->shown);
    json_decref(meeting->more_leaders);
    json_decref(meeting->more_others);
    g_ptr_array_unref(meeting->seats);
    g_ptr_array_unref(meeting->lines);
    g_ptr_array_unref(meeting->papers);
    g_ptr_array_unref(meeting->dangers);
    g_free(meeting);
}

/* --- looking */

struct seat *meeting_seat(const struct meeting *meeting, const char *id)
{
    for (guint i = 0; id && i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (strcmp(seat->id, id) == 0)
            return seat;
    }
    return NULL;
}

struct seat *meeting_seat_of_user(const struct meeting *meeting, const char *user)
{
    for (guint i = 0; user && i < meeting->seats->len; i++) {
        struct seat *seat = meeting->seats->pdata[i];
        if (g_strcmp0(seat->user, user) == 0 && seat->state != SEAT_REMOVED)
            return seat;
    }
    return NULL;
}

bool meeting_line_good(const char *text, glong most)
{
    if (text && g_utf8_strlen(text, -1) > most)
        return false;
    for (const char *at = text; at && *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return false;
    return true;
}

void meeting_set(char **text, const char *value)
{
    char *copy = g_strdup(value);
    g_free(*text);
    *text = copy;
}

char *seat_title(const struct seat *seat, bool masked)
{
    if (*seat->name)
        return g_strdup(seat->name);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < seat->people->len; i++) {
        const struct seat_person *person = seat->people->pdata[i];
        const char *name = masked ? person->masked : person->name;
        g_string_append_printf(text, "%s%s", text->len && *name ? "、" : "", name);
    }
    return g_string_free(text, FALSE);
}

bool seat_leads(const struct seat *seat)
{
    return seat->role == SEAT_MEDIATOR || seat->role == SEAT_CO_MEDIATOR;
}

bool meeting_is_past(const struct meeting *meeting, gint64 now_us)
{
    return meeting->ended_us && meeting->ended_us <= now_us - MEETING_KEPT_US;
}

bool seat_is_party(const struct seat *seat)
{
    return seat->role == SEAT_PARTY || seat->role == SEAT_REPRESENTATIVE;
}

void seat_forget_identity(struct seat *seat)
{
    seat->identity_us = 0;
    meeting_set(&seat->identity_by, NULL);
    meeting_set(&seat->identity_how, NULL);
    seat->dirty = true;
}

char *seat_own_room(const struct seat *seat)
{
    return *seat->side ? g_strconcat(ROOM_SIDE, seat->side, NULL) : NULL;
}

json_t *meeting_of_room(const struct meeting *meeting, const char *key, const char *room)
{
    return json_object_get(json_object_get(meeting->shown, key), room);
}

void meeting_set_of_room(struct meeting *meeting, const char *key, const char *room, json_t *value)
{
    json_t *part = json_object_get(meeting->shown, key);
    if (!part) {
        part = json_object();
        json_object_set_new(meeting->shown, key, part);
    }
    if (value)
        json_object_set_new(part, room, value);
    else
        json_object_del(part, room);
    meeting->dirty = true;
}
