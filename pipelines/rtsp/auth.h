/* Passwords on RTSP and HTTP: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616: MD5 and SHA-256,
 * also their -sess forms, with and without qop=auth). Pure: chance is a parameter. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum rtsp_auth_kind { RTSP_AUTH_NONE, RTSP_AUTH_BASIC, RTSP_AUTH_DIGEST };

/* What is asked for; zeroed when new. */
struct rtsp_challenge {
    enum rtsp_auth_kind kind;
    GChecksumType hash;
    bool per_session;                         /* -sess */
    bool qop;                                 /* qop=auth is offered */
    bool stale;                               /* only the nonce was too old */
    char *realm, *nonce, *opaque, *algorithm; /* as given; NULL: not given */
};
void rtsp_challenge_clear(struct rtsp_challenge *challenge);

/* Looks through the value of one WWW-Authenticate header, which may hold several challenges, and
 * puts the strongest one into `best` if it is stronger than what is there: Digest with SHA-256,
 * Digest with MD5, Basic. What cannot be answered is passed over. */
void rtsp_challenge_read(const char *value, struct rtsp_challenge *best);

/* Who answers. */
struct rtsp_auth {
    struct rtsp_challenge challenge;
    char *user, *password;
    char cnonce[48]; /* of the client; any text without quotes */
    unsigned count;  /* of answers with this nonce */
};
void rtsp_auth_clear(struct rtsp_auth *auth);

/* "Authorization: …\r\n" for one request. Returned: new string, "" without a challenge. */
char *rtsp_auth_header(struct rtsp_auth *auth, const char *method, const char *uri);

/* "Digest SHA-256", "Digest MD5", "Basic", "no password". Static. */
const char *rtsp_auth_name(const struct rtsp_auth *auth);
