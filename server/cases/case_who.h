/* Who asks, as a value for the store's threads: the roles in their areas, the department. */
#pragma once
#include "cases/case_row.h"
#include "identity/identity.h"

/* Orders to this department are for the grid workers of the case's cell. */
#define CASE_GRID "grid"

struct case_who {
    struct identity_actor *actor;
    char *name, *department; /* department NULL: none */
    GArray *grants;          /* struct case_grant */
};
struct case_grant {
    guint32 role; /* bit */
    int scope;
    char area[16];
};

/* Loop thread. Owned by the caller. */
struct case_who *case_who_new(struct identity *identity, const struct net_session *session);
/* For tests, and for what the machine does in somebody's name: `user`, then roles. Any thread. */
struct case_who *case_who_make(const char *user, const char *name, const char *department);
void case_who_add(struct case_who *who, const char *role, const char *area);
void case_who_free(struct case_who *who); /* NULL is fine */

/* What has to be known of a case to tell who sees it; borrowed. */
struct case_seen {
    const char *area, *first_user, *departments, *about, *workflow;
    bool mediated, verified; /* mediation began; there is something to verify */
};
struct case_seen case_seen_of(const struct case_row *row);

/* Any thread. The roles by which one has to do with that case; 0: one does not see it. Who took it
 * first sees it with any role. */
guint32 case_who_roles(const struct case_who *who, const struct case_seen *seen);
bool case_who_sees(const struct case_who *who, const struct case_seen *seen);
/* Any thread. Has one of the roles that right there? */
bool case_who_may(const struct case_who *who, enum right right, const char *area);
/* Does an order to that department concern this person? */
bool case_who_is_for(const struct case_who *who, const char *department, const char *area);
/* May this person know who reported a case about that department (NULL: none), by these roles of
 * theirs there? Never who works for the department that it is about, nor one that is only asked to
 * act on a complaint or to sit by. */
bool case_may_know_reporter(const char *about, const struct case_who *who, guint32 roles);
/* Inside a store_fn. Ids of the files that this person, who sees the case, may see, a set owned by
 * the caller; NULL: all. Whoever may not know the reporter sees their own files and those of
 * handlers, none that came from the reporter. false + error. */
bool cases_files_shown(struct store_tx *tx, const struct case_row *row, const struct case_who *who,
                       GHashTable **shown, GError **error);
/* The first role of a set, for the record. Static; "" none. */
const char *case_role_name(guint32 roles);
