/* An RTSP address as people write it: passwords with `@ : ? %` in them. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* How media travels. */
enum rtsp_lower { RTSP_LOWER_AUTO, RTSP_LOWER_TCP, RTSP_LOWER_UDP };

struct rtsp_url {
    bool tls;
    bool tunnel;           /* inside of HTTP: a GET and a POST instead of one connection */
    enum rtsp_lower lower; /* what the scheme asks for */
    char *user;            /* NULL: none; percent-decoded */
    char *password;        /* percent-decoded ("" when only a user is given) */
    char *password_raw;    /* as written; NULL when the same */
    char *host;            /* without brackets */
    guint16 port;
    char *request; /* rtsp:// or rtsps:// without credentials, for request lines */
};

/* Schemes: rtsp, rtsps (TLS); with t only TCP, with u only UDP (rtspt, rtspu, rtspst, rtspsu), with
 * h inside of HTTP or HTTPS (rtsph, rtspsh). rtsps is only TCP, too: UDP would not be encrypted.
 * Default ports 554, 322, 80, 443. Splits credentials off at the last `@` before the path. false:
 * `error` says what was expected, and names no credentials.
 */
bool rtsp_url_parse(const char *text, struct rtsp_url *url, GError **error);
void rtsp_url_clear(struct rtsp_url *url);

/* Is `text` of one of the schemes above? */
bool rtsp_url_is(const char *text);

/* Where a redirect leads: an address, or a path on the same server. Credentials of `from` go along
 * only to the same host, and never from TLS to no TLS. false: as rtsp_url_parse(). */
bool rtsp_url_redirect(const struct rtsp_url *from, const char *location, struct rtsp_url *url,
                       GError **error);

/* Does `uri` begin with a scheme? */
bool rtsp_uri_is_absolute(const char *uri);

/* `control` of a description against its base: absolute, "*", "" or relative. A relative one
 * is put behind the base with all its query, because that is what cameras expect. Returned: new
 * string. */
char *rtsp_url_resolve(const char *base, const char *control);
