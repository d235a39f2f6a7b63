/* Questions and answers of one conversation, with authentication. Internal to handshake.c. */
#pragma once
#include "rtsp/handshake.h"
#include <gst/rtsp/gstrtspconnection.h>

struct dialogue {
    const struct handshake_request *request;
    const struct rtsp_url *url;
    GstRTSPConnection *connection;
    struct rtsp_session *session;
    unsigned requests; /* sent so far */
    gulong cancel_id;
    bool raw_password; /* the decoded one was refused */
    bool auth_sent;
    char *redirect;
    enum reason reason;
    char *detail;
};

void dialogue_init(struct dialogue *dialogue, const struct handshake_request *request,
                   const struct rtsp_url *url);
void dialogue_finish(struct dialogue *dialogue);

bool dialogue_connect(struct dialogue *dialogue);
bool dialogue_is_ipv6(const struct dialogue *dialogue);

struct dialogue_answer {
    unsigned status;
    GstRTSPMessage message;
    const char *body; /* inside the message; may be NULL */
    size_t body_size;
};
/* Sends a request with one header more (or NULL) and waits for its answer; a 401 is answered with
 * credentials. false: no answer, the failure is set. */
bool dialogue_ask(struct dialogue *dialogue, GstRTSPMethod method, const char *uri,
                  const char *header, const char *value, struct dialogue_answer *answer);
const char *dialogue_header(const struct dialogue_answer *answer, GstRTSPHeaderField field);
void dialogue_answer_clear(struct dialogue_answer *answer);

/* Always false. */
bool dialogue_fail(struct dialogue *dialogue, enum reason reason, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
bool dialogue_fail_status(struct dialogue *dialogue, unsigned status, const char *question);

/* Sends TEARDOWN and waits for nothing. */
void dialogue_tear_down(struct dialogue *dialogue);
/* An encrypted connection goes over to the session as a whole. */
void dialogue_give_tls(struct dialogue *dialogue);
