/* Identity towards the network and the command line: wired together in app. Loop thread only. */
#pragma once
#include "control/control.h"
#include "identity/identity.h"
#include "net/net.h"

/* For net_create(), with the identity as `user`. */
extern const struct net_gate identity_gate;

/* session, password, view-reason, users, views, audit (docs/api.md). */
void identity_add_routes(struct identity *identity, struct net *net);

/* users.add, users.list (docs/wallctl.md). */
void identity_add_commands(struct identity *identity, struct control *control);

/* Who acts through the command line, for identity_audit(): whoever may open the socket owns the
 * data, so the record names the operating system's user. Returned, identity_actor_free(). */
struct identity_actor *identity_local_actor(const struct control_call *call);
