/* Identity towards the network and the command line: wired together in app. Loop thread only. */
#pragma once
#include "control/control.h"
#include "identity/identity.h"
#include "net/net.h"

/* For net_create(), with the identity as `user`. */
extern const struct net_gate identity_gate;

/* session, password, view-reason, users, views, audit (docs/api.md). */
void identity_add_routes(struct identity *identity, struct net *net);

/* What it is made of, each a table of routes with the right of each; called by it alone, once,
 * before the net listens. */
void identity_add_department_routes(struct identity *identity, struct net *net);
void identity_add_person_routes(struct identity *identity, struct net *net);
void identity_add_hold_routes(struct identity *identity, struct net *net);
void identity_add_session_routes(struct identity *identity, struct net *net);
void identity_add_factor_routes(struct identity *identity, struct net *net);

/* users.…, departments.…, audit.… (docs/wallctl.md). */
void identity_add_commands(struct identity *identity, struct control *control);

/* Who acts through the command line, for identity_audit(): whoever may open the socket owns the
 * data, so the record names the operating system's user. Returned, identity_actor_free(). */
struct identity_actor *identity_local_actor(const struct control_call *call);
