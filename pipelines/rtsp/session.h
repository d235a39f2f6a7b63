/* What a successful conversation leaves: a playing connection and all that is needed to keep it and
 * to take it down. Belongs to one thread at a time. */
#pragma once
#include "rtsp/auth.h"
#include "rtsp/headers.h"
#include "rtsp/message.h"
#include "rtsp/sdp.h"
#include <gio/gio.h>

struct rtsp_session {
    int fd;               /* the RTSP connection, non-blocking; -1 when closed */
    int write_fd;         /* in a tunnel what is written goes here; else -1 */
    bool base64;          /* in a tunnel what is written is coded */
    GIOStream *tls;       /* when the connection is encrypted: reads go here */
    GIOStream *tls_write; /* and writes here */
    GByteArray *pending;  /* what came behind the last answer already; NULL: nothing */
    int udp_fd[2];        /* RTP and RTCP, -1 over TCP */
    char *uri;            /* of the presentation */
    char id[128];         /* session id, "" when the server gave none */
    unsigned timeout_s;
    const char *keep_alive; /* method */
    unsigned cseq;          /* of the next request */
    struct rtsp_auth auth;
    struct rtsp_transport transport;
    struct sdp sdp;
    char *manner; /* "TCP; Digest MD5": how it was reached, for people */
};

/* Replaces an owned string by a copy. */
static inline void rtsp_set_text(char **text, const char *value)
{
    char *copy = g_strdup(value);
    g_free(*text);
    *text = copy;
}

struct rtsp_session *rtsp_session_create(void);
void rtsp_session_destroy(struct rtsp_session *session); /* closes; NULL is fine */

/* The text of a request without a body. Returned: new string. */
char *rtsp_session_request(struct rtsp_session *session, const char *method);

/* Without waiting. false: the connection does not take it. */
bool rtsp_session_send(struct rtsp_session *session, const char *text);

/* Without waiting. Bytes read, 0 at the end, -1 with errno (EAGAIN when there is nothing). */
ssize_t rtsp_session_read(struct rtsp_session *session, void *buffer, size_t size);

/* Takes the nonce out of the challenge of a 401. false: there is none, or it is the same. */
bool rtsp_session_new_nonce(struct rtsp_session *session, const struct rtsp_message *message);

/* What a request of the server is answered with. Returned: new string. Pure. */
char *rtsp_session_answer(const struct rtsp_message *request);
