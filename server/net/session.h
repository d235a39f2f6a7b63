/* One authenticated person's session as the network sees it. Identity makes and fills it, net only
 * reads it: after it was returned by a gate nobody changes it. Loop thread only. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct net_session {
    /* --- owned by the session, freed with it; set once by identity */
    char *id;      /* names the session in logs and net_close_session(); not the cookie's token */
    char *user_id; /* decimal string, as in JSON */
    char *login;
    char *name; /* shown to people */
    char *role;
    char *csrf;     /* what X-CSRF-Token must carry on changing requests */
    char *address;  /* of the client at login */
    char **areas;   /* NULL-terminated area codes whose subtrees the rights reach; never NULL */
    GArray *grants; /* identity's own: which role in which area; NULL until it is given */

    /* --- through the functions below */
    GHashTable *rights; /* set of strings */
    guint refs;
};

/* Returned: one reference, no rights, empty areas, other strings NULL. */
struct net_session *net_session_create(void);
struct net_session *net_session_ref(struct net_session *session);
/* NULL is fine. */
void net_session_unref(struct net_session *session);

/* While identity fills it: adds one right ("camera.live") or one area. */
void net_session_allow(struct net_session *session, const char *right);
void net_session_add_area(struct net_session *session, const char *area);

/* Whether the session holds `right`. A NULL session holds none. */
bool net_session_may(const struct net_session *session, const char *right);
/* Returned: the rights as a sorted JSON-ready string vector, to be freed with g_free() (the strings
 * are borrowed from the session). */
const char **net_session_rights(const struct net_session *session);
