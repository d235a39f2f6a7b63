#include "identity/rights.h"
#include <string.h>

static const char *const names[RIGHT_COUNT] = {
    [RIGHT_SESSION] = "session",         [RIGHT_CAMERA_LIST] = "camera.list",
    [RIGHT_CAMERA_LIVE] = "camera.live", [RIGHT_CAMERA_EDIT] = "camera.edit",
    [RIGHT_PLACE_SEE] = "place.see",     [RIGHT_WALL_SEE] = "wall.see",
    [RIGHT_WALL_DRIVE] = "wall.drive",   [RIGHT_USER_SEE] = "user.see",
    [RIGHT_USER_EDIT] = "user.edit",     [RIGHT_AUDIT_SEE] = "audit.see",
    [RIGHT_CONFIG_SEE] = "config.see",   [RIGHT_CONFIG_EDIT] = "config.edit",
};

#define BIT(right) (1U << RIGHT_##right)
#define BASE       (BIT(SESSION) | BIT(PLACE_SEE))
#define CAMERAS    (BIT(CAMERA_LIST) | BIT(CAMERA_LIVE))

/* Live pictures go only to those whose work needs them (Personal Information Protection Law,
 * need-to-know): whoever administers cameras sees their states, not their pictures. */
static const struct role table[] = {
    {"call_taker", "接线员", "Call taker", BASE},
    {"operator", "值班员", "Operator", BASE | CAMERAS | BIT(WALL_SEE) | BIT(WALL_DRIVE)},
    {"grid_worker", "网格员", "Grid worker", BASE},
    {"department_handler", "部门办理员", "Department handler", BASE},
    {"supervisor", "督办员", "Supervisor", BASE | BIT(CAMERA_LIST) | BIT(WALL_SEE)},
    {"verifier", "回访员", "Verifier", BASE},
    {"mediator", "调解员", "Mediator", BASE},
    {"deputy", "人大代表", "Deputy", BASE},
    {"auditor", "监督员", "Auditor", BASE},
    {"front_desk", "综合受理", "Front desk", BASE},
    {"leader", "领导", "Leader", BASE | CAMERAS | BIT(WALL_SEE)},
    {"system_admin", "系统管理员", "System administrator",
     BASE | BIT(CAMERA_LIST) | BIT(CAMERA_EDIT) | BIT(WALL_SEE) | BIT(USER_SEE) | BIT(USER_EDIT) |
         BIT(CONFIG_SEE) | BIT(CONFIG_EDIT)},
    {"security_auditor", "安全审计员", "Security auditor",
     BASE | BIT(USER_SEE) | BIT(AUDIT_SEE) | BIT(CONFIG_SEE)},
    {NULL, NULL, NULL, 0},
};

/* One person never holds rights of both: who configures is watched by who audits. */
#define ADMINISTERS (BIT(USER_EDIT) | BIT(CONFIG_EDIT) | BIT(CAMERA_EDIT))
#define AUDITS      BIT(AUDIT_SEE)

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

bool area_within(const char *granted, const char *area)
{
    if (!granted || !*granted)
        return true;
    return area && g_str_has_prefix(area, granted);
}
