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
    struct act act = {
        .meeting = meeting, .body = ask->body, .now_us = ask->now_us, .details = json_object()};
    gint64 seq;
    bool fine = find_case(tx, ask, error) && act_take_plan(tx, &act, error);
    if (act.refusal.status == 409 && !act.refusal.more)
        ask->problem = &CLOSED;
    else if (act.refusal.status == 409)
        ask->busy = g_steal_pointer(&act.refusal.more);
    else if (act.refusal.status)
        ask->own = (struct problem){400, "invalid", "starts_us", act.refusal.zh, act.refusal.en};
    if (ask->own.status)
        ask->problem = &ask->own;
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

/* What is wrong with a body: owned texts, NULL nothing. */
struct fault {
    char *path, *zh, *en;
};

static bool wrong(struct fault *fault, const char *path, const char *zh, const char *en)
{
    *fault = (struct fault){g_strdup(path), g_strdup(zh), g_strdup(en)};
    return false;
}

/* Of a seat: with whom it is, as far as that was said. */
static void wrong_seat(struct fault *fault, size_t n, const json_t *in,
                       const struct person_fault *why)
{
    const json_t *people = json_object_get(in, "people");
    const json_t *one = people ? json_array_get(people, 0) : in;
    const char *name = json_string_value(json_object_get(one, "name"));
    bool named = name && *name && g_utf8_strlen(name, -1) <= 20;
    g_autofree char *nth = named ? g_strdup(name) : g_strdup_printf("%zu", n + 1);
    fault->path = g_strdup_printf("seats[%zu].%s", n, why->field);
    fault->zh = g_strdup_printf(named ? "%s：%s" : "第 %s 位：%s", nth, why->zh);
    fault->en = g_strdup_printf(named ? "%s: %s" : "number %s: %s", nth, why->en);
}

/* The maker chairs; the others as they were given. */
static bool take_seats(struct ask *ask, struct fault *fault)
{
    struct identity *identity = ask->mediation->options.identity;
    json_t *chair = json_pack("{s:s,s:s}", "role", "mediator", "user", ask->user);
    json_t *all = json_array(), *given = json_object_get(ask->body, "seats"), *in;
    size_t i;
    json_object_set(chair, "unit", json_object_get(ask->body, "unit"));
    json_array_append_new(all, chair);
    json_array_extend(all, given);
    ask->phones = g_ptr_array_new_with_free_func(phones_free);
    json_array_foreach(all, i, in)
    {
        const char *user = json_string_value(json_object_get(in, "user"));
        struct person_fault why;
        const struct identity_user *known = user ? identity_user_by_id(identity, user) : NULL;
        char **phones = NULL;
        struct seat *seat = act_seat_new(
            ask->meeting, in, known && known->enabled ? known->name : NULL, &phones, &why);
        if (!seat) {
            wrong_seat(fault, i ? i - 1 : 0, in, &why);
            break;
        }
        if (known && !*seat->unit)
            meeting_set(&seat->unit, known->unit);
        g_ptr_array_add(ask->meeting->seats, seat);
        g_ptr_array_add(ask->phones, phones);
    }
    json_decref(all);
    return !fault->path;
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

static bool take_body(struct ask *ask, const struct net_session *session, struct fault *fault)
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
        return wrong(fault, "kind", "类别不对", "not a kind of meeting");
    if ((!*meeting->title && !*ask_text(body, "case")) || !fits(body, "title", 100))
        return wrong(fault, "title", "请写事由，不超过 100 字",
                     "say what it is about, in at most 100 characters");
    if (!fits(body, "place", 200) || !fits(body, "place_id", 64))
        return wrong(fault, "place", "地点不超过 200 字", "a place has at most 200 characters");
    if (!is_area(meeting->area) || !is_place(meeting->lon, meeting->lat))
        return wrong(fault, "area", "区域或坐标不对", "area or coordinates are not right");
    if (*mode && (meeting_mode_find(mode) < 0 || meeting->kind == MEETING_TALK))
        return wrong(fault, "mode", "方式不对", "not a way to meet");
    return take_seats(ask, fault);
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
    struct fault fault = {0};
    bool good = take_body(ask, session, &fault);
    bool may = ask->meeting->kind == MEETING_TALK ||
               identity_has_role_in(session, "mediator", ask->meeting->area);
    if (!good || !may) {
        const struct problem told = {400, "invalid", fault.path, fault.zh, fault.en};
        mediation_reply(request, good ? &NOT_MEDIATOR : &told);
        g_free(fault.path);
        g_free(fault.zh);
        g_free(fault.en);
        ask_free(ask);
        return;
    }
    ask->who = hooks->who ? hooks->who(session, hooks->user) : NULL;
    store_write(mediation->options.store, write_meeting, ask, made);
}
