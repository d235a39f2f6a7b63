#include "net/session.h"
#include <stdlib.h>
#include <string.h>

struct net_session *net_session_create(void)
{
    struct net_session *session = g_new0(struct net_session, 1);
    session->refs = 1;
    session->areas = g_new0(char *, 1);
    session->rights = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return session;
}

struct net_session *net_session_ref(struct net_session *session)
{
    session->refs++;
    return session;
}

void net_session_unref(struct net_session *session)
{
    if (!session || --session->refs)
        return;
    g_free(session->id);
    g_free(session->user_id);
    g_free(session->login);
    g_free(session->name);
    g_free(session->role);
    g_free(session->csrf);
    g_free(session->address);
    g_strfreev(session->areas);
    g_hash_table_destroy(session->rights);
    if (session->grants)
        g_array_unref(session->grants);
    g_free(session);
}

void net_session_allow(struct net_session *session, const char *right)
{
    g_hash_table_add(session->rights, g_strdup(right));
}

void net_session_add_area(struct net_session *session, const char *area)
{
    guint count = g_strv_length(session->areas);
    session->areas = g_renew(char *, session->areas, count + 2);
    session->areas[count] = g_strdup(area);
    session->areas[count + 1] = NULL;
}

bool net_session_may(const struct net_session *session, const char *right)
{
    return session && g_hash_table_contains(session->rights, right);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **net_session_rights(const struct net_session *session)
{
    guint count;
    const char **names = (const char **)g_hash_table_get_keys_as_array(session->rights, &count);
    qsort(names, count, sizeof *names, compare_names);
    return names;
}
