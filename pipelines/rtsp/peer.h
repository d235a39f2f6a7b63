/* The other end of a conversation: one connection, or the two of an HTTP tunnel, plain or TLS.
 * Blocking; belongs to one worker thread, then hands its connection over. */
#pragma once
#include "rtsp/interleaved.h"
#include "rtsp/session.h"
#include "rtsp/trace.h"
#include "rtsp/trust.h"
#include "rtsp/url.h"
#include "stream/reason.h"
#include <gio/gio.h>

/* Errors of this domain have an enum reason as their code. */
#define RTSP_REASON_ERROR (rtsp_reason_error_quark())
GQuark rtsp_reason_error_quark(void);

struct peer;

struct peer_options {
    const struct rtsp_url *url;
    struct trust *trust;
    int64_t answer_us;        /* connecting, and each answer, may take so long */
    GCancellable *cancel;     /* any thread may cancel */
    struct rtsp_trace *trace; /* NULL: nobody asks */
};

struct peer *peer_create(const struct peer_options *options);
void peer_destroy(struct peer *peer); /* closes; NULL is fine */

/* Opens the connection that is read, or the second one of a tunnel, that is written. false: `error`
 * says why. */
bool peer_connect(struct peer *peer, GError **error);
bool peer_connect_writing(struct peer *peer, GError **error);
/* Everything that is sent from now on is coded in base64. */
void peer_begin_tunnel(struct peer *peer);
bool peer_is_ipv6(const struct peer *peer);
/* "TLS, certificate SHA-256 …", or NULL. Borrowed. */
const char *peer_certificate(const struct peer *peer);

bool peer_send(struct peer *peer, const char *text, GError **error);

/* One more answer is waited for. */
void peer_begin_wait(struct peer *peer);
/* The next frame or message, valid until the next call; waits. false: none comes. */
bool peer_receive(struct peer *peer, struct cut *cut, enum cut_kind *kind, const char *question,
                  GError **error);

/* What follows the last message as it stands: until the other end closes (*ended) or nothing came
 * for `quiet_us`, no longer than the wait that was begun. Stops behind `most_bytes`. Returned: new,
 * owned by the caller. */
GByteArray *peer_receive_rest(struct peer *peer, size_t most_bytes, int64_t quiet_us, bool *ended);

/* Sends what should still be heard and waits for an answer or the end, at most half a second, also
 * when cancelled. */
void peer_say_goodbye(struct peer *peer, const char *text);

/* The connection, and what came of it already, go to the session. */
bool peer_hand_over(struct peer *peer, struct rtsp_session *session, GError **error);
