/* A meeting is made. */
#include "mediation/host.h"
#include <math.h>
#include <string.h>

static const struct problem NO_CASE = {404, "not_found", "case", "没有这个案件",
                                       "there is no such case"};
static const struct problem NOT_MEDIATOR = {403, "no_right", "kind", "只有调解员可以主持调解",
                                            "only a mediator chairs a mediation"};
static const struct problem CLOSED = {409, "closed", "place_id", "该调解室在这段时间不开放",
                                      "that room is not open at that time"};
static const struct problem BAD = {400, "invalid", NULL, "内容有误", "something of it is wrong"};

static void take_case(const struct mediation_case *about, gpointer data)
{
    struct ask *ask = data;
    struct meeting *meeting = ask->meeting;
    meeting_set(&meeting->case_id, about->id);
    if (!*meeting->title)
        meeting_set(&meeting->title, about->title);
    if (about->area && !*ask_text(ask->body, "area"))
        meeting_set(&meeting->area, about->area);
    /* a shared room has coordinates of its own */
    if (!isfinite(meeting->lon) && !meeting->place_id) {
        meeting->lon = about->lon;
        meeting->lat = about->lat;
    }
}

static bool find_case(struct store_tx *tx, struct ask *ask, GError **error)
{
    const char *id = ask_text(ask->body, "case");
    const struct mediation_hooks *hooks = &ask->mediation->options.hooks;
    if (!*id)
        return true;
    if (!hooks->case_look || !ask->who)
        return ask_refuse(ask, &NO_CASE, error);
    return hooks->case_look(tx, ask->who, id, take_case, ask, error) &&
           (ask->meeting->case_id || ask_refuse(ask, &NO_CASE, error));
}

static bool write_meeting(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    struct meeting *meeting = ask->meeting;
    const struct vault *vault = identity_vault(ask->mediation->options.identity);
    struct act act = {.meeting = meeting, .body = ask->body, .details = json_object()};
    gint64 seq;
    bool fine = find_case(tx, ask, error) && act_take_plan(tx, &act, error);
    if (act.refusal.status == 409 && !act.refusal.more)
        ask->problem = &CLOSED;
    else if (act.refusal.status == 409)
        ask->busy = g_steal_pointer(&act.refusal.more);
    else if (act.refusal.status)
        ask->problem = &BAD;
    act.meeting = NULL;
    act_clear(&act);
    fine = fine && meeting_insert(tx, vault, meeting, ask->now_us, error);
    for (guint i = 0; fine && i < meeting->seats->len; i++)
        fine = meeting_insert_seat(tx, vault, meeting, meeting->seats->pdata[i],
                                   (const char *const *)ask->phones->pdata[i], ask->now_us, error);
    json_t *details = json_pack("{s:s,s:s?,s:i}", "kind", meeting_kind_name((int)meeting->kind),
                                "case", meeting->case_id, "seats", (int)meeting->seats->len);
    fine = fine && meeting_next(tx, meeting, &seq, error) &&
           meeting_note(tx, meeting, meeting->seats->pdata[0], ask->actor, seq, "make", details,
                        ask->now_us, error);
    json_decref(details);
    if (!fine)
        return false;
    g_autofree char *id = g_strdup(meeting->id);
    meeting_free(g_steal_pointer(&ask->meeting));
    ask->meeting = meeting_load(tx, &ask->mediation->reader, id, error);
    return ask->meeting != NULL;
}

static void made(gpointer data, const GError *error)
{
    struct ask *ask = data;
    if (ask->busy)
        net_reply_json(ask->request, 409,
                       json_pack("{s:{s:s,s:{s:s,s:s},s:O}}", "error", "code", "busy", "message",
                                 "zh", "调解员或调解室在这段时间已有安排", "en",
                                 "mediator or room is taken at that time", "busy", ask->busy));
    else if (ask->problem)
        mediation_reply(ask->request, ask->problem);
    else if (error)
        mediation_reply_error(ask->request, error);
    else {
        json_t *told = meeting_json(ask->meeting, true);
        lives_take(ask->mediation, g_steal_pointer(&ask->meeting));
        net_reply_json(ask->request, 201, json_pack("{s:o}", "meeting", told));
    }
    ask_free(ask);
}

static void phones_free(gpointer phones)
{
    g_strfreev(phones);
}

