/* What worked with a camera, kept over its connections: over TCP or over UDP. Only in memory; the
 * first connection after a start finds it out again. Pure but for what it keeps; loop thread. */
#pragma once
#include <stdbool.h>

struct manners;

struct manners *manners_create(void);
void manners_destroy(struct manners *manners); /* NULL is fine */

/* Is UDP to be tried before TCP? `address` names the camera, without credentials. TCP is first,
 * unless UDP was what worked last, or TCP stayed silent and has never worked. */
bool manners_udp_first(const struct manners *manners, const char *address);

/* Pictures came. */
void manners_worked(struct manners *manners, const char *address, bool udp);

/* PLAY was answered, and not one packet came. */
void manners_silent(struct manners *manners, const char *address, bool udp);
