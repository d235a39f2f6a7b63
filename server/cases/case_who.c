#include "cases/case_who.h"
#include "net/session.h"
#include <string.h>

/* Which cases a role has to do with. */
enum scope {
    SCOPE_NONE,
    SCOPE_AREA,     /* those of the area */
    SCOPE_ORDER,    /* those with an order of the department */
    SCOPE_OWN,      /* those taken first */
    SCOPE_VERIFIED, /* those of the area that have something to verify */
    SCOPE_MEDIATED, /* those of the area in mediation, and those with an order */
    SCOPE_HANDED,   /* those of the area that deputies hand to departments */
};
static const struct {
    const char *role;
    enum scope scope;
} scopes[] = {
    {"operator", SCOPE_AREA},
    {"supervisor", SCOPE_AREA},
    {"leader", SCOPE_AREA},
    {"grid_worker", SCOPE_AREA},
    {"department_handler", SCOPE_ORDER},
    {"call_taker", SCOPE_OWN},
    {"front_desk", SCOPE_OWN},
    {"verifier", SCOPE_VERIFIED},
    {"mediator", SCOPE_MEDIATED},
    /* a deputy has to do with cases by the grants alone, each in its own area */
    {"deputy_collect", SCOPE_OWN},
    {"deputy_hand_over", SCOPE_HANDED},
    {"deputy_mediation", SCOPE_MEDIATED},
    {"deputy_observe", SCOPE_MEDIATED},
};

void case_who_add(struct case_who *who, const char *role, const char *area)
{
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++) {
        struct case_grant grant = {.role = workflow_role_bit(role), .scope = (int)scopes[i].scope};
        g_strlcpy(grant.area, area, sizeof grant.area);
        if (grant.role && strcmp(role, scopes[i].role) == 0)
            g_array_append_val(who->grants, grant);
    }
}

static struct case_who *make(struct identity_actor *actor, const char *name, const char *department)
{
    struct case_who *who = g_new0(struct case_who, 1);
    who->actor = actor;
    who->name = g_strdup(name);
    who->department = g_strdup(department);
    who->grants = g_array_new(FALSE, FALSE, sizeof(struct case_grant));
    return who;
}

struct case_who *case_who_make(const char *user, const char *name, const char *department)
{
    struct net_session *session = net_session_create();
    session->user_id = g_strdup(user);
    session->login = g_strdup(user);
    struct identity_actor *actor = identity_actor_new(session);
    net_session_unref(session);
    return make(actor, name, department);
}

struct case_who *case_who_new(struct identity *identity, const struct net_session *session)
{
    const struct identity_user *user = identity_user_of(identity, session);
    struct case_who *who =
        make(identity_actor_new(session), session->name, user ? user->department : NULL);
    for (guint i = 0; session->areas[i]; i++) {
        for (size_t r = 0; r < G_N_ELEMENTS(scopes); r++) {
            if (identity_has_role_in(session, scopes[r].role, session->areas[i]))
                case_who_add(who, scopes[r].role, session->areas[i]);
        }
    }
    return who;
}

void case_who_free(struct case_who *who)
{
    if (!who)
        return;
    identity_actor_free(who->actor);
    g_free(who->name);
    g_free(who->department);
    g_array_unref(who->grants);
    g_free(who);
}

struct case_seen case_seen_of(const struct case_row *row)
{
    return (struct case_seen){
        .area = row->area,
        .first_user = row->first_user,
        .departments = row->departments,
        .about = row->about,
        .workflow = row->workflow,
        .mediated = row->level > 0 || g_strcmp0(row->workflow, "mediation") == 0,
        .verified = row->done_us || row->on_spot || row->closed_us || row->reopened};
}

/* An unknown place is everybody's. */
static bool reaches(const struct case_grant *grant, const char *area)
{
    return !area || !*area || area_within(grant->area, area);
}

static bool has_order(const struct case_who *who, const struct case_seen *seen)
{
    if (!who->department || !seen->departments)
        return false;
    g_autofree char *wanted = g_strdup_printf(" %s ", who->department);
    return strstr(seen->departments, wanted) != NULL;
}

static bool fits(const struct case_who *who, const struct case_grant *grant,
                 const struct case_seen *seen)
{
    bool here = reaches(grant, seen->area);
    switch ((enum scope)grant->scope) {
    case SCOPE_NONE:
        return false;
    case SCOPE_AREA:
        return here;
    case SCOPE_ORDER:
        return has_order(who, seen);
    case SCOPE_OWN:
        return g_strcmp0(seen->first_user, who->actor->user) == 0;
    case SCOPE_VERIFIED:
        return here && seen->verified;
    case SCOPE_MEDIATED:
        return here && (seen->mediated || has_order(who, seen));
    case SCOPE_HANDED:
        return here && g_strcmp0(seen->workflow, "three_lists") == 0;
    }
    return false;
}

guint32 case_who_roles(const struct case_who *who, const struct case_seen *seen)
{
    static const char *const watchers[] = {"supervisor", "leader", "operator", NULL};
    bool accused = seen->about && *seen->about && g_strcmp0(seen->about, who->department) == 0;
    guint32 mask = 0;
    for (guint i = 0; i < who->grants->len; i++) {
        const struct case_grant *grant = &g_array_index(who->grants, struct case_grant, i);
        if (fits(who, grant, seen))
            mask |= grant->role;
    }
    if (!accused)
        return mask;
    guint32 spared = 0; /* whoever belongs to the department complained about only supervises */
    for (guint i = 0; watchers[i]; i++)
        spared |= workflow_role_bit(watchers[i]);
    return mask & spared;
}

bool case_who_sees(const struct case_who *who, const struct case_seen *seen)
{
    bool first =
        seen->first_user && *seen->first_user && g_strcmp0(seen->first_user, who->actor->user) == 0;
    return first || case_who_roles(who, seen) != 0;
}

bool case_who_is_for(const struct case_who *who, const char *department, const char *area)
{
    if (g_strcmp0(department, CASE_GRID) != 0)
        return who->department && g_strcmp0(department, who->department) == 0;
    guint32 worker = workflow_role_bit("grid_worker");
    for (guint i = 0; i < who->grants->len; i++) {
        const struct case_grant *grant = &g_array_index(who->grants, struct case_grant, i);
        if (grant->role == worker && reaches(grant, area))
            return true;
    }
    return false;
}

bool case_may_know_reporter(const char *about, const struct case_who *who, guint32 mask)
{
    static const char *const asked_only[] = {
        "department_handler", "grid_worker",    "deputy_hand_over",
        "deputy_mediation",   "deputy_observe", NULL,
    };
    guint32 asked = 0;
    for (guint i = 0; asked_only[i]; i++)
        asked |= workflow_role_bit(asked_only[i]);
    bool accused = g_strcmp0(about, who->department) == 0;
    return !about || (!accused && (mask & ~asked));
}

const char *case_role_name(guint32 mask)
{
    const struct role *all = roles();
    for (guint i = 0; all[i].code && i < 32; i++) {
        if (mask & (1U << i))
            return all[i].code;
    }
    return "";
}

bool case_who_may(const struct case_who *who, enum right right, const char *area)
{
    for (guint i = 0; i < who->grants->len; i++) {
        const struct case_grant *grant = &g_array_index(who->grants, struct case_grant, i);
        const struct role *role = &roles()[g_bit_nth_lsf(grant->role, -1)];
        if ((role->rights & right_bit(right)) && area_within(grant->area, area))
            return true;
    }
    return false;
}
