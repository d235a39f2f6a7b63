#include "identity/rights.h"
#include <string.h>

static const char *const names[RIGHT_COUNT] = {
    [RIGHT_SESSION] = "session",           [RIGHT_CAMERA_LIST] = "camera.list",
    [RIGHT_CAMERA_LIVE] = "camera.live",   [RIGHT_CAMERA_EDIT] = "camera.edit",
    [RIGHT_PLACE_SEE] = "place.see",       [RIGHT_WALL_SEE] = "wall.see",
    [RIGHT_WALL_DRIVE] = "wall.drive",     [RIGHT_USER_SEE] = "user.see",
    [RIGHT_USER_EDIT] = "user.edit",       [RIGHT_AUDIT_SEE] = "audit.see",
    [RIGHT_CONFIG_SEE] = "config.see",     [RIGHT_CONFIG_EDIT] = "config.edit",
    [RIGHT_ALERT_SEE] = "alert.see",       [RIGHT_ALERT_HANDLE] = "alert.handle",
    [RIGHT_FEED_SEE] = "feed.see",         [RIGHT_FEED_EDIT] = "feed.edit",
    [RIGHT_CASE_SEE] = "case.see",         [RIGHT_CASE_OPEN] = "case.open",
    [RIGHT_CASE_OWN] = "case.own",         [RIGHT_CASE_REGISTER] = "case.register",
    [RIGHT_CASE_ACT] = "case.act",         [RIGHT_CASE_INDICATORS] = "case.indicators",
    [RIGHT_CASE_AUDIT] = "case.audit",     [RIGHT_PERSON_SEE] = "person.see",
    [RIGHT_PERSON_EDIT] = "person.edit",   [RIGHT_PERSON_REVEAL] = "person.reveal",
    [RIGHT_PERSON_ERASE] = "person.erase", [RIGHT_HOLD_EDIT] = "hold.edit",
    [RIGHT_DUTY_SEE] = "duty.see",         [RIGHT_DUTY_EDIT] = "duty.edit",
    [RIGHT_DUTY_SIGN] = "duty.sign",       [RIGHT_MEETING_JOIN] = "meeting.join",
    [RIGHT_MEETING_HOST] = "meeting.host",
};

#define BIT(right) ((rights_t)1 << RIGHT_##right)
#define BASE       (BIT(SESSION) | BIT(PLACE_SEE))
#define CAMERAS    (BIT(CAMERA_LIST) | BIT(CAMERA_LIVE))
#define ALERTS     (BIT(ALERT_SEE) | BIT(CASE_SEE))
#define WORKS      (BIT(CASE_OWN) | BIT(PERSON_SEE))
#define REGISTERS  (BIT(CASE_REGISTER) | BIT(PERSON_EDIT))
#define REACHES    BIT(PERSON_REVEAL)
#define SHIFTS     (BIT(DUTY_SEE) | BIT(DUTY_SIGN))
#define JOINS      BIT(MEETING_JOIN)
#define HOSTS      (BIT(MEETING_JOIN) | BIT(MEETING_HOST))

/* Live pictures go only to those whose work needs them (Personal Information Protection Law,
 * need-to-know): whoever administers cameras sees their states, not their pictures. Likewise names
 * and phones: who has to reach people may reveal them, who only counts or configures sees none. */