/* The maker chairs; the others as they were given. Returned: the path of a fault, g_free(). */
static char *take_seats(struct ask *ask)
{
    struct identity *identity = ask->mediation->options.identity;
    json_t *chair = json_pack("{s:s,s:s}", "role", "mediator", "user", ask->user);
    json_t *all = json_array(), *given = json_object_get(ask->body, "seats"), *in;
    char *fault = NULL;
    size_t i;
    json_object_set(chair, "unit", json_object_get(ask->body, "unit"));
    json_array_append_new(all, chair);
    json_array_extend(all, given);
    ask->phones = g_ptr_array_new_with_free_func(phones_free);
    json_array_foreach(all, i, in)
    {
        const char *user = json_string_value(json_object_get(in, "user")), *why = NULL;
        const struct identity_user *known = user ? identity_user_by_id(identity, user) : NULL;
        char **phones = NULL;
        struct seat *seat = act_seat_new(
            ask->meeting, in, known && known->enabled ? known->name : NULL, &phones, &why);
        if (!seat) {
            fault = g_strdup_printf("seats[%zu].%s", i ? i - 1 : 0, why);
            break;
        }
        if (known && !*seat->unit)
            meeting_set(&seat->unit, known->unit);
        g_ptr_array_add(ask->meeting->seats, seat);
        g_ptr_array_add(ask->phones, phones);
    }
    json_decref(all);
    return fault;
}

static double number_of(const json_t *body, const char *key)
{
    const json_t *value = json_object_get(body, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static bool fits(const json_t *body, const char *key, glong most)
{
    const json_t *value = json_object_get(body, key);
    const char *text = json_string_value(value);
    return !value || json_is_null(value) || (text && meeting_line_good(text, most));
}

/* "", or a code of 9, 12 or 15 digits. */
static bool is_area(const char *code)
{
    size_t size = strspn(code, "0123456789");
    return !*code || (!code[size] && (size == 9 || size == 12 || size == 15));
}

static bool is_place(double lon, double lat)
{
    return isfinite(lon) == isfinite(lat) &&
           (!isfinite(lon) || (fabs(lon) <= 180 && fabs(lat) <= 90));
}

/* Returned: the path of a fault, g_free(). */
static char *take_body(struct ask *ask, const struct net_session *session)
{
    const json_t *body = ask->body;
    struct meeting *meeting = ask->meeting = meeting_new();
    int kind = meeting_kind_find(ask_text(body, "kind"));
    const char *mode = ask_text(body, "mode"), *area = ask_text(body, "area");
    meeting->id = store_id_new();
    meeting->kind = kind < 0 ? MEETING_TALK : (enum meeting_kind)kind;
    meeting->title = g_strdup(ask_text(body, "title"));
    meeting->mode = *mode ? (enum meeting_mode)MAX(meeting_mode_find(mode), 0) : MEETING_JOINT;
    meeting->place = g_strdup(ask_text(body, "place"));
    meeting_set(&meeting->place_id, json_string_value(json_object_get(body, "place_id")));
    meeting->area = g_strdup(*area ? area : session->areas[0] ? session->areas[0] : "");
    meeting->created_by = g_strdup(ask->user);
    meeting->lon = number_of(body, "lon");
    meeting->lat = number_of(body, "lat");
    if (kind < 0)
        return g_strdup("kind");
    if ((!*meeting->title && !*ask_text(body, "case")) || !fits(body, "title", 100))
        return g_strdup("title");
    if (!fits(body, "place", 200) || !fits(body, "place_id", 64))
        return g_strdup("place");
    if (!is_area(meeting->area) || !is_place(meeting->lon, meeting->lat))
        return g_strdup("area");
    if (*mode && (meeting_mode_find(mode) < 0 || meeting->kind == MEETING_TALK))
        return g_strdup("mode");
    return take_seats(ask);
}

void host_make(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    const struct mediation_hooks *hooks = &mediation->options.hooks;
    const struct net_session *session = net_request_session(request);
    json_t *body = net_request_json(request);
    if (!body)
        return;
    struct ask *ask = ask_new(mediation, request, body);
    g_autofree char *fault = take_body(ask, session);
    bool may = ask->meeting->kind == MEETING_TALK ||
               identity_has_role_in(session, "mediator", ask->meeting->area);
    if (fault || !may) {
        const struct problem told = {400, "invalid", fault, "内容有误", "something of it is wrong"};
        mediation_reply(request, fault ? &told : &NOT_MEDIATOR);
        ask_free(ask);
        return;
    }
    ask->who = hooks->who ? hooks->who(session, hooks->user) : NULL;
    store_write(mediation->options.store, write_meeting, ask, made);
}
