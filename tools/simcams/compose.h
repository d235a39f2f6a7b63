/* Puts the packets of one picture together for one client: the clip's shared ones, the client's
 * stamp, and what faults change in them. */
#pragma once
#include "simcams/clip.h"

struct server;
struct client;

/* Hands all packets of a picture of client->clip to media_put_packet(). Returns their bytes. */
size_t compose_picture(struct server *server, struct client *client, const struct picture *picture,
                       uint32_t timestamp);