static const struct role table[] = {
    {"call_taker", "接线员", "Call taker",
     BASE | SHIFTS | WORKS | REGISTERS | REACHES | BIT(CASE_ACT), NULL},
    {"operator", "值班员", "Operator",
     BASE | HOSTS | CAMERAS | ALERTS | SHIFTS | WORKS | REGISTERS | REACHES | BIT(CASE_ACT) |
         BIT(WALL_SEE) | BIT(WALL_DRIVE) | BIT(ALERT_HANDLE) | BIT(FEED_SEE) | BIT(CASE_OPEN) |
         BIT(CASE_INDICATORS),
     NULL},
    {"grid_worker", "网格员", "Grid worker",
     BASE | JOINS | WORKS | REGISTERS | REACHES | BIT(CASE_ACT), NULL},
    {"department_handler", "部门办理员", "Department handler",
     BASE | JOINS | WORKS | REACHES | BIT(CASE_ACT) | BIT(PERSON_EDIT), NULL},
    {"supervisor", "督办员", "Supervisor",
     BASE | JOINS | ALERTS | WORKS | BIT(DUTY_SEE) | BIT(DUTY_EDIT) | BIT(CASE_ACT) |
         BIT(CAMERA_LIST) | BIT(WALL_SEE) | BIT(CASE_INDICATORS),
     NULL},
    {"verifier", "回访员", "Verifier", BASE | WORKS | REACHES | BIT(CASE_ACT), NULL},
    {"mediator", "调解员", "Mediator",
     BASE | HOSTS | WORKS | REACHES | BIT(CASE_ACT) | BIT(PERSON_EDIT), NULL},
    {"deputy", "人大代表", "Deputy", BASE, NULL},
    {"auditor", "监督员", "Auditor", BASE | REACHES | BIT(CASE_AUDIT), NULL},
    {"front_desk", "综合受理", "Front desk",
     BASE | HOSTS | BIT(DUTY_SEE) | WORKS | REGISTERS | REACHES | BIT(CASE_ACT), NULL},
    {"leader", "领导", "Leader",
     BASE | HOSTS | CAMERAS | ALERTS | SHIFTS | BIT(DUTY_EDIT) | BIT(CASE_OWN) | BIT(WALL_SEE) |
         BIT(CASE_ACT) | BIT(CASE_INDICATORS),
     NULL},
    {"system_admin", "系统管理员", "System administrator",
     BASE | BIT(CAMERA_LIST) | BIT(CAMERA_EDIT) | BIT(WALL_SEE) | BIT(USER_SEE) | BIT(USER_EDIT) |
         BIT(CONFIG_SEE) | BIT(CONFIG_EDIT) | BIT(FEED_SEE) | BIT(FEED_EDIT) | BIT(PERSON_ERASE),
     NULL},
    {"security_auditor", "安全审计员", "Security auditor",
     BASE | BIT(USER_SEE) | BIT(AUDIT_SEE) | BIT(CONFIG_SEE) | BIT(HOLD_EDIT), NULL},
    {"deputy_collect", "民情收集", "Deputy: collects requests", BASE | WORKS | REGISTERS, "deputy"},
    {"deputy_hand_over", "交办部门", "Deputy: hands to departments",
     BASE | BIT(CASE_OWN) | BIT(CASE_ACT), "deputy"},
    {"deputy_mediation", "参与重大调解", "Deputy: takes part in mediation",
     BASE | JOINS | BIT(CASE_OWN), "deputy"},
    {"deputy_observe", "旁听", "Deputy: observes", BASE | JOINS | BIT(CASE_OWN), "deputy"},
    {"deputy_audit", "监督检查", "Deputy: audits", BASE | BIT(CASE_AUDIT), "deputy"},
    {NULL, NULL, NULL, 0, NULL},
};

/* One person never holds rights of both: who configures is watched by who audits. */
#define ADMINISTERS (BIT(USER_EDIT) | BIT(CONFIG_EDIT) | BIT(CAMERA_EDIT) | BIT(PERSON_ERASE))
#define AUDITS      (BIT(AUDIT_SEE) | BIT(HOLD_EDIT))

const char *right_name(enum right right)
{
    return (unsigned)right < RIGHT_COUNT ? names[right] : NULL;
}

bool right_find(const char *name, enum right *right)
{
    for (int i = 0; i < RIGHT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *right = (enum right)i;
            return true;
        }
    }
    return false;
}

const struct role *roles(void)
{
    return table;
}

const struct role *role_find(const char *code)
{
    for (const struct role *role = table; code && role->code; role++) {
        if (strcmp(role->code, code) == 0)
            return role;
    }
    return NULL;
}

bool roles_compatible(const struct role *a, const struct role *b)
{
    rights_t both = a->rights | b->rights;
    return !(both & ADMINISTERS) || !(both & AUDITS);
}

/* What cannot be cut by areas: there is one set of rules, one roster, one log. */
#define OF_THE_TOWN                                                                                \
    (BIT(CONFIG_SEE) | BIT(CONFIG_EDIT) | BIT(FEED_EDIT) | BIT(AUDIT_SEE) | BIT(HOLD_EDIT) |       \
     BIT(DUTY_EDIT))
#define TOWN_DIGITS 9

rights_t role_rights_in(const struct role *role, const char *area)
{
    return strlen(area) > TOWN_DIGITS ? role->rights & ~OF_THE_TOWN : role->rights;
}

bool area_within(const char *granted, const char *area)
{
    if (!granted || !*granted)
        return true;
    return area && g_str_has_prefix(area, granted);
}
