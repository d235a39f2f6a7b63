/* Cameras of one host often share one account, and lock it after a few wrong passwords. Once three
 * in a row were refused, the others do not ask for a while. Pure: the times are parameters
 * (monotonic). */
#pragma once
#include <glib.h>
#include <stdint.h>

struct lockout;

struct lockout *lockout_create(void);
void lockout_destroy(struct lockout *lockout); /* NULL is fine */

/* May a camera of this login (source_login()) ask now? 0: yes; otherwise after so long. Once the
 * time is over, one may: the others wait for its answer. */
int64_t lockout_wait_us(struct lockout *lockout, const char *login, int64_t now_us);

/* The login was refused, and is to rest for `rest_us`. While another camera plays with it the
 * refusal means something else (a limit, a channel's own right): nothing happens. */
void lockout_refused(struct lockout *lockout, const char *login, int64_t now_us, int64_t rest_us);
/* A camera plays with it; and plays no more. */
void lockout_accepted(struct lockout *lockout, const char *login);
void lockout_ended(struct lockout *lockout, const char *login);
