/* Calls that telephone systems tell of, popped up to whoever sits at the extension. Numbers of
 * callers stay in memory, as long as a call lasts; they go to that person's pages alone and into no
 * log, record or store. Loop thread only. */
#pragma once
#include "duty/call.h"
#include "duty/duty_private.h"

struct telephone;

/* Loads systems and extensions (blocking: start-up), registers the routes. NULL + error. */
struct telephone *telephone_create(struct duty *duty, const char *boot, GError **error);
void telephone_destroy(struct telephone *telephone); /* NULL is fine */
struct topic *telephone_topic(struct telephone *telephone);
