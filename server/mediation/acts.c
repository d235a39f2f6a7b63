#include "mediation/acts.h"
#include "mediation/room_rules.h"
#include <string.h>

#define BIT(role) (1u << (role))
#define CHAIR     BIT(SEAT_MEDIATOR)
#define LEADERS   (CHAIR | BIT(SEAT_CO_MEDIATOR))
#define ALL       127u
#define OTHERS    (ALL & ~LEADERS)
#define SPEAKERS  (ALL & ~BIT(SEAT_OBSERVER))

#define PLANNED BIT(MEETING_PLANNED)
#define OPEN    BIT(MEETING_OPEN)
#define RESTS   (PLANNED | BIT(MEETING_ADJOURNED))
#define LIVE    (RESTS | OPEN)

static const struct rule {
    const char *name;
    unsigned who, when; /* roles, states of the meeting */
    bool in;            /* who acts is in a room */
    act_fn fn;
} rules[] = {
    {"open", CHAIR, RESTS, false, act_open},
    {"adjourn", CHAIR, OPEN, false, act_adjourn},
    {"end", CHAIR, OPEN | BIT(MEETING_ADJOURNED), false, act_end},
    {"cancel", CHAIR, RESTS, false, act_cancel},
    {"plan", LEADERS, RESTS, false, act_plan},
    {"mode", LEADERS, LIVE, false, act_mode},
    {"seat", LEADERS, LIVE, false, act_seat_add},
    {"revoke", LEADERS, LIVE, false, act_revoke},
    {"arrive", ALL, LIVE, false, act_arrive},
    {"identity", LEADERS, LIVE, false, act_identity},
    {"look", LEADERS, OPEN, true, act_look},
    {"admit", LEADERS, OPEN, false, act_admit},
    {"back", LEADERS, OPEN, false, act_back},
    {"remove", LEADERS, LIVE, false, act_remove},
    {"private", LEADERS, OPEN, true, act_private},
    {"joint", LEADERS, OPEN, false, act_joint},
    {"move", LEADERS, OPEN, false, act_move},
    {"mute", LEADERS, OPEN, false, act_mute},
    {"unmute", LEADERS, OPEN, false, act_mute},
    {"floor", LEADERS, OPEN, true, act_floor},
    {"lower", LEADERS, OPEN, false, act_lower},
    {"record", LEADERS, OPEN, true, act_record},
    {"show", LEADERS, OPEN, true, act_show},
    {"read_notice", OTHERS, LIVE, false, act_read_notice},
    {"screening", OTHERS, LIVE, false, act_screening},
    {"consent", ALL, LIVE | BIT(MEETING_ENDED), false, act_consent},
    {"ready", OTHERS, LIVE, false, act_ready},
    {"hand", SPEAKERS, OPEN, true, act_hand},
    {"call", OTHERS, OPEN, true, act_call},
    {"say", SPEAKERS, OPEN, true, act_say},
    {"danger", ALL, LIVE, false, act_danger},
    {"undo_danger", ALL, LIVE, false, act_undo_danger},
    {"leave", ALL, OPEN, false, act_leave},
};

void act_clear(struct act *act)
{
    g_clear_pointer(&act->meeting, meeting_free);
    g_clear_pointer(&act->details, json_decref);
    g_clear_pointer(&act->refusal.more, json_decref);
    g_clear_pointer(&act->closed, g_ptr_array_unref);
}

/* --- refusing */

bool act_refuse(struct act *act, guint status, const char *code, const char *zh, const char *en,
                json_t *more, GError **error)
{
    json_decref(act->refusal.more);
    act->refusal = (struct act_refusal){status, code, zh, en, more};
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, en);
    return false;
}

bool act_refuse_body(struct act *act, GError **error)
{
    return act_refuse(act, 400, "bad_act", "操作不完整或不正确",
                      "the act is not complete or not right", NULL, error);
}

bool act_refuse_now(struct act *act, GError **error)
{
    return act_refuse(act, 409, "not_now", "现在不能这样做", "this cannot be done now", NULL,
                      error);
}

/* --- reading */

const char *act_text(const struct act *act, const char *key)
{
    return json_string_value(json_object_get(act->body, key));
}

