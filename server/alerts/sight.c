#include "alerts/api.h"

struct sight *sight_new(const struct net_session *session)
{
    return sight_of(session, RIGHT_ALERT_SEE);
}

struct sight *sight_of(const struct net_session *session, enum right right)
{
    struct sight *sight = g_new0(struct sight, 1);
    sight->all = identity_may_in(session, right, "");
    GPtrArray *areas = g_ptr_array_new();
    for (guint i = 0; session->areas[i]; i++) {
        if (identity_may_in(session, right, session->areas[i]))
            g_ptr_array_add(areas, g_strdup(session->areas[i]));
    }
    g_ptr_array_add(areas, NULL);
    sight->areas = (char **)g_ptr_array_free(areas, FALSE);
    return sight;
}

void sight_free(struct sight *sight)
{
    if (!sight)
        return;
    g_strfreev(sight->areas);
    g_free(sight);
}

bool sight_sees(const struct sight *sight, const char *area)
{
    bool sees = sight->all || !area;
    for (guint i = 0; !sees && sight->areas[i]; i++)
        sees = area_within(sight->areas[i], area);
    return sees;
}
