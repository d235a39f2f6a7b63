/* An RTSP address as people write it: passwords with `@ : ? %` in them. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct rtsp_url {
    bool tls;
    char *user;         /* NULL: none; percent-decoded */
    char *password;     /* percent-decoded ("" when only a user is given) */
    char *password_raw; /* as written; NULL when the same */
    char *host;         /* without brackets */
    guint16 port;
    char *request; /* the address without credentials, for request lines */
};

/* Splits credentials off at the last `@` before the path. false: `error` says what was expected,
 * and names no credentials. */
bool rtsp_url_parse(const char *text, struct rtsp_url *url, GError **error);
void rtsp_url_clear(struct rtsp_url *url);

/* `control` of a description against its base: absolute, "*", "" or relative. Returned: new string.
 */
char *rtsp_url_resolve(const char *base, const char *control);