gint64 act_time(const struct act *act, const char *key)
{
    const char *text = act_text(act, key);
    guint64 time_us = 0;
    return text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &time_us, NULL)
               ? (gint64)time_us
               : 0;
}

struct seat *act_seat(struct act *act, GError **error)
{
    struct seat *seat = meeting_seat(act->meeting, act_text(act, "seat"));
    if (!seat || seat->state == SEAT_REMOVED) {
        act_refuse(act, 404, "not_found", "没有这个席位", "there is no such seat", NULL, error);
        return NULL;
    }
    act_detail(act, "seat", seat->id);
    return seat;
}

void act_detail(struct act *act, const char *key, const char *value)
{
    if (value)
        json_object_set_new(act->details, key, json_string(value));
}

/* --- running */

static const struct rule *rule_of(const char *name)
{
    for (gsize i = 0; name && i < G_N_ELEMENTS(rules); i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

/* A co-mediator leads nothing before it said how it stands to the parties; the chair cannot open.
 */
static bool check_disclosed(struct act *act, GError **error)
{
    if (act->seat->role != SEAT_CO_MEDIATOR || act->meeting->state == MEETING_PLANNED ||
        room_disclosed(act->meeting, act->seat))
        return true;
    return act_refuse(act, 409, "not_ready", "请先申报与当事人有无利害关系",
                      "first disclose whether you are related to a party",
                      json_pack("[s]", "disclosure"), error);
}

static bool check(struct act *act, const struct rule *rule, GError **error)
{
    if (!act->seat || act->seat->state == SEAT_REMOVED)
        return act_refuse(act, 404, "not_found", "没有这次会议", "there is no such meeting", NULL,
                          error);
    if (!(rule->who & BIT(act->seat->role)))
        return act_refuse(act, 403, "not_yours", "这不是您的操作", "this is not yours to do", NULL,
                          error);
    if (!(rule->when & BIT(act->meeting->state)) || (rule->in && act->seat->state != SEAT_IN))
        return act_refuse_now(act, error);
    return (rule->who & ~LEADERS) || check_disclosed(act, error);
}

/* false: refused, or no act at all. */
static bool perform_other(struct store_tx *tx, struct act *act, GError **error)
{
    bool mine = false;
    if (!act->seat || act->seat->state == SEAT_REMOVED)
        return act_refuse(act, 404, "not_found", "没有这次会议", "there is no such meeting", NULL,
                          error);
    bool discloses = g_strcmp0(act->name, "disclose") == 0;
    if (act->other && !discloses && !check_disclosed(act, error))
        return false;
    if (!act->other || !meeting_next(tx, act->meeting, &act->seq, error) ||
        !act->other(tx, act, &mine, act->other_user, error))
        return act->other ? false : act_refuse_body(act, error);
    if (mine && discloses && act->seat->role == SEAT_CO_MEDIATOR &&
        act->seat->state == SEAT_LOBBY && act->meeting->state == MEETING_OPEN)
        room_put(act->meeting, act->seat, ROOM_JOINT, act->now_us);
    return mine || act_refuse_body(act, error);
}

static bool perform(struct store_tx *tx, struct act *act, GError **error)
{
    const struct rule *rule = rule_of(act->name);
    if (!rule)
        return perform_other(tx, act, error);
    return check(act, rule, error) && meeting_next(tx, act->meeting, &act->seq, error) &&
           rule->fn(tx, act, error);
}

bool act_perform(struct store_tx *tx, struct act *act, GError **error)
{
    act->meeting = meeting_load(tx, act->reader, act->meeting_id, error);
    if (!act->meeting)
        return false;
    act->seat = meeting_seat(act->meeting, act->seat_id);
    act->details = json_object();
    act->closed = g_ptr_array_new_with_free_func(g_free);
    return perform(tx, act, error) &&
           (act->untold || (meeting_save(tx, act->meeting, error) &&
                            meeting_note(tx, act->meeting, act->seat, act->actor, act->seq,
                                         act->name, act->details, act->now_us, error) &&
                            meeting_load_more(tx, act->reader, act->meeting, error)));
}
