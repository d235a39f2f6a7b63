#include "identity/identity_face.h"
#include "identity/internal.h"

static struct net_session *find(const char *token, const char *address, gpointer user)
{
    (void)address;
    return identity_session_find(user, token);
}

/* Somebody tries what their rights do not allow: on record, at most once a minute for each person
 * and path, so that a loop in a page cannot flood the log. */
static void refused(const struct net_session *session, const char *method, const char *path,
                    const char *right, const char *address, gpointer user)
{
    struct identity *identity = user;
    (void)address;
    g_autofree char *key = g_strconcat(session ? session->user_id : "", " ", path, NULL);
    if (limiter_take(identity->refusals, key, identity_now(identity), NULL) == 0)
        identity_audit_later(identity, session, "refused", path,
                             json_pack("{s:s,s:s}", "method", method, "right", right));
}

const struct net_gate identity_gate = {.session_find = find, .refused = refused};
