/* Questions and answers of one conversation, with authentication. Internal to handshake.c. */
#pragma once
#include "rtsp/handshake.h"
#include "rtsp/peer.h"

struct dialogue {
    const struct handshake_request *request;
    const struct rtsp_url *url;
    struct peer *peer;
    struct rtsp_session *session;
    bool raw_password; /* the decoded one was refused */
    bool auth_sent;
    bool keep_media;   /* what comes between PLAY and its answer is the beginning of the picture */
    GByteArray *media; /* that */
    char *redirect;
    enum reason reason;
    char *detail;
    unsigned retry_after_s; /* of a 453 or 503; 0: not told */
};

void dialogue_init(struct dialogue *dialogue, const struct handshake_request *request,
                   const struct rtsp_url *url);
void dialogue_finish(struct dialogue *dialogue);

/* Connects; into a tunnel when the address says so. */
bool dialogue_connect(struct dialogue *dialogue);

/* What was answered; points into the peer until the next question. */
struct dialogue_answer {
    unsigned status;
    struct rtsp_message message;
};
/* Sends a request with one header line more ("Name: value", or NULL) and waits for its answer; a
 * 401 is answered with credentials. false: no answer, or a redirect; the failure is set. */
bool dialogue_ask(struct dialogue *dialogue, const char *method, const char *uri,
                  const char *header, struct dialogue_answer *answer);
/* The first header of this name, new string or NULL. */
char *dialogue_header(const struct dialogue_answer *answer, const char *name);

/* Takes a challenge that came with a 401. Another try with credentials is right: the first one, one
 * whose nonce had grown old, or one with the password as it is written after its decoded form was
 * refused. Never more: cameras lock accounts. */
bool dialogue_take_challenge(struct dialogue *dialogue, const struct rtsp_message *message);

/* Always false. */
bool dialogue_fail(struct dialogue *dialogue, enum reason reason, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
bool dialogue_fail_status(struct dialogue *dialogue, unsigned status, const char *question);
/* Takes an error of the peer. */
bool dialogue_fail_error(struct dialogue *dialogue, GError *error);

/* Sends TEARDOWN when the server knows a session, whatever else went wrong. */
void dialogue_tear_down(struct dialogue *dialogue);
/* The connection goes over to the session. */
bool dialogue_hand_over(struct dialogue *dialogue);
