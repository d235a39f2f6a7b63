/* The control socket: faults in, figures out, one JSON object a line (docs/simcams.md). */
#pragma once
#include "simcams/server.h"

/* Listens on a Unix socket that only its owner may open, replacing a stale one. */
struct control *control_create(struct server *server, const char *path, GError **error);

/* Closes it and removes the socket. NULL is fine. */
void control_destroy(struct control *control);
