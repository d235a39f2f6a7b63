/* Private to common: "unix:PATH", "redis://[user:password@]HOST[:PORT][/DB]", "rediss://…" with
 * "?ca=FILE" behind it. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct redis_url {
    char *path; /* of a Unix socket, or NULL */
    char *host;
    guint16 port;
    bool tls;
    char *ca; /* absolute file of authorities that Redis' certificate is held against; NULL: the
               * system's */
    char *user, *password; /* or NULL */
    unsigned db;
};
/* Pure. Errors never show the password. */
bool redis_url_parse(const char *text, struct redis_url *url, GError **error);
void redis_url_clear(struct redis_url *url);
