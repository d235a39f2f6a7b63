/* Who reports, made unrecognisable: a keyed hash with a key of the day, so that two reports of one
 * person on one day look alike and nothing else can be told (DOMAIN.md "Group", "Law built in").
 * Yesterday's key is gone. Loop thread only. */
#pragma once
#include <glib.h>
#include <stdint.h>

struct reporter;

/* `path`: file of mode 0600 in which today's key lies, so that a restart goes on with it. NULL +
 * error: it cannot be written. */
struct reporter *reporter_open(const char *path, int64_t now_us, GError **error);
void reporter_close(struct reporter *reporter); /* NULL is fine */

/* Lets yesterday's key go, also when nobody reports, and tries again to put today's on disk. To be
 * called now and then. */
void reporter_turn(struct reporter *reporter, int64_t now_us);

/* A phone number, name or account, blanks and marks in it ignored, "+86" too. Returned: 32
 * hexadecimal digits, owned by the caller. */
char *reporter_hash(struct reporter *reporter, const char *text, int64_t now_us);
