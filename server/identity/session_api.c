/* REST of sessions: one's own, and for who manages users everybody's. */
#include "identity/answer.h"
#include "identity/identity_face.h"
#include <string.h>

static json_t *session_json(const struct session *session, const struct net_session *asker)
{
    const struct net_session *net = session->net;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:b}", "id", net->id, "user",
                     net->user_id, "login", net->login, "name", net->name, "role", net->role,
                     "address", net->address ? net->address : "", "agent",
                     session->agent ? session->agent : "", "created_us",
                     text_us(session->created_us), "seen_us", text_us(session->seen_us), "current",
                     strcmp(net->id, asker->id) == 0);
}

static int newest_first(gconstpointer a, gconstpointer b)
{
    const struct session *x = *(const struct session *const *)a;
    const struct session *y = *(const struct session *const *)b;
    return (x->seen_us < y->seen_us) - (x->seen_us > y->seen_us);
}

/* Own ones; with ?user=all or ?user=ID those of others, for user.see. */
static void get_sessions(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    const struct net_session *asker = net_request_session(request);
    const char *wanted = net_request_query(request, "user");
    const char *person = wanted ? wanted : asker->user_id;
    if (strcmp(person, asker->user_id) != 0 && !identity_may(asker, RIGHT_USER_SEE)) {
        reply_problem(request, &PROBLEM_NO_RIGHT);
        return;
    }
    g_autoptr(GPtrArray) sessions = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct session *session = value;
        if (strcmp(person, "all") == 0 || strcmp(person, session->net->user_id) == 0)
            g_ptr_array_add(sessions, value);
    }
    g_ptr_array_sort(sessions, newest_first);
    json_t *list = json_array();
    for (guint i = 0; i < sessions->len; i++)
        json_array_append_new(list, session_json(sessions->pdata[i], asker));
    net_reply_json(request, 200, json_pack("{s:o}", "sessions", list));
}

static void delete_session(struct net_request *request, gpointer user)
{
    struct identity *identity = user;
    const struct net_session *asker = net_request_session(request);
    const struct session *session =
        g_hash_table_lookup(identity->by_id, net_request_param(request, "id"));
    bool own = session && strcmp(session->net->user_id, asker->user_id) == 0;
    if (!session || (!own && !identity_may(asker, RIGHT_USER_SEE))) {
        reply_problem(request, &PROBLEM_NO_SESSION);
        return;
    }
    /* an auditor's sessions are not the administrator's to end */
    const struct account *account = g_hash_table_lookup(identity->people, session->net->user_id);
    bool auditor = account && (account_rights_ever(account) & right_bit(RIGHT_AUDIT_SEE));
    if (!own && (auditor || !identity_may(asker, RIGHT_USER_EDIT))) {
        reply_problem(request, &PROBLEM_NO_RIGHT);
        return;
    }
    struct identity_actor *actor = identity_actor_new(asker);
    const struct problem *beyond = !own && account ? account_reach(identity, actor, account) : NULL;
    identity_actor_free(actor);
    if (beyond) {
        reply_problem(request, beyond);
        return;
    }
    g_autofree char *id = g_strdup(session->net->id);
    identity_audit_later(identity, asker, "session.end", id,
                         json_pack("{s:s}", "login", session->net->login));
    if (strcmp(id, asker->id) == 0)
        net_request_set_cookie(request, NULL, 0);
    net_reply_json(request, 204, NULL);
    session_end(identity, id);
}

void identity_add_session_routes(struct identity *identity, struct net *net)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/sessions", NULL, get_sessions, 0},
        {"DELETE", "/api/v1/sessions/:id", NULL, delete_session, 0},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), identity);
}
