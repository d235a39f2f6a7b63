/* What can be asked of this server, for `wallctl routes` and for the test that walks all of it with
 * every role. */
#pragma once
#include "control/control.h"
#include "net/net.h"
#include "wall/wall.h"

struct routes {
    const struct net *net;
    const struct wall *wall;
};

/* Registers routes.list; `routes` is borrowed as long as the control lives. */
void routes_add_commands(struct routes *routes, struct control *control);
