/* What people ask of alerts over REST (docs/alerts.md), for this folder's files. Loop thread only,
 * except where a declaration says otherwise. */
#pragma once
#include "alerts/alerts_private.h"

/* Registers every route of alerts with alerts->options.net. Once, at start. `alerts` is borrowed
 * and outlives the routes. */
void api_add_routes(struct alerts *alerts);

/* --- sight.c */

/* Which areas a session sees, as a value that goes to the store's threads while the session stays
 * on the loop. Not changed after sight_new(). */
struct sight {
    bool all;     /* the whole town */
    char **areas; /* codes whose subtrees are seen; NULL-terminated, owned */
};
/* `session`: borrowed, may go. Returned: owned by the caller, never NULL. */
struct sight *sight_new(const struct net_session *session); /* of alerts */
struct sight *sight_of(const struct net_session *session, enum right right);
void sight_free(struct sight *sight); /* NULL is fine */
/* Is what lies in `area` seen? NULL, an unknown place, is seen by everybody who sees alerts
 * somewhere. Any thread. */
bool sight_sees(const struct sight *sight, const char *area);

/* --- each registers its own routes, as api_add_routes() */
void list_add_routes(struct alerts *alerts);    /* the history: GET alerts */
void detail_add_routes(struct alerts *alerts);  /* one alert, its cameras, one situation */
void survey_add_routes(struct alerts *alerts);  /* alert-heat, alert-load and its history */
void warning_add_routes(struct alerts *alerts); /* warnings, confirming one */
