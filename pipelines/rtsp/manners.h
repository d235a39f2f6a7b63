/* What worked with a camera, kept over its connections: over TCP or over UDP. In a small file
 * stand the cameras that want UDP, one address without credentials a line, so that a restart need
 * not find it out again. Loop thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct manners;

/* `path` (copied): read now and written by manners_save(); NULL: only in memory. A file that cannot
 * be read counts as empty. */
struct manners *manners_create(const char *path);
void manners_destroy(struct manners *manners); /* NULL is fine */

/* Takes in the text of such a file; lines that are no address are passed over, and so is what is
 * over the bound. Pure but for what it keeps. */
void manners_read(struct manners *manners, const char *text, size_t size);

/* Writes the file, whole or not at all, when it would say something else than last time. */
void manners_save(struct manners *manners);

/* Is UDP to be tried before TCP? `address` names the camera, without credentials. TCP is first,
 * unless UDP was what worked last, or TCP stayed silent and has never worked. */
bool manners_udp_first(const struct manners *manners, const char *address);

/* Pictures came. */
void manners_worked(struct manners *manners, const char *address, bool udp);

/* PLAY was answered, and not one packet came. */
void manners_silent(struct manners *manners, const char *address, bool udp);
